/** The public functions. Each validates its arguments and reports what is wrong in one line. */
import type * as z from 'zod';
import { UsageError } from './core/errors.js';
import { backends } from './core/frame/backends.js';
import {
  type FrameDescription,
  type FrameInput,
  frameSchema as frameRules,
} from './core/frame/description.js';
import { isGrainy as isGrainyUnchecked } from './core/frame/digits.js';
import { type Interest, interestOf as interestUnchecked } from './core/frame/interest.js';
import { levelsSchema } from './core/frame/levels-schema.js';
import { frameBytes } from './core/frame/pixels.js';
import type { FrameRenderer } from './core/frame/renderer.js';
import {
  weightCount as countUnchecked,
  differenceBetween as differenceUnchecked,
  withWeightTimes as timesUnchecked,
  type WeightPlace,
} from './core/network/difference.js';
import { drawUnit as drawUnchecked, type Seed } from './core/network/draws.js';
import { forward as forwardUnchecked, logits as logitsUnchecked } from './core/network/forward.js';
import type { Network } from './core/network/layers.js';
import {
  type MeanField,
  meanField as meanFieldUnchecked,
  type NoMeanField,
} from './core/network/mean-field.js';
import { buildNetwork as buildUnchecked } from './core/network/network.js';
import {
  type Distribution,
  type Draws,
  type NetworkInput,
  type NetworkSpec,
  networkSchema as networkRules,
} from './core/network/spec.js';
import { readRecipe as readUnchecked, writeRecipe as writeUnchecked } from './core/recipe/recipe.js';
import { aboutFrame, aboutNetwork } from './core/sweep/fields.js';
import { grainNote as grainNoteUnchecked } from './core/sweep/grain.js';
import {
  checkedSweep,
  frameAt as frameAtUnchecked,
  frameCount as frameCountUnchecked,
  type Sweep,
  timeOfFrame as timeOfUnchecked,
} from './core/sweep/sweep.js';
import { type About, quote } from './core/wording/explain.js';
import { parse, tryParse } from './core/wording/parse.js';
import { evaluate } from './renderers/cpu/planes.js';
import { createRenderer as createUnchecked, type RendererOptions } from './renderers/create-renderer.js';

/** Parses untrusted data and fills in its defaults. */
export interface Schema<Output> {
  /** The data, checked and completed. @throws UsageError that states the value, the rule and the next step. */
  parse(input: unknown): Output;
  /** The same, without throwing. */
  safeParse(input: unknown): { success: true; data: Output } | { success: false; error: UsageError };
}

/** Parses frames in the form of FrameInput. */
export const frameSchema: Schema<FrameDescription> = schemaOf(frameRules, aboutFrame);
/** Parses networks in the form of NetworkInput. */
export const networkSchema: Schema<NetworkSpec> = schemaOf(networkRules, aboutNetwork);

function schemaOf<Output>(rules: z.ZodType<Output>, about: About): Schema<Output> {
  return {
    parse: (input) => parse(rules, input, about),
    safeParse: (input) => tryParse(rules, input, about),
  };
}

/** Validates a renderer's options. @throws UsageError for invalid options. */
function checkRendererOptions(options: RendererOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new UsageError(`The renderer's options are ${quote(options)} but must be an object, or left out.`);
  }
  const { backend, threads } = options;
  if (backend !== undefined && !backends.includes(backend)) {
    throw new UsageError(`The backend is ${quote(backend)} but must be one of ${backends.join(', ')}.`);
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256)) {
    throw new UsageError(`The threads are ${quote(threads)} but must be a whole number from 1 to 256.`);
  }
}

/**
 * Starts a renderer; end it with `close()`.
 * @param options - Which backend draws, and how; see RendererOptions. All options have defaults.
 * @throws UsageError if a GPU is requested but not available, or for invalid options.
 */
export async function createRenderer(options: RendererOptions = {}): Promise<FrameRenderer> {
  checkRendererOptions(options);
  const renderer = await createUnchecked(options);
  const render = renderer.render.bind(renderer);
  renderer.render = async (frame, into, format = 'rgba', signal) => {
    const checked = frameSchema.parse(frame);
    if (!renderer.formats.includes(format)) {
      throw new UsageError(
        `The format is ${quote(format)} but this renderer supports ${renderer.formats.join(', ')}.`,
      );
    }
    const bytes = frameBytes(checked.size, format);
    if (into !== undefined && !(into instanceof Uint8Array && into.length === bytes)) {
      const given = into instanceof Uint8Array ? `has ${into.length} bytes` : `is ${quote(into)}`;
      throw new UsageError(`The array for the frame ${given} but must be a Uint8Array of ${bytes}.`);
    }
    return render(checked, into, format, signal);
  };
  const present = renderer.present?.bind(renderer);
  if (present) {
    renderer.present = async (frame, canvas, signal) => present(frameSchema.parse(frame), canvas, signal);
  }
  return renderer;
}

/**
 * Draws a network's weights and scales them.
 * @param spec - The network; see NetworkInput.
 * @returns Layers, each with (units, inputs) weights and (units) biases.
 * @throws UsageError for an invalid spec.
 */
export function buildNetwork(spec: NetworkInput): Network {
  return buildUnchecked(networkSchema.parse(spec));
}

/**
 * Evaluates a network at one point, in float64.
 * @param network - The result of buildNetwork.
 * @param x - The point: one finite number per input.
 * @param levels - The output values [low, high] that become 0 and 1, as in a frame; by default [0, 1].
 * @returns One brightness per output (1 or 3), each in [0, 1].
 * @throws UsageError for a wrong number of inputs, for anything that is not a network, or for invalid levels.
 */
export function forward(
  network: Network,
  x: ArrayLike<number>,
  levels?: readonly [low: number, high: number],
): number[] {
  checkPoint(network, x);
  if (levels !== undefined) parse(levelsSchema, levels, { whole: 'The levels' });
  return forwardUnchecked(network, x, levels);
}

/**
 * The sums z = W_L y_{L-1} + b_L of the last layer, before the output activation, in float64.
 * @param network - The result of buildNetwork.
 * @param x - The point: one finite number per input.
 * @returns One sum per output (1 or 3), in any range.
 * @throws UsageError for a wrong number of inputs, or for anything that is not a network.
 */
export function logits(network: Network, x: ArrayLike<number>): number[] {
  checkPoint(network, x);
  return logitsUnchecked(network, x);
}

/**
 * Whether a network tends to order or to chaos, by the mean-field theory of random networks: χ, the factor by which
 * one layer multiplies the mean square difference of nearby points, at the variance at which the layers settle (Poole
 * et al., arXiv:1606.05340; Schoenholz et al., arXiv:1611.01232). docs/measures.md explains it.
 * @param spec - The network; see NetworkInput. Its seed does not matter.
 * @returns χ, 0 or more, and the regime: `ordered` if differences shrink by a factor of e or more over the network's
 * depth, `chaotic` if they grow by that, otherwise `edge`. For networks without a formula, the reason instead.
 * @throws UsageError for an invalid spec.
 */
export function meanField(spec: NetworkInput): MeanField | NoMeanField {
  return meanFieldUnchecked(networkSchema.parse(spec));
}

/**
 * How much there is to see in a picture: detail, contrast, colour, symmetry, noise and a score, each from 0 to 1. Made
 * for small pictures, such as 64x40. docs/measures.md explains them and compares the score with a ranking by eye.
 * @param rgba - RGBA8, sRGB, top row first: 4 width height bytes.
 * @param width - In pixels, 1 or more. @param height - In pixels, 1 or more.
 * @throws UsageError for a wrong size or number of bytes.
 */
export function interestOf(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Interest {
  for (const [name, value] of Object.entries({ width, height })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UsageError(`The ${name} is ${quote(value)} but must be a whole number from 1.`);
  }
  const isPicture = rgba instanceof Uint8Array || rgba instanceof Uint8ClampedArray;
  if (isPicture && rgba.length === 4 * width * height) return interestUnchecked(rgba, width, height);
  const given = isPicture ? `has ${rgba.length} bytes` : `is ${quote(rgba)}`;
  throw new UsageError(`The picture ${given} but must be a Uint8Array of ${4 * width * height}, RGBA.`);
}

/**
 * The number of weights of a network, without its biases.
 * @param network - The result of buildNetwork.
 * @throws UsageError for anything that is not a network.
 */
export function weightCount(network: Network): number {
  checkNetwork(network);
  return countUnchecked(network);
}

/**
 * A copy of a network with one weight multiplied by a factor; it shares all other layers with the original.
 * @param network - The result of buildNetwork.
 * @param place - The weight.
 * @param factor - Any finite number.
 * @throws UsageError for anything that is not a network, a weight that it does not have, or an invalid factor.
 */
export function withWeightTimes(network: Network, place: WeightPlace, factor: number): Network {
  checkNetwork(network);
  const layers = [...network.hidden, network.output];
  const { layer, unit, input } = place ?? {};
  if (![layer, unit, input].every(Number.isInteger)) {
    throw new UsageError(
      `The weight's place is ${quote(place)} but must consist of whole numbers, such as { layer: 1, unit: 1, input: 1 }.`,
    );
  }
  checkNumber('layer', layer, layers.length);
  checkNumber('unit', unit, layers[layer - 1].units);
  checkNumber('input', input, layers[layer - 1].inputs);
  if (!Number.isFinite(factor)) {
    throw new UsageError(`The factor is ${quote(factor)} but must be a finite number.`);
  }
  return timesUnchecked(network, place, factor);
}

function checkNumber(name: string, value: number, most: number): void {
  if (value >= 1 && value <= most) return;
  throw new UsageError(`The ${name} is ${quote(value)} but must be a whole number from 1 to ${most}.`);
}

/**
 * How different two networks' outputs are on a list of points: the mean absolute difference, over points and outputs,
 * divided by that between the first network and unrelated ones. 0 is the same picture, and about 1 is one that has
 * nothing to do with the other.
 * @param a - The first network. @param b - The second, with as many inputs and outputs.
 * @param unrelated - Networks with as many inputs and outputs and other seeds, at least one.
 * @param points - At least one, each with one number per input.
 * @returns 0 or more.
 * @throws UsageError for anything that is not a network, networks that do not match, an empty list or a wrong point.
 */
export function differenceBetween(
  a: Network,
  b: Network,
  unrelated: readonly Network[],
  points: readonly (readonly number[])[],
): number {
  for (const [name, list] of Object.entries({ unrelated, points })) {
    if (Array.isArray(list) && list.length > 0) continue;
    throw new UsageError(`${name} is ${quote(list)} but must be a list with at least one entry.`);
  }
  for (const network of [a, b, ...unrelated]) {
    checkNetwork(network);
    if (network.inputs === a.inputs && network.output.units === a.output.units) continue;
    const shape = ({ inputs, output }: Network) => `${inputs} inputs and ${output.units} outputs`;
    throw new UsageError(`A network has ${shape(network)} but must have ${shape(a)}, like the first.`);
  }
  for (const point of points) checkPoint(a, point);
  return differenceUnchecked(a, b, unrelated, points);
}

function checkNetwork(network: Network): void {
  if (network?.output?.weights && Array.isArray(network.hidden)) return;
  throw new UsageError(`The network is ${quote(network)} but must be the result of buildNetwork.`);
}

function checkPoint(network: Network, x: ArrayLike<number>): void {
  checkNetwork(network);
  const numbers = typeof x === 'object' && x !== null && Array.from(x);
  if (numbers && numbers.length === network.inputs && numbers.every(Number.isFinite)) return;
  const shown = quote(numbers && !Array.isArray(x) ? numbers : x);
  throw new UsageError(
    `The point is ${shown} but must be a list of ${network.inputs} number${network.inputs > 1 ? 's' : ''}, one for each input.`,
  );
}

/**
 * The unscaled random numbers of one unit: its bias, then one number per input. Uniform numbers are in [-1, 1); normal
 * ones have standard deviation 1.
 * @param seed - A number or a word.
 * @param layer - The weight matrix, counted from 1.
 * @param unit - The row of the matrix, counted from 1.
 * @param inputs - The number of columns, 0 or more.
 * @param distribution - `uniform` or `normal`.
 * @param draws - `generator` or `hash`: see the parameter of networks.
 * @returns (1 + inputs) numbers.
 * @throws UsageError for an argument out of range.
 */
export function drawUnit(
  seed: Seed,
  layer: number,
  unit: number,
  inputs: number,
  distribution: Distribution,
  draws: Draws = 'generator',
): Float32Array {
  networkSchema.parse({ seed, distribution, draws });
  for (const [name, value] of Object.entries({ layer, unit, inputs })) {
    const least = name === 'inputs' ? 0 : 1;
    if (Number.isInteger(value) && value >= least && value <= 2 ** 28) continue;
    throw new UsageError(`The ${name} is ${quote(value)} but must be a whole number from ${least}.`);
  }
  return drawUnchecked(seed, layer, unit, inputs, distribution, draws);
}

/**
 * The frame at t seconds, from 0 to the sweep's end. With an even pace, the first call takes a second or two.
 * @param sweep - The result of sweep() or readRecipe().
 * @throws UsageError for a time out of range, or for anything that is not a sweep.
 */
export function frameAt(sweep: Sweep, t: number): FrameDescription {
  return frameAtUnchecked(checkedSweep(sweep), t, evaluate);
}

/**
 * Whether a frame's view is so small that float32 runs out of precision and the picture turns to grain. Takes tens of
 * milliseconds for very small views, and almost nothing otherwise.
 * @throws UsageError for anything that is not a frame.
 */
export function isGrainy(frame: FrameInput): boolean {
  return isGrainyUnchecked(frameSchema.parse(frame), evaluate);
}

/**
 * A one-line message that says where a sweep turns to float32 grain; undefined if it does not.
 * @param range - The first and last frame to check, counted from 0; all frames by default.
 * @throws UsageError for anything that is not a sweep, or if it has no such frames.
 */
export function grainNote(sweep: Sweep, range?: readonly [number, number]): string | undefined {
  const checked = checkedSweep(sweep);
  if (range !== undefined) {
    const last = frameCountUnchecked(checked) - 1;
    const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isInteger);
    if (!isRange || range[0] < 0 || range[0] > range[1] || range[1] > last) {
      throw new UsageError(
        `The range is ${quote(range)} but must be the first and last of frames 0-${last}, such as [0, ${last}].`,
      );
    }
  }
  return grainNoteUnchecked(checked, evaluate, range);
}

/**
 * The number of frames of a sweep: at least one.
 * @throws UsageError for anything that is not a sweep.
 */
export function frameCount(sweep: Pick<Sweep, 'seconds' | 'fps'>): number {
  checkNumbers(sweep);
  return frameCountUnchecked(sweep);
}

/**
 * The time of frame i (from 0), in seconds. An open sweep's first frame shows its beginning, and its last frame its
 * end. A loop's frames are equally spaced all the way round, so that the last is one step before the first.
 * @param sweep - Its length in seconds, its frame rate, and whether it is a loop.
 * @throws UsageError for a frame that the sweep does not have, or for anything that is not a sweep.
 */
export function timeOfFrame(sweep: Pick<Sweep, 'seconds' | 'fps' | 'loop'>, i: number): number {
  checkNumbers(sweep);
  const frames = frameCountUnchecked(sweep);
  if (Number.isInteger(i) && i >= 0 && i < frames) return timeOfUnchecked(sweep, i);
  throw new UsageError(
    `The frame is ${quote(i)} but the sweep has frames 0-${frames - 1}: choose one of those.`,
  );
}

function checkNumbers(sweep: Pick<Sweep, 'seconds' | 'fps'>): void {
  const { seconds, fps } = sweep ?? {};
  if (seconds > 0 && seconds <= 3600 && fps >= 1 && fps <= 120) return;
  throw new UsageError(`The sweep is ${quote(sweep)} but must be the result of sweep({ ... }).`);
}

/**
 * Reads a sweep from JSON text, which need not be trusted: a recipe names no files and contains no code.
 * @param text - As writeRecipe returns it.
 * @throws UsageError that says what is wrong and where.
 */
export function readRecipe(text: string): Sweep {
  if (typeof text === 'string') return readUnchecked(text);
  throw new UsageError(`The recipe is ${quote(text)} but must be JSON text, as writeRecipe returns it.`);
}

/** A sweep as JSON text. @throws UsageError for anything that is not a sweep. */
export function writeRecipe(sweep: Sweep): string {
  return writeUnchecked(checkedSweep(sweep));
}
