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
import { table } from '../../renderers/glsl/table.js';
import type { Between, Numbers } from './motion.js';
import type { Shape } from './shape.js';
import { type Movable, movable, type Subject } from './subject.js';

/** The most numbers that are written as literals. */
const MOST_LITERALS = 512;
/** The numbers of an array of 32 kB. */
export const PER_ARRAY = 8192;
/** The buffers of Shadertoy: there may be as many arrays. */
export const BUFFERS = ['A', 'B', 'C', 'D'] as const;
/** The texels of a row in a buffer: the rows of an array fit into every canvas. */
export const ROW = 64;

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
  /** What there is of them, as tables and functions. @param inBuffers - Whether long lists are in buffers. */
  code(inBuffers: boolean): string;
  /** Statements before the loop over layers, and at the start of each layer. */
  before(inBuffers: boolean): string[];
  perLayer(inBuffers: boolean): string[];
  /** Statements that set `bias` and `sum` for a `unit` of a `layer`, which receives `inputs` values `y`. */
  sum(inBuffers: boolean): string[];
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
      before: () => [],
      perLayer: () => [],
      sum: () => sum,
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
  if (total > BUFFERS.length * PER_ARRAY) throw tooMany(spec, count, setsOf.length);
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
  const bits = new Uint32Array(values.buffer);
  const arrays = isLong
    ? Array.from({ length: Math.ceil(total / PER_ARRAY) }, (_, i) =>
        bits.subarray(i * PER_ARRAY, (i + 1) * PER_ARRAY),
      )
    : [];
  const tables = isLong ? tablesOf(bits, layout, setsOf.length) : undefined;
  const code = (inBuffers: boolean) => {
    if (!isLong) return `${fromLiterals(values, layout, setsOf.length, isExplicit)}\n\n${layout.code(align)}`;
    if (inBuffers) return `${fromBuffers(arrays.length)}\n\n${layout.code(align)}`;
    return `${tables!.code}\n\n${layout.code(align, true)}`;
  };
  const sum = (inBuffers: boolean) => {
    const from = (i: string) => {
      if (!isLong) return `DRAWS[${i}]`;
      return inBuffers ? `storedAt(${i})` : `uintBitsToFloat(${i === 'second' ? 'others' : 'bits'}[at])`;
    };
    const isTabled = isLong && !inBuffers;
    const first = use && use.from !== '0' ? `${use.from} * ${setSize} + at` : 'at';
    const second = use && `${use.to} * ${setSize} + at`;
    const value = mixed ? `share * ${from('first')} + rest * ${from('second')}` : from('first');
    const places = [`int first = ${first};`, ...(mixed ? [`int second = ${second};`] : [])];
    const type = isLong ? 'vec4' : 'float';
    return [
      'int at = rowOf(layer, unit);',
      'float bias = 0.0, sum = 0.0;',
      ...(mixed ? [`float share = ${mixed.from}, rest = ${mixed.to};`] : []),
      `for (int i = 0; i <= inputs; i${isLong ? ' += 4' : '++'}) {`,
      ...(use && !isTabled ? places.map((place) => `  ${place}`) : []),
      `  ${type} ${isLong ? 'draws' : 'draw'} = ${use ? value : from('at')};`,
      ...(isLong
        ? [
            '  if (i == 0) bias = draws.x; // the others are for y[0], y[1] and so on',
            '  sum += dot(draws, vec4(i == 0 ? 0.0 : y[i - 1], y[i], y[i + 1], y[i + 2]));',
          ]
        : ['  if (i == 0) bias = draw;', '  else sum += draw * y[i - 1];']),
      '  at++;',
      '}',
    ];
  };
  const before = (inBuffers: boolean) =>
    isLong && !inBuffers ? [`uvec4[${tables!.length}] bits${mixed ? ', others' : ''}; // of a layer`] : [];
  const perLayer = (inBuffers: boolean) => {
    if (!isLong || inBuffers) return [];
    const { length: count } = layout.rows;
    const load = (name: string, set: string) => [
      `int ${name}Table = ${set === '0' ? '' : `${count} * ${set} + `}layer - 1;`,
      // A loop instead of an if: compilers for the CPU run both branches of an if.
      ...tables!.names.map(
        (table, i) => `for (; ${name}Table == ${i}; ${name}Table = -1) ${name} = ${table};`,
      ),
    ];
    return [...load('bits', use?.from ?? '0'), ...(mixed ? load('others', use.to) : [])];
  };
  const room = isLong ? padded(shape.widest + 1, 4) : shape.widest;
  return {
    isHashed: false,
    isExplicit,
    arrays,
    between,
    seeds,
    code,
    before,
    perLayer,
    sum,
    readsAhead: isLong,
    room,
  };
}

/**
 * Tables of the bits of four numbers each, one for each layer, all of the same length, so that a layer's is copied as a
 * whole: some compilers copy a table whenever it is read, and take a time that grows with the square of its length.
 */
function tablesOf(bits: Uint32Array, { rows }: Layout, sets: number) {
  const lengths = rows.map(({ inputs, units }) => (units * padded(inputs + 1, 4)) / 4);
  const length = Math.max(...lengths);
  const names: string[] = [];
  const tables: string[] = [];
  let at = 0;
  for (let set = 0; set < sets; set++) {
    for (const [i, own] of lengths.entries()) {
      const name = `${sets > 1 ? `SET_${set + 1}_` : ''}LAYER_${i + 1}`;
      const table = new Uint32Array(4 * length);
      table.set(bits.subarray(at, at + 4 * own));
      at += 4 * own;
      names.push(name);
      tables.push(bitsTable(name, table));
    }
  }
  return {
    names,
    length,
    code: `// The draws of the weights, as the bits of float32.\n${tables.join('\n')}`,
  };
}

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
  const code = (align: number, perLayer = false) => {
    const stride = (count: number) => padded(count + 1, align) / align;
    const of = align === 1 ? '' : ', in fours';
    const start = `// Where a unit's draws begin${of}: its bias, then its weights.\nint rowOf(int layer, int unit) {\n`;
    if (matrices === 1) return `${start}  return ${stride(inputs)} * unit;\n}`;
    const { units } = rows[0];
    if (perLayer) {
      const strides = rows.map(({ inputs }) => `${stride(inputs)}`);
      return `${table('int', 'STRIDES', strides, 16)}\n\n${start}  return STRIDES[layer - 1] * unit;\n}`;
    }
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
    const between = moving.times
      ? numbers.timedWalk(steps, moving, moving.times, 'network.seed')
      : numbers.walk(steps, moving.hold ?? 0, moving.easing);
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
    'from 0 at one seed to 1 at the other',
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
    'from 0 at one set of weights to 1 at the other',
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
  const most = BUFFERS.length * PER_ARRAY;
  const what = sets > 1 ? `The ${sets} networks have ${count} weights` : `The network has ${count} weights`;
  const start = `${what}, but a shader has room for about ${most}`;
  if (spec.weights) {
    return new UsageError(`${start} if weights are explicit: export a page (--to html) instead.`);
  }
  const uniform = spec.distribution === 'normal' ? ' and distribution=uniform' : '';
  return new UsageError(
    `${start}: set draws=hash${uniform} (--set draws=hash), which needs only the seed but makes another network of it.`,
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
  const what = isExplicit ? 'The weights' : 'The draws, to be multiplied by the scales';
  return `// ${what}: a line for each unit, with its bias, then one number for each input.
const float DRAWS[${values.length}] = float[](\n${lines.join('\n')}\n);`;
}

function fromBuffers(count: number): string {
  const cases = Array.from({ length: count }, (_, i) =>
    i === count - 1
      ? `  return texelFetch(iChannel${i}, texel, 0);`
      : `  if (at < ${((i + 1) * PER_ARRAY) / 4}) return texelFetch(iChannel${i}, texel, 0);`,
  );
  const names = count === 1 ? 'Buffer A' : `Buffers A to ${BUFFERS[count - 1]}`;
  return `// A texel of ${names}: four numbers, in rows of ${ROW} texels.
vec4 storedAt(int at) {
  ivec2 texel = ivec2(at % ${ROW}, at / ${ROW} % ${PER_ARRAY / 4 / ROW});
${cases.join('\n')}
}`;
}

/** A table of the bits of four numbers each. */
function bitsTable(name: string, bits: Uint32Array): string {
  const texels = Array.from({ length: bits.length / 4 }, (_, i) => {
    const four = Array.from(bits.subarray(4 * i, 4 * i + 4), (n) => `0x${n.toString(16)}u`);
    return `uvec4(${four.join(', ')})`;
  });
  return table('uvec4', name, texels, 2);
}

/**
 * Tables of bits, one for each row of texels. Long ones take compilers a time that grows with the square of their
 * length.
 */
export function rowsOfBits(bits: Uint32Array, rowLength: number): string {
  const rows: string[] = [];
  for (let first = 0; first < bits.length; first += 4 * rowLength) {
    rows.push(bitsTable(`ROW_${rows.length}`, bits.subarray(first, first + 4 * rowLength)));
  }
  return rows.join('\n');
}

/**
 * The function `storedAt`: a texel of a row. It chooses the row by loops that run once or not at all, because compilers
 * for the CPU run both branches of an `if`, and take long over many.
 */
export function rowChoice(bits: Uint32Array, rowLength: number): string {
  return `vec4 storedAt(int row, int i) {
  uvec4 bits;
${Array.from({ length: Math.ceil(bits.length / 4 / rowLength) }, (_, i) => `  for (; row == ${i}; row = -1) bits = ROW_${i}[i];`).join('\n')}
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
  use: Between | undefined,
  shares: Chosen['shares'],
): { code: string; sum: string[] } {
  const seed = (set: string) => (seeds.length === 1 ? 'SEED' : `SEEDS[${set}]`);
  const bits = (set: string) => `unitBits(${seed(set)}, uint(layer), uint(unit + 1))`;
  const drawn = (from: string) => `uniformOf(hash32(${from} + uint(i)))`;
  const draw = shares ? `share * ${drawn('bits')} + rest * ${drawn('others')}` : drawn('bits');
  return {
    code: seedCode(seeds),
    sum: [
      `uint bits = ${bits(use?.from ?? '0')}${shares ? `, others = ${bits(use!.to)}` : ''};`,
      ...(shares ? [`float share = ${shares.from}, rest = ${shares.to};`] : []),
      'float bias = 0.0, sum = 0.0;',
      'for (int i = 0; i <= inputs; i++) {',
      `  float draw = ${draw};`,
      '  if (i == 0) bias = draw;',
      '  else sum += draw * y[i - 1];',
      '}',
    ],
  };
}
