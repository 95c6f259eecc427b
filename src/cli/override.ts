/** Changes to a scene from the command line: --set name=value, or name=from..to to animate it. */
import { UsageError } from '../core/errors.js';
import { frameParameters, viewFieldNames, viewParameters } from '../core/frame/parameters.js';
import {
  namesBesideWeights,
  networkAliases,
  networkParameter,
  networkParameterNames,
} from '../core/network/parameters.js';
import { namesBeside, type WeightMixInput, type WeightsInput } from '../core/network/spec.js';
import { mixes, type Parameter } from '../core/parameters/parameter.js';
import { sweepFieldNames } from '../core/sweep/fields.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import { keyframes, tween, zoom } from '../core/sweep/track.js';
import { available } from '../core/wording/did-you-mean.js';

/** The fields of a sweep that --set does not change. The fields of `network` and `view` are parameters themselves. */
const FIXED = ['figure', 'loop', 'network', 'view'];
const views: readonly string[] = viewFieldNames;
const networks: readonly string[] = networkParameterNames;
/** The parameters that --set accepts for a sweep. */
export const allFields: readonly string[] = [
  ...new Set([...networks, ...views, 'slice', ...sweepFieldNames.filter((name) => !FIXED.includes(name))]),
];

/** The options that change what a scene shows. */
interface Assignments {
  seed?: string | undefined;
  palette?: string | undefined;
  set: string[];
}

/**
 * A copy of a sweep with one parameter changed. It is not validated: only a further change may make it valid.
 * @param assignment - Such as "weightScale=0.5", "layers=1..40", "activation=tanh..relu", "centre=0,0", "slice.1=2".
 */
export function override(sweep: Sweep, assignment: string): Sweep {
  const [name, text] = split(assignment);
  const path = pathOf(name);
  const value = readValue(path, text, sweep);
  return replaced(path[1] === 'weights' ? withoutDraws(sweep, value) : sweep, path, value, name) as Sweep;
}

/**
 * The variables that options give a composed scene: numbers, booleans, JSON, lists of numbers, or words. --seed 5 is
 * short for --set seed=5, and --palette magma for --set palette=magma. A palette may be a list of colours.
 */
export function variablesOf({ seed, palette, set }: Assignments): Record<string, unknown> {
  const short = Object.entries({ seed, palette }).filter(([, value]) => value !== undefined);
  const assignments = [...short.map(([name, value]) => `${name}=${value}`), ...set];
  return Object.fromEntries(
    assignments.map(split).map(([name, text]) => {
      const value = single(text);
      return [name, name === 'palette' ? asPalette(value) : value];
    }),
  );
}

function split(assignment: string): [name: string, value: string] {
  const equals = assignment.indexOf('=');
  if (equals < 1) {
    throw new UsageError(
      `--set is "${assignment}" but must be name=value or name=from..to: try weightScale=0.4..0.8.`,
    );
  }
  return [assignment.slice(0, equals).trim(), assignment.slice(equals + 1).trim()];
}

/** The sweep without the parameters that explicit weights replace: with a drawn side, only its shape. */
function withoutDraws(sweep: Sweep, weights: unknown): Sweep {
  const isObject = typeof weights === 'object' && weights !== null;
  const kept = isObject ? namesBeside(weights as WeightsInput | WeightMixInput) : namesBesideWeights;
  const names = kept.filter((name) => sweep.network[name] !== undefined);
  return { ...sweep, network: Object.fromEntries(names.map((name) => [name, sweep.network[name]])) };
}

/** The path to a parameter in a sweep. */
function pathOf(name: string): string[] {
  const path = name.split('.');
  if (path.length > 1 && (path[0] === 'network' || path[0] === 'view')) path.shift();
  path[0] = networkAliases[path[0] as keyof typeof networkAliases] ?? path[0];
  const [field] = path;
  if (!allFields.includes(field)) {
    throw new UsageError(
      `--set ${name}: "${field}" is not a parameter${available(field, allFields, sweepSynonyms)}`,
    );
  }
  if (networks.includes(field)) return ['network', ...path];
  return views.includes(field) ? ['view', ...path] : path;
}

function readValue(path: string[], text: string, sweep: Sweep): unknown {
  const field = path[path.length - 1];
  const [from, to, more] = text.split('..');
  if (to === undefined || more !== undefined) {
    const value = single(text);
    if (path[0] === 'palette') return asPalette(value);
    const isList = ['features', 'numbers'].includes(parameterCalled(field)?.kind ?? '');
    return isList && !Array.isArray(value) ? [value] : value;
  }
  const ends = [single(from), single(to)];
  const parameter = parameterCalled(field);
  if (parameter && mixes(parameter) && ends.every((end) => isValueOf(parameter, end))) {
    return { from: ends[0], to: ends[1], fraction: moving(0, 1, sweep) };
  }
  const [a, b] = ends;
  if (typeof a !== 'number' || typeof b !== 'number') {
    throw new UsageError(`--set ${field}=${text}: from..to needs two numbers, such as 0.4..0.8.`);
  }
  const geometric = parameter !== undefined && 'scale' in parameter && parameter.scale === 'logarithmic';
  return moving(a, b, sweep, geometric);
}

/** A palette, which may be given as a list of colours. */
function asPalette(value: unknown): unknown {
  return Array.isArray(value) ? { colours: value } : value;
}

function parameterCalled(name: string): Parameter | undefined {
  const shown: Record<string, Parameter> = { ...viewParameters, ...frameParameters };
  return networkParameter(name) ?? (Object.hasOwn(shown, name) ? shown[name] : undefined);
}

/** Whether it is one of a parameter's choices; a parameter without choices is checked with the whole sweep. */
function isValueOf(parameter: Parameter, value: unknown): boolean {
  return parameter.kind !== 'choice' || parameter.choices.includes(value as never);
}

/** A track from a to b; in a loop, there and back, so that it closes. */
function moving(a: number, b: number, sweep: Sweep, geometric = false) {
  if (sweep.loop)
    return keyframes(
      [
        [0, a],
        [sweep.seconds / 2, b],
        [sweep.seconds, a],
      ],
      { easing: 'easeInOutSine' },
    );
  return geometric && a > 0 && b > 0 ? zoom(a, b) : tween(a, b);
}

/** Reads a number, true or false, JSON, a list of numbers, or a word. */
function single(text: string): unknown {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      throw new UsageError(`--set: ${text} is not valid JSON: check its brackets and quotes.`);
    }
  }
  return text.includes(',') ? text.split(',').map(single) : text;
}

function replaced(value: unknown, [key, ...rest]: string[], leaf: unknown, name: string): unknown {
  if (rest.length === 0)
    return Array.isArray(value) ? value.with(Number(key), leaf) : { ...(value as object), [key]: leaf };
  const inner = (value as Record<string, unknown>)[key] ?? defaults[key];
  if (typeof inner !== 'object' || inner === null || (Array.isArray(inner) && !(rest[0] in inner))) {
    throw new UsageError(`--set ${name}: ${key} has no "${rest[0]}": set ${key} as a whole.`);
  }
  const changed = replaced(inner, rest, leaf, name);
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...(value as object), [key]: changed };
}

/** The values whose parts can be set even if the scene does not give them. */
const defaults: Record<string, unknown> = { centre: viewParameters.centre.default };
