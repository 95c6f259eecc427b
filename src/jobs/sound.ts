/** A film's sound: encoded once for each of its files, before anything is drawn, or taken from a store. */
import { promises as fs } from 'node:fs';
import { RenderError } from '../core/errors.js';
import type { Workbench } from '../outputs/index.js';
import { openSound } from '../sound/decode.js';
import { encodeSound } from '../sound/encode.js';
import type { ShownPart } from '../sound/placement.js';
import type { Job } from './job.js';
import { codecOf, type PlannedOutput, type StoredSound } from './parts.js';
import type { Means, Workshop } from './workshop.js';

/** The encoded sound on an output's workbench. */
const FILE = 'sound';
/** The same while it is made. */
const UNFINISHED = 'sound.unfinished';

/** What is heard in a file of a job. */
function partOf({ film, firstFrame, every }: Job, { options }: PlannedOutput): ShownPart {
  return { frames: film.frames, fps: film.fps, firstFrame, every, loops: options.loops ?? 1 };
}

/**
 * Puts the encoded sound of each output on its workbench, unless it is there: from a store, or made here.
 * @param take - Takes a file from a store.
 * @throws UsageError if a sound cannot be decoded; RenderError if ffmpeg fails or the disk is full; TransientError if
 * the store lacks a sound, or it is damaged.
 */
export async function provideSounds(
  job: Job,
  benches: readonly Workbench[],
  workshop: Workshop,
  { signal, onStage, onWarning }: Pick<Means, 'signal' | 'onStage' | 'onWarning'>,
  take?: (sound: StoredSound, bench: Workbench, file: string) => Promise<void>,
): Promise<void> {
  const over: number[] = [];
  for (const [i, output] of job.outputs.entries()) {
    const bench = benches[i];
    const codec = codecOf(output);
    if (!codec || !(output.sound || job.sound) || (await isThere(bench, FILE))) continue;
    signal?.throwIfAborted();
    if (output.sound) {
      if (!take) throw noSound(output);
      await take(output.sound, bench, UNFINISHED);
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
  new RenderError(
    `The sound of "${path}" is not on this machine: join with the store that has it, or plan the film again.`,
  );

/** The name of an output's sound on its workbench; undefined if it has none. */
export function soundOn(job: Job, output: PlannedOutput): string | undefined {
  return codecOf(output) && (output.sound || job.sound) ? FILE : undefined;
}

const isThere = (bench: Workbench, file: string) =>
  fs.access(bench.path(file)).then(
    () => true,
    () => false,
  );
