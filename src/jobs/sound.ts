/** A film's sound: encoded once for each of its files, before anything is drawn, or taken from a store. */
import { createHash } from 'node:crypto';
import { createReadStream, promises as fs } from 'node:fs';
import { RefusedError, TransientError } from '../core/errors.js';
import type { Workbench } from '../outputs/index.js';
import { openSound } from '../sound/decode.js';
import { encodeSound } from '../sound/encode.js';
import type { ShownPart } from '../sound/placement.js';
import type { KeyedFiles } from '../stores/index.js';
import type { Job } from './job.js';
import { codecOf, type PlannedOutput, type StoredSound } from './parts.js';
import { SharedStore } from './store.js';
import type { Means, Workshop } from './workshop.js';

/** The encoded sound on an output's workbench. */
const FILE = 'sound';
/** The same while it is made. */
const UNFINISHED = 'sound.unfinished';

/** The part of the film's sound in a file of a job. */
function partOf({ film, firstFrame, every }: Job, { options }: PlannedOutput): ShownPart {
  return { frames: film.frames, fps: film.fps, firstFrame, every, loops: options.loops ?? 1 };
}

/**
 * Puts the encoded sound of each output on its workbench, unless it is there: from a store, or made here.
 * @param take - Takes a sound from a store to a path.
 * @throws UsageError if a sound cannot be decoded; RenderError if ffmpeg fails or the disk is full; RefusedError if
 * a sound is neither here nor in a store; TransientError if the store lacks it, or it is damaged.
 */
export async function provideSounds(
  job: Job,
  benches: readonly Workbench[],
  workshop: Workshop,
  { signal, onStage, onWarning }: Pick<Means, 'signal' | 'onStage' | 'onWarning'>,
  take?: (sound: StoredSound, to: string) => Promise<void>,
): Promise<void> {
  const over: number[] = [];
  for (const [i, output] of job.outputs.entries()) {
    const bench = benches[i];
    const codec = codecOf(output);
    if (!codec || !(output.sound || job.sound) || (await isThere(bench, FILE))) continue;
    signal?.throwIfAborted();
    if (output.sound) {
      if (!take) throw noSound(output);
      await take(output.sound, bench.path(UNFINISHED));
    } else {
      onStage?.(`encoding the sound of ${output.path}`);
      const excess = await encodeSound(bench, {
        track: job.sound!,
        part: partOf(job, output),
        codec,
        options: output.options,
        file: UNFINISHED,
        async open(sha256) {
          const path = workshop.soundAt(sha256);
          if (path === undefined) throw noSound(output);
          return openSound(path, sha256);
        },
      });
      if (excess !== undefined) over.push(excess);
    }
    await bench.onDisk(bench.rename(UNFINISHED, FILE));
  }
  if (over.length > 0) {
    const most = Math.max(...over).toFixed(1);
    onWarning?.(
      `The sound is up to ${most} dB louder than a file can hold, so its peaks are limited: lower its gain by ${most} dB to keep them.`,
    );
  }
}

const noSound = ({ path }: PlannedOutput) =>
  new RefusedError(
    `The plan has only a digest of the sound of "${path}": plan the film again with --store, and join it from there.`,
  );

/**
 * Puts the encoded sound of each output into a store, under its digest, so that a film can be joined without its sound
 * files.
 * @param job - As planned with this workshop.
 * @param files - The store, which workers use too.
 * @param workshop - Provides ffmpeg, and remembers where the sound files are.
 * @param means - Which ffmpeg to use, its timeout, and a signal.
 * @returns The job with the digests of the encoded sounds instead of the soundtrack.
 * @throws As provideSounds; TransientError if the store fails.
 */
export async function storeSounds(
  job: Job,
  files: KeyedFiles,
  workshop: Workshop,
  means: Means = {},
): Promise<Job> {
  if (!job.sound || !job.outputs.some(codecOf)) return { ...job, sound: undefined };
  const store = new SharedStore(job, files, means, await workshop.ffmpeg(means));
  const stored = new Map<string, StoredSound>(); // by how it is encoded: outputs may have the same
  const outputs: PlannedOutput[] = [];
  for (const [i, output] of job.outputs.entries()) {
    const codec = codecOf(output);
    if (!codec) {
      outputs.push(output);
      continue;
    }
    const { loops, editLists } = output.options;
    const kind = JSON.stringify([codec.encoder(output.options), loops, editLists]);
    const sound =
      stored.get(kind) ?? (await storeSound({ ...job, outputs: [output] }, store, i, files, workshop, means));
    stored.set(kind, sound);
    outputs.push({ ...output, sound });
  }
  return { ...job, outputs, sound: undefined };
}

/** @param job - With this output only. @param output - Its number in the whole job. */
async function storeSound(
  job: Job,
  store: SharedStore,
  output: number,
  files: KeyedFiles,
  workshop: Workshop,
  means: Means,
): Promise<StoredSound> {
  const { signal } = means;
  const bench = await store.bench(output);
  const stop = () => bench.halt();
  signal?.addEventListener('abort', stop);
  try {
    await provideSounds(job, [bench], workshop, means);
    const sound = await digestOf(bench.path(FILE));
    signal?.throwIfAborted();
    await files.put(keyOf(sound), bench.path(FILE));
    return sound;
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await store.done(bench);
  }
}

/**
 * Takes an encoded sound from a store, which is not trusted.
 * @param to - A path.
 * @throws TransientError if it is missing, or damaged and therefore removed.
 */
export async function takeSound(files: KeyedFiles, sound: StoredSound, to: string): Promise<void> {
  const key = keyOf(sound);
  const taken = await files.take(key, to);
  if (taken === 'taken') {
    const found = await digestOf(to);
    if (found.sha256 === sound.sha256 && found.bytes === sound.bytes) return;
    await files.remove(key);
  }
  const what = taken === 'missing' ? 'is missing from' : 'was damaged and has been removed from';
  throw new TransientError(
    `The film's sound ${what} ${files.name}: plan the film again with --store, then join again.`,
  );
}

/** The key of an encoded sound in stores: the beginning of its digest. */
const keyOf = ({ sha256 }: StoredSound): string => sha256.slice(0, 40);

async function digestOf(path: string): Promise<StoredSound> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(path)) {
    hash.update(piece);
    bytes += (piece as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Whether any of a job's files has a sound that has yet to be encoded. */
export const needsSounds = (job: Job): boolean =>
  job.sound !== undefined && job.outputs.some((output) => codecOf(output) && !output.sound);

/** The name of an output's sound on its workbench; undefined if it has none. */
export function soundOn(job: Job, output: PlannedOutput): string | undefined {
  return codecOf(output) && (output.sound || job.sound) ? FILE : undefined;
}

const isThere = (bench: Workbench, file: string) =>
  fs.access(bench.path(file)).then(
    () => true,
    () => false,
  );
