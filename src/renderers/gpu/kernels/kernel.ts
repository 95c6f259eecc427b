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
  heldAt: 'u32', // the first hidden layer's Held (../../exponents.ts); its own for a layer with its own dispatch
});

export type Step = Parameters<typeof STEP.write>[2];

/** Invocations in a workgroup of every kernel that has no tiles. */
export const GROUP = 64;

/** Constants in WGSL, by their names; each value is WGSL too. */
export function constants(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `const ${name} = ${value};`)
    .join('\n');
}

/** A kernel's code from its parts. Parts that never change are files beside this one, *.wgsl. */
export function source(...parts: string[]): string {
  return parts.map((part) => part.trim()).join('\n\n');
}

/** What kernels without tiles begin with. */
export const COMMON = source(STEP.wgsl, constants({ GROUP: `${GROUP}u` }));

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
