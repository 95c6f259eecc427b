/** The HTML of the page that lists the scenes. */
import { basename, dirname, relative } from 'node:path';
import { figuresIn } from '../core/figures.js';

/** A scene in the list. */
export interface ListedScene {
  name: string;
  /** Absolute path. */
  path: string;
  title: string;
  /** The article's figures that it re-creates, such as "7 and 8". */
  figure?: string | undefined;
  /** The path of the scene's page. */
  page: string;
  /** The time of the file's last change, in milliseconds since 1970. */
  changed: number;
  /** The address of a picture; without one, the page draws the scene or shows its stored thumbnail. */
  thumbnail?: string | undefined;
  /** The address of the module that exports the sweep; none for a composed scene. */
  module?: string | undefined;
}

/** A part of the list. */
export interface Section {
  title: string;
  scenes: ListedScene[];
  /** Shown in place of an empty list. */
  empty?: string;
}

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The colours of the editor's own pages, before Motion Canvas's style sheet is there. */
export const PAGE_STYLE = `
:root { color-scheme: dark; }
body { margin: 0; background: #141414; color: #e8e8e8; font: 15px/1.45 system-ui, sans-serif; }`;

const STYLE = `${PAGE_STYLE}
header, main { max-width: 1280px; margin: 0 auto; padding: 0 32px; }
header { padding-top: 36px; }
h1 { margin: 0; font-size: 26px; font-weight: 650; letter-spacing: -0.01em; }
h2 { margin: 40px 0 16px; font-size: 15px; font-weight: 600; color: #a6a6a6; }
header p, .empty { margin: 6px 0 0; color: #a6a6a6; }
code { font: 0.92em ui-monospace, monospace; color: #d0d0d0; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(232px, 100%), 1fr)); gap: 24px 20px;
  margin: 0; padding: 0; list-style: none; }
main { padding-bottom: 64px; }
a { display: block; color: inherit; text-decoration: none; border-radius: 8px; outline-offset: 6px; }
.picture { display: grid; place-items: center; aspect-ratio: 16 / 9; overflow: hidden; border-radius: 8px;
  background: linear-gradient(135deg, #232323, #1a1a1a); color: #7c7c7c; font-size: 13px; }
.picture img { width: 100%; height: 100%; object-fit: cover; }
a:hover .picture, a:focus-visible .picture { box-shadow: 0 0 0 2px #33a6ff; }
strong { display: block; margin-top: 10px; font-weight: 550; line-height: 1.35; text-wrap: pretty; }
small { display: block; margin-top: 3px; color: #9a9a9a; font-size: 13px; overflow-wrap: anywhere; }`;

/** @param program - The address of the page's program. */
export function startPage(sections: Section[], program: string): string {
  const parts = sections.map(({ title, scenes, empty = '' }) => {
    const list =
      scenes.length > 0 ? `<ul>${scenes.map(card).join('')}</ul>` : `<p class="empty">${empty}</p>`;
    return `<section><h2>${escaped(title)}</h2>${list}</section>\n`;
  });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Untrained</title>
    <link rel="icon" href="data:,">
    <style>${STYLE}</style>
  </head>
  <body>
    <header><h1>Untrained</h1><p>Scenes to play, scrub and change. A change of a file is shown at once.</p></header>
    <main>
${parts.join('')}    </main>
    <script type="module" src="${program}"></script>
  </body>
</html>
`;
}

function card({ path, title, figure, page, changed, thumbnail, module }: ListedScene): string {
  const picture = thumbnail
    ? `<span class="picture"><img src="${escaped(thumbnail)}" alt="" loading="lazy"></span>`
    : `<span class="picture" data-path="${escaped(path)}" data-changed="${changed}"` +
      (module ? ` data-module="${escaped(module)}"></span>` : '>not opened yet</span>');
  const folder = relative('.', dirname(path));
  const file = basename(path);
  const where = folder.startsWith('..') || folder === 'scenes' || thumbnail ? file : relative('.', path);
  const notes = [...(figure ? [figuresIn(figure)] : []), where].map(escaped).join(' · ');
  return `<li><a href="${escaped(page)}" title="${escaped(path)}">${picture}<strong>${escaped(title)}</strong><small>${notes}</small></a></li>\n`;
}
