/** The frames of a film as plain data: one description, and what changes in it from frame to frame. */
import * as z from 'zod';
import { UsageError } from '../errors.js';
import { type FrameDescription, frameSchema } from '../frame/description.js';
import { levelsSchema } from '../frame/levels-schema.js';
import { networkParameter } from '../network/parameters.js';
import { parse } from '../wording/parse.js';

type Path = readonly (string | number)[];

/** A part of the description that changes. */
interface Moving {
  path: Path;
  /** Its value in frame i. */
  valueAt: (i: number) => unknown;
}

/** The most values that a file may hold for all its frames together. */
const MOST_VALUES = 2 ** 24;

const schema = z.strictObject({
  count: z.int().min(1).max(MOST_VALUES),
  base: z.unknown(),
  moving: z
    .array(
      z.strictObject({
        path: z
          .array(z.union([z.string().regex(/^[A-Za-z]{1,100}$/), z.int().min(0).max(10_000)]))
          .min(1)
          .max(20),
        values: z.array(z.unknown()),
      }),
    )
    .max(1000),
});

/** Described and checked when they were planned, so that nothing needs to be checked again. */
export class Frames {
  /** The text of the first description, cut where values change. */
  private texts: { pieces: string[]; order: number[] } | undefined;

  /** @param base - The first frame. */
  constructor(
    readonly count: number,
    private readonly base: FrameDescription,
    private readonly moving: readonly Moving[],
  ) {}

  /** Frame i, from 0. Parts that do not change are shared between frames. */
  describe(i: number): FrameDescription {
    let frame: unknown = this.base;
    for (const { path, valueAt } of this.moving) frame = replaced(frame, path, valueAt(i));
    return frame as FrameDescription;
  }

  /**
   * A text that is equal for equal frames, without describing the frame.
   * @param shorten - Replaces explicit weights, which may be megabytes, in the part that frames share.
   */
  text(i: number, shorten: (weights: unknown) => unknown = (weights) => weights): string {
    this.texts ??= this.cut(shorten);
    const { pieces, order } = this.texts;
    return pieces
      .map((piece, k) => piece + (k < order.length ? JSON.stringify(this.moving[order[k]].valueAt(i)) : ''))
      .join('');
  }

  private cut(shorten: (weights: unknown) => unknown): { pieces: string[]; order: number[] } {
    const { network } = this.base;
    let marked: unknown = network.weights
      ? { ...this.base, network: { ...network, weights: shorten(network.weights) } }
      : this.base;
    const mark = (k: number | string) => `\u0000moving ${k}\u0000`;
    for (const [k, { path }] of this.moving.entries()) marked = replaced(marked, path, mark(k));
    const parts = JSON.stringify(marked, ordered).split(/"\\u0000moving (\d+)\\u0000"/);
    return {
      pieces: parts.filter((_, at) => at % 2 === 0),
      order: parts.filter((_, at) => at % 2 === 1).map(Number),
    };
  }

  /** For JSON.stringify: all values, frame by frame. */
  toJSON(): unknown {
    const { count, base, moving } = this;
    const frames = Array.from({ length: count }, (_, i) => i);
    return {
      count,
      base,
      moving: moving.map(({ path, valueAt }) => ({ path, values: frames.map(valueAt) })),
    };
  }

  /**
   * Reads what toJSON wrote, which may come from anyone.
   * @throws UsageError for the first invalid frame.
   */
  static read(data: unknown): Frames {
    const { count, base, moving } = parse(schema, data, { prefix: ['frames'] });
    const short = moving.find(({ values }) => values.length !== count);
    if (short) {
      throw new UsageError(
        `frames.moving has ${short.values.length} values for ${short.path.join('.')} but must have ${count}: write the file again.`,
      );
    }
    const first = checked(base);
    checkPaths(
      first,
      moving.map(({ path }) => path),
    );
    const raw = new Frames(
      count,
      first,
      moving.map(({ path, values }) => ({ path, valueAt: (i) => values[i] })),
    );
    if (areBetweenValid(raw, moving)) return raw;
    // The values are replaced by those that the schema returns.
    for (let i = 0; i < count; i++) {
      const frame = checked(raw.describe(i));
      if (frame.size[0] !== first.size[0] || frame.size[1] !== first.size[1])
        throw new UsageError(`frames.moving changes the size in frame ${i}: write the file again.`);
      for (const { path, values } of moving) values[i] = at(frame, path) as (typeof values)[number];
    }
    return raw;
  }
}

/** Checks that each path leads to a value in the frame, and that no path leads through that of another. */
function checkPaths(frame: FrameDescription, paths: readonly Path[]): void {
  const whole = new Set(paths.map((path) => path.join()));
  const wrong = (path: Path, why: string) =>
    new UsageError(`frames.moving has the path ${path.join('.')}, which ${why}: write the file again.`);
  if (whole.size < paths.length)
    throw new UsageError('frames.moving has a path twice: write the file again.');
  for (const path of paths) {
    for (let length = 0; length < path.length; length++) {
      const inside = at(frame, path.slice(0, length));
      const key = path[length];
      const isThere =
        Array.isArray(inside) === (typeof key === 'number') &&
        typeof inside === 'object' &&
        inside !== null &&
        (Object.hasOwn(inside, key) || (length === 0 && key === 'levels'));
      if (!isThere) throw wrong(path, 'no frame has');
      if (length > 0 && whole.has(path.slice(0, length).join()))
        throw wrong(path, 'is in another that changes');
    }
  }
}

/** The value at a path. */
const at = (value: unknown, path: Path): unknown =>
  path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);

/**
 * Whether all frames are valid because the one with all values at their least and the one with all at their greatest
 * are. False if that does not follow: frames are then checked one by one, which takes 40 microseconds each.
 */
function areBetweenValid(
  frames: Frames,
  moving: readonly { path: (string | number)[]; values: unknown[] }[],
): boolean {
  const corners: [least: unknown, greatest: unknown] = [frames.describe(0), frames.describe(0)];
  for (const { path, values } of moving) {
    if (path.length === 1 && path[0] === 'levels') {
      // Each pair is valid by itself, whatever the rest of its frame is.
      if (!values.every((value) => value !== undefined && levelsSchema.safeParse(value).success))
        return false;
      continue;
    }
    if (!isRange(path) || !values.every((value) => typeof value === 'number')) return false;
    for (const [k, choose] of [Math.min, Math.max].entries()) {
      const extreme = (values as number[]).reduce((a, b) => choose(a, b));
      corners[k] = replaced(corners[k], path, extreme);
    }
  }
  return corners.every((frame) => frameSchema.safeParse(frame).success);
}

/** Whether a field accepts all numbers between its lowest and its highest one, fractions included. */
function isRange([part, field, ...more]: Path): boolean {
  if (part === 'view' || part === 'slice') return true;
  return part === 'network' && more.length === 0 && networkParameter(field)?.kind === 'number';
}

/** For JSON.stringify: fields in one order, whether a frame was described here or read from a file. */
function ordered(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const checked = (frame: unknown) => parse(frameSchema, frame, { prefix: ['frames'] });

/** A copy of a value with the value at a path replaced; everything off the path is shared. */
export function replaced(value: unknown, [key, ...rest]: Path, leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const inner = copy as Record<string | number, unknown>;
  inner[key] = replaced(inner[key], rest, leaf);
  return copy;
}
