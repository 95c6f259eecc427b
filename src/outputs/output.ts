/** Outputs: the file name chooses the format, and every rule of that format is checked here, before any frame is
 *  drawn. */

import { basename, extname } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import { nearest, suggestion } from '../core/wording/did-you-mean.js';
import type { EncodeOptions, FilmShape, Format, Output } from './formats/format.js';
import {
  codecTitle,
  defaultEndings,
  endingsIn,
  endingsWith,
  formatList,
  formatNamed,
  formatsWithEnding,
  formatWithEnding,
  knownEndings,
  namesIn,
} from './formats/index.js';

export type { FilmShape, Output } from './formats/format.js';

/** The number in a sequence's name, as in printf: %d, or %04d for at least four digits. */
const NUMBER = /%(?:0(\d{1,2}))?d/g;

/**
 * Chooses the format by the file name's ending, ignoring case, and by the codec.
 * @param options - Its codec, for formats that can have several.
 * @throws UsageError if the ending is missing or unknown, if the path is a folder, if the name of a picture has a %
 * that is not a single number such as %04d, or if such a file cannot have the codec.
 */
export function parseOutput(path: string, { codec }: Pick<EncodeOptions, 'codec'> = {}): Output {
  const name = basename(path);
  const known = knownEndings.join(', ');
  const { film } = defaultEndings;
  if (path === '') throw new UsageError(`The film has no file name: try "film${film}".`);
  if (/[/\\]$/.test(path) || name === '.' || name === '..') {
    throw new UsageError(
      `"${path}" is a folder, not a file: try "${path.replace(/[/\\]+$/, '')}/film${film}".`,
    );
  }
  const ending = extname(name);
  if (ending === '' || ending === '.') {
    const named = name.startsWith('.') ? `${path.slice(0, -name.length)}film${name}` : `${path}${film}`;
    throw new UsageError(`"${path}" has no extension to choose the format (${known}): try "${named}".`);
  }
  const all = formatsWithEnding(ending);
  if (all.length === 0) {
    const [shown, ...others] = [ending.toLowerCase(), ...knownEndings].map((known) => known.slice(1));
    const near = nearest(shown, others, {});
    const hint = near ? suggestion(`.${near}`) : `: try ${film}.`;
    throw new UsageError(`"${path}" ends in .${shown}, and the formats are ${known}${hint}`);
  }

  const format = formatOf(path, all, codec);
  const output = { path, format: format.name, sequence: false };
  if (!format.onePicture || !name.includes('%')) return output;
  const literal = name.replaceAll('%%', '');
  if (literal.match(NUMBER)?.length !== 1 || literal.replace(NUMBER, '').includes('%')) {
    throw new UsageError(
      `"${path}" has a % that is not one frame number: write %d or %04d once, as in "frame-%04d${ending}", and %% for a literal %.`,
    );
  }
  return { ...output, sequence: true };
}

/** The format with a codec, among those that a file name allows. Those without a choice stay as they are. */
function formatOf(path: string, all: Format[], codec: EncodeOptions['codec']): Format {
  const [first] = all;
  if (codec === undefined || first.choice === undefined) return first;
  const chosen = all.find(({ choice }) => choice === codec);
  if (chosen) return chosen;
  const able = all.map(({ codec, choice }) => `${codec} (--codec ${choice})`).join(' or ');
  throw new UsageError(
    `"${path}" cannot be ${codecTitle(codec)}: a .${first.endings[0]} has ${able}. For ${codecTitle(codec)}, ` +
      `write ${endingsWith(codec)}.`,
  );
}

/** The path of one frame of a sequence: `frames/%04d.png` and 7 give `frames/0007.png`. Folder names stay as they
 *  are. */
export function framePath(pattern: string, number: number): string {
  const name = basename(pattern);
  const printed = name.replace(/%%|%(?:0(\d{1,2}))?d/g, (match, digits?: string) =>
    match === '%%' ? '%' : String(number).padStart(Number(digits ?? 0), '0'),
  );
  return pattern.slice(0, pattern.length - name.length) + printed;
}

/** Whether a file name is that of a still: one picture in the default format for stills. Never throws. */
export function isStill(path: string): boolean {
  const format = formatWithEnding(extname(path));
  return (
    format !== undefined && format === formatWithEnding(defaultEndings.still) && !parseOutput(path).sequence
  );
}

/**
 * Rejects films that the format cannot store.
 * @throws UsageError for transparent frames in an opaque format, odd sides where they must be even, sides beyond the
 * format's limit, and several frames in a file of one picture.
 */
export function checkOutput(output: Output, film: FilmShape): void {
  const { path, sequence } = output;
  const { width, height, frames, alpha } = film;
  const format = formatNamed(output.format);
  const { title, maxSide } = format;
  if (alpha && !format.transparent) {
    const able = formatList.filter(({ transparent }) => transparent);
    throw new UsageError(
      `"${path}" cannot be --transparent, since .${format.endings[0]} files are opaque: write ${namesIn(able)}.`,
    );
  }
  if (format.evenSides && (width % 2 !== 0 || height % 2 !== 0)) {
    throw new UsageError(
      `The frame is ${width}x${height}, and ${title} (${format.evenSides}) needs both sides even: ` +
        `try --size ${width + (width % 2)}x${height + (height % 2)}.`,
    );
  }
  if (maxSide !== undefined && Math.max(width, height) > maxSide) {
    const larger = formatList.filter((other) => (other.maxSide ?? Number.POSITIVE_INFINITY) > maxSide);
    throw new UsageError(
      `The frame is ${width}x${height}, and ${title} holds at most ${maxSide} pixels per side: ` +
        `make it smaller with --size, or write ${endingsIn(larger)}.`,
    );
  }
  if (format.onePicture && !sequence && frames > 1) {
    const numbered = `${path.slice(0, -extname(path).length)}-%04d${extname(path)}`;
    throw new UsageError(
      `"${path}" is one picture, and the film has ${frames} frames: write "${numbered}" for all of them, ` +
        'or use `untrained still` for one.',
    );
  }
}

/** Whether its files can have sound. */
export const takesSound = ({ format }: Output): boolean => formatNamed(format).sound !== undefined;

/** What to say of a file that cannot have the film's sound. */
export function soundlessNote({ path, format }: Output): string {
  const able = endingsIn(formatList.filter(({ sound }) => sound));
  return `"${path}" has no sound, because .${formatNamed(format).endings[0]} files cannot: write ${able} to hear it.`;
}

/** Whether ffmpeg is needed to make it. */
export const needsFfmpeg = ({ format }: Output): boolean => formatNamed(format).needsFfmpeg;

/** Whether all of a film's outputs show its gradients dithered, so that its frames may be. */
export const debandable = (outputs: readonly (readonly [Output, EncodeOptions])[]): boolean =>
  outputs.every(([{ format }, options]) => formatNamed(format).debands?.(options));

/** The pixel formats that the format's encoder accepts, the cheapest first. */
export const pixelFormatsFor = ({ format }: Output): PixelFormat[] => [...formatNamed(format).pixels];

/** One line for each thing that is allowed but will not look as requested. */
export const warningsFor = ({ format }: Output, film: FilmShape): string[] =>
  formatNamed(format).warnings?.(film) ?? [];
