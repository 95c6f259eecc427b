/**
 * Settings: one parameter gets another value, and whatever else has to change with it does. Parameters depend on each
 * other (a slice has a value for each input beyond the features), and a control must not fail for that reason.
 */
import { UsageError } from '../../core/errors.js';
import { type Palette, paletteProblem } from '../../core/frame/palette.js';
import { namesBesideWeights } from '../../core/network/parameters.js';
import type { ExplicitLayer } from '../../core/network/spec.js';
import { statedActivations } from '../../core/network/weights-file.js';
import { type ExplorerDocument, entryAt, featuresOf, freeInputs, withEntries } from './document.js';
import { nameOf, type Path, parameterAt } from './paths.js';

/** A value, a track or a mix for a path. */
export type Entry = readonly [path: Path, entry: unknown];

const SLICE: Path = ['slice'];
const PALETTE: Path = ['palette'];
const INPUTS: Path = ['network', 'inputs'];
const OUTPUTS: Path = ['network', 'outputs'];

/**
 * The document with another value, track or mix at a path; undefined restores the default.
 * @throws UsageError if the value is invalid.
 */
export function withSetting(document: ExplorerDocument, path: Path, value: unknown): ExplorerDocument {
  return withSettings(document, settings(document, path, value));
}

/** A value with all others that have to change with it. The last of them is the value itself. */
export function settings(document: ExplorerDocument, path: Path, value: unknown): Entry[] {
  return [...required(document, path, value), [path, value]];
}

/**
 * The document with other values. If the layer or the output that it shows is gone, it shows the whole network.
 * @throws UsageError if they are invalid.
 */
export function withSettings(document: ExplorerDocument, entries: readonly Entry[]): ExplorerDocument {
  try {
    return withEntries(document, entries);
  } catch (error) {
    const isShown = entries.some(([path]) => path[0] === 'shown');
    if (!(error instanceof UsageError) || document.sweep.shown === undefined || isShown) throw error;
    return withEntries(document, [...entries, [['shown'], undefined]]);
  }
}

/** The document with a network that is drawn from this seed. Explicit weights give way to those of `otherwise`. */
export function withSeed(
  document: ExplorerDocument,
  seed: number | string,
  otherwise: ExplorerDocument,
): ExplorerDocument {
  if (document.sweep.network.weights === undefined) return withSetting(document, ['network', 'seed'], seed);
  const { network, slice } = otherwise.sweep;
  return withEntries(document, [
    [['network'], { ...network, seed }],
    [SLICE, slice],
    [['shown'], undefined],
  ]);
}

/** The other entries that a value requires. */
function required(document: ExplorerDocument, path: Path, value: unknown): Entry[] {
  switch (path[0] === 'slice' ? 'slice' : nameOf(path)) {
    case 'slice':
      return forSlice(document, path);
    case 'network.inputs':
    case 'network.features':
      return forInputs(document, path, value);
    case 'network.weights':
      return forWeights(document, value);
    case 'network.outputs':
      return value === 1 ? forOneOutput(document) : [];
    case 'palette':
      return entryAt(document, OUTPUTS) === 1 && paletteProblem(value as Palette, 1)
        ? [[OUTPUTS, undefined]]
        : [];
    default:
      return forPoint(document, path);
  }
}

/** A coordinate needs the other one. */
function forPoint(document: ExplorerDocument, path: Path): Entry[] {
  const whole = path.slice(0, -1);
  if (parameterAt(path)?.kind !== 'point' || typeof path.at(-1) !== 'number') return [];
  return entryAt(document, whole) === undefined ? [[whole, parameterAt(whole)?.default ?? [0, 1]]] : [];
}

/** A value of the slice that has no input yet gets one; the first two inputs beyond the features come together. */
function forSlice(document: ExplorerDocument, [, index]: Path): Entry[] {
  const free = freeInputs(document);
  if (typeof index !== 'number' || index < free) return [];
  const needed = Math.max(2, index + 1);
  return [
    [INPUTS, featuresOf(document).length + needed],
    [SLICE, sliceOf(document, needed)],
  ];
}

function forInputs(document: ExplorerDocument, path: Path, value: unknown): Entry[] {
  const isInputs = path[1] === 'inputs';
  const features = isInputs ? featuresOf(document) : ((value ?? ['x', 'y']) as string[]);
  const given = isInputs ? value : entryAt(document, INPUTS);
  const inputs = typeof given === 'number' ? given : features.length;
  const entries: Entry[] = [[SLICE, sliceOf(document, Math.max(0, inputs - features.length))]];
  // Features come first: a network has at least as many inputs.
  if (!isInputs && inputs < features.length) entries.push([INPUTS, undefined]);
  if (isInputs && inputs < features.length)
    entries.push([['network', 'features'], features.slice(0, inputs)]);
  return entries;
}

/** Explicit weights replace all that determines random ones, and may come with their activations. */
function forWeights(document: ExplorerDocument, value: unknown): Entry[] {
  if (!Array.isArray(value)) return [[SLICE, undefined]];
  const layers = value as ExplicitLayer[];
  const kept = Object.entries(document.sweep.network).filter(([name]) =>
    (namesBesideWeights as readonly string[]).includes(name),
  );
  const stated = statedActivations(layers);
  const network: Record<string, unknown> = Object.fromEntries(kept);
  delete network.weights;
  if (stated) {
    network.activation = stated.length > 1 ? stated.slice(0, -1) : undefined;
    network.outputActivation = stated.at(-1);
  }
  const inputs = layers[0]?.w?.[0]?.length ?? 0;
  const features = featuresOf(document).slice(0, inputs);
  if (features.length < featuresOf(document).length) network.features = features;
  const outputs = layers.at(-1)?.w?.length;
  return [
    [['network'], network],
    [SLICE, sliceOf(document, Math.max(0, inputs - features.length))],
    ...(outputs === 1 ? forOneOutput(document) : []),
  ];
}

/** A palette that needs three outputs gives way to grey. */
function forOneOutput(document: ExplorerDocument): Entry[] {
  return paletteProblem(document.sweep.palette, 1) ? [[PALETTE, undefined]] : [];
}

/** The slice with this many values: those that it has, and zeros. */
function sliceOf({ sweep: { slice = [] } }: ExplorerDocument, length: number): unknown[] | undefined {
  return length === 0 ? undefined : Array.from({ length }, (_, i) => slice[i] ?? 0);
}
