/**
 * The weights of a shader. What a shader holds are draws, which it scales, so that scales can move and be edited; only
 * explicit weights are held as they are. Few numbers are literals. More are the exact bits of float32, in arrays of at
 * most 32 kB; and hashed draws need no more than their seed.
 */
import { UsageError } from '../../core/errors.js';
import { float } from '../../core/network/activations/glsl.js';
import { seedBits } from '../../core/network/hash.js';
import { scalesOf, sidesOf, unitDraws } from '../../core/network/layers.js';
import type { LayerRule } from '../../core/network/rules.js';
import type { NetworkSpec, Seed } from '../../core/network/spec.js';
import type { Keyframes, Walk } from '../../core/sweep/track.js';
import type { Between, Numbers } from './motion.js';
import type { Shape } from './shape.js';
import { type Movable, movable, type Subject } from './subject.js';
import { table } from './tables.js';

/** The most numbers that are written as literals. */
const MOST_LITERALS = 1024;
/** The numbers of an array of 32 kB, and how many arrays there may be: the Buffers A to D of Shadertoy. */
export const PER_ARRAY = 8192;
const ARRAYS = 4;
/** The texels of a row in a buffer: the rows of an array fit into every canvas. */
export const ROW = 64;
/** The same in one shader, where every reading of a row may copy it. */
const SHORT_ROW = 16;
const BUFFERS = ['A', 'B', 'C', 'D'];

export interface Weights {
  /** Whether draws are computed by the hash. */
  isHashed: boolean;
  /** Whether they are explicit weights, which are not scaled. */
  isExplicit: boolean;
  /** Arrays of bits, at most 8192 numbers each: for buffers. */
  arrays: Uint32Array[];
  /** The seeds, and between which of them the network is, if it may be: for activations drawn for each unit. */
  seeds: Seed[];
  between: Between | undefined;
  /** The code that reads the draws: `drawAt`, or `drawsAt` for four; or `drawn` by the hash. */
  code(inBuffers: boolean): string;
  /** The function `sumOf`'s statements, which set `bias` and `sum`. */
  sum: string;
  /** Whether four values are read at a time, and so some beyond the last; and the length that values need then. */
  readsAhead: boolean;
  room: number;
}

/** A set of numbers: what the rows of its matrices are. */
type SetOfWeights = (k: number, unit: number) => ArrayLike<number>;

/** Declares the weights of a subject. */
export function weightsOf(subject: Subject, shape: Shape, numbers: Numbers): Weights {
  const { frame } = subject;
  const spec = frame.network;
  const isExplicit = spec.weights !== undefined;
  const chosen = isExplicit ? explicitSets(subject, numbers) : drawnSets(subject, numbers);
  const { sets, seeds, between, use, shares } = chosen;
  const mixed = use && shares;
  if (spec.draws === 'hash' && !isExplicit) {
    const { code, sum } = hashed(seeds, use, mixed);
    return {
      isHashed: true,
      isExplicit,
      arrays: [],
      between,
      seeds,
      code: () => code,
      sum,
      readsAhead: false,
      room: shape.widest,
    };
  }
  const layout = layoutOf(shape);
  const setsOf = sets(shape);
  const count = setsOf.length * layout.size(1);
  const isLong = count > MOST_LITERALS;
  const align = isLong ? 4 : 1;
  const total = setsOf.length * layout.size(align);
  if (total > ARRAYS * PER_ARRAY) throw tooMany(spec, count, setsOf.length);
  const values = new Float32Array(total);
  let at = 0;
  for (const set of setsOf) {
    layout.each((k, unit) => {
      const row = set(k, unit);
      const { inputs } = layout.rows[k - 1];
      for (let i = 0; i <= inputs; i++) values[at + i] = row[i];
      at += padded(inputs + 1, align);
    });
  }
  const setSize = layout.size(align) / align;
  const index = (set: string) => (set === '0' ? 'at' : `${set} * ${setSize} + at`);
  const bits = new Uint32Array(values.buffer);
  const arrays = isLong
    ? Array.from({ length: Math.ceil(total / PER_ARRAY) }, (_, i) =>
        bits.subarray(i * PER_ARRAY, (i + 1) * PER_ARRAY),
      )
    : [];
  const reading = (inBuffers: boolean) => {
    const read = isLong
      ? inBuffers
        ? fromBuffers(arrays.length)
        : fromArrays(arrays)
      : fromLiterals(values, layout, setsOf.length, isExplicit);
    const type = isLong ? 'vec4' : 'float';
    const name = isLong ? 'drawsAt' : 'drawAt';
    const get = (i: string) => (isLong ? `storedAt(${i})` : `DRAWS[${i}]`);
    const value = mixed
      ? `${mixed.from} * ${get(index(use.from))} + ${mixed.to} * ${get(index(use.to))}`
      : get(index(use?.from ?? '0'));
    const what = isExplicit ? 'weights' : 'draws';
    const about = isLong ? `// Four of the ${what}.` : `// One of the ${what}.`;
    return `${read}\n\n${about}\n${type} ${name}(int at) {\n  return ${value};\n}\n\n${layout.code(align)}`;
  };
  const room = isLong ? padded(shape.widest + 1, 4) : shape.widest;
  const sum = isLong ? SUM_OF_FOURS : SUM_OF_ONES;
  return {
    isHashed: false,
    isExplicit,
    arrays,
    between,
    seeds,
    code: reading,
    sum,
    readsAhead: isLong,
    room,
  };
}

const SUM_OF_ONES = `  int at = rowOf(layer, unit);
  int inputs = unitsIn(layer - 1);
  float bias = drawAt(at);
  float sum = 0.0;
  for (int i = 0; i < inputs; i++) sum += drawAt(at + 1 + i) * y[i];`;

const SUM_OF_FOURS = `  int at = rowOf(layer, unit);
  int inputs = unitsIn(layer - 1);
  float bias = 0.0, sum = 0.0;
  for (int i = 0; i <= inputs; i += 4) {
    vec4 draws = drawsAt(at++);
    if (i == 0) bias = draws.x; // the others are for y[0], y[1] and so on
    sum += dot(draws, vec4(i == 0 ? 0.0 : y[i - 1], y[i], y[i + 1], y[i + 2]));
  }`;

type Layout = ReturnType<typeof layoutOf>;

/** Where the rows of a set are: each has a bias and the weights of its inputs. */
function layoutOf({ matrices, inputs, widths, outputs, fadingLayers }: Shape) {
  const rows = Array.from({ length: matrices }, (_, i) => ({
    inputs: i === 0 ? inputs : widths[i - 1],
    // Every matrix may be the last while layers fade in.
    units: i === matrices - 1 ? outputs : fadingLayers ? Math.max(outputs, widths[i]) : widths[i],
  }));
  const isEven = new Set(rows.slice(0, -1).map(({ units }) => units)).size <= 1 && new Set(widths).size <= 1;
  const size = (align: number) =>
    rows.reduce((sum, { inputs, units }) => sum + units * padded(inputs + 1, align), 0);
  const code = (align: number) => {
    const stride = (count: number) => padded(count + 1, align) / align;
    const of = align === 1 ? '' : ', in fours';
    const start = `// Where the draws of a unit are${of}: that of its bias, then those of its weights.\nint rowOf(int layer, int unit) {\n`;
    if (matrices === 1) return `${start}  return ${stride(inputs)} * unit;\n}`;
    const { units } = rows[0];
    if (isEven) {
      return `${start}  if (layer == 1) return ${stride(inputs)} * unit;
  return ${units * stride(inputs)} + ${stride(widths[0])} * ((layer - 2) * ${units} + unit);\n}`;
    }
    let at = 0;
    const starts = rows.map(({ inputs, units }) => {
      const here = at;
      at += units * stride(inputs);
      return `${here}`;
    });
    const strides = rows.map(({ inputs }) => `${stride(inputs)}`);
    return `${table('int', 'STARTS', starts, 16)}\n${table('int', 'STRIDES', strides, 16)}\n\n${start}  return STARTS[layer - 1] + STRIDES[layer - 1] * unit;\n}`;
  };
  const each = (visit: (k: number, unit: number) => void) => {
    for (const [i, { units }] of rows.entries()) for (let unit = 0; unit < units; unit++) visit(i + 1, unit);
  };
  return { rows, size, code, each };
}

const padded = (count: number, align: number) => Math.ceil(count / align) * align;

interface Chosen {
  /** What is stored, if anything has to be. */
  sets(shape: Shape): SetOfWeights[];
  /** Which sets are used; without it, the first. */
  use: Between | undefined;
  /** By how much they are multiplied; without them, only `use.from` is used. */
  shares: { from: string; to: string } | undefined;
  seeds: Seed[];
  /** Which seeds are used; without it, the first. */
  between: Between | undefined;
}

/** Draws of one seed, of a mix of two, or of several that a track goes through. */
function drawnSets({ sweep, frame, draws }: Subject, numbers: Numbers): Chosen {
  const spec = frame.network;
  const moving = sweep.network.seed as Walk | Keyframes | { fraction: unknown } | undefined;
  const rowOf = (seed: Seed, shape: Shape, k: number, unit: number) =>
    unitDraws(spec, ruleOf(k, shape), { seed }, ofShown(unit, k, shape), draws);
  const setsOf =
    (seeds: Seed[]) =>
    (shape: Shape): SetOfWeights[] =>
      seeds.map((seed) => (k, unit) => rowOf(seed, shape, k, unit));
  if (typeof moving === 'object' && 'walk' in moving) {
    const seeds = [...new Set(moving.walk)];
    const steps = moving.walk.map((seed) => seeds.indexOf(seed));
    const between = numbers.walk(steps, moving.hold ?? 0, moving.easing);
    return {
      sets: setsOf(seeds),
      seeds,
      between,
      use: between,
      shares: arcShares(between.fraction, numbers),
    };
  }
  if (typeof moving === 'object' && 'keyframes' in moving) {
    const values = moving.keyframes.map(([, seed]) => seed);
    const seeds = [...new Set(values)];
    const steps = values.map((seed) => seeds.indexOf(seed));
    const between = numbers.switched(moving, steps, 'network.seed');
    return { sets: setsOf(seeds), seeds, between, use: between, shares: undefined };
  }
  if (typeof spec.seed !== 'object') {
    const seeds = [spec.seed];
    return { sets: setsOf(seeds), seeds, between: undefined, use: undefined, shares: undefined };
  }
  const { from, to, fraction } = spec.seed;
  const seeds = [from, to];
  const track = movable((moving as { fraction: unknown }).fraction, fraction);
  const between = seedMix(track, numbers);
  if (typeof track === 'number' && spec.draws !== 'hash') {
    const sums =
      (shape: Shape): SetOfWeights =>
      (k, unit) => {
        const rows = sidesOf(spec).map(({ side, share }) => ({
          row: rowOf((side as { seed: Seed }).seed, shape, k, unit),
          share,
        }));
        return Float64Array.from(rows[0].row, (_, i) =>
          rows.reduce((sum, { row, share }) => sum + share * row[i], 0),
        );
      };
    return { sets: (shape) => [sums(shape)], seeds, between, use: undefined, shares: undefined };
  }
  return { sets: setsOf(seeds), seeds, between, use: between, shares: arcShares(between.fraction, numbers) };
}

function seedMix(fraction: Movable, numbers: Numbers): Between {
  const name = numbers.declare(
    'mixed',
    fraction,
    'network.seed.fraction',
    'how far it is from one seed to the other',
  );
  return { from: '0', to: '1', fraction: name };
}

/** Shares on an arc, which keep the variance. */
function arcShares(fraction: string, numbers: Numbers) {
  numbers.useSine();
  const angle = `${float(Math.PI / 2)} * ${fraction}`;
  return { from: `sin_(${float(Math.PI / 2)} - ${angle})`, to: `sin_(${angle})` };
}

/** Explicit weights, or a mix of two. */
function explicitSets({ sweep, frame, draws }: Subject, numbers: Numbers): Chosen {
  const spec = frame.network;
  const { seed } = spec;
  const weights = spec.weights!;
  const perUnit = {
    seeds: typeof seed === 'object' ? [seed.from, seed.to] : [seed],
    between: typeof seed === 'object' ? seedMix(seed.fraction, numbers) : undefined,
  };
  const setOf =
    (sides: ReturnType<typeof sidesOf>, shape: Shape): SetOfWeights =>
    (k, unit) =>
      fullRow(spec, sides, ruleOf(k, shape), ofShown(unit, k, shape), draws);
  const track = (sweep.network.weights as { fraction?: unknown }).fraction;
  if (Array.isArray(weights) || typeof track === 'number') {
    return { ...perUnit, sets: (shape) => [setOf(sidesOf(spec), shape)], use: undefined, shares: undefined };
  }
  const name = numbers.declare(
    'trained',
    movable(track, weights.fraction),
    'network.weights.fraction',
    'how far it is from one set of weights to the other',
  );
  const ends = [weights.from, weights.to];
  return {
    ...perUnit,
    sets: (shape) =>
      ends.map((end) => setOf(sidesOf({ ...spec, weights: end === 'drawn' ? undefined : end }), shape)),
    use: { from: '0', to: '1', fraction: name },
    shares: { from: `(1.0 - ${name})`, to: name },
  };
}

/** A unit's bias and weights. */
function fullRow(
  spec: NetworkSpec,
  sides: ReturnType<typeof sidesOf>,
  rule: LayerRule,
  unit: number,
  draws: Subject['draws'],
): Float64Array {
  const row = new Float64Array(1 + rule.inputs);
  for (const { side, share } of sides) {
    const { weights, biases } = scalesOf(spec, rule, side);
    const drawn = unitDraws(spec, rule, side, unit, draws);
    for (let i = 0; i < row.length; i++) row[i] += share * (i === 0 ? biases : weights) * drawn[i];
  }
  return row;
}
/** The unit whose row it is: of a shown hidden unit, only its own row is stored. */
const ofShown = (unit: number, k: number, { matrices, shownUnit }: Shape) =>
  shownUnit && k === matrices ? shownUnit.unit : unit;

function ruleOf(number: number, { inputs, widths, outputs }: Shape): LayerRule {
  const columns = number === 1 ? inputs : widths[number - 2];
  const units = widths[number - 1] ?? outputs;
  return { number, inputs: columns, units, exact: { inputs: columns, units }, lastInput: 1 };
}

function tooMany(spec: NetworkSpec, count: number, sets: number): UsageError {
  const most = ARRAYS * PER_ARRAY;
  const what = sets > 1 ? `The ${sets} networks have ${count} weights` : `The network has ${count} weights`;
  const start = `${what}, but a shader has room for about ${most}`;
  if (spec.weights) {
    return new UsageError(`${start}, and weights gives them one by one: export a page (--to html) instead.`);
  }
  const uniform = spec.distribution === 'normal' ? ' and distribution=uniform' : '';
  return new UsageError(
    `${start}: set draws=hash${uniform} (--set draws=hash), so that it needs only a seed, though that makes other networks.`,
  );
}

/** Literals: a line or more for each unit, its bias first. */
function fromLiterals(values: Float32Array, layout: Layout, sets: number, isExplicit: boolean): string {
  const lines: string[] = [];
  let at = 0;
  for (let set = 0; set < sets; set++) {
    if (sets > 1) lines.push(`  // Network ${set + 1}`);
    for (const [i, { inputs, units }] of layout.rows.entries()) {
      lines.push(`  // ${i === layout.rows.length - 1 ? 'The last layer' : `Layer ${i + 1}`}`);
      for (let unit = 0; unit < units; unit++) {
        const row = Array.from(values.subarray(at, at + inputs + 1), float);
        for (let first = 0; first < row.length; first += 9) {
          lines.push(`${first === 0 ? '  ' : '    '}${row.slice(first, first + 9).join(', ')},`);
        }
        at += inputs + 1;
      }
    }
  }
  lines.push(lines.pop()!.slice(0, -1)); // without the last comma
  const what = isExplicit ? 'The weights' : 'The draws, which the scales turn into weights';
  return `// ${what}: a line for each unit, with its bias and then one for each input.
const float DRAWS[${values.length}] = float[](\n${lines.join('\n')}\n);`;
}

function fromBuffers(count: number): string {
  const cases = Array.from({ length: count }, (_, i) =>
    i === count - 1
      ? `  return texelFetch(iChannel${i}, texel, 0);`
      : `  if (at < ${((i + 1) * PER_ARRAY) / 4}) return texelFetch(iChannel${i}, texel, 0);`,
  );
  const names = count === 1 ? 'Buffer A' : `Buffers A to ${BUFFERS[count - 1]}`;
  return `// What ${names} ${count === 1 ? 'has' : 'have'} written: four numbers a texel, in rows of ${ROW} texels.
vec4 storedAt(int at) {
  ivec2 texel = ivec2(at % ${ROW}, at / ${ROW} % ${PER_ARRAY / 4 / ROW});
${cases.join('\n')}
}`;
}

function fromArrays(arrays: Uint32Array[]): string {
  const bits = Uint32Array.from(arrays.flatMap((array) => Array.from(array)));
  return `// The draws of the weights, as the bits of float32.
${rowsOfBits(bits, SHORT_ROW)}

vec4 storedAt(int at) {
  int row = at / ${SHORT_ROW}, i = at % ${SHORT_ROW};
  uvec4 bits;
${choice(0, Math.ceil(bits.length / 4 / SHORT_ROW), SHORT_ROW)}
  return uintBitsToFloat(bits);
}`;
}

/** Statements that read `bits` from the row of that number, by halving: some compilers copy what is indexed. */
function choice(first: number, end: number, rowLength: number, indent = '  '): string {
  if (end - first === 1) return `${indent}bits = ROW_${first}[i];`;
  const middle = (first + end) >> 1;
  const half = (from: number, to: number) => choice(from, to, rowLength, `${indent}  `);
  return `${indent}if (row < ${middle}) {\n${half(first, middle)}\n${indent}} else {\n${half(middle, end)}\n${indent}}`;
}

/**
 * Tables of bits, one for each row of texels. Long ones take compilers a time that grows with the square of their
 * length.
 */
export function rowsOfBits(bits: Uint32Array, rowLength: number): string {
  const rows: string[] = [];
  for (let first = 0; first < bits.length; first += 4 * rowLength) {
    const own = bits.subarray(first, first + 4 * rowLength);
    const texels = Array.from({ length: own.length / 4 }, (_, i) => {
      const four = Array.from(own.subarray(4 * i, 4 * i + 4), (n) => `0x${n.toString(16)}u`);
      return `uvec4(${four.join(', ')})`;
    });
    rows.push(table('uvec4', `ROW_${rows.length}`, texels, 2));
  }
  return rows.join('\n');
}

/** The function `rowAt`: the texel of a row. */
export function rowChoice(bits: Uint32Array, rowLength: number): string {
  return `vec4 storedAt(int row, int i) {
  uvec4 bits;
${choice(0, Math.ceil(bits.length / 4 / rowLength), rowLength)}
  return uintBitsToFloat(bits);
}`;
}

/** The constant `SEED`, or the table `SEEDS`: what the hash begins with. */
export function seedCode(seeds: readonly Seed[]): string {
  const words = seeds.map((seed) => `${seedBits(seed)}u`);
  return words.length === 1 ? `const uint SEED = ${words[0]};` : table('uint', 'SEEDS', words, 8);
}

/** Code for hashed draws. */
function hashed(
  seeds: Seed[],
  between: Between | undefined,
  shares: Chosen['shares'],
): { code: string; sum: string } {
  const code = seedCode(seeds);
  const seed = (set: string) => (seeds.length === 1 ? 'SEED' : `SEEDS[${set}]`);
  const bits = (set: string) => `unitBits(${seed(set)}, uint(layer), uint(unit + 1))`;
  if (!shares) {
    return {
      code,
      sum: `  uint bits = ${bits(between?.from ?? '0')};
  int inputs = unitsIn(layer - 1);
  float bias = uniformOf(hash32(bits));
  float sum = 0.0;
  for (int i = 0; i < inputs; i++) sum += uniformOf(hash32(bits + uint(i + 1))) * y[i];`,
    };
  }
  return {
    code,
    sum: `  uint bits = ${bits(between!.from)}, others = ${bits(between!.to)};
  int inputs = unitsIn(layer - 1);
  float share = ${shares.from}, rest = ${shares.to};
  float bias = share * uniformOf(hash32(bits)) + rest * uniformOf(hash32(others));
  float sum = 0.0;
  for (int i = 0; i < inputs; i++) {
    sum += (share * uniformOf(hash32(bits + uint(i + 1))) + rest * uniformOf(hash32(others + uint(i + 1)))) * y[i];
  }`,
  };
}
