/**
 * Caches finished files that are encoded as a whole, such as GIFs and files that had to fit a size. Making such a film
 * again is then about as fast as joining segments by copying.
 */
import { constants, promises as fs } from 'node:fs';
import { z } from 'zod';
import {
  BESIDE,
  type CachedFile,
  type Joined,
  parseOutput,
  SegmentCache,
  type Workbench,
} from '../outputs/index.js';
import { codeDigest } from '../system/version.js';
import type { Job } from './job.js';

/** The name of a copy on the workbench. */
const COPY = 'cached';

/** Checked, because `chose` is printed and the file beside a segment has no digest. */
const joinedSchema: z.ZodType<Joined> = z.strictObject({
  from: z.literal('copy'),
  chose: z
    .string()
    .regex(/^[ -~]{1,200}$/)
    .optional(),
  every: z.number().int().min(1).optional(),
});

/**
 * Where an output's finished file is cached.
 * @param note - The recipe in the file.
 * @returns Undefined for hardware encoders: their bytes depend on the device and its driver.
 */
export function cachedFile(
  job: Job,
  output: number,
  note: string | undefined,
  bench: Workbench,
  cache: SegmentCache,
): CachedFile | undefined {
  const { film, firstFrame, every, pins, segments, sound } = job;
  const { path, ...planned } = job.outputs[output];
  if (planned.options.hardware) return undefined;
  const parts = segments.flatMap(({ parts }) => parts.filter((part) => part.output === output));
  const key = SegmentCache.keyOf({
    ...{ kind: 'file', code: codeDigest(), ffmpeg: pins.ffmpeg },
    ...{ format: parseOutput(path, planned.options).format, planned, film, firstFrame, every, sound, note },
    segments: parts.map(({ keys: [key] }) => key),
  });
  const copy = bench.path(COPY);
  // Best effort, since the workbench is removed anyway.
  const remove = async () => {
    for (const file of [copy, copy + BESIDE]) await fs.rm(file, { force: true }).catch(() => {});
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
    async store(from, joined) {
      try {
        await fs.copyFile(from, copy, constants.COPYFILE_FICLONE);
        await fs.writeFile(copy + BESIDE, JSON.stringify(joined));
        await cache.tryStore(key, copy);
      } catch {
        // Not cached, for example because the disk is full: the next render takes longer.
      } finally {
        await remove();
      }
    },
  };
}
