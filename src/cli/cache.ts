/** The commands `cache` and `cache clear`. */
import { UsageError } from '../core/errors.js';
import { inBytes, SegmentCache } from '../outputs/index.js';
import { printJson } from './report.js';

/** Prints how much is cached, and where. */
export async function showCache({ json }: { json?: boolean }): Promise<void> {
  const usage = await here().measure();
  if (json) return printJson('cache', usage);
  const { folder, segments, bytes, limit } = usage;
  console.log(`${folder}  ${count(segments)}, ${inBytes(bytes)} of ${inBytes(limit)}`);
  console.log(
    'Above the limit, the oldest are deleted. UNTRAINED_CACHE_SIZE sets the limit, UNTRAINED_CACHE the folder, or "off".',
  );
}

/** Deletes everything that is cached. */
export async function clearCache({ json }: { json?: boolean }): Promise<void> {
  const usage = await here().clear();
  if (json) return printJson('cleared', usage);
  console.log(`Deleted ${count(usage.segments)}, ${inBytes(usage.bytes)}.`);
}

function here(): SegmentCache {
  const cache = SegmentCache.here();
  if (cache) return cache;
  throw new UsageError(
    process.env.UNTRAINED_CACHE === 'off'
      ? 'UNTRAINED_CACHE is "off", so nothing is cached: set it to a folder, or unset it.'
      : 'Nothing is cached because you have no home folder: set HOME, or set UNTRAINED_CACHE to a folder.',
  );
}

const count = (segments: number) => `${segments} segment${segments === 1 ? '' : 's'}`;
