/** Composed scenes as a source of frames. */

import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../core/errors.js';
import type { PixelFormat } from '../../core/frame/pixels.js';
import { checkRange, type Range } from '../../core/range.js';
import { SegmentCache } from '../../outputs/index.js';
import { probeSound } from '../../sound/probe.js';
import type { FrameSource } from '../source.js';
import { ExpectedAnswers } from './expected-answers.js';
import { KeptWarnings } from './kept-warnings.js';
import { canBe } from './page/convert.js';
import { FrameQueue } from './queue.js';
import type { TakeFrames } from './server.js';
import { Session, type SessionOptions } from './session.js';
import type { Studio } from './studio.js';
import { type Defaults, defaultsOf, type Target, viewFor } from './target.js';

export interface ComposedOptions extends SessionOptions {
  /** The number of pages that share the film. Defaults to one per four cores, at most four. */
  concurrency?: number;
  /** The size of the frames in pixels. */
  size?: [width: number, height: number];
  fps?: number;
  /** Leaves out the background. */
  transparent?: boolean;
  /** `adaptive` computes only those of its networks' pixels that make a visible difference. */
  evaluation?: 'adaptive' | undefined;
  /** Whether warnings are errors, in which case frames cached without that rule are not reused. */
  strict?: boolean;
  /** Whether to fingerprint frames, so that unchanged frames of a changed scene need not be drawn again. */
  follow?: boolean;
  /**
   * Whether to find all of the hosts' responses before a frame is drawn, for a film whose parts are made on other
   * machines. Scenes that may request any are played once more, without painting.
   */
  foresee?: boolean;
  /** The acceptable pixel formats of frames, best first. Defaults to `rgba`. */
  formats?: readonly PixelFormat[];
  /** Whether to dither gradients against bands, if frames are sent as planes. */
  deband?: boolean | undefined;
  /** Values that override the project's variables. */
  variables?: Record<string, unknown>;
  /** The first and last frame, counted from 0. Defaults to all, or for a project to the range set in its editor. */
  frames?: Range;
  /** Renders all frames of a project, whatever range is set in its editor. */
  whole?: boolean;
  /** Frame step: 2 = every second frame, at half the frame rate. Defaults to 1. */
  every?: number;
  /** Renders a single frame: the one at this time in seconds, or else the last. */
  still?: { at?: number | undefined };
  /** Whether the scenes' sound is not needed, because nothing is heard or something else is. */
  silent?: boolean | undefined;
  /** Cancels the work: pending promises reject. */
  signal?: AbortSignal;
}

/** The least number of frames worth fingerprinting. Fewer are drawn in the time that another page takes to open. */
const WORTH_FORESEEING = 25;

export interface ComposedSource extends FrameSource {
  /** The time that pages spent on drawing, reading pixels back, and waiting to send, in milliseconds. */
  times(): Promise<{ draw: number; read: number; send: number }>;
}

/**
 * Opens the scenes in a browser, and plays them once to find their length.
 * @throws UsageError for options that do not suit the scenes, RenderError for errors in the scenes.
 */
export async function openComposed(
  target: Target,
  options: ComposedOptions,
  studio: Studio,
): Promise<ComposedSource> {
  const defaults = defaultsOf(target);
  const size = options.size ?? defaults.size;
  const view = options.size ? viewFor(target, defaults, size) : defaults.view;
  const fps = options.fps ?? defaults.fps;
  const concurrency = pagesFor(options);
  const { transparent, evaluation, follow, strict, formats = [] } = options;
  const pixels =
    formats.find((format) => canBe(format, size) && !(transparent && format !== 'rgba')) ?? 'rgba';
  const deband = (options.deband && pixels === 'yuv420p') || undefined;
  const queue = new FrameQueue(size, pixels);
  const prints = new Map<number, string>(); // the known fingerprints, by frame number in the whole film
  const take: TakeFrames = (frames, delta) => {
    const { first, step, count, fingerprint } = frames;
    for (let i = 0; fingerprint && i < count; i++) prints.set(first + i * step, fingerprint);
    return queue.take(frames, delta);
  };
  const warnings = new KeptWarnings(options.onWarning);
  const onWarning = (text: string) => warnings.tell(text);
  const { allowHosts = [], answers, foresee } = options;
  const planned = options.expected !== undefined;
  // In the cache folder, even if segments are not cached.
  const kept = allowHosts.length > 0 || answers ? await SegmentCache.here()?.measure() : undefined;
  const store = kept && join(kept.folder, 'answers');
  const asking = { store, planned, fresh: foresee };
  const session = await Session.start(studio, target, take, {
    ...asking,
    ...options,
    concurrency,
    onWarning,
  });
  const close = () => session.close();
  options.signal?.addEventListener('abort', close);
  try {
    options.signal?.throwIfAborted();
    const background = transparent ? '#0000' : defaults.background;
    const variables = options.variables ?? {};
    const how = { transparent, evaluation, pixels, deband, variables, follow };
    const settings = { view, size, fps, background, ...how };
    const listen = !(options.silent || options.still || planned);
    const info = await session.open({ ...settings, listen });
    const sound = info.sound && (await session.soundtrack(info.sound, (path) => hasSound(path, options)));
    const [first, last] = rangeOf(options, info.frames, fps, options.whole ? undefined : defaults.range);
    const { every = 1 } = options;
    const asked = [session.code, variables];
    const expected = new ExpectedAnswers(session.hosts, asked, planned ? (answers ?? {}) : undefined);
    const foreseen =
      foresee && session.mayAsk(variables)
        ? await session.fingerprints(settings, first, last, every)
        : undefined;
    if (foresee) expected.complete();
    const evaluated = evaluation ? `, ${evaluation}` : ''; // as part of it, since it is in all keys
    const arithmetic = `${info.arithmetic}${evaluated}, graphics by ${session.graphics}`;
    const { follow: _, ...shownBy } = settings; // following a scene does not change its frames
    const numberOf = (frame: number) => first + frame * every; // in the whole film
    return {
      shape: {
        width: size[0],
        height: size[1],
        fps: fps / every,
        frames: Math.ceil((last - first + 1) / every),
        alpha: transparent,
        pixels,
        debanded: deband,
      },
      firstFrame: first,
      every,
      backend: `Chromium ${session.browserVersion}`,
      arithmetic,
      browser: session.browserBuild,
      fonts: session.fonts,
      bundle: session.digests.scene,
      sound,
      heard: session.heard,
      description: `Chromium ${session.browserVersion}${concurrency === 1 ? '' : `, ${concurrency} pages`}`,
      fingerprintsOf([from, to]) {
        const answered = expected.names();
        if (!answered) return [SegmentCache.keyOf(randomUUID())]; // the responses are not known yet: never reuse
        const made = [
          ...answered,
          session.code,
          session.browserVersion,
          arithmetic,
          shownBy,
          numberOf(from),
          numberOf(to),
          every,
        ];
        const shown: (string | undefined)[] = [];
        for (let frame = from; frame <= to; frame++) shown.push(prints.get(numberOf(frame)));
        const names = shown.includes(undefined)
          ? []
          : [[...answered, session.surroundings, arithmetic, size, pixels, shown]];
        return [made, ...names].map((name) => SegmentCache.keyOf(strict ? ['strict', ...name] : name));
      },
      async findFingerprints(cache) {
        const [version, latest] = [
          SegmentCache.keyOf([session.code, variables]),
          SegmentCache.keyOf(['the latest version of', target.path, size]),
        ];
        await warnings.keepIn(cache, SegmentCache.keyOf(['the warnings of', version, size]));
        await expected.recall(cache);
        const before = await cache.recall(latest);
        await cache.note(latest, version);
        if (before === undefined || before === version || last - first < WORTH_FORESEEING) return;
        const found = foreseen ?? (await session.fingerprints(settings, first, last, every));
        for (const [i, print] of found.entries()) if (print) prints.set(numberOf(i), print);
      },
      async *frames(parts) {
        for (const [from, to] of parts) {
          const drawing = session.draw(numberOf(from), numberOf(to), every);
          drawing.catch(() => {}); // reported by patiently()
          for (let frame = from; frame <= to; frame++) {
            yield await session.patiently(queue.next(numberOf(frame)));
          }
          await session.patiently(drawing); // reports an error after the last frame, too
        }
        session.settle();
        await expected.note();
      },
      answers: () => Object.fromEntries([...session.hosts.given].sort()),
      times: () => session.times(),
      async close() {
        options.signal?.removeEventListener('abort', close);
        await session.close();
      },
    };
  } catch (error) {
    options.signal?.removeEventListener('abort', close);
    await session.close();
    throw options.signal?.aborted ? options.signal.reason : error;
  }
}

/** Whether a video has sound. @throws UsageError, in one line, if that cannot be known. */
async function hasSound(path: string, { ffmpeg, timeout, signal }: ComposedOptions): Promise<boolean> {
  if (!ffmpeg) return true;
  try {
    await probeSound(path, await ffmpeg(), { seconds: 0.1, timeout, signal });
    return true;
  } catch (error) {
    if (error instanceof UsageError && error.message.includes('has no sound')) return false;
    throw error;
  }
}

/** One page per four cores, since the browser, the networks and the encoder need some too; at most one per frame. */
function pagesFor({ concurrency, frames, still }: ComposedOptions): number {
  const wanted = concurrency ?? Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4)));
  return still ? 1 : frames ? Math.max(1, Math.min(wanted, frames[1] - frames[0] + 1)) : wanted;
}

function rangeOf(
  { frames, still }: ComposedOptions,
  count: number,
  fps: number,
  range: Defaults['range'],
): Range {
  const all = frames ?? framesIn(range, count, fps);
  if (!still) {
    checkRange(all, count, 'film');
    return all;
  }
  const { at } = still;
  if (at !== undefined && !(at >= 0 && at <= count / fps)) {
    throw new UsageError(
      `--at is ${at} s but the film lasts from 0 to ${count / fps} s: choose a time in this range.`,
    );
  }
  const frame = at === undefined ? all[1] : Math.min(count - 1, Math.round(at * fps));
  return [frame, frame];
}

/** The first and last frame that Motion Canvas renders for a range. @throws UsageError if the range has no frame. */
function framesIn(range: Defaults['range'], count: number, fps: number): [number, number] {
  if (!range) return [0, count - 1];
  // The editor stores times slightly before the frames that they refer to.
  const [from, to] = range.map((moment) => Math.ceil(moment * fps));
  const last = Math.min(count, to) - 1;
  if (from > last) {
    throw new UsageError(
      `The project's range begins at ${range[0]} s, but its film has no frame there: it lasts ${count / fps} s. ` +
        'Set another range in its editor, or use --frames.',
    );
  }
  return [from, last];
}
