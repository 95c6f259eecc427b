/** Text for people who cannot see a picture or film: what it shows, how it looks and what moves, in one sentence. */
import { listed, lookOf, type SmallPicture } from '../frame/look.js';
import { networkParameters } from '../network/parameters.js';
import { plural } from '../wording/plural.js';
import { frameCount, type Sweep } from './sweep.js';
import { formOf, type Keyframes, type Moving } from './track.js';

/**
 * The maximum length of an alternative text, in characters: TikTok's limit, the lowest among platforms
 * (accessible-social.com, read 2026-11-29). X and LinkedIn accept 1000, Mastodon 1500 and Bluesky 2000.
 */
export const MAX_ALT = 300;

/**
 * A sentence for a sweep, of at most MAX_ALT characters.
 * @param pictures - Small pictures of some of its frames, one or more.
 */
export function altOf(sweep: Sweep, pictures: readonly SmallPicture[]): string {
  const isStill = frameCount(sweep) === 1;
  const kind = isStill ? 'A picture' : sweep.loop ? 'A looping animation' : 'An animation';
  const subject = `${kind} of ${shownIn(sweep)}: ${lookOf(pictures)}`;
  const changes = isStill ? [] : changesOf(sweep);
  // What does not fit is left out, beginning with what matters least.
  for (let count = changes.length; count > 0; count--) {
    const text = `${subject}, while ${listed(changes.slice(0, count))}.`;
    if (text.length <= MAX_ALT) return text;
  }
  return `${subject}.`;
}

/** A text for a composed scene, of at most MAX_ALT characters. @param caption - What its file says, or its name. */
export function altOfScene(caption: string, isStill: boolean): string {
  return fitted(`${isStill ? 'A picture' : 'An animation'} about random neural networks: ${caption}`);
}

/** As many whole sentences as fit, or the beginning of the first. */
function fitted(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  if (whole.length <= MAX_ALT) return whole;
  const [sentences] = /^.*[.!?](?=\s)/.exec(whole.slice(0, MAX_ALT + 1)) ?? [];
  return sentences ?? `${whole.slice(0, MAX_ALT - 1).trimEnd()}…`;
}

/** A sentence for a contact sheet, of at most MAX_ALT characters. @param title - Of its scene, or its name. */
export const altOfSheet = (title: string): string =>
  fitted(`A grid of pictures of random neural networks${title ? `: ${title}` : ''}`);

/** The network, and the part of it that is shown. */
function shownIn({ network, shown }: Sweep): string {
  const defaults = networkParameters;
  const {
    layers = defaults.layers.default,
    units = defaults.units.default,
    weights,
    activation,
    fold,
  } = network;
  const size = [
    isFixed(layers) && plural(Math.round(layers), 'layer'),
    isFixed(units) && layers !== 1 && `${plural(Math.round(units), 'unit')} per layer`,
    typeof activation === 'string' &&
      activation !== defaults.activation.default &&
      layers !== 1 &&
      `${activation} activation`,
  ].filter((text) => text !== false);
  const what = weights === undefined ? 'a random neural network' : 'a neural network with given weights';
  const parts = [
    weights === undefined && size.length > 0 ? `${what} with ${listed(size)}` : what,
    foldOf(fold),
  ].filter((text) => text !== undefined);
  return `${part(shown)} ${parts.join(', ')}`.trimStart();
}

const part = (shown: Sweep['shown']): string => {
  if (shown === undefined) return '';
  const { output, layer, unit } = shown;
  if (output !== undefined) return 'one output of';
  if (unit !== undefined) return 'one hidden unit of';
  return isFixed(layer) ? `all units in hidden layer ${layer} of` : 'all units in a hidden layer of';
};

function foldOf(fold: unknown): string | undefined {
  const name =
    typeof fold === 'string' ? fold : typeof fold === 'object' && fold ? Object.keys(fold)[0] : 'none';
  return { mirror: 'mirrored', tile: 'repeated as tiles', kaleidoscope: 'as in a kaleidoscope' }[name];
}

const isFixed = (value: unknown): value is number => typeof value === 'number';

/** What moves, as clauses such as "its weight scale grows from 0.4 to 0.8", the most important first. */
function changesOf({ network, view, slice, levels, shown }: Sweep): string[] {
  const { seed, layers, units, activation, weights, fold, ...others } = network;
  const moves = (value: unknown) => leavesOf(value).some((track) => rangeOf(track) !== undefined);
  const { centre, halfWidth, rotation } = view;
  const numbers = Object.entries(others).map(([name, value]) =>
    clause(`its ${labelOf(name)}`, value, (n) => figure(n)),
  );
  return [
    seedChange(seed),
    mixChange(weights, 'its weights turn into others'),
    clause('it', layers, (n) => plural(figure(n), 'layer')),
    clause('the width of its layers', units, (n) => plural(figure(n), 'unit')),
    activationChange(activation),
    ...numbers,
    zoomChange(halfWidth),
    moves(centre) ? 'the view moves' : undefined,
    moves(rotation) ? 'the view turns' : undefined,
    moves(slice) ? 'the values of its other inputs change' : undefined,
    moves(fold) ? 'its symmetry changes' : undefined,
    moves(levels) ? 'its contrast changes' : undefined,
    moves(shown) ? 'the part shown changes' : undefined,
  ].filter((text) => text !== undefined);
}

/** All tracks in a value. */
function leavesOf(value: unknown): Moving[] {
  if (formOf(value)) return [value as Moving];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

interface Range {
  /** The first and the last value. */
  from: number;
  to: number;
  low: number;
  high: number;
}

/** The values of a track of numbers; undefined if it does not move. */
function rangeOf(track: Moving): Range | undefined {
  const values = valuesOf(track);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? { from: values[0], to: values[values.length - 1], low, high } : undefined;
}

function valuesOf(track: Moving): number[] {
  if ('tween' in track) return track.tween;
  if ('zoom' in track) return track.zoom;
  if ('walk' in track) return [0, 1, 0];
  if ('keyframes' in track) return extremesOf(track);
  const { middle = 0, radius, turns = 1 } = track.loop;
  const reach = turns === 0 ? 0 : Math.abs(radius);
  return [middle - reach, middle + reach, middle - reach];
}

/** The first, the least, the greatest and the last value: there may be a hundred thousand keyframes. */
function extremesOf({ keyframes }: Keyframes): number[] {
  const first = keyframes[0][1];
  let [low, high] = [first, first];
  for (const [, value] of keyframes) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [first, low, high, keyframes[keyframes.length - 1][1]];
}

/** "its weight scale grows from 0.4 to 0.8"; with `it`, "it grows from 1 layer to 40 layers". */
function clause(subject: string, value: unknown, shown: (n: number) => string | number): string | undefined {
  if (Array.isArray(value) && leavesOf(value).length > 0) return `${subject} changes`;
  const range = formOf(value) && rangeOf(value as Moving);
  if (!range) return undefined;
  const { from, to, low, high } = range;
  if (from === low && to === high) return `${subject} grows from ${shown(from)} to ${shown(to)}`;
  if (from === high && to === low) return `${subject} shrinks from ${shown(from)} to ${shown(to)}`;
  return `${subject} varies between ${shown(low)} and ${shown(high)}`;
}

function zoomChange(halfWidth: unknown): string | undefined {
  const range = formOf(halfWidth) && rangeOf(halfWidth as Moving);
  if (!range) return undefined;
  const { from, to, low, high } = range;
  const factor = high / low >= 1.95 ? ` by a factor of ${figure(high / low)}` : '';
  if (from === high && to === low) return `the view zooms in${factor}`;
  if (from === low && to === high) return `the view zooms out${factor}`;
  return 'the view zooms in and out';
}

function seedChange(seed: unknown): string | undefined {
  if (typeof seed !== 'object' || seed === null) return undefined;
  if ('walk' in seed)
    return `it turns into ${plural(new Set(seed.walk as unknown[]).size - 1, 'other network')}`;
  if ('keyframes' in seed) {
    const networks = new Set((seed as Keyframes).keyframes.map(([, value]) => value)).size;
    return networks > 1 ? `it is replaced by ${plural(networks - 1, 'other network')} in turn` : undefined;
  }
  return mixChange(seed, 'it turns into another network');
}

/** @param text - The clause to use if the fraction of a mix moves. */
function mixChange(mix: unknown, text: string): string | undefined {
  const fraction = typeof mix === 'object' && mix !== null && 'fraction' in mix ? mix.fraction : undefined;
  return leavesOf(fraction).some((track) => rangeOf(track)) ? text : undefined;
}

function activationChange(activation: unknown): string | undefined {
  if (leavesOf(activation).length === 0) return undefined;
  const { from, to } = activation as { from?: unknown; to?: unknown };
  return typeof from === 'string' && typeof to === 'string'
    ? mixChange(activation, `its activation turns from ${from} to ${to}`)
    : 'its activations change';
}

/** The name of a parameter within a sentence. */
const labelOf = (name: string) =>
  (name in networkParameters
    ? networkParameters[name as keyof typeof networkParameters].label
    : name
  ).toLowerCase();

/** With at most three significant digits. */
const figure = (value: number): number => Number(value.toPrecision(3));
