/** The HTML of the static site: the gallery, a page for each of its pictures, and the frame of the guide's pages. */
import { CONTENT_SECURITY_POLICY } from '../../dist/explorer/policy.js';

/** The size of the pictures that other sites show with a link, in pixels: the shape that most of them expect. */
export const CARD = { width: 1200, height: 630 };

const ARTICLE = 'Tyler Neylon’s article “A Visual Exploration of Random Neural Networks”';

/**
 * A picture of the gallery.
 * @typedef {object} Entry
 * @property {string} name - The name of its files.
 * @property {string} title
 * @property {string | undefined} figure - The figure of the article that it re-creates.
 * @property {string | undefined} hash - The link that opens it in the explorer, if it is a sweep.
 * @property {string | undefined} command - The command that renders it.
 * @property {{ width: number, height: number } | undefined} film - The size of its small film, if it has one.
 */

/** Text as HTML, in elements and in quoted attributes. */
export function html(text) {
  const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => escapes[character]);
}

/**
 * The elements with which other sites make a preview of a page.
 * @param page - Its path in the site. @param picture - The path of its picture there.
 * @param site - The site's address with a slash at its end; undefined if it is not known.
 */
export function card({ title, description, page, picture }, site) {
  const up = '../'.repeat(page.split('/').length - 1);
  const properties = {
    'og:type': 'website',
    'og:site_name': 'Untrained',
    'og:title': title,
    'og:description': description,
    ...(site && { 'og:url': new URL(page, site).href }),
    'og:image': site ? new URL(picture, site).href : `${up}${picture}`,
    'og:image:type': 'image/jpeg',
    'og:image:width': `${CARD.width}`,
    'og:image:height': `${CARD.height}`,
    'og:image:alt': title,
  };
  return [
    ...Object.entries(properties).map(
      ([property, content]) => `<meta property="${property}" content="${html(content)}" />`,
    ),
    '<meta name="twitter:card" content="summary_large_image" />',
  ].join('\n    ');
}

/** @param path - The page's path in the site. @param head - Further elements of its head. */
function pageWith({ path, title, description, head, body, styles = ['style.css'] }) {
  const up = '../'.repeat(path.split('/').length - 1);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
    <meta name="color-scheme" content="dark" />
    <meta name="theme-color" content="#0b0d11" />
    <title>${html(title)}</title>
    <meta name="description" content="${html(description)}" />
    ${head}
    <link rel="icon" type="image/png" href="${up}explorer/icon.png" />
    ${styles.map((name) => `<link rel="stylesheet" href="${up}${name}" />`).join('\n    ')}
  </head>
  <body>
${body}
  </body>
</html>
`;
}

const DESCRIPTION =
  'Pictures and films of random neural networks: nobody trained them, and they are drawn at every point of the plane.';

/** The gallery. @param networks - The networks to begin with. @param scenes - The others. */
export function galleryPage(networks, scenes, site) {
  const [first] = networks;
  const about = {
    title: 'Untrained',
    description: DESCRIPTION,
    page: 'index.html',
    picture: cardOf(first),
  };
  return pageWith({
    path: 'index.html',
    ...about,
    head: card(about, site),
    body: `    <header class="opening">
      <img src="${cardOf(first)}" width="${CARD.width}" height="${CARD.height}" alt="" />
      <div class="words">
        <h1>Untrained</h1>
        <p>Pictures and films of neural networks that nobody has trained.</p>
        <p class="buttons">
          <a class="button" href="explorer/index.html">Open the explorer</a>
          <a class="button quiet" href="guide/index.html">Read the guide</a>
        </p>
      </div>
    </header>
    <main>
      <section>
        <h2>Networks to begin with</h2>
        <ul class="networks">
${networks.map((entry) => networkItem(entry)).join('\n')}
        </ul>
      </section>
      <section>
        <h2>Scenes</h2>
        <p class="note">Each is a film. Most re-create figures of ${ARTICLE}.</p>
        <ul class="scenes">
${scenes.map((entry) => sceneItem(entry)).join('\n')}
        </ul>
      </section>
    </main>`,
  });
}

/** A picture's own page, whose preview card shows the picture. */
export function picturePage(entry, site) {
  const { name, title, figure, hash, command, film } = entry;
  const path = pageOf(entry);
  const explorer = hash && html(`../explorer/index.html${hash}`);
  const picture = `<img src="../${cardOf(entry)}" width="${CARD.width}" height="${CARD.height}" alt="${html(title)}" />`;
  const about = { title, description: DESCRIPTION, page: path, picture: cardOf(entry) };
  const notes = [
    ...(figure ? [`It re-creates ${figuresIn(figure)} of ${ARTICLE}.`] : []),
    ...(command ? [`To render it: <code>${html(command)}</code>`] : []),
  ];
  return pageWith({
    path,
    ...about,
    title: `${title} – Untrained`,
    head: card(about, site),
    body: `    <nav><a href="../index.html">Untrained</a></nav>
    <main class="picture">
      ${explorer ? `<a class="large" href="${explorer}">${picture}</a>` : `<div class="large">${picture}</div>`}
      <div class="words">
        <h1>${html(title)}</h1>
        ${notes.map((note) => `<p class="note">${note}</p>`).join('\n        ')}
        <p>
          ${explorer ? `<a class="button" href="${explorer}">Open it in the explorer</a>` : ''}
          <a class="button quiet" href="../index.html">All pictures</a>
        </p>
      </div>
      ${film ? `<div class="small">${filmPicture(name, film, '../', title)}</div>` : ''}
    </main>`,
  });
}

/**
 * A page of the guide or of the API reference.
 * @param page.place - Its path in the site. @param page.title - In plain text. @param page.body - Its HTML.
 * @param page.headings - Its headings. @param page.contents - The sections of the table of contents.
 * @param page.neighbours - The pages before and after it there. @param page.from - The address of a path of the site.
 * @param page.card - Makes the elements for previews of links.
 */
export function guidePage({ place, title, body, headings, contents, neighbours, from, card: cardFor }) {
  const link = ({ to, text }, more = '') => `<a href="${from(to)}"${more}>${text}</a>`;
  const item = (entry) => `<li>${link(entry, entry.to === place ? ' aria-current="page"' : '')}</li>`;
  const sections = contents.map(
    ({ title: name, links }) => `        <h2>${name}</h2>\n        <ul>${links.map(item).join('')}</ul>`,
  );
  const deepest = place.startsWith('api/') ? 3 : 2;
  const parts = headings.filter(({ depth }) => depth > 1 && depth <= deepest);
  const onPage =
    parts.length > 1
      ? `      <nav class="on-page" aria-label="On this page">
        <h2>On this page</h2>
        <ul>${parts.map(({ id, text, depth }) => `<li class="depth-${depth}"><a href="#${html(id)}">${text}</a></li>`).join('')}</ul>
      </nav>\n`
      : '';
  const { before, after } = neighbours;
  const about = {
    title: `${title} – Untrained`,
    description: place.startsWith('api/')
      ? `The API reference of ${title}.`
      : `${title}: a page of the guide to Untrained.`,
  };
  return pageWith({
    path: place,
    ...about,
    head: cardFor({ ...about, page: place }),
    styles: ['style.css', 'guide.css'],
    body: `    <header class="bar">
      <a class="home" href="${from('index.html')}">Untrained</a>
      <nav aria-label="Site">
        ${link({ to: 'guide/index.html', text: 'Guide' })}
        ${link({ to: 'api/index.html', text: 'API' })}
        ${link({ to: 'explorer/index.html', text: 'Explorer' })}
      </nav>
      <a class="to-contents" href="#contents">Contents</a>
    </header>
    <div class="guide">
      <main class="prose">
${body}
        <p class="neighbours">${before ? link(before, ' rel="prev"') : '<span></span>'}${after ? link(after, ' rel="next"') : ''}</p>
      </main>
${onPage}      <nav class="contents" id="contents" aria-label="Contents">
${sections.join('\n')}
      </nav>
    </div>`,
  });
}

/** "figure 2", "figures 7 and 8". */
const figuresIn = (figure) => `${/^\d+$/.test(figure) ? 'figure' : 'figures'} ${html(figure)}`;

/** The paths of a picture's page and of its card's picture. */
export const pageOf = ({ name }) => `pictures/${name}.html`;
export const cardOf = ({ name }) => `pictures/${name}.jpg`;

function networkItem(entry) {
  const { title, hash } = entry;
  return `          <li>
            <a href="${html(`explorer/index.html${hash}`)}">
              <img src="${cardOf(entry)}" width="${CARD.width}" height="${CARD.height}" alt="" />
              <span>${html(title)}</span>
            </a>
          </li>`;
}

function sceneItem(entry) {
  const { name, title, hash, film } = entry;
  const shape = film.width === film.height ? 'square' : 'wide';
  const open = hash
    ? `\n            <a class="explore" href="${html(`explorer/index.html${hash}`)}" aria-label="${html(`Explore: ${title}`)}">Explore</a>`
    : '';
  return `          <li class="${shape}">
            <a href="${pageOf(entry)}">
              ${filmPicture(name, film, '', '')}
              <span>${html(title)}</span>
            </a>${open}
          </li>`;
}

/** A small film that repeats, or a still of it for people who prefer less motion. */
function filmPicture(name, { width, height }, up, alt) {
  return (
    `<picture><source media="(prefers-reduced-motion: reduce)" srcset="${up}films/${name}-still.webp" />` +
    `<img src="${up}films/${name}.webp" width="${width}" height="${height}" alt="${html(alt)}" loading="lazy" /></picture>`
  );
}
