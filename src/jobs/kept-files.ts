/**
 * Caches finished files that are expensive to join: those encoded as a whole, such as GIFs and files that had to fit a
 * size. Making such a film again then costs hardly more than making one whose segments are joined by copying.
 */
import { constants, promises as fs } from 'node:fs';
import { z } from 'zod';
import {
  BESIDE,
  type Joined,
  type KeptFile,
  parseOutput,
  SegmentCache,
  type Workbench,
} from '../outputs/index.js';
import { codeDigest } from '../system/version.js';
import type { Job } from './job.js';

/** The name of a copy on the workbench. */
const COPY = 'kept';

/** Its text is printed, and comes from a file. */
const joinedSchema: z.ZodType<Joined> = z.strictObject({
  from: z.enum(['video', 'copy']),
  chose: z
    .string()
    .regex(/^[ -~]{1,200}$/)
    .optional(),
  every: z.number().int().min(1).optional(),
});

/**
 * Where an output's finished file is cached.
 * @param note - The recipe in the file.
 * @returns Undefined if its bytes depend on more than is known here, as those of hardware encoders do.
 */
export function keptFile(
  job: Job,
  output: number,
  note: string | undefined,
  bench: Workbench,
  cache: SegmentCache,
): KeptFile | undefined {
  const { path, options, sound, frame } = job.outputs[output];
  if (options.hardware) return undefined;
  const parts = job.segments.flatMap(({ parts }) => parts.filter((part) => part.output === output));
  const key = SegmentCache.keyOf([
    ...['file', codeDigest(), job.pins.ffmpeg, parseOutput(path, options).format, options, sound, frame],
    ...[job.film, job.firstFrame, job.every, job.sound, note, parts.map(({ keys: [key] }) => key)],
  ]);
  const copy = bench.path(COPY);
  const remove = async () => {
    for (const file of [copy, copy + BESIDE]) await fs.rm(file, { force: true });
  };
  return {
    // Copies, not links: the user may change the finished file in place.
    async take(to) {
      try {
        if (!(await cache.take(key, copy))) return undefined;
        const joined = joinedSchema.parse(JSON.parse(await fs.readFile(copy + BESIDE, 'utf8')));
        await fs.copyFile(copy, to, constants.COPYFILE_FICLONE);
        return joined;
      } catch {
        return undefined; // it is made again
      } finally {
        await remove();
      }
    },
    async keep(from, joined) {
      try {
        await fs.copyFile(from, copy, constants.COPYFILE_FICLONE);
        await fs.writeFile(copy + BESIDE, JSON.stringify(joined));
        await cache.tryStore(key, copy);
      } catch {
        // A full disk or the like costs only time, the next time.
      } finally {
        await remove();
      }
    },
  };
}
