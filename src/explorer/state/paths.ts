/** Where parameters are in a sweep, and the list of them that the explorer's controls are made from. */
import { drawingParameters, frameParameters, viewParameters } from '../../core/frame/parameters.js';
import { SECTORS, TILE_SIDE } from '../../core/network/fold.js';
import { networkParameters } from '../../core/network/parameters.js';
import { mixes, type Parameter, type SliderControl } from '../../core/parameters/parameter.js';

/** The keys that lead to a value in a sweep: ['network', 'layers'], ['slice', 0]. */
export type Path = readonly (string | number)[];

/** A parameter and its place in a sweep. */
export interface Placed {
  readonly path: Path;
  readonly parameter: Parameter;
}

/** Every parameter, in the order of the tables. */
export const placedParameters: readonly Placed[] = [
  ...placedIn(networkParameters, ['network']),
  ...placedIn(viewParameters, ['view']),
  ...placedIn(frameParameters, []),
  ...placedIn(drawingParameters, []),
];

/** The parameter at a path, or the one that the value at a path is a part of. */
export function parameterAt(path: Path): Parameter | undefined {
  return placedParameters.find(({ path: own }) => own.every((key, i) => path[i] === key))?.parameter;
}

/** What a slider has to know about a number. */
export interface Numeric {
  readonly ui: SliderControl;
  /** The lowest and the highest valid value. */
  readonly range: readonly [least: number, greatest: number];
  readonly moves: boolean;
  readonly unit?: string;
  /** Whether only whole numbers are valid. */
  readonly whole?: boolean;
}

/** What is known about the number at a path; undefined if no number can be there. */
export function numericAt(path: Path): Numeric | undefined {
  const parameter = parameterAt(path);
  if (!parameter) return undefined;
  const last = path.at(-1) as string;
  if (last === 'fraction' && mixes(parameter)) return FRACTION;
  if (parameter.kind === 'fold') return IN_FOLD[last];
  return 'range' in parameter ? { ...parameter, whole: parameter.kind === 'integer' } : undefined;
}

/** Of a mix. */
const FRACTION: Numeric = {
  ui: { level: 'more', min: 0, max: 1, scale: 'linear', step: 0.01, shiftStep: 0.1 },
  range: [0, 1],
  moves: true,
};

/** The numbers of folds, by the names of their fields. */
const IN_FOLD: Readonly<Record<string, Numeric>> = {
  tile: {
    ui: { level: 'more', min: 0.25, max: 16, scale: 'logarithmic', step: 0.05, shiftStep: 0.5 },
    range: [TILE_SIDE.least, TILE_SIDE.most],
    moves: true,
  },
  kaleidoscope: {
    ui: { level: 'more', min: SECTORS.least, max: 24, scale: 'linear', step: 1, shiftStep: 4 },
    range: [SECTORS.least, SECTORS.most],
    moves: false,
    unit: 'sectors',
    whole: true,
  },
};

/** A path as text, for keys and names: "network.layers". */
export const nameOf = (path: Path): string => path.join('.');

function placedIn(table: Readonly<Record<string, Parameter>>, before: Path): Placed[] {
  return Object.entries(table).map(([name, parameter]) => ({ path: [...before, name], parameter }));
}
