/** Answers requests to hosts from installed packages: icons, and package files that a CDN would serve. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Answer {
  /** The HTTP content type. */
  type: string;
  body: Buffer;
}

/** Hosts whose content is also available in npm packages. */
export const INSTALLED_HOSTS = ['api.iconify.design', 'esm.sh', 'unpkg.com', 'cdn.jsdelivr.net'];

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The installed content for an address, or undefined.
 * @param folder - The scene's folder. Packages are looked up from there, then from our own.
 */
export function installedAnswer(url: URL, folder: string): Answer | undefined {
  if (url.protocol !== 'https:' || !INSTALLED_HOSTS.includes(url.host)) return undefined;
  return url.host === 'api.iconify.design' ? icon(url, folder) : packageFile(url, folder);
}

/** The npm package that provides an address; undefined if unknown. */
export function packageFor({ host, pathname }: URL): string | undefined {
  const [, set] = (host === 'api.iconify.design' && /^\/([a-z0-9-]+)\/[a-z0-9-]+\.svg$/.exec(pathname)) || [];
  return set && `@iconify-json/${set}`;
}

/** The folder of a package, by Node's lookup rules. */
function packageFolder(name: string, folder: string): string | undefined {
  for (let at of [folder, here]) {
    for (;;) {
      // pnpm puts the dependencies of packages into a folder of its own.
      for (const inside of ['node_modules', 'node_modules/.pnpm/node_modules']) {
        const found = join(at, inside, name);
        if (existsSync(join(found, 'package.json'))) return found;
      }
      if (dirname(at) === at) break;
      at = dirname(at);
    }
  }
  return undefined;
}

const transformed = z.object({
  left: z.number().optional(),
  top: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  rotate: z.number().optional(),
  hFlip: z.boolean().optional(),
  vFlip: z.boolean().optional(),
});
/** The part of IconifyJSON that we use: https://iconify.design/docs/types/iconify-json.html */
const iconsSchema = transformed.extend({
  icons: z.record(z.string(), transformed.extend({ body: z.string() })),
  aliases: z.record(z.string(), transformed.extend({ parent: z.string() })).optional(),
});
type Icons = z.output<typeof iconsSchema>;
type Icon = Icons['icons'][string];

/** The response of api.iconify.design to `/SET/NAME.svg?color=...`, from @iconify-json/SET or @iconify/json. */
function icon(url: URL, folder: string): Answer | undefined {
  const [, set, name] = /^\/([a-z0-9-]+)\/([a-z0-9-]+)\.svg$/.exec(url.pathname) ?? [];
  if (!set || !name) return undefined;
  const own = packageFolder(`@iconify-json/${set}`, folder);
  const all = packageFolder('@iconify/json', folder);
  const file = [own && join(own, 'icons.json'), all && join(all, 'json', `${set}.json`)].find(
    (path) => path && existsSync(path),
  );
  const icons = file && iconsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  const found = icons && resolveIcon(icons, name);
  if (!found) return undefined;
  const { left = 0, top = 0, width = 16, height = 16, body } = found;
  const quarters = (((found.rotate ?? 0) % 4) + 4) % 4;
  const turns: string[] = [];
  // The icon is flipped first and then rotated about its centre; a quarter turn swaps width and height.
  const [w, h] = quarters % 2 ? [height, width] : [width, height];
  if (quarters) turns.push(`rotate(${90 * quarters} ${left + w / 2} ${top + h / 2})`);
  if (quarters % 2) turns.push(`translate(${(w - width) / 2} ${(h - height) / 2})`);
  if (found.hFlip) turns.push(`translate(${2 * left + width} 0) scale(-1 1)`);
  if (found.vFlip) turns.push(`translate(0 ${2 * top + height}) scale(1 -1)`);
  const drawn = turns.length > 0 ? `<g transform="${turns.join(' ')}">${body}</g>` : body;
  const color = url.searchParams.get('color')?.replace(/[^\w#(),.% -]/g, '') || 'currentColor';
  const em = Math.round((1000 * w) / h) / 1000;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `width="${em}em" height="1em" viewBox="${left} ${top} ${w} ${h}">` +
    `${drawn.replaceAll('currentColor', color)}</svg>`;
  return { type: 'image/svg+xml', body: Buffer.from(svg) };
}

/** An icon with the properties that it inherits from its set and, for an alias, from its parent. */
function resolveIcon({ icons, aliases = {}, ...defaults }: Icons, name: string, depth = 0): Icon | undefined {
  const own = Object.hasOwn(icons, name) ? icons[name] : undefined;
  if (own) return { ...defaults, ...own };
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  const parent =
    alias && depth < 6 ? resolveIcon({ icons, aliases, ...defaults }, alias.parent, depth + 1) : undefined;
  if (!alias || !parent) return undefined;
  return {
    ...parent,
    ...alias,
    body: parent.body,
    rotate: (parent.rotate ?? 0) + (alias.rotate ?? 0),
    hFlip: Boolean(parent.hFlip) !== Boolean(alias.hFlip),
    vFlip: Boolean(parent.vFlip) !== Boolean(alias.vFlip),
  };
}

const FILE_TYPES: Record<string, string> = {
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** `/PACKAGE@VERSION/PATH`, if the installed version starts with the requested one. */
function packageFile({ host, pathname }: URL, folder: string): Answer | undefined {
  const path = decodeURIComponent(host === 'cdn.jsdelivr.net' ? pathname.replace(/^\/npm\//, '/') : pathname);
  const [, name, version = '', inside] =
    /^\/((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:@[\^~]?([\d.]+|latest))?\/(.+)$/.exec(path) ?? [];
  // esm.sh transforms scripts before serving them.
  if (!name || !inside || (host === 'esm.sh' && /\.[cm]?[jt]sx?$/.test(inside))) return undefined;
  const root = packageFolder(name, folder);
  if (!root) return undefined;
  const file = join(root, inside);
  if (!file.startsWith(root + sep) || !existsSync(file)) return undefined;
  const { version: installed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const fits = !version || version === 'latest' || `${installed}.`.startsWith(`${version}.`);
  if (!fits) return undefined;
  return { type: FILE_TYPES[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) };
}
