/** Puts the pictures of a layer's units into a frame, in the colours of a map: as finish.ts does for one picture. */
import black from './black.wgsl.js';
import dither from './dither.wgsl.js';
import fromLinear from './from-linear.wgsl.js';
import grid from './grid.wgsl.js';
import { COMMON, FULL_COMMON, type Kernel, source } from './kernel.js';
import toLinear from './to-linear.wgsl.js';

export const gridKernel: Kernel = {
  label: 'grid',
  bindings: ['step', 'read', 'read', 'write'],
  code: () => source(FULL_COMMON, grid, dither, toLinear, fromLinear),
};

/** The space between the pictures. */
export const blackKernel: Kernel = {
  label: 'black',
  bindings: ['step', 'write'],
  code: () => source(COMMON, black),
};
