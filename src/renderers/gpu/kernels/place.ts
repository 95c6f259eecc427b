/** The first step for wide networks: writes the samples' positions as two planes of values. */
import { COMMON, type Kernel, source } from './kernel.js';
import code from './place.wgsl.js';
import position from './position.wgsl.js';

export const placeKernel: Kernel = {
  label: 'place',
  bindings: ['step', 'read', 'write'],
  code: () => source(COMMON, code, position),
};
