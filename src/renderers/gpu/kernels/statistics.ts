/** Layer normalisation for wide networks: writes two planes that the next layer's kernel applies to its inputs. */
import { FULL_COMMON, type Kernel, source } from './kernel.js';
import code from './statistics.wgsl.js';

export const statisticsKernel: Kernel = {
  label: 'statistics',
  bindings: ['step', 'read', 'write'],
  code: () => source(FULL_COMMON, code),
};
