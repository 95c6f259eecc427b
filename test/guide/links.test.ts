/** Links lead somewhere: in Markdown, to files and headings, and on the static site. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { marked, type Token } from 'marked';
import { expect, test } from 'vitest';
import { brokenLinks } from '../../build/site/links.js';
import { Slugs } from '../../build/site/slug.js';
import { temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'scenes/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`),
];

/** The addresses of a page's links and pictures, and the anchors of its headings. */
function read(page: string): { addresses: string[]; anchors: Set<string> } {
  const addresses: string[] = [];
  const anchors = new Set<string>();
  const slugs = new Slugs();
  marked.walkTokens(marked.lexer(readFileSync(page, 'utf8')), (token) => {
    if (token.type === 'link' || token.type === 'image') addresses.push(token.href);
    if (token.type === 'heading') anchors.add(slugs.of(plain(token.tokens ?? [])));
  });
  return { addresses, anchors };
}

const plain = (tokens: Token[]): string =>
  tokens
    .map((token) =>
      'tokens' in token && token.tokens ? plain(token.tokens) : 'text' in token ? token.text : '',
    )
    .join('');

test('Markdown links to files and headings that exist', () => {
  const known = new Map(pages.map((page) => [page, read(page)]));
  const broken: string[] = [];
  let count = 0;
  for (const [page, { addresses }] of known) {
    for (const address of addresses) {
      if (/^https?:/.test(address)) continue;
      count++;
      const [path, anchor] = address.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(target)) broken.push(`${page}: there is no ${target}`);
      else if (anchor !== undefined && !known.get(target)?.anchors.has(anchor))
        broken.push(`${page}: ${target} has no heading #${anchor}`);
    }
  }
  expect(broken).toEqual([]);
  expect(count).toBeGreaterThan(150);
});

test('every page of the guide is in its table of contents', () => {
  const listed = read('docs/README.md').addresses.map((address) => posix.join('docs', address));
  expect(
    pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !listed.includes(page)),
  ).toEqual([]);
});

test('README is short, and pictures of the guide are small', () => {
  expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(150);
  const pictures = readdirSync('renders/gallery/guide');
  expect(pictures).not.toEqual([]);
  for (const name of pictures)
    expect(statSync(join('renders/gallery/guide', name)).size, name).toBeLessThan(100_000);
});

test('a broken link on the site is found', () => {
  const files = {
    'index.html':
      '<a href="guide/a.html#part">good</a> <a href="https://example.org">good</a> <img src="b.png?1">',
    'guide/a.html': '<h2 id="part">Part</h2> <a href="../index.html">good</a> <a href="#part">good</a>',
    'b.png': '',
  };
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  expect(brokenLinks(folder)).toEqual([]);
  write(
    'guide/c.html',
    '<a href="d.html">bad</a> <a href="a.html#other">bad</a> <img src="e.png"> <a href="/index.html">bad</a>',
  );
  expect(brokenLinks(folder)).toEqual([
    'guide/c.html: there is no guide/d.html',
    'guide/c.html: guide/a.html has no #other',
    'guide/c.html: there is no guide/e.png',
    'guide/c.html: /index.html works only at the root of a host',
  ]);
});
