/** How much memory is free. */
import { totalmem } from 'node:os';

/** In bytes. On macOS all memory, because macOS does not count what its caches would release as free. */
export const freeMemory = (): number =>
  process.platform === 'darwin' ? totalmem() : process.availableMemory();
