/** Converts RGBA to YUV planes on the GPU: readback shrinks to three eighths, and ffmpeg need not convert. */
import { BT709 } from '../../../core/frame/pixels.js';
import { COMMON, constants, type Kernel, source } from './kernel.js';
import code from './yuv.wgsl.js';

const rule = ({ r, g, b, offset, shift }: (typeof BT709)[keyof typeof BT709]) =>
  `Rule(${r}, ${g}, ${b}, ${offset}, ${shift}u)`;

const rules = constants({ LUMA: rule(BT709.y), BLUE: rule(BT709.cb), RED: rule(BT709.cr) });

export const yuvKernel: Kernel = {
  label: 'yuv',
  bindings: ['step', 'read', 'write'],
  code: () => source(COMMON, rules, code),
};
