/** Where parameters are in a sweep, and the list of them that the explorer's controls are made from. */
import { drawingParameters, frameParameters, viewParameters } from '../../core/frame/parameters.js';
import { networkParameters } from '../../core/network/parameters.js';
import type { Parameter } from '../../core/parameters/parameter.js';

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

/** A path as text, for keys and names: "network.layers". */
export const nameOf = (path: Path): string => path.join('.');

function placedIn(table: Readonly<Record<string, Parameter>>, before: Path): Placed[] {
  return Object.entries(table).map(([name, parameter]) => ({ path: [...before, name], parameter }));
}
