/**
 * Folds of the plane about its origin, applied before any feature: points that a fold maps to the same point have the
 * same inputs, so the picture has the fold's symmetry.
 *
 * - `mirror`: (|x|, y);
 * - `tile`: a mirrored, hence seamless, repeat in x and y of a square cell around the origin;
 * - `kaleidoscope`: n mirrored sectors, the symmetries of a regular n-gon with a corner on the positive x axis.
 */

/** How the plane is folded. By name alone, `tile` has cells of side 2, [-1, 1]², and `kaleidoscope` has 6 sectors. */
export type Fold = FoldName | Kaleidoscope | Tile;

/** The simple folds by name. */
export const foldNames = ['none', 'mirror', 'tile', 'kaleidoscope'] as const;
/** The name of a simple fold. */
export type FoldName = Extract<(typeof foldNames)[number], string>;

/** Mirrored sectors. */
export interface Kaleidoscope {
  /** The number of sectors, a whole number from 2 to 64. */
  kaleidoscope: number;
}

/** A mirrored repeat of a square. */
export interface Tile {
  /** The side of the square, in input units, 1e-6 to 1e9. */
  tile: number;
}

/** The number of sectors by default, and its range. */
export const SECTORS = { usual: 6, least: 2, most: 64 } as const;
/** The side of a tile's cell by default, in input units, and its range. */
export const TILE_SIDE = { usual: 2, least: 1e-6, most: 1e9 } as const;

/** The parts of a fold: what happens along each axis, and then to the point. */
export interface FoldParts {
  mirrors: boolean;
  /** The side of a cell. */
  tile?: number;
  /** The number of sectors. */
  sectors?: number;
}

export function partsOf(fold: Fold): FoldParts {
  if (typeof fold === 'object') {
    return 'tile' in fold
      ? { mirrors: false, tile: fold.tile }
      : { mirrors: false, sectors: fold.kaleidoscope };
  }
  return {
    mirrors: fold === 'mirror',
    ...(fold === 'tile' && { tile: TILE_SIDE.usual }),
    ...(fold === 'kaleidoscope' && { sectors: SECTORS.usual }),
  };
}

/** A coordinate within a mirrored repeat of cells that extend `half` on both sides of the origin. */
export function tiled(value: number, half: number): number {
  const period = 4 * half;
  const rest = (value + half) % period;
  const along = rest < 0 ? rest + period : rest;
  return (along <= 2 * half ? along : period - along) - half;
}

/**
 * A point within half a sector: its angle is from 0 to π / n. Reflections in the axes and, where n allows, in the
 * diagonal come first, because they are exact: points that mirror each other there give the same result bit for bit.
 */
export function inSector(x: number, y: number, n: number): [x: number, y: number] {
  let [u, v] = [n % 2 === 0 ? Math.abs(x) : x, Math.abs(y)];
  if (n % 4 === 0 && v > u) [u, v] = [v, u];
  const sector = (2 * Math.PI) / n;
  const turns = Math.ceil(Math.atan2(v, u) / sector - 0.5); // a point on a border stays where it is
  if (turns === 0) return [u, v];
  const [cos, sin] = [Math.cos(turns * sector), Math.sin(turns * sector)];
  return [cos * u + sin * v, Math.abs(cos * v - sin * u)];
}
