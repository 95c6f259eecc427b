/** The network of a shader: one layer in a loop, after what each of its parts calls. */

import { float } from '../../core/network/activations/glsl.js';
import { type ActivationName, namesOf, type UnitActivation } from '../../core/network/activations.js';
import { type Factors, fadeFactors } from '../../core/network/fade.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import { layerActivation } from '../../core/network/layer-activations.js';
import { mixGain } from '../../core/network/mix-gains.js';
import { earlierShare } from '../../core/network/network.js';
import { networkParameters } from '../../core/network/parameters.js';
import { hiddenWidths, type NetworkSpec } from '../../core/network/spec.js';
import { drawnOf } from '../../renderers/drawn.js';
import {
  brightnessFunction,
  featureFunctions,
  foldFunction,
  hashFunctions,
} from '../../renderers/glsl/pieces.js';
import { table } from '../../renderers/glsl/table.js';
import { hiddenActivations } from './activations.js';
import type { Numbers } from './motion.js';
import type { Shape } from './shape.js';
import { isMix, type Movable, movable, type Subject } from './subject.js';
import type { Weights } from './weights.js';

/**
 * The code of a network, which ends in `float[N] outputsAt(vec2 p)`: the brightness of each output, or of the unit that
 * is shown, at a point of the plane. It calls the activations of `names`.
 */
export function networkCode(
  subject: Subject,
  shape: Shape,
  weights: Weights,
  numbers: Numbers,
): {
  names: ActivationName[];
  /** @param inBuffers - Whether long lists of weights are in buffers. */
  parts(inBuffers: boolean): string[];
} {
  const { sweep, frame } = subject;
  const spec = frame.network;
  const hidden = shape.widths.length > 0 ? hiddenActivations(subject, shape, weights, numbers) : undefined;
  const output = shownCode(subject, numbers);
  const residual = movable(sweep.network.residual, spec.residual);
  const kept =
    residual === 0 || shape.matrices === 1
      ? undefined
      : numbers.declare(
          'residual',
          residual,
          'network.residual',
          'the share of the same unit of the previous layer that a unit adds',
        );
  const scales = weights.isExplicit ? undefined : scaleCode(subject, shape, numbers);
  const slices = frame.slice.map((value, i) =>
    numbers.declare(
      frame.slice.length === 1 ? 'slice' : `slice ${i + 1}`,
      movable(sweep.slice?.[i], value),
      `slice.${i}`,
      `the input after ${i === 0 ? spec.features.join(', ') : 'that'}`,
    ),
  );
  const tile = typeof spec.fold === 'object' && 'tile' in spec.fold ? spec.fold.tile : undefined;
  const side =
    tile === undefined
      ? undefined
      : numbers.declare(
          'tile',
          movable((sweep.network.fold as { tile: unknown }).tile, tile),
          'network.fold.tile',
          "the side of a tile's cell",
        );
  const names = [...new Set([...(hidden?.names ?? []), ...output.names])];
  const parts = (inBuffers: boolean) => [
    ...(weights.isHashed || hidden?.isHashed ? [hashFunctions()] : []),
    featureFunctions(spec.features),
    ...(spec.fold === 'none' ? [] : [foldFunction(spec.fold, side)]),
    `float y[WIDEST]; // the inputs of a layer`,
    shape.code,
    weights.code(inBuffers),
    ...(scales?.parts ?? []),
    ...(hidden?.parts ?? []),
    output.code,
    outputsCode(subject, shape, { kept, slices, hidden: hidden?.call, output, weights, scales, inBuffers }),
  ];
  return { names, parts };
}

/** The brightness of what is drawn. */
function shownCode({ sweep, frame }: Subject, numbers: Numbers) {
  const drawn = drawnOf(frame).activation;
  const activation = Array.isArray(drawn) ? drawn[0] : drawn;
  const names = namesOf(activation);
  const low = numbers.declare(
    'low',
    movable(sweep.levels?.[0], frame.levels?.[0] ?? 0),
    'levels.0',
    'the output that is shown as 0',
  );
  const high = numbers.declare(
    'high',
    movable(sweep.levels?.[1], frame.levels?.[1] ?? 1),
    'levels.1',
    'the output that is shown as 1',
  );
  const fraction = isMix(activation)
    ? `, ${numbers.declare('output mix', mixTrack(sweep.network, frame, activation), 'network.outputActivation.fraction', 'from 0 at one output activation to 1 at the other')}`
    : '';
  return {
    names: [names].flat().flatMap((name) => (typeof name === 'string' ? [name] : [name.from, name.to])),
    code: `// The brightness of a sum.\n${brightnessFunction(names)}`,
    call: (sum: string, added: string) => `shown(${sum}, ${added}, ${low}, ${high}${fraction})`,
  };
}

function mixTrack(
  network: Subject['sweep']['network'],
  { shown, network: spec }: Subject['frame'],
  activation: Exclude<UnitActivation, string>,
): Movable {
  const swept =
    shown && 'layer' in shown
      ? layerActivation((network.activation ?? spec.activation) as NetworkSpec['activation'], shown.layer)
      : network.outputActivation;
  return movable(isMix(swept) ? swept.fraction : undefined, activation.fraction);
}

/** The scales of a layer's draws: functions of the layer and, with glorot, of how many units the matrix is for. */
interface Scales {
  parts: string[];
  weights: string;
  biases: string;
  /** Whether they depend on how many units the matrix is for, which they call OUTGOING. */
  needsOutgoing: boolean;
}

function scaleCode({ sweep, frame }: Subject, shape: Shape, numbers: Numbers): Scales {
  const spec = frame.network;
  const { initialisation } = spec;
  const usual = initialisation ? 1 : networkParameters.weightScale.default;
  const scale = numbers.declare(
    'weight scale',
    movable(sweep.network.weightScale, spec.weightScale ?? usual),
    'network.weightScale',
    'multiplies the draws of weights',
  );
  const ownBiases = spec.biasScale !== undefined;
  const biasScale = ownBiases
    ? numbers.declare(
        'bias scale',
        movable(sweep.network.biasScale, spec.biasScale!),
        'network.biasScale',
        'multiplies the draws of biases',
      )
    : undefined;
  const size = (layer: string) => (shape.hasFractions ? `sizeOf(${layer})` : `float(unitsIn(${layer}))`);
  numbers.constant(
    'bool',
    'first layer bias',
    `${spec.firstLayerBias}`,
    'whether the first layer has biases',
  );
  const third = spec.distribution === 'uniform' ? 3 : 1; // uniform draws have a variance of 1/3
  const parts: string[] = [];
  let base = scale;
  let parameter = '';
  if (initialisation) {
    parameter = initialisation === 'glorot' ? ', float outgoing' : '';
    const variance = {
      he: `${float(2 * third)} / ${size('layer - 1')}`,
      glorot: `${float(2 * third)} / (${size('layer - 1')} + outgoing)`,
      lecun: `${float(third)} / ${size('layer - 1')}`,
    }[initialisation];
    parts.push(
      `// The scale of a layer's draws: ${initialisation} initialisation.\nfloat scaleOf(int layer${parameter}) {\n  return ${scale} * sqrt(${variance});\n}`,
    );
    base = `scaleOf(layer${parameter && ', OUTGOING'})`;
  }
  const gains = Array.from({ length: shape.matrices }, (_, i) => mixGain(spec, i + 1));
  const hasGains = gains.some((gain) => gain !== 1);
  if (hasGains)
    parts.push(
      `// Factors that preserve contrast after mixed activations.\n${table('float', 'GAINS', gains.map(float), 8)}`,
    );
  return {
    parts,
    weights: hasGains ? `GAINS[layer - 1] * ${base}` : base,
    biases: biasScale ?? base,
    needsOutgoing: parameter !== '',
  };
}

/** A unit's sum, with its scales. @param outgoing - An expression for the units that its matrix is for. */
function sumOf({ isExplicit }: Weights, scales: Scales | undefined, outgoing: string): string {
  if (isExplicit || !scales) return 'sum + bias';
  const [weights, biases] = [scales.weights, scales.biases].map((scale) =>
    scale.replace('OUTGOING', outgoing),
  );
  return weights === biases ? `${weights} * (sum + bias)` : `${weights} * sum + ${biases} * bias`;
}

interface Given {
  kept: string | undefined;
  slices: string[];
  hidden: string | undefined;
  output: { call(sum: string, added: string): string };
  weights: Weights;
  scales: Scales | undefined;
  inBuffers: boolean;
}

function outputsCode({ frame, draws }: Subject, shape: Shape, given: Given): string {
  const spec = frame.network;
  const { kept, slices, hidden, output, scales } = given;
  const { fadingLayers, hasFractions, matrices, shownUnit, widths } = shape;
  const isNormalised = spec.normalisation === 'layer' && widths.length > 0;
  const inputs = [...spec.features.map((_, i) => `feature${i}(p)`), ...slices];
  const lines: string[] = [];
  const say = (...text: string[]) => lines.push(...text);
  const parts: string[] = [];
  if (isNormalised) parts.push(normaliseCode(hasFractions));
  const factors = (number: number) => (shownUnit ? undefined : fadeFactors(spec, number, draws));
  const isFading = factors(matrices) !== undefined;
  if (isFading) parts.push(fadeCode(factors(matrices)!, fadingLayers ? factors(matrices - 1) : undefined));
  const faded = (sum: string, words: string) =>
    isFading ? `(${words}SCALE[unit] * ${sum} + ${words}OFFSET[unit])` : sum;

  say(`// The brightness of ${shownUnit ? 'the unit' : 'each output'} at a point of the plane.`);
  say('float[OUTPUTS] outputsAt(vec2 p) {');
  if (fadingLayers) {
    say(`  int count = clamp(int(ceil(${fadingLayers})), 1, ${matrices});`);
    say(`  float earlier = ${shareCode(spec, fadingLayers)}; // the share of the output one layer earlier`);
  }
  if (spec.fold !== 'none') say('  p = folded(p);');
  if (given.weights.readsAhead || shape.unitsMove) say('  for (int i = 0; i < WIDEST; i++) y[i] = 0.0;');
  for (const [i, input] of inputs.entries()) say(`  y[${i}] = ${input};`);
  say(...given.weights.before(given.inBuffers).map((line) => `  ${line}`));
  say('  float[OUTPUTS] outputs;');
  if (fadingLayers) say('  for (int i = 0; i < OUTPUTS; i++) outputs[i] = 0.0;');
  const isDeep = widths.length > 0;
  if (isDeep && (isNormalised || kept)) say('  float[WIDEST] values; // of the layer before');
  const last = fadingLayers ? 'count' : 'LAYERS';
  say(`  for (int layer = 1; layer <= ${last}; layer++) {`, `    bool isLast = layer == ${last};`);
  if (isDeep) {
    say(`    int units = isLast ? OUTPUTS : unitsIn(layer);`, '    float[WIDEST] next;');
  }
  say(...given.weights.perLayer(given.inBuffers).map((line) => `    ${line}`));
  // One layer earlier, there may be more outputs than units.
  const most = !isDeep ? 'OUTPUTS' : fadingLayers ? 'max(units, layer == count - 1 ? OUTPUTS : 0)' : 'units';
  say(`    for (int unit = 0; unit < ${most}; unit++) {`);
  const outgoing = shownUnit ? exactWidth(spec, shownUnit.layer) : spec.outputs;
  const index = shownUnit && given.weights.isHashed ? `isLast ? ${shownUnit.unit} : unit` : 'unit';
  const hiddenSize = hasFractions ? 'sizeOf(layer)' : 'float(unitsIn(layer))';
  say('      int inputs = unitsIn(layer - 1);');
  if (shownUnit && given.weights.isHashed) say(`      int own = ${index};`);
  const statements = given.weights.sum(given.inBuffers);
  say(
    ...statements.map(
      (line) =>
        `      ${shownUnit && given.weights.isHashed ? line.replace('uint(unit + 1)', 'uint(own + 1)') : line}`,
    ),
  );
  if (scales) say('      if (layer == 1 && !FIRST_LAYER_BIAS) bias = 0.0;');
  if (scales?.needsOutgoing) {
    say(
      `      float outgoing = ${isDeep ? `isLast ? ${float(outgoing)} : ${hiddenSize}` : float(outgoing)};`,
    );
  }
  say(`      float z = ${sumOf(given.weights, scales, 'outgoing')};`);
  let added = '0.0';
  if (shownUnit && kept && shownUnit.layer > 1) {
    const { layer, unit } = shownUnit;
    const share = hasFractions
      ? ` * (unitsIn(${layer - 1}) == ${unit + 1} ? lastUnit(${layer - 1}) : 1.0)`
      : '';
    if (unit < widths[layer - 2])
      added = `(${unit} < unitsIn(${layer - 1}) ? ${kept} * values[${unit}]${share} : 0.0)`;
  }
  if (fadingLayers) {
    const before = scales?.needsOutgoing ? `(${sumOf(given.weights, scales, float(spec.outputs))})` : 'z';
    say(`      if (isLast) outputs[unit] += (1.0 - earlier) * ${faded('z', 'FADE_')};`);
    if (isDeep) {
      say('      if (layer == count - 1 && unit < OUTPUTS) {');
      say(`        outputs[unit] += earlier * ${faded(before, 'EARLIER_')};`, '      }');
    }
  } else say(`      if (isLast) outputs[unit] = ${output.call(faded('z', 'FADE_'), added)};`);
  if (isDeep) {
    say(
      `      else next[unit] = ${hidden};`.replace(
        '      else ',
        fadingLayers ? '      if (!isLast) ' : '      else ',
      ),
    );
    if (kept) {
      const share = hasFractions ? ' * (unit == unitsIn(layer - 1) - 1 ? lastUnit(layer - 1) : 1.0)' : '';
      say('      if (!isLast && layer > 1 && unit < unitsIn(layer - 1)) {');
      say(`        next[unit] += ${kept} * values[unit]${share};`, '      }');
    }
  }
  say('    }');
  if (isDeep) {
    say('    if (isLast) break;');
    const into = isNormalised || kept ? 'values' : 'y';
    say(`    for (int unit = 0; unit < units; unit++) ${into}[unit] = next[unit];`);
    if (isNormalised) say('    normalise(layer, values);');
    else if (kept) say('    for (int unit = 0; unit < units; unit++) y[unit] = values[unit];');
    if (hasFractions) say('    y[units - 1] *= lastUnit(layer);');
    if (shape.unitsMove) say('    for (int unit = units; unit < WIDEST; unit++) y[unit] = 0.0;');
  }
  say('  }');
  if (fadingLayers) {
    say(`  for (int i = 0; i < OUTPUTS; i++) outputs[i] = ${output.call('outputs[i]', '0.0')};`);
  }
  say('  return outputs;', '}');
  return [...parts, lines.join('\n')].join('\n\n');
}

/** The factors of outputs that fade: see core/network/fade.ts. */
function fadeCode(own: Factors, earlier: Factors | undefined): string {
  const tables = (words: string, { scale, offset }: Factors) => [
    table('float', `${words}SCALE`, scale.map(float), 8),
    table('float', `${words}OFFSET`, offset.map(float), 8),
  ];
  return [
    '// Factors that preserve contrast while the network is between two others.',
    ...tables('FADE_', own),
    ...(earlier ? tables('EARLIER_', earlier) : []),
  ].join('\n');
}

/** The number of units of a layer in the first frame. */
const exactWidth = (spec: NetworkSpec, layer: number) => hiddenWidths(spec)[layer - 1];

/** The share of the output one layer earlier: see earlierShare in core/network/network.ts. */
function shareCode(spec: NetworkSpec, layers: string): string {
  return spec.fade === 'outputs' || Number.isInteger(spec.layers)
    ? `max(0.0, float(count) - ${layers})`
    : float(earlierShare(spec));
}

function normaliseCode(hasFractions: boolean): string {
  const share = hasFractions ? '(unit < units - 1 ? 1.0 : last) * ' : '';
  const whole = hasFractions ? 'float(units - 1) + last' : 'float(units)';
  return `// Gives the inputs of the next layer a mean of 0 and a variance of 1.
void normalise(int layer, float values[WIDEST]) {
  int units = unitsIn(layer);${hasFractions ? '\n  float last = lastUnit(layer);' : ''}
  float whole = ${whole};
  float mean = 0.0, variance = 0.0;
  for (int unit = 0; unit < units; unit++) mean += ${share}values[unit] / whole;
  for (int unit = 0; unit < units; unit++) {
    float rest = values[unit] - mean;
    variance += ${share}rest * rest / whole;
  }
  for (int unit = 0; unit < units; unit++) {
    y[unit] = (values[unit] - mean) / sqrt(variance + ${float(NORMALISATION_EPSILON)});
  }
}`;
}
