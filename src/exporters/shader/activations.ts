/** The activations of a shader's hidden layers: one for all, one for each layer, or one for each unit. */
import type { ActivationName, LayerActivation } from '../../core/network/activations.js';
import { ACTIVATION_INPUT } from '../../core/network/hash.js';
import { layerActivation, unitActivations } from '../../core/network/layer-activations.js';
import type { NetworkSpec } from '../../core/network/spec.js';
import { table } from '../../renderers/glsl/table.js';
import type { Numbers } from './motion.js';
import type { Shape } from './shape.js';
import { isMix, movable, type Subject } from './subject.js';
import { seedCode, type Weights } from './weights.js';

export interface HiddenCode {
  names: ActivationName[];
  parts: string[];
  /** The activation of `z`, in a loop over `layer` and `unit`. */
  call: string;
  /** Whether it needs the hash. */
  isHashed: boolean;
}

/** Kinds in a word of 32 bits, 4 bits each: there are fewer than 16 activations. */
const PER_WORD = 8;

export function hiddenActivations(
  { sweep, frame }: Subject,
  shape: Shape,
  weights: Weights,
  numbers: Numbers,
): HiddenCode {
  const spec = frame.network;
  const layers = shape.widths.length;
  const list = [spec.activation].flat().slice(0, layers);
  const swept = [sweep.network.activation ?? spec.activation].flat() as LayerActivation[];
  const drawn = list.filter((layer) => typeof layer === 'object' && 'perUnit' in layer);
  const kinds = drawn.length > 0 ? kindCode(spec, shape, weights, list) : undefined;
  const names = new Set<ActivationName>(kinds?.names ?? []);
  const calls = list.map((layer, i) => {
    if (typeof layer === 'string') {
      names.add(layer);
      return `${layer}_(sum)`;
    }
    if ('perUnit' in layer) return kinds!.call(layer.perUnit);
    names.add(layer.from).add(layer.to);
    const track = swept[Math.min(i, swept.length - 1)];
    const words = list.length === 1 ? 'activation mix' : `activation mix ${i + 1}`;
    const fraction = numbers.declare(
      words,
      movable(isMix(track) ? track.fraction : undefined, layer.fraction),
      `network.activation${list.length === 1 ? '' : `.${i}`}.fraction`,
      'from 0 at one activation to 1 at the other',
    );
    return `mix(${layer.from}_(sum), ${layer.to}_(sum), ${fraction})`;
  });
  const distinct = new Set(calls);
  const common = { names: [...names], isHashed: kinds?.isHashed ?? false };
  if (distinct.size === 1 && typeof list[0] === 'string') {
    return { ...common, parts: kinds?.parts ?? [], call: `${list[0]}_(z)` };
  }
  const lines = calls.map((call, i) =>
    i === calls.length - 1 || distinct.size === 1
      ? `  return ${call};`
      : `  if (layer == ${i + 1}) return ${call};`,
  );
  const body = distinct.size === 1 ? lines.slice(0, 1) : lines;
  const about =
    distinct.size === 1 ? '// The activation of a unit.' : '// The activation of a unit: layers differ.';
  return {
    ...common,
    parts: [
      ...(kinds?.parts ?? []),
      `${about}\nfloat activated(float sum, int layer, int unit) {\n${body.join('\n')}\n}`,
    ],
    call: 'activated(z, layer, unit)',
  };
}

/** Activations that are drawn for each unit: by the hash, or from a table. */
function kindCode(spec: NetworkSpec, shape: Shape, weights: Weights, list: LayerActivation[]) {
  const { seeds, between } = weights;
  const isHashed = spec.draws === 'hash';
  const lists = list.flatMap((layer) =>
    typeof layer === 'object' && 'perUnit' in layer ? [layer.perUnit] : [],
  );
  const names = [...new Set(lists.flat())];
  const parts = [
    `// One of the activations by its number.
float activation(int kind, float sum) {
${names.map((name, i) => (i === names.length - 1 ? `  return ${name}_(sum);` : `  if (kind == ${i}) return ${name}_(sum);`)).join('\n')}
}`,
  ];
  const seedOf = (set: string) => (seeds.length === 1 ? 'SEED' : `SEEDS[${set}]`);
  const mixed = (kind: (set: string) => string) => {
    const first = `activation(${kind(between?.from ?? '0')}, sum)`;
    if (!between || between.from === between.to) return first;
    return `mix(${first}, activation(${kind(between.to)}, sum), ${between.fraction})`;
  };
  if (isHashed) {
    if (!weights.isHashed) parts.push(seedCode(seeds));
    const made = new Map<string, string>();
    const call = (perUnit: ActivationName[]) => {
      const key = perUnit.join();
      let name = made.get(key);
      if (!name) {
        name = `kindOf${made.size === 0 ? '' : made.size + 1}`;
        made.set(key, name);
        const numbersOf = perUnit.map((each) => `${names.indexOf(each)}`);
        const capital = `KINDS${made.size === 1 ? '' : made.size}`;
        parts.push(`${table('int', capital, numbersOf, 16)}

// The activation of a unit, which is random too.
int ${name}(uint seed, int layer, int unit) {
  uint bits = bitsOf(seed, uint(layer), uint(unit + 1), ${ACTIVATION_INPUT}u);
  return ${capital}[(bits >> 16) * ${perUnit.length}u >> 16];
}`);
      }
      return mixed((set) => `${name}(${seedOf(set)}, layer, unit)`);
    };
    return { names, parts, isHashed, call };
  }
  const most = Math.max(...shape.widths);
  const kinds = seeds.flatMap((seed) =>
    shape.widths.flatMap((_, i) => {
      const layer = layerActivation(spec.activation, i + 1);
      const isDrawn = typeof layer === 'object' && 'perUnit' in layer;
      const own = isDrawn ? (unitActivations({ ...spec, seed }, i + 1, most) as ActivationName[]) : [];
      return Array.from({ length: most }, (_, unit) => (isDrawn ? names.indexOf(own[unit]) : 0));
    }),
  );
  const words = Array.from({ length: Math.ceil(kinds.length / PER_WORD) }, (_, i) => {
    const own = kinds.slice(i * PER_WORD, (i + 1) * PER_WORD);
    return own.reduceRight((word, kind) => word * 16 + kind, 0);
  });
  const perSet = shape.widths.length * most;
  const first = seeds.length === 1 ? '' : `set * ${perSet} + `;
  parts.push(`${table(
    'uint',
    'KINDS',
    words.map((word) => `0x${word.toString(16)}u`),
    10,
  )}

// The number of a unit's activation, which is random too: four bits of a word.
int kindOf(${seeds.length === 1 ? '' : 'int set, '}int layer, int unit) {
  int at = ${first}(layer - 1) * ${most} + unit;
  return int(KINDS[at / ${PER_WORD}] >> 4 * (at % ${PER_WORD}) & 15u);
}`);
  const call = (_: ActivationName[]) =>
    mixed((set) => `kindOf(${seeds.length === 1 ? '' : `${set}, `}layer, unit)`);
  return { names, parts, isHashed, call };
}
