/** The guide and the API reference as pages of the static site. */
import { existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { apiModules, describeApi } from './api.js';
import { renderMarkdown } from './markdown.js';
import { guidePage } from './pages.js';

/** Pages outside of docs/, by their paths in the repository. */
const OTHERS = {
  'README.md': 'index.html',
  'scenes/README.md': 'guide/scenes.html',
  'CHANGELOG.md': 'guide/changelog.html',
  'CONTRIBUTING.md': 'guide/contributing.html',
};

/** Where a page of the repository is on the site; undefined if it is not there. */
function placeOf(path) {
  if (OTHERS[path]) return OTHERS[path];
  if (!path.startsWith('docs/') || !path.endsWith('.md')) return undefined;
  return path
    .replace(/^docs\//, 'guide/')
    .replace(/\.md$/, '.html')
    .replace('guide/README', 'guide/index');
}

/** A relative address from one page of the site to another. */
const from = (page, to) => posix.relative(posix.dirname(page), to) || posix.basename(to);
const isOutside = (address) => /^[a-z][a-z+.-]*:/i.test(address);

/**
 * Writes the guide to guide/ and the API reference to api/. Files of the repository to which pages link are copied: the
 * gallery's films to films/, others to files/.
 * @param root - The folder of the package, which has been built. @param out - The folder of the site.
 * @param card - Makes the elements for previews of links, of a page, its title and description.
 */
export async function writeGuide(root, out, card) {
  const docs = (await readdir(join(root, 'docs'), { recursive: true }))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'));
  const sources = [...docs, ...Object.keys(OTHERS).filter((path) => path !== 'README.md')];
  const copies = new Map();
  const pages = [];
  for (const source of sources) {
    const place = placeOf(source);
    const linkTo = (address) => {
      if (isOutside(address) || address.startsWith('#')) return address;
      const [path, hash] = address.split('#');
      const target = posix.join(posix.dirname(source), decodeURIComponent(path));
      const to = placeOf(target) ?? copyOf(target);
      return `${from(place, to)}${hash === undefined ? '' : `#${hash}`}`;
    };
    /** Where a file is copied. The site's checker reports those that do not exist. */
    const copyOf = (target) => {
      const [, film] = /^renders\/gallery\/([\w-]+\.webp)$/.exec(target) ?? [];
      const to = film ? `films/${film}` : `files/${target}`;
      copies.set(to, target);
      return to;
    };
    pages.push({ place, ...renderMarkdown(await readFile(join(root, source), 'utf8'), linkTo) });
  }
  for (const [name, text] of await describeApi(root)) {
    const linkTo = (address) => (isOutside(address) ? address : address.replace(/\.md(?=#|$)/, '.html'));
    pages.push({ place: `api/${name}.html`, ...renderMarkdown(text, linkTo) });
  }
  const contents = [
    ...contentsOf(pages.find(({ place }) => place === 'guide/index.html')),
    { title: 'API', links: apiModules.map(({ name, page }) => ({ to: `api/${page}.html`, text: name })) },
    { title: 'Project', links: ['contributing', 'changelog'].map((name) => linkToPage(name, pages)) },
  ];
  const order = contents.flatMap(({ links }) => links);
  for (const page of pages) {
    const at = order.findIndex(({ to }) => to === page.place);
    const neighbours = {
      before: at > 0 ? order[at - 1] : undefined,
      after: at >= 0 ? order[at + 1] : undefined,
    };
    const path = join(out, page.place);
    await mkdir(dirname(path), { recursive: true });
    const isApi = page.place.startsWith('api/');
    const sections = isApi
      ? [...contents].sort((a, b) => (b.title === 'API') - (a.title === 'API'))
      : contents;
    const text = guidePage({
      ...page,
      contents: sections,
      neighbours,
      from: (to) => from(page.place, to),
      card,
    });
    await writeFile(path, text);
  }
  for (const [to, source] of copies) {
    const path = join(root, source);
    if (!existsSync(path) || !statSync(path).isFile()) continue;
    await mkdir(dirname(join(out, to)), { recursive: true });
    await copyFile(path, join(out, to));
  }
}

function linkToPage(name, pages) {
  const place = `guide/${name}.html`;
  return { to: place, text: pages.find((page) => page.place === place).title };
}

/** The sections of the table of contents with their links, from docs/README.md. */
function contentsOf({ body }) {
  return body
    .split(/<h2 [^>]*>/)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('</h2>')),
      links: [...section.matchAll(/<li>(?:<p>)?<a href="([^"#]+)">(.*?)<\/a>/g)].map(([, href, text]) => ({
        to: posix.join('guide', href),
        text,
      })),
    }));
}
