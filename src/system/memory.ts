/** How much memory programs may still take. */
import { totalmem } from 'node:os';

/** In bytes. On macOS all of it, since memory that caches could give back does not count as free there. */
export const freeMemory = (): number =>
  process.platform === 'darwin' ? totalmem() : process.availableMemory();
