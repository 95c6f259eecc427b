/** Converts brightness to pixels: mean in linear light, dither and rounding, as core/frame/colour.ts does. */
import dither from './dither.wgsl.js';
import code from './finish.wgsl.js';
import fromLinear from './from-linear.wgsl.js';
import { COMMON, type Kernel, source } from './kernel.js';
import toLinear from './to-linear.wgsl.js';

export const finishKernel: Kernel = {
  label: 'finish',
  bindings: ['step', 'read', 'write'],
  code: () => source(COMMON, code, dither, toLinear, fromLinear),
};
