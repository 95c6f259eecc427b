/** From RGBA to the planes of video: three eighths of the bytes leave the device, and ffmpeg converts nothing. */
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
