/** What a shader draws: a sweep, its frame at the beginning, and what of it moves. */
import { UsageError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { hiddenShown } from '../../core/frame/shown.js';
import type { Activation, LayerActivation, UnitActivation } from '../../core/network/activations.js';
import { DrawCache } from '../../core/network/draws.js';
import { doesFade } from '../../core/network/fade.js';
import { layerActivation } from '../../core/network/layer-activations.js';
import { mixGain } from '../../core/network/mix-gains.js';
import { hiddenWidths } from '../../core/network/spec.js';
import { retimes } from '../../core/sweep/paces.js';
import { stillOf } from '../../core/sweep/still.js';
import { frameAt, preparePace, type Sweep, trackTime } from '../../core/sweep/sweep.js';
import { formOf, jumpsOf, type Moving, marksOf, onlyJumps } from '../../core/sweep/track.js';
import { exponentsOf } from '../../renderers/exponents.js';
import type { Exported, ExportTools } from '../exporter.js';
import { type PaceTable, valuesOf } from './motion.js';

/** A value of a parameter, or its track. */
export type Movable = number | Moving;

export interface Subject {
  /** Without a pace, whose times are in `pace`. */
  sweep: Sweep;
  /** At the beginning: what does not move is always as it is here. */
  frame: FrameDescription;
  pace: PaceTable | undefined;
  draws: DrawCache;
}

/** How to leave the motion out. */
const STILL = 'export a single moment (--at SECONDS)';

/** @throws UsageError that names the parameter that a shader cannot express. */
export async function subjectOf({ sweep, at }: Exported, { evaluate }: ExportTools): Promise<Subject> {
  const isStill = at !== undefined || tracksIn(sweep).length === 0;
  const shown = isStill ? await stillOf(sweep, at ?? 0, evaluate) : sweep;
  if (shown.brightness) {
    throw new UsageError(
      `brightness is steady, which is measured on every frame, and a shader cannot do that: ${STILL}.`,
    );
  }
  const tracked: Sweep = { ...shown, pace: 'tracks' };
  const frame = frameAt(tracked, 0, evaluate);
  const draws = new DrawCache();
  refuseFrame(frame);
  refuseTracks(tracked);
  for (const moment of momentsOf(tracked)) refuseMoment(frameAt(tracked, moment, evaluate), tracked, draws);
  const pace = isStill ? undefined : await paceOf(sweep, evaluate);
  return { sweep: tracked, frame, pace, draws };
}

/** A value or track of a sweep, by its value in the first frame. */
export function movable(value: unknown, first: number): Movable {
  return formOf(value) ? (value as Moving) : first;
}

/** A track with its name in the recipe. */
interface Placed {
  path: string;
  track: Moving;
}

export function tracksIn({ network, view, slice, levels, shown }: Sweep): Placed[] {
  const find = (value: unknown, path: string): Placed[] => {
    if (typeof value !== 'object' || value === null) return [];
    if (path.includes('.') && formOf(value)) return [{ path, track: value as Moving }];
    if (
      Array.isArray(value) &&
      typeof value[0] === 'number' &&
      !value.some((item) => typeof item === 'object')
    )
      return [];
    return Object.entries(value).flatMap(([key, item]) => find(item, path ? `${path}.${key}` : key));
  };
  return [...find(network, 'network'), ...find(view, 'view'), ...find({ slice, levels, shown }, '')];
}

/** Refuses what no shader draws. */
function refuseFrame({ network, shown, levels }: FrameDescription): void {
  const part = hiddenShown(shown);
  if (part && part.unit === undefined) {
    throw new UsageError(
      `shown is all units of layer ${part.layer}, but a shader draws a single picture: choose one unit, ` +
        `such as shown: { layer: ${part.layer}, unit: 1 }.`,
    );
  }
  if (network.draws === 'hash' && network.distribution === 'normal' && !Array.isArray(network.weights)) {
    throw new UsageError(
      'distribution is normal and draws is hash, but a shader cannot compute such draws exactly: set distribution to ' +
        'uniform, or draws to generator.',
    );
  }
  if (levels?.some((level) => Math.abs(level) > 1e30)) {
    throw new UsageError(
      `levels are [${levels.join(', ')}], but must be between -1e30 and 1e30 in a shader: choose such levels.`,
    );
  }
}

/** Refuses tracks that no shader can follow. */
function refuseTracks(sweep: Sweep): void {
  const { network } = sweep;
  for (const { path, track } of tracksIn(sweep)) {
    if (path.startsWith('shown')) {
      throw new UsageError(
        `${path} moves, but a shader always shows the same part of a network: make it constant, or ${STILL}.`,
      );
    }
    if (path === 'network.fold.kaleidoscope') {
      throw new UsageError(
        `${path} moves, but a shader has a fixed number of sectors: make it constant, or ${STILL}.`,
      );
    }
    if (path === 'network.seed' && !('walk' in track) && !onlyJumps(track)) {
      throw new UsageError(
        `${path} moves continuously, and every number is another network: use walk() or steps(), or ${STILL}.`,
      );
    }
    const part = hiddenShown(sweep.shown as FrameDescription['shown']);
    if (path.startsWith('network.seed') && part && isPerUnit(network.activation, part.layer)) {
      throw new UsageError(
        `${path} moves, but in a shader the activation of the unit in shown is fixed: make the seed constant, or ${STILL}.`,
      );
    }
    const explicit = network.weights as { from: unknown; to: unknown } | undefined;
    const isDrawn = explicit && (explicit.from === 'drawn' || explicit.to === 'drawn');
    if (
      isDrawn &&
      (/^network\.(?:seed|weightScale|biasScale)/.test(path) || path === 'network.weights.from')
    ) {
      throw new UsageError(
        `${path} moves while weights mixes explicit weights with drawn ones, and a shader cannot do both: ` +
          `make one of them constant, or ${STILL}.`,
      );
    }
  }
}

function isPerUnit(activation: unknown, k: number): boolean {
  const layer: LayerActivation = layerActivation((activation ?? 'tanh') as Activation, k);
  return typeof layer === 'object' && 'perUnit' in layer;
}

/** Refuses what depends on measurements, or exceeds float32. */
function refuseMoment(frame: FrameDescription, sweep: Sweep, draws: DrawCache): void {
  const { network } = frame;
  // What is measured is measured on the unfolded plane.
  const moving = tracksIn(sweep).filter(({ path }) => /^network\.(?!fold)/.test(path));
  const isMixed = hiddenWidths(network).some((_, i) => mixGain(network, i + 2) !== 1);
  if (moving.length > 0 && (doesFade(network) || isMixed)) {
    const cause = moving.find(({ path }) =>
      causesOf(network).some((name) => path.startsWith(`network.${name}`)),
    );
    const { path } = cause ?? moving[0];
    throw new UsageError(
      `${path} moves with fade: contrast, which is measured on every frame, and a shader cannot do that: ` +
        `set fade to outputs (--set fade=outputs), or ${STILL}.`,
    );
  }
  if (exponentsOf(frame, draws)) {
    throw new UsageError(
      `activation is ${nameOf(network.activation)}, whose values in ${network.layers} layers overflow the float32 of shaders: ` +
        'use fewer layers, a smaller weightScale or a bounded activation such as tanh.',
    );
  }
}

/** The parameters by which a network is between two others. */
function causesOf({ layers, seed }: FrameDescription['network']): string[] {
  return [
    ...(Number.isInteger(layers) ? [] : ['layers']),
    ...(typeof seed === 'object' ? ['seed'] : []),
    'activation',
    'outputActivation',
  ];
}

const nameOf = (activation: FrameDescription['network']['activation']) => {
  const names = [activation].flat().map((layer) => {
    if (typeof layer === 'string') return layer;
    return 'perUnit' in layer ? layer.perUnit.join(', ') : `${layer.from} to ${layer.to}`;
  });
  return [...new Set(names)].slice(0, 3).join(', ');
};

/** Times at which a sweep's frames are unlike: all the ends of its movements, and some in between. */
function momentsOf(sweep: Sweep): number[] {
  const { seconds } = sweep;
  const tracks = tracksIn(sweep);
  if (tracks.length === 0) return [0];
  const marks = tracks.flatMap(({ track }) => [...marksOf(track, seconds), ...jumpsOf(track)]).slice(0, 24);
  const between = Array.from({ length: 9 }, (_, i) => (seconds * (i + (i > 0 && i < 8 ? 0.137 : 0))) / 8);
  return [...new Set([...between, ...marks])].filter((t) => t >= 0 && t <= seconds);
}

/** The greatest value of a number over the sweep. */
export function mostOf(value: Movable, seconds: number): number {
  return typeof value === 'number' ? value : Math.max(...valuesOf(value, seconds));
}

/** The most points of a table of times, and how far between them a time may be off, as a part of the sweep. */
const [MOST_TIMES, TIME_ERROR] = [2048, 2e-5];

/** An even pace as a table; undefined if the sweep has none. */
async function paceOf(sweep: Sweep, evaluate: ExportTools['evaluate']): Promise<PaceTable | undefined> {
  if (!retimes(sweep.pace)) return undefined;
  await preparePace(sweep, evaluate);
  const at = (t: number) => trackTime(sweep, t, evaluate);
  const { seconds } = sweep;
  const shown: number[] = [0];
  const track: number[] = [at(0)];
  /** Adds the end of a stretch, after points within it where it is bent. */
  const add = (start: number, end: number, depth: number): void => {
    const bent = [0.25, 0.5, 0.75].some((share) => {
      const straight = at(start) + share * (at(end) - at(start));
      return Math.abs(at(start + share * (end - start)) - straight) > TIME_ERROR * seconds;
    });
    if (depth < 4 || (bent && depth < 16)) {
      const middle = (start + end) / 2;
      add(start, middle, depth + 1);
      add(middle, end, depth + 1);
      return;
    }
    shown.push(end);
    track.push(at(end));
  };
  add(0, seconds, 0);
  if (shown.length > MOST_TIMES) {
    throw new UsageError(
      `pace is ${sweep.pace} and needs a table of ${shown.length} times, but a shader has room for ${MOST_TIMES}: ` +
        `set pace to tracks, or ${STILL}.`,
    );
  }
  return { shown, track };
}

/** Whether an activation is a mix of two. */
export function isMix(activation: unknown): activation is Exclude<UnitActivation, string> {
  return typeof activation === 'object' && activation !== null && 'fraction' in activation;
}
