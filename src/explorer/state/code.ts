/** What is shown as code: a scene's module, its recipe, and a node for a composed scene. */
import type { FrameDescription } from '../../core/frame/description.js';
import { RECIPE_VERSION } from '../../core/recipe/version.js';
import { sparseFrame, sparseSweep } from '../../core/sweep/sparse.js';
import type { Sweep } from '../../core/sweep/sweep.js';
import { circle, formOf, type Moving, steps } from '../../core/sweep/track.js';
import { COLUMNS, type Code, callCode, layOut, listCode, objectCode, valueCode } from './literal.js';

/** The fields of a sweep whose values may contain tracks. */
const MOVING = new Set(['network', 'view', 'slice', 'shown']);

/**
 * The module of a scene, `NAME.ts`. Loading it gives the sweep of recipeText().
 * @param sweep - A checked sweep.
 */
export function sceneCode(sweep: Sweep): string {
  const used = new Set(['sweep']);
  const fields = Object.entries(sparseSweep(sweep)).map(([name, value]): [string, Code] => [
    name,
    MOVING.has(name) ? movingCode(value, used) : valueCode(value),
  ]);
  const body = layOut(callCode('sweep', [objectCode(fields, true)]), '', 'export default '.length);
  return `import { ${[...used].sort().join(', ')} } from 'untrained';\n\nexport default ${body};\n`;
}

/**
 * The recipe as JSON, without what has its default value.
 * @param sweep - A checked sweep.
 */
export function recipeText(sweep: Sweep): string {
  return `${JSON.stringify({ untrained: RECIPE_VERSION, sweep: sparseSweep(sweep) }, null, 2)}\n`;
}

/** A composed scene's shorter side, in its own units. */
const SCENE_SIDE = 1080;

/**
 * A `<NetworkField/>` that fills a composed scene of the same shape and shows this frame.
 * @param frame - A valid frame.
 */
export function fieldCode(frame: FrameDescription): string {
  const unit = SCENE_SIDE / Math.min(...frame.size);
  const [width, height] = frame.size.map((side) => Math.round(side * unit));
  const props = { size: width === height ? width : [width, height], ...sparseFrame(tidy(frame)) };
  const written = Object.entries(props).map(
    ([name, value]) => `${name}={${layOut(valueCode(value), '  ', name.length + 2)}}`,
  );
  const line = `<NetworkField ${written.join(' ')} />`;
  if (line.length <= COLUMNS && !line.includes('\n')) return `${line}\n`;
  return ['<NetworkField', ...written.map((prop) => `  ${prop}`), '/>', ''].join('\n');
}

/** The frame with zeros where the cosine of a right angle has left a rounding error. */
function tidy({ view, slice, ...rest }: FrameDescription): FrameDescription {
  const zero = (value: number) => (Math.abs(value) < 1e-15 ? 0 : value);
  const [x, y] = view.centre;
  return { ...rest, view: { ...view, centre: [zero(x), zero(y)] }, slice: slice.map(zero) };
}

/** A value that is or contains tracks. @param used - Receives the names of the functions that make them. */
function movingCode(value: unknown, used: Set<string>): Code {
  if (typeof value !== 'object' || value === null) return valueCode(value);
  if (formOf(value)) return trackCode(value as Moving, used);
  if (Array.isArray(value)) return listOfTracks(value, used);
  return objectCode(Object.entries(value).map(([name, item]) => [name, movingCode(item, used)]));
}

/** A list in which the tracks of two neighbours may be a circle. */
function listOfTracks(list: unknown[], used: Set<string>): Code {
  const items: Code[] = [];
  for (let i = 0; i < list.length; i++) {
    const round = circleCode(list[i], list[i + 1]);
    if (!round) {
      items.push(movingCode(list[i], used));
      continue;
    }
    used.add('circle');
    if (list.length === 2) return round;
    items.push(typeof round === 'string' ? `...${round}` : { ...round, open: `...${round.open}` });
    i++;
  }
  return listCode(items);
}

function circleCode(a: unknown, b: unknown): Code | undefined {
  const [x, y] = [a, b].map((track) =>
    formOf(track) && 'loop' in (track as Moving) ? (track as LoopTrack) : undefined,
  );
  if (!x || !y) return undefined;
  const { radius, middle = 0 } = x.loop;
  const centre: [number, number] = [middle, y.loop.middle ?? 0];
  const movement = x.easing && { easing: x.easing };
  if (!alike(circle(radius, centre, movement), [x, y])) return undefined;
  const atOrigin = centre.every((value) => value === 0);
  const args = [valueCode(radius), ...(atOrigin && !movement ? [] : [valueCode(centre)])];
  return callCode('circle', movement ? [...args, valueCode(movement)] : args);
}

type LoopTrack = Extract<Moving, { loop: unknown }>;

/** A call of the function that makes a track. */
function trackCode(track: Moving, used: Set<string>): Code {
  const call = (name: string, args: unknown[], options: object): Code => {
    used.add(name);
    const all = Object.keys(options).length > 0 ? [...args, options] : args;
    return callCode(name, all.map(valueCode));
  };
  if ('tween' in track) {
    const { tween, ...movement } = track;
    return call('tween', tween, movement);
  }
  if ('zoom' in track) {
    const { zoom, ...movement } = track;
    return call('zoom', zoom, movement);
  }
  if ('loop' in track) {
    const { loop, ...movement } = track;
    const { radius, ...options } = loop;
    return call('loop', [radius], { ...options, ...movement });
  }
  if ('walk' in track) {
    const { walk, ...movement } = track;
    return call('walk', [walk], movement);
  }
  const { keyframes, ...movement } = track;
  const values = keyframes.filter((_, i) => i % 2 === 0).map(([, value]) => value);
  const each = keyframes[1]?.[0];
  if (values.length > 1 && each > 0 && alike(steps(values, { each }), track))
    return call('steps', [values], { each });
  return call('keyframes', [keyframes], movement);
}

/** Whether two values are equal, whatever the order of their fields. */
function alike(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [x, y] = [a, b] as Record<string, unknown>[];
  const names = Object.keys(x);
  return names.length === Object.keys(y).length && names.every((name) => alike(x[name], y[name]));
}
