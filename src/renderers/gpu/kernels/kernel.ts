/** Shared by all kernels: their type, the record that each dispatch reads, and helpers for generating WGSL. */
import { struct } from '../layout.js';

/** How a kernel binds a buffer: as its Step, for reading, for writing, or as a part of the weights (uniform). */
export type Binding = 'step' | 'read' | 'write' | 'part';

/** A compute shader as text. Its buffers are in group 0, in the order of its bindings. */
export interface Kernel {
  /** Identifies the kernel: equal labels, equal code. */
  label: string;
  /** Its WGSL, generated only when it is compiled. */
  code(): string;
  bindings: readonly Binding[];
}

/** A dispatch's parameters. Offsets into the weights are in vec4f; see Matrix in arrange.ts. */
const STEP_FIELDS = {
  width: 'u32', // of the frame, in pixels
  pixels: 'u32', // of the frame
  supersample: 'u32', // n: n x n samples per pixel
  firstPixel: 'u32', // of the chunk, row-major in the frame
  samples: 'u32', // in the chunk: n * n for each of its pixels, one pixel after another
  plane: 'u32', // the stride between planes of values in samples, at least `samples`
  dither: 'u32', // 0 or 1
  outputs: 'u32', // 1 or 3
  hidden: 'u32', // hidden layers
  at: 'u32', // the matrix to compute; for the narrow kernel, the second matrix
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
  rest: 'f32', // 1 - mix
  heldAt: 'u32', // the first hidden layer's Held (../../exponents.ts), or that of the dispatch's own layer
} as const;

/** What most kernels read of a dispatch's record. */
export const STEP = struct('Step', STEP_FIELDS);

/** The whole record, which begins with STEP. Offsets of units' rows are in vec4f: see unitRows in arrange.ts. */
export const FULL_STEP = struct('Step', {
  ...STEP_FIELDS,
  outputMix: 'f32', // the fraction of a mixed output activation
  inputPlanes: 'u32', // the network's inputs that are planes: see kernels/input.wgsl
  firstRow: 'u32', // the row of samples, in the frame, that these planes start with
  unitsAt: 'u32', // the rows of the layer to compute; for the narrow kernel, of the first layer
  keptFrom: 'u32', // the unit of the layer before that a residual adds to the first unit
  statsAt: 'u32', // the plane of means among a layer's units, before that of scales; 0 if not normalised
  earlierStatsAt: 'u32', // the same, one layer earlier
  frameWidth: 'u32', // of a frame of several pictures, of which `width` is one; in pixels
  columns: 'u32', // of pictures
  left: 'u32', // of the first picture, in pixels
  top: 'u32',
  across: 'u32', // from a picture to the next, in pixels
  down: 'u32',
  lastColour: 'u32', // of a colour map
  levelScale: 'f32', // brightness is levelScale v + levelOffset for the values v of a bounded activation
  levelScaleUnbounded: 'f32', // the same for others, whose values are scaled down if sums are
  levelLimit: 'f32', // these others are clamped to +-levelLimit first, so that nothing overflows
  levelOffset: 'f32',
  levelOffsetSigned: 'f32', // for signed activations, with half the scale
});

export type Step = Parameters<typeof FULL_STEP.write>[2];

/** The workgroup size of kernels without tiles. */
export const GROUP = 64;

/** WGSL constants by name; the values are WGSL expressions. */
export function constants(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `const ${name} = ${value};`)
    .join('\n');
}

/** Joins a kernel's code from its parts. Fixed parts are .wgsl files in this folder. */
export function source(...parts: string[]): string {
  return parts.map((part) => part.trim()).join('\n\n');
}

/** The beginning of kernels without tiles. */
export const COMMON = source(STEP.wgsl, constants({ GROUP: `${GROUP}u` }));

/** The beginning of those that read the whole record. */
export const FULL_COMMON = source(FULL_STEP.wgsl, constants({ GROUP: `${GROUP}u` }));

/** Joins the text for each number from 0. */
export function each(count: number, text: (i: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(between);
}

/** Formats generated code: indents it by its braces and collapses empty lines. */
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
