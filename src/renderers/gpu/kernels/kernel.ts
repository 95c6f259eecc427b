/** What the kernels share: what one is, the record that each dispatch reads, and words to write them with. */
import { struct } from '../layout.js';

/** How a kernel sees a buffer: a Step, numbers to read, numbers to write, a part of the weights as a uniform buffer. */
export type Binding = 'step' | 'read' | 'write' | 'part';

/** A compute program, as text. Its buffers are group 0, bound in this order. */
export interface Kernel {
  /** Two kernels of one label are the same. */
  label: string;
  /** Its WGSL, written out only when it is to be compiled. */
  code(): string;
  bindings: readonly Binding[];
}

/** What one dispatch is told. Places in the weights are counted in vec4f; see Matrix in arrange.ts. */
export const STEP = struct('Step', {
  width: 'u32', // of the frame, in pixels
  pixels: 'u32', // of the frame
  supersample: 'u32', // n: n x n samples a pixel
  firstPixel: 'u32', // of the chunk, row-major in the frame
  samples: 'u32', // in the chunk: n * n for each of its pixels, one pixel after another
  plane: 'u32', // samples from one plane of values to the next, at least `samples`
  dither: 'u32', // 0 or 1
  outputs: 'u32', // 1 or 3
  hidden: 'u32', // hidden layers
  at: 'u32', // the matrix to compute; of the narrow kernel, the second of all
  inputs: 'u32',
  units: 'u32',
  stride: 'u32',
  firstAt: 'u32',
  outputAt: 'u32',
  earlierAt: 'u32',
  earlierInputs: 'u32',
  earlierStride: 'u32',
  share: 'f32', // of the output one layer earlier
  mix: 'f32', // the fraction of a mixed activation
  rest: 'f32', // what that leaves of 1
  heldAt: 'u32', // the first hidden layer's Held (../../exponents.ts), or the layer's own where it has a dispatch to itself
});

export type Step = Parameters<typeof STEP.write>[2];

/** Invocations in a workgroup of every kernel that has no tiles. */
export const GROUP = 64;

/** Where a sample lies: its place in `offsets`, which holds the x of every column and then the y of every row. */
export const POSITION = /* wgsl */ `
fn position(sample: u32) -> vec2f {
  let n = step.supersample;
  let pixel = step.firstPixel + sample / (n * n);
  let part = sample % (n * n);
  let column = (pixel % step.width) * n + part % n;
  let row = (pixel / step.width) * n + part / n;
  return vec2f(offsets[column], offsets[step.width * n + row]);
}`;

/** Linear light to sRGB: IEC 61966-2-1. */
export const FROM_LINEAR = /* wgsl */ `
fn from_linear(value: f32) -> f32 {
  return select(1.055 * pow(value, 1.0 / 2.4) - 0.055, 12.92 * value, value <= 0.0031308);
}`;

/** Text for each number from 0, put together. */
export function each(count: number, text: (i: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(between);
}

/** Generated code as one would write it: indented by its braces, no two empty lines together. */
export function laidOut(code: string): string {
  let depth = 0;
  const lines = code.split('\n').map((line) => {
    const text = line.trim();
    const opened = text.split('{').length - text.split('}').length;
    const indent = '  '.repeat(depth - (text.startsWith('}') ? 1 : 0));
    depth += opened;
    return text && indent + text;
  });
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\{\n\n/g, '{\n')
    .replace(/\n\n( *\})/g, '\n$1');
}
