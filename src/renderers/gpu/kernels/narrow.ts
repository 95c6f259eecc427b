/**
 * The kernel for narrow networks: computes all layers in one dispatch. An invocation computes a few samples. It keeps a
 * layer's sums in registers and their activations in its own part of workgroup memory, from where it reads them one by
 * one as the next layer's inputs.
 *
 * All invocations read the same weights. One load of four weights feeds four multiply-adds per sample, and loads, at
 * sixteen bytes per invocation, are the bottleneck: so more samples per invocation are better, until the sums no longer
 * fit into registers. Weights are read from a storage buffer, or from uniform buffers, which some GPUs read through a
 * separate path.
 */
import type { ActivationNames } from '../../../core/network/activations.js';
import {
  activationOf,
  activationSource,
  arePerUnit,
  brightnessSource,
  inWords,
  type KernelActivations,
  unitActivationSource,
  unitBrightnessSource,
} from './activations.js';
import input from './input.wgsl.js';
import { type Binding, each, FULL_STEP, type Kernel, laidOut, STEP } from './kernel.js';
import position from './position.wgsl.js';

/** The samples of an invocation: `vectors` vectors of 2 or 4. */
export interface NarrowForm {
  size: 2 | 4;
  vectors: number;
  weights: 'storage' | 'uniform';
}

/** What a narrow kernel is generated for. Depth, weights, view and picture are not part of it. */
export interface NarrowShape {
  /** Units in each hidden layer; 0 if there are no hidden layers. */
  width: number;
  form: NarrowForm;
  /** The workgroup size. */
  invocations: number;
  hidden: KernelActivations;
  /** The output activation, or `unit` if a hidden unit is shown. Then `hidden` has an activation for each unit. */
  output: ActivationNames | 'unit';
  outputs: 1 | 3;
  /** What the output one layer earlier reads: nothing (there is none), the sample's position, or units. */
  earlier: 'none' | 'position' | 'units';
  /** The number of uniform buffers with the hidden layers from the second on; 0 if weights are in a storage buffer. */
  parts: number;
  /** Whether sums are scaled down: see ../../exponents.ts. */
  held: boolean;
  /** Whether inputs are planes, instead of the sample's position: see core/frame/inputs.ts. */
  planes?: boolean;
  /** Whether layers add the values of the layer before. Then `hidden` has an activation for each unit. */
  residual?: boolean;
  /** Whether values are normalised. Then `hidden` has an activation for each unit. */
  normalised?: boolean;
  /** Whether the frame has levels. */
  levels?: boolean;
}

/**
 * The length of a part, in vec4f: 64 KiB, the uniform buffer size that every device supports. A part has as many whole
 * hidden layers, from the second on, as fit.
 */
export const PART_LENGTH = 4096;

/** The number of hidden layers of `width` units that fit into a part. */
export const layersInPart = (width: number): number => Math.floor(PART_LENGTH / matrixLength(width));

/** The size of such a layer, in vec4f. */
const matrixLength = (width: number): number => (1 + width) * Math.ceil(width / 4);

export const samplesOf = ({ size, vectors }: NarrowForm): number => size * vectors;

/** The kernel's workgroup memory in bytes. */
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
    `${outputs} ${output === 'unit' ? output : inWords(output)}`,
    `earlier ${earlier}`,
    ...(held ? ['held'] : []),
    ...(shape.planes ? ['planes'] : []),
    ...(shape.residual ? ['residual'] : []),
    ...(shape.normalised ? ['normalised'] : []),
    ...(shape.levels ? ['levels'] : []),
  ].join(', ');
  const partBindings = Array.from({ length: parts }, (): Binding => 'part');
  return { label, code: () => laidOut(codeOf(shape)), bindings: [...BINDINGS, ...partBindings] };
}

const BINDINGS: readonly Binding[] = ['step', 'read', 'read', 'write'];

function codeOf(shape: NarrowShape): string {
  const { width, form, invocations, hidden, output, outputs, earlier, parts, held } = shape;
  const { planes = false, residual = false, normalised = false, levels = false } = shape;
  const perUnit = arePerUnit(hidden);
  const isFull = perUnit || planes || levels || typeof output === 'object';
  const { size, vectors } = form;
  const samples = samplesOf(form);
  const type = size === 4 ? 'vec4f' : 'vec2f';
  const uniform = parts > 0;

  const eachVector = (text: (q: number) => string) => each(vectors, text, ' ');
  const component = (i: number) => COMPONENTS[i % 4];
  /** Adds one input's products to the sums `name` of `units` units; x0, x1, ... are the input's values. */
  const add = (name: string, units: number, weight: (block: number) => string) => `
${each(Math.ceil(units / 4), (block) => `      let w${block} = ${weight(block)};`)}
${each(units, (u) => `      ${eachVector((q) => `${name}${u}_${q} = fma(${type}(w${u >> 2}.${component(u)}), x${q}, ${name}${u}_${q});`)}`)}`;
  /** Initialises the sums with the biases. */
  const begin = (name: string, units: number, weight: (block: number) => string) => `
${each(Math.ceil(units / 4), (block) => `    let b${block} = ${weight(block)};`)}
${each(units, (u) => `    ${eachVector((q) => `${name}${u}_${q} = ${type}(b${u >> 2}.${component(u)});`)}`)}`;
  const declare = (name: string, units: number) =>
    each(units, (u) => `  ${eachVector((q) => `var ${name}${u}_${q}: ${type};`)}`);
  /** The place of a unit's value; u is an expression. */
  const place = (u: string | number, q: number) =>
    typeof u === 'number'
      ? `units[${(u * vectors + q) * invocations}u + local]`
      : `units[(${u} * ${vectors}u + ${q}u) * ${invocations}u + local]`;
  const eachUnit = (text: (u: number, q: number) => string) =>
    each(width, (u) => `    ${eachVector((q) => text(u, q))}`);
  const loop = (text: (q: number) => string) => `    for (var u = 0u; u < ${width}u; u++) {
      let row = weights[rows + 1u + u];
      ${eachVector(text)}
    }`;
  /**
   * The same where each unit has its own activation. The sums are put into memory, so that a loop has one copy of the
   * activations' code; a residual's values of the layer before go where the sums were.
   */
  const unitActivation = (layer: string) => {
    const given = held ? `, weights[step.heldAt + ${layer} - 1u]` : '';
    const adds = residual && layer !== '1u';
    const own = held ? `${type}(weights[rows].x)` : `${type}(1.0)`;
    return `    let rows = step.unitsAt + (${layer} - 1u) * ${width + 1}u;
${adds ? eachUnit((u, q) => `let kept${u}_${q} = ${place(u, q)}; ${place(u, q)} = s${u}_${q}; s${u}_${q} = kept${u}_${q};`) : eachUnit((u, q) => `${place(u, q)} = s${u}_${q};`)}
${loop((q) => `${place('u', q)} = ${activationOf(type)}(${place('u', q)}${given}, row);`)}
${adds ? each(width, (u) => `    { let share = ${type}(weights[rows + ${u + 1}u].z); ${eachVector((q) => `${place(u, q)} = fma(${own}, ${place(u, q)}, share * s${u}_${q});`)} }`) : ''}
${normalised ? normalise() : ''}`;
  };
  const normalise = () => `    ${eachVector((q) => `mean${q} = ${type}(0.0);`)}
${loop((q) => `mean${q} = fma(${type}(row.w), ${place('u', q)}, mean${q});`)}
    ${eachVector((q) => `scale${q} = ${type}(weights[rows].y);`)}
${loop((q) => `{ let d = ${place('u', q)} - mean${q}; scale${q} = fma(row.w * d, d, scale${q}); }`)}
    ${eachVector((q) => `scale${q} = select(${type}(0.0), 1.0 / sqrt(scale${q}), scale${q} > ${type}(0.0));`)}`;
  /** @param layer - An expression for the layer's number, from 1; used if sums are scaled down. */
  const activation = (layer: string) => {
    if (perUnit) return unitActivation(layer);
    const given = held ? `, weights[step.heldAt + ${layer} - 1u]` : '';
    return each(
      width,
      (u) =>
        `    ${eachVector((q) => `units[${(u * vectors + q) * invocations}u + local] = ${activationOf(type)}(s${u}_${q}${given});`)}`,
    );
  };

  /** The sums `name` of `units` units, by the matrix at `at`, of the sample's position or of the last layer's units. */
  const overPosition = (name: string, units: number, at: string) => {
    const stride = Math.ceil(units / 4);
    const biases = begin(name, units, (block) => `weights[${at} + ${block}u]`);
    if (planes) {
      const values = (q: number) =>
        `let x${q} = ${type}(${each(size, (i) => `input(k, at${q * size + i})`, ', ')});`;
      return `  {${biases}
    for (var k = 0u; k < step.inputPlanes; k++) {
      let row = ${at} + (k + 1u) * ${stride}u;
      ${eachVector(values)}${add(name, units, (block) => `weights[row + ${block}u]`)}
    }
  }`;
    }
    return `  {${biases}
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
      ${eachVector((q) => `let x${q} = ${normalised ? `(${place('k', q)} - mean${q}) * scale${q}` : place('k', q)};`)}${add(name, units, (block) => `${buffer}[row + ${block}u]`)}
    }
  }`;
  };

  /** One hidden layer after the first; `at` is its offset in the buffer. */
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
  const isUnit = output === 'unit';
  const heldRow = held ? ', weights[step.heldAt + step.hidden]' : '';
  const functions = () => {
    const activations = perUnit
      ? unitActivationSource(hidden, type, held)
      : activationSource(hidden, [type], held);
    const brightness = isUnit
      ? unitBrightnessSource(perUnit ? hidden : [], 'f32', held, levels)
      : brightnessSource(output, held, levels);
    return `${width ? activations : ''}
${brightness}`;
  };
  const given = isUnit ? `weights[step.unitsAt + step.hidden * ${width + 1}u + 1u], added` : '';
  /** What the residual adds to the unit that is shown. */
  const added = () =>
    residual && width
      ? `  let kept = weights[step.unitsAt + step.hidden * ${width + 1}u + 1u].z;
  ${eachVector((q) => `let added${q} = kept * ${place('step.keptFrom', q)};`)}`
      : `  ${eachVector((q) => `let added${q} = ${type}(0.0);`)}`;
  const showing = (c: number, p: number) => {
    const of = (name: string) => `${name}${Math.floor(p / size)}.${component(p % size)}`;
    return `  show(first + ${p * invocations}u, ${c}u, ${of(`o${c}_`)}${isUnit ? `, ${of('added')}` : ''});`;
  };
  return /* wgsl */ `
// An invocation computes ${samples} samples, ${invocations} apart, in vectors of ${size}: px and py are their positions, s the sums of a
// layer's ${width} units (s3_0: unit 3, first vector), o those of the outputs, e of the outputs one layer earlier.
${(isFull ? FULL_STEP : STEP).wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> ${planes ? 'inputs: array<u32>' : 'offsets: array<f32>'};
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> planes: array<f32>;
${partBuffers}
${width ? `// The activations of the last layer: (${width} units, ${vectors} vectors, invocations). Each invocation has its own, so none waits.\nvar<workgroup> units: array<${type}, ${width * vectors * invocations}>;` : ''}
${planes ? input : position}
${functions()}

fn show(sample: u32, output: u32, sum: f32${isUnit ? ', added: f32' : ''}) {
  if (sample < step.samples) {
    planes[output * step.plane + sample] = ${isUnit ? `unit_brightness(sum, ${given}` : 'brightness(sum'}${heldRow});
  }
}

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = group.x * ${invocations * samples}u + local;
${
  planes
    ? each(samples, (p) => `  let at${p} = min(first + ${p * invocations}u, step.samples - 1u);`)
    : `${each(samples, (p) => `  let at${p} = position(min(first + ${p * invocations}u, step.samples - 1u));`)}
${each(vectors, (q) => `  let px${q} = ${type}(${each(size, (i) => `at${q * size + i}.x`, ', ')});\n  let py${q} = ${type}(${each(size, (i) => `at${q * size + i}.y`, ', ')});`)}`
}
${normalised ? each(vectors, (q) => `  var mean${q}: ${type};\n  var scale${q}: ${type};\n`, '') : ''}${declare('s', width)}
${declare('o', outputs)}
${earlier === 'none' ? '' : declare('e', outputs)}
${earlier === 'position' ? overPosition('e', outputs, 'step.earlierAt') : ''}
${width ? hiddenLayers() : ''}
${width ? overUnits('o', outputs, 'step.outputAt') : overPosition('o', outputs, 'step.outputAt')}
${earlier === 'none' ? '' : each(outputs, (c) => `  ${eachVector((q) => `o${c}_${q} = fma(${type}(step.share), e${c}_${q} - o${c}_${q}, o${c}_${q});`)}`)}
${isUnit ? `${added()}\n` : ''}${each(outputs, (c) => each(samples, (p) => showing(c, p)))}
}
`;
}
