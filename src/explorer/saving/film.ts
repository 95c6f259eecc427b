/** Makes films in the page: MP4 or WebM, encoded by the browser (WebCodecs), with their recipe and sound. */

import {
  AudioBufferSource,
  BufferTarget,
  canEncodeAudio,
  canEncodeVideo,
  Mp4OutputFormat,
  Output,
  Quality,
  type VideoCodec,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
} from 'mediabunny';
import { version } from '#embedded';
import { UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { frameBytes } from '../../core/frame/pixels.js';
import type { FrameRenderer } from '../../core/frame/renderer.js';
import { noteOf } from '../../core/recipe/note.js';
import type { Frames } from '../../core/sweep/frames.js';
import { frameCount, parseSweep, planFrames, type Sweep } from '../../core/sweep/sweep.js';
import { evaluate } from '../../renderers/cpu/planes.js';
import { toYuv420p } from '../../renderers/fallback.js';
import { reporting, type Work } from './progress.js';
import { framed } from './sound.js';

/** A kind of film. */
export type FilmKind = 'mp4' | 'webm';

/** What this browser can make of a sweep. */
export interface FilmChoice {
  kind: FilmKind;
  codec: VideoCodec;
  /** Whether it can have the sound. */
  sound: boolean;
}

/** The sound of a film, from its first frame on. */
export interface FilmSound {
  samples: AudioBuffer;
  /** The SHA-256 of its file, for the recipe. */
  sha256?: string | undefined;
}

interface Codec {
  codec: VideoCodec;
  /** Its constant quantizer on the codec's own scale, where browsers support that: about as good as crf 18 of H.264. */
  quantizer?: number;
  /** Otherwise, bits per pixel: enough for pictures in which everything moves. */
  bits: number;
}

/** The codecs of each kind, the best first. MP4s are for everybody, so they have H.264 or nothing. */
const CODECS: Record<FilmKind, readonly Codec[]> = {
  mp4: [{ codec: 'avc', quantizer: 20, bits: 0.3 }],
  webm: [
    { codec: 'vp9', quantizer: 30, bits: 0.2 },
    { codec: 'av1', quantizer: 110, bits: 0.15 },
    { codec: 'vp8', bits: 0.4 },
  ],
};

/** The codecs of sound, and its bits per second. */
const SOUND = { mp4: 'aac', webm: 'opus' } as const;
const SOUND_QUALITY = new Quality({ bitrate: 192_000 });

const TYPES: Record<FilmKind, string> = { mp4: 'video/mp4', webm: 'video/webm' };

/** BT.709 in limited range, as in the command's films. */
const COLOURS: VideoColorSpaceInit = {
  primaries: 'bt709',
  transfer: 'bt709',
  matrix: 'bt709',
  fullRange: false,
};

/** The films that this browser can make of a sweep; none if it cannot encode its size. MP4 comes first. */
export async function filmChoices(
  { size, fps }: Pick<Sweep, 'size' | 'fps'>,
  sound?: FilmSound,
): Promise<FilmChoice[]> {
  const choices: FilmChoice[] = [];
  for (const kind of ['mp4', 'webm'] as const) {
    const found = await codecFor(kind, { size, fps });
    if (found) choices.push({ kind, codec: found.codec, sound: await canHave(sound, kind) });
  }
  return choices;
}

/**
 * Makes a film of a sweep: all its frames, at its size and rate. It continues in a hidden tab.
 * @param renderer - Draws the frames. It stays open.
 * @param sound - Cut or padded to the length of the film, which has no sound if this browser cannot encode it.
 * @throws UsageError for a film that this browser cannot make; the signal's reason if the work is cancelled.
 */
export async function saveFilm(
  sweep: Sweep,
  kind: FilmKind,
  renderer: FrameRenderer,
  work: Work = {},
  sound?: FilmSound,
): Promise<Blob> {
  const film = parseSweep(sweep);
  const [width, height] = film.size;
  if (width % 2 === 1 || height % 2 === 1) {
    throw new UsageError(
      `The size is ${width}x${height}, but films need even numbers: change it by one pixel.`,
    );
  }
  const found = await codecFor(kind, film);
  if (!found) {
    throw new UsageError(
      `This browser cannot encode ${kind === 'mp4' ? 'MP4' : 'WebM'} films of ${width}x${height}: ` +
        'choose another format or size, or copy the command.',
    );
  }
  const { signal } = work;
  const numbers = Array.from({ length: frameCount(film) }, (_, i) => i);
  const frames = await planFrames(film, numbers, evaluate, { signal });
  const source = new VideoSampleSource({ codec: found.codec, ...encodingOf(found, film) });
  const output = new Output({
    format: kind === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat(),
    target: new BufferTarget(),
  });
  output.addVideoTrack(source, { frameRate: film.fps });
  const heard = (await canHave(sound, kind)) ? sound : undefined;
  const soundSource = heard && new AudioBufferSource({ codec: SOUND[kind], quality: SOUND_QUALITY });
  if (soundSource) output.addAudioTrack(soundSource);
  const audio = heard?.sha256 ? { sha256: heard.sha256 } : undefined;
  output.setMetadataTags({
    comment: noteOf({ sweep: film, ...(audio && { audio }), made: { version, backend: renderer.backend } }),
  });
  try {
    await awake(async () => {
      await output.start();
      if (heard && soundSource) {
        const { sampleRate } = heard.samples;
        await soundSource.add(framed(heard.samples, Math.round((frames.count / film.fps) * sampleRate)));
        soundSource.close();
      }
      await addFrames(source, frames, film, renderer, work);
      await output.finalize();
    });
  } catch (error) {
    await output.cancel().catch(() => {}); // the first error is the one to report
    throw signal?.aborted ? signal.reason : error;
  }
  return new Blob([output.target.buffer!], { type: TYPES[kind] });
}

/** The first codec of a kind of film that this browser can encode at that size and rate. */
async function codecFor(kind: FilmKind, film: Pick<Sweep, 'size' | 'fps'>): Promise<Codec | undefined> {
  if (typeof VideoEncoder === 'undefined') return undefined;
  const [width, height] = film.size;
  for (const found of CODECS[kind]) {
    const { quality } = encodingOf(found, film);
    if (await canEncodeVideo(found.codec, { width, height, frameRate: film.fps, quality })) return found;
  }
  return undefined;
}

/** Whether this browser can encode the sound for a kind of film. */
async function canHave(sound: FilmSound | undefined, kind: FilmKind): Promise<boolean> {
  if (!sound || typeof AudioEncoder === 'undefined') return false;
  const { numberOfChannels, sampleRate } = sound.samples;
  return canEncodeAudio(SOUND[kind], { numberOfChannels, sampleRate, quality: SOUND_QUALITY });
}

/** How often a film can be entered without decoding what comes before, in seconds. */
const KEY_FRAMES = 2;

function encodingOf({ quantizer, bits }: Codec, { size: [width, height], fps }: Pick<Sweep, 'size' | 'fps'>) {
  const bitrate = Math.max(100_000, Math.round(bits * width * height * fps));
  return {
    quality: new Quality(quantizer === undefined ? { bitrate } : { quantizer, bitrate }),
    keyFrameInterval: KEY_FRAMES,
    latencyMode: 'quality' as const,
  };
}

/** Draws frames while earlier ones are encoded, and adds them in order. */
async function addFrames(
  source: VideoSampleSource,
  frames: Frames,
  { size, fps }: Sweep,
  renderer: FrameRenderer,
  work: Work,
): Promise<void> {
  const { signal } = work;
  const report = reporting(frames.count, work);
  const underWay: Promise<Uint8Array>[] = [];
  let requested = 0;
  report(0);
  for (let i = 0; i < frames.count; i++) {
    for (; requested < frames.count && underWay.length <= renderer.framesInFlight; requested++) {
      const drawing = drawn(frames.describe(requested), renderer, signal);
      drawing.catch(() => {}); // it is awaited below, unless an earlier one fails
      underWay.push(drawing);
    }
    const planes = await underWay.shift()!;
    signal?.throwIfAborted();
    const [codedWidth, codedHeight] = size;
    const sample = new VideoSample(planes, {
      ...{ format: 'I420', codedWidth, codedHeight, colorSpace: COLOURS },
      ...{ timestamp: i / fps, duration: 1 / fps },
    });
    try {
      await source.add(sample);
    } finally {
      sample.close();
    }
    report(i + 1);
  }
}

/** A frame in the encoder's format: the page converts it, since browsers differ in how they do. */
async function drawn(
  frame: FrameDescription,
  renderer: FrameRenderer,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (renderer.formats.includes('yuv420p')) return renderer.render(frame, undefined, 'yuv420p', signal);
  const rgba = await renderer.render(frame, undefined, 'rgba', signal);
  const planes = new Uint8Array(frameBytes(frame.size, 'yuv420p'));
  toYuv420p(rgba, frame.size, planes);
  return planes;
}

/** Works with a lock, because browsers may freeze hidden tabs that have none. */
async function awake(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request('untrained-film', { mode: 'shared' }, work);
  else await work();
}
