/** The table of formats, and what is asked of it. */

import { type Format, type NumberOption, qualities } from './format.js';
import { gif } from './gif.js';
import { mov } from './mov.js';
import { mp4 } from './mp4.js';
import { png } from './png.js';
import { webm } from './webm.js';
import { webp } from './webp.js';

/** Every format by its name, in the order in which messages list them. */
const formats = { mp4, gif, webm, webp, mov, png } satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** Every format, in that order. */
export const formatList: readonly Format[] = Object.values(formats);

/** The endings of the files that are written where none is named. */
export const defaultEndings = { film: '.mp4', loop: '.gif', still: '.png', transparent: '.webm' } as const;

/** A format by its name, in Output and Probe. @throws Error for a name that no format has. */
export function formatNamed(name: string): Format {
  const format = formatList.find((known) => known.name === name);
  if (!format) throw new Error(`There is no format named "${name}".`);
  return format;
}

/** The format that a file's ending chooses: "mp4" or ".MP4". Undefined for an unknown one. */
export function formatWithEnding(ending: string): Format | undefined {
  const wanted = ending.replace(/^\./, '').toLowerCase();
  return formatList.find(({ endings }) => endings.includes(wanted));
}

/** Every ending that chooses a format, each with its dot. */
export const knownEndings: readonly string[] = [
  ...new Set(formatList.flatMap(({ endings }) => endings.map((ending) => `.${ending}`))),
];

/** The first ending of each of some formats, for a sentence: ".mp4, .webm or .mov". */
export function endingsIn(some: readonly Format[], conjunction = 'or'): string {
  return listed(
    some.map(({ endings: [first] }) => `.${first}`),
    conjunction,
  );
}

/** How a film is named to become one of some formats: ".webm (VP9), .mov (ProRes 4444) or frames as name-%04d.png". */
export function namesIn(some: readonly Format[]): string {
  const names = some.map(({ title, codec, onePicture, endings: [first] }) =>
    onePicture ? `frames as name-%04d.${first}` : `.${first}${codec === title ? '' : ` (${codec})`}`,
  );
  return listed(names, 'or');
}

/** What each of --quality's grades means, by format: "MP4: crf 28, 18 or 13; …". */
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

/** What an option that is a number may be, by format: "MP4: 1 to 51; WebM: 0 to 63, whole." */
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
