/**
 * The kernel for narrow networks: all layers at once. An invocation computes a few samples; the sums of a layer's units
 * are in its registers, the activations they become in its own part of workgroup memory, to be read one by one as the
 * next layer's inputs.
 *
 * A weight is the same for all invocations. One load of four of them feeds four multiply-adds a sample, and loads, at
 * sixteen bytes for each invocation, are what a GPU has least of: so the more samples the better, until the sums no
 * longer fit into the registers. Weights are read as a storage buffer, or as uniform buffers, which some GPUs read by a
 * path of their own.
 */
import type { ActivationName, ActivationNames } from '../../../core/network/activations.js';
import { activationOf, activationSource, brightnessSource, inWords } from './activations.js';
import { type Binding, each, type Kernel, laidOut, STEP } from './kernel.js';
import position from './position.wgsl.js';

/** The samples of an invocation: `vectors` of 2 or 4. */
export interface NarrowForm {
  size: 2 | 4;
  vectors: number;
  weights: 'storage' | 'uniform';
}

/** What a narrow kernel is written out for. Depth, weights, view and picture are not part of it. */
export interface NarrowShape {
  /** Units in every hidden layer; 0 for a network without one. */
  width: number;
  form: NarrowForm;
  /** In a workgroup. */
  invocations: number;
  hidden: ActivationNames;
  output: ActivationName;
  outputs: 1 | 3;
  /** What the output one layer earlier reads: nothing (there is none), the sample's position, or units. */
  earlier: 'none' | 'position' | 'units';
  /** How many parts hold the hidden layers from the second on, where they are read as uniform buffers; else 0. */
  parts: number;
  /** Whether sums are parts of themselves: see ../../exponents.ts. */
  held: boolean;
}

/**
 * Hidden layers from the second on lie in parts of this many vec4f, each as many whole layers as it holds: the 64 KiB
 * that a uniform buffer may have everywhere.
 */
export const PART_LENGTH = 4096;

/** How many hidden layers of so many units a part holds. */
export const layersInPart = (width: number): number => Math.floor(PART_LENGTH / matrixLength(width));

/** What such a layer takes, in vec4f. */
const matrixLength = (width: number): number => (1 + width) * Math.ceil(width / 4);

export const samplesOf = ({ size, vectors }: NarrowForm): number => size * vectors;

/** Bytes of workgroup memory. */
export const narrowBytes = (width: number, form: NarrowForm, invocations: number): number =>
  4 * Math.max(1, width) * samplesOf(form) * invocations;

const COMPONENTS = 'xyzw';

export function narrowKernel(shape: NarrowShape): Kernel {
  const { width, form, invocations, hidden, output, outputs, earlier, parts, held } = shape;
  const label = [
    'narrow',
    `${width} units`,
    `${form.vectors} x ${form.size} samples`,
    `${invocations} invocations`,
    parts > 0 ? `${parts} uniform parts` : 'storage',
    inWords(hidden),
    `${outputs} ${output}`,
    `earlier ${earlier}`,
    ...(held ? ['held'] : []),
  ].join(', ');
  const partBindings = Array.from({ length: parts }, (): Binding => 'part');
  return { label, code: () => laidOut(codeOf(shape)), bindings: [...BINDINGS, ...partBindings] };
}

const BINDINGS: readonly Binding[] = ['step', 'read', 'read', 'write'];

function codeOf(shape: NarrowShape): string {
  const { width, form, invocations, hidden, output, outputs, earlier, parts, held } = shape;
  const { size, vectors } = form;
  const samples = samplesOf(form);
  const type = size === 4 ? 'vec4f' : 'vec2f';
  const uniform = parts > 0;

  const eachVector = (text: (q: number) => string) => each(vectors, text, ' ');
  const component = (i: number) => COMPONENTS[i % 4];
  /** Adds one input's products to the sums `name` of `units` units; x0, x1... are its values. */
  const add = (name: string, units: number, weight: (block: number) => string) => `
${each(Math.ceil(units / 4), (block) => `      let w${block} = ${weight(block)};`)}
${each(units, (u) => `      ${eachVector((q) => `${name}${u}_${q} = fma(${type}(w${u >> 2}.${component(u)}), x${q}, ${name}${u}_${q});`)}`)}`;
  /** Begins the sums with the biases. */
  const begin = (name: string, units: number, weight: (block: number) => string) => `
${each(Math.ceil(units / 4), (block) => `    let b${block} = ${weight(block)};`)}
${each(units, (u) => `    ${eachVector((q) => `${name}${u}_${q} = ${type}(b${u >> 2}.${component(u)});`)}`)}`;
  const declare = (name: string, units: number) =>
    each(units, (u) => `  ${eachVector((q) => `var ${name}${u}_${q}: ${type};`)}`);
  /** @param layer - Its number, from 1, where the sums are held. */
  const activation = (layer: string) => {
    const given = held ? `, weights[step.heldAt + ${layer} - 1u]` : '';
    return each(
      width,
      (u) =>
        `    ${eachVector((q) => `units[${(u * vectors + q) * invocations}u + local] = ${activationOf(type)}(s${u}_${q}${given});`)}`,
    );
  };

  /** The sums `name` of `units` units from a matrix at `at` over the sample's position, or over the last layer's units. */
  const overPosition = (name: string, units: number, at: string) => {
    const stride = Math.ceil(units / 4);
    return `  {${begin(name, units, (block) => `weights[${at} + ${block}u]`)}
${each(
  2,
  (k) => `    {
      ${eachVector((q) => `let x${q} = ${['px', 'py'][k]}${q};`)}${add(name, units, (block) => `weights[${at} + ${(k + 1) * stride + block}u]`)}
    }`,
)}
  }`;
  };
  const overUnits = (name: string, units: number, at: string, buffer = 'weights') => {
    const stride = Math.ceil(units / 4);
    return `  {${begin(name, units, (block) => `${buffer}[${at} + ${block}u]`)}
    for (var k = 0u; k < ${width}u; k++) {
      let row = ${at} + (k + 1u) * ${stride}u;
      ${eachVector((q) => `let x${q} = units[(k * ${vectors}u + ${q}u) * ${invocations}u + local];`)}${add(name, units, (block) => `${buffer}[row + ${block}u]`)}
    }
  }`;
  };

  /** One hidden layer, not the first; `at` is its place in the buffer. */
  const layerOf = (at: string, buffer: string) => `
${earlier === 'units' ? `if (layer == step.hidden) {\n${overUnits('e', outputs, 'step.earlierAt')}\n}` : ''}
    let at = ${at};
${overUnits('s', width, 'at', buffer)}
${activation('layer')}`;
  const inPart = layersInPart(width);
  const fromStorage = () => `
  for (var layer = 2u; layer <= step.hidden; layer++) {
    let i = layer - 2u;${layerOf(`step.at + (i / ${inPart}u) * ${PART_LENGTH}u + (i % ${inPart}u) * ${matrixLength(width)}u`, 'weights')}
  }`;
  const fromUniforms = () => `
  var layer = 2u;
${each(
  parts,
  (part) => `for (; layer <= min(step.hidden, ${1 + (part + 1) * inPart}u); layer++) {
${layerOf(`(layer - ${2 + part * inPart}u) * ${matrixLength(width)}u`, `part${part}`)}
  }`,
)}`;
  const hiddenLayers = () => `
${overPosition('s', width, 'step.firstAt')}
${activation('1u')}
${uniform ? fromUniforms() : fromStorage()}`;

  const partBuffers = each(
    parts,
    (part) =>
      `@group(0) @binding(${BINDINGS.length + part}) var<uniform> part${part}: array<vec4f, ${PART_LENGTH}>;`,
  );
  return /* wgsl */ `
// An invocation computes ${samples} samples, ${invocations} apart, in vectors of ${size}: px and py are their positions, s the sums of a
// layer's ${width} units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
${STEP.wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> offsets: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> planes: array<f32>;
${partBuffers}
${width ? `// The activations of the last layer: (${width} units, ${vectors} vectors, invocations). Each invocation has its own, so none waits.\nvar<workgroup> units: array<${type}, ${width * vectors * invocations}>;` : ''}
${position}
${width ? activationSource(hidden, [type], held) : ''}
${brightnessSource(output, held)}

fn show(sample: u32, output: u32, sum: f32) {
  if (sample < step.samples) {
    planes[output * step.plane + sample] = brightness(sum${held ? ', weights[step.heldAt + step.hidden]' : ''});
  }
}

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * ${invocations * samples}u + local;
${each(samples, (p) => `  let at${p} = position(min(first + ${p * invocations}u, step.samples - 1u));`)}
${each(vectors, (q) => `  let px${q} = ${type}(${each(size, (i) => `at${q * size + i}.x`, ', ')});\n  let py${q} = ${type}(${each(size, (i) => `at${q * size + i}.y`, ', ')});`)}
${declare('s', width)}
${declare('o', outputs)}
${earlier === 'none' ? '' : declare('e', outputs)}
${earlier === 'position' ? overPosition('e', outputs, 'step.earlierAt') : ''}
${width ? hiddenLayers() : ''}
${width ? overUnits('o', outputs, 'step.outputAt') : overPosition('o', outputs, 'step.outputAt')}
${earlier === 'none' ? '' : each(outputs, (c) => `  ${eachVector((q) => `o${c}_${q} = fma(${type}(step.share), e${c}_${q} - o${c}_${q}, o${c}_${q});`)}`)}
${each(outputs, (c) => each(samples, (p) => `  show(first + ${p * invocations}u, ${c}u, o${c}_${Math.floor(p / size)}.${component(p % size)});`))}
}
`;
}
