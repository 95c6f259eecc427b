/** The table of formats, and functions that search it. */

import { apng } from './apng.js';
import { avif } from './avif.js';
import { type Codec, type Format, type NumberOption, qualities } from './format.js';
import { gif } from './gif.js';
import { mov } from './mov.js';
import { mp4 } from './mp4.js';
import { mp4Av1 } from './mp4-av1.js';
import { png } from './png.js';
import { webm } from './webm.js';
import { webmAv1 } from './webm-av1.js';
import { webp } from './webp.js';

/** Every format by its name, in the order in which messages list them and readers are tried. */
const formats = {
  mp4,
  'mp4-av1': mp4Av1,
  gif,
  webm,
  'webm-av1': webmAv1,
  webp,
  avif,
  mov,
  apng,
  png,
} satisfies Record<string, Format>;

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

/** The formats for a file's ending, such as "mp4" or ".MP4": the default one first, then others with other codecs. */
export function formatsWithEnding(ending: string): Format[] {
  const bare = ending.replace(/^\./, '').toLowerCase();
  return formatList.filter(({ endings }) => endings.includes(bare));
}

/** The default format for a file's ending. Undefined if there is none. */
export const formatWithEnding = (ending: string): Format | undefined => formatsWithEnding(ending)[0];

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

/** What a codec is called: "AV1". */
export const codecTitle = (codec: Codec): string => formatList.find(({ choice }) => choice === codec)!.codec;

/** The endings of formats that can have a codec. */
export const endingsWith = (codec: Codec): string =>
  endingsIn(formatList.filter(({ choice }) => choice === codec));

/** The codecs that each ending can have: ".mp4: h264 or av1; …". */
export function codecsOfEndings(): string {
  const endings = new Set(formatList.flatMap(({ choice, endings: [first] }) => (choice ? [first] : [])));
  const all = [...endings].map((ending) => {
    const choices = formatsWithEnding(ending).map(({ choice }) => choice!);
    return `.${ending}: ${listed(choices, 'or')}`;
  });
  return `${all.join('; ')}.`;
}

/** How to name a file in one of some formats: ".webm (VP9), .mov (ProRes 4444) or frames as name-%04d.png". */
export function namesIn(some: readonly Format[]): string {
  const names = some.map(({ title, codec, onePicture, endings: [first] }) => {
    if (onePicture) return `frames as name-%04d.${first}`;
    if (codec === title) return `.${first}`;
    const all = some.filter(({ endings }) => endings[0] === first).map(({ codec }) => codec);
    return `.${first} (${listed(all, 'or')})`;
  });
  return listed(names, 'or');
}

/** What the grades of --quality mean in each format: "MP4: crf 28, 18 or 13; …". */
export function gradesOfFormats(): string {
  return byText(({ quality }) => {
    if (!quality) return undefined;
    const numbers = qualities.map((grade) => String(quality.grades[grade]));
    return quality.unit.replace('N', listed(numbers, 'or', false));
  });
}

/** The range of a numeric option in each format: "MP4: 1 to 51; WebM: 0 to 63, whole." */
export function rangesOf(option: NumberOption['option']): string {
  return byText(({ quality }) => {
    const range = quality?.option;
    if (range?.option !== option) return undefined;
    return `${range.least} to ${range.most}${range.whole ? ', whole' : ''}`;
  });
}

/** A text for each format: those with the same text together. */
function byText(textOf: (format: Format) => string | undefined): string {
  const titles = new Map<string, string[]>();
  for (const format of formatList) {
    const text = textOf(format);
    if (text !== undefined) titles.set(text, [...(titles.get(text) ?? []), format.title]);
  }
  return `${[...titles].map(([text, all]) => `${listed(all, 'and')}: ${text}`).join('; ')}.`;
}

function listed(words: string[], conjunction: string, once = true): string {
  const all = once ? [...new Set(words)] : words;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${conjunction} ${all.at(-1)}`;
}
