/** The table of formats, and functions that search it. */

import { type Format, type NumberOption, qualities } from './format.js';
import { gif } from './gif.js';
import { mov } from './mov.js';
import { mp4 } from './mp4.js';
import { png } from './png.js';
import { webm } from './webm.js';
import { webp } from './webp.js';

/** Every format by its name, in the order in which messages list them and readers are tried. */
const formats = { mp4, gif, webm, webp, mov, png } satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** Every format, in that order. */
export const formatList: readonly Format[] = Object.values(formats);

/** The endings of files whose names the user does not give. */
export const defaultEndings = { film: '.mp4', loop: '.gif', still: '.png', transparent: '.webm' } as const;

/** The format with that name, as in Output and Probe. @throws Error if there is none. */
export function formatNamed(name: string): Format {
  const format = formatList.find((known) => known.name === name);
  if (!format) throw new Error(`There is no format named "${name}".`);
  return format;
}

/** The format for a file's ending, such as "mp4" or ".MP4". Undefined if there is none. */
export function formatWithEnding(ending: string): Format | undefined {
  const bare = ending.replace(/^\./, '').toLowerCase();
  return formatList.find(({ endings }) => endings.includes(bare));
}

/** The endings of all formats, each with its dot. */
export const knownEndings: readonly string[] = [
  ...new Set(formatList.flatMap(({ endings }) => endings.map((ending) => `.${ending}`))),
];

/** The first endings of some formats, for a sentence: ".mp4, .webm or .mov". */
export function endingsIn(some: readonly Format[], conjunction = 'or'): string {
  return listed(
    some.map(({ endings: [first] }) => `.${first}`),
    conjunction,
  );
}

/** How to name a file in one of some formats: ".webm (VP9), .mov (ProRes 4444) or frames as name-%04d.png". */
export function namesIn(some: readonly Format[]): string {
  const names = some.map(({ title, codec, onePicture, endings: [first] }) =>
    onePicture ? `frames as name-%04d.${first}` : `.${first}${codec === title ? '' : ` (${codec})`}`,
  );
  return listed(names, 'or');
}

/** What the grades of --quality mean in each format: "MP4: crf 28, 18 or 13; …". */
export function gradesOfFormats(): string {
  const all = formatList.flatMap(({ title, quality }) => {
    if (!quality) return [];
    const { grades, unit } = quality;
    const numbers = listed(
      qualities.map((grade) => String(grades[grade])),
      'or',
      false,
    );
    return [`${title}: ${unit.replace('N', numbers)}`];
  });
  return `${all.join('; ')}.`;
}

/** The range of a numeric option in each format: "MP4: 1 to 51; WebM: 0 to 63, whole." */
export function rangesOf(option: NumberOption['option']): string {
  const all = formatList.flatMap(({ title, quality }) => {
    const range = quality?.option;
    if (range?.option !== option) return [];
    return [`${title}: ${range.least} to ${range.most}${range.whole ? ', whole' : ''}`];
  });
  return `${all.join('; ')}.`;
}

function listed(words: string[], conjunction: string, once = true): string {
  const all = once ? [...new Set(words)] : words;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${conjunction} ${all.at(-1)}`;
}
