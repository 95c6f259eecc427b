/** The first step for wide networks: writes the samples' positions as two planes of values. */
import input from './input.wgsl.js';
import { COMMON, FULL_COMMON, type Kernel, source } from './kernel.js';
import code from './place.wgsl.js';
import placeInputs from './place-inputs.wgsl.js';
import position from './position.wgsl.js';

export const placeKernel: Kernel = {
  label: 'place',
  bindings: ['step', 'read', 'write'],
  code: () => source(COMMON, code, position),
};

/** The same for inputs that are planes: see core/frame/inputs.ts. */
export const placeInputsKernel: Kernel = {
  label: 'place inputs',
  bindings: ['step', 'read', 'write'],
  code: () => source(FULL_COMMON, placeInputs, input),
};
