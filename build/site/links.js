/** Checks that everything to which the pages of the static site link is there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

const ATTRIBUTES = /<(?!meta\b)\w[^>]*?\s(?:href|src|srcset)="([^"]*)"/g;
const unescaped = (text) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** @param {string} folder - The site. @returns {string[]} One line for each broken link. */
export function brokenLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile());
  const known = new Set(files);
  const pages = new Map(
    files
      .filter((path) => path.endsWith('.html'))
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
  const anchors = new Map(
    [...pages].map(([path, text]) => [
      path,
      new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => unescaped(id))),
    ]),
  );
  const broken = [];
  for (const [path, text] of pages) {
    for (const [, quoted] of text.matchAll(ATTRIBUTES)) {
      const address = unescaped(quoted);
      if (/^[a-z][a-z+.-]*:/i.test(address)) continue;
      const [place, anchor = ''] = address.split('#');
      const target =
        place === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(place.split('?')[0]));
      if (address.startsWith('/')) broken.push(`${path}: ${address} works only at the root of a host`);
      else if (!known.has(target)) broken.push(`${path}: there is no ${target}`);
      else if (
        anchor !== '' &&
        !target.startsWith('explorer/') &&
        !anchors.get(target)?.has(decodeURIComponent(anchor))
      )
        broken.push(`${path}: ${target} has no #${anchor}`);
    }
  }
  return broken;
}
