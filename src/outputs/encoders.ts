/** What an ffmpeg was built with. */

import { RefusedError } from '../core/errors.js';
import { outputOf } from '../system/patience.js';
import type { Ffmpeg } from './ffmpeg.js';
import { type Av1Encoder, encodersFor, type FilmShape, type Output } from './formats/format.js';
import { endingsIn, formatList, formatNamed } from './formats/index.js';
import { shownRate } from './rate.js';

/** How long an ffmpeg may take to list something, in seconds. */
const SECONDS = 20;

/** ffmpeg's names of the video encoders that it was built with, without those that it calls experimental. */
export async function encodersIn(ffmpeg: Ffmpeg): Promise<Set<string>> {
  const text = await listed(ffmpeg, 'encoders');
  return new Set([...text.matchAll(/^ V..[.].. (\S+)/gm)].map(([, name]) => name));
}

async function containersIn(ffmpeg: Ffmpeg): Promise<Set<string>> {
  const text = await listed(ffmpeg, 'muxers');
  return new Set([...text.matchAll(/^ {1,2}E +(\S+)/gm)].map(([, name]) => name));
}

function listed({ path }: Ffmpeg, what: 'encoders' | 'muxers'): Promise<string> {
  const stalled = `ffmpeg did not list its ${what} within ${SECONDS} s: choose another with --ffmpeg.`;
  return outputOf(path, ['-hide_banner', `-${what}`], { timeout: SECONDS, stalled });
}

/** Where to get an ffmpeg that has everything. */
export const NEWER_FFMPEG =
  'install ffmpeg 6 or later (https://ffmpeg.org/download.html) and name it with --ffmpeg or FFMPEG_PATH';

/**
 * The encoder for an output, if its format needs one that not every ffmpeg has.
 * @param film - Its size and its rate, which not every encoder takes.
 * @throws RefusedError if this ffmpeg has none.
 */
export async function findEncoder(
  ffmpeg: Ffmpeg,
  { path, format: name }: Output,
  film: Pick<FilmShape, 'width' | 'height' | 'fps'>,
): Promise<Av1Encoder | undefined> {
  const { needs, codec, choice, repeats } = formatNamed(name);
  if (!needs) return undefined;
  const built = await encodersIn(ffmpeg);
  const suitable = encodersFor(needs.encoders, film);
  const encoder = suitable.find((known) => built.has(known));
  const { container } = needs;
  const lacks = !encoder
    ? `${codec} encoder for ${film.width}x${film.height} at ${shownRate(film.fps)} fps (${suitable.join(', ')})`
    : container !== undefined && !(await containersIn(ffmpeg)).has(container)
      ? `way to write .${container}`
      : undefined;
  if (lacks === undefined) return encoder;
  const others = formatList.filter(
    (format) => !format.needs && !format.onePicture && !format.repeats === !repeats,
  );
  const instead =
    choice !== undefined && !container ? `leave out --codec ${choice}` : `write ${endingsIn(others)}`;
  throw new RefusedError(
    `"${path}" cannot be made here, because this ffmpeg has no ${lacks}: ${NEWER_FFMPEG}, or ${instead}. ` +
      `(${ffmpeg.path}, version ${ffmpeg.version})`,
  );
}

/** The formats that not every ffmpeg can make, by title, with the encoder if this one can. */
export async function formatsOf(ffmpeg: Ffmpeg): Promise<{ title: string; encoder?: string }[]> {
  const [built, containers] = [await encodersIn(ffmpeg), await containersIn(ffmpeg)];
  return formatList.flatMap(({ title, needs }) => {
    if (!needs) return [];
    const encoder = needs.encoders.find((known) => built.has(known));
    const writes = needs.container === undefined || containers.has(needs.container);
    return [{ title, ...(encoder && writes && { encoder }) }];
  });
}
