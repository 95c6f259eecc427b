/** The options of the commands that draw, as the command line gives them. */
import type { backends } from '../core/frame/backends.js';
import type { Sweep } from '../core/sweep/sweep.js';
import type { EncodeOptions } from '../outputs/index.js';

/** The scene that is drawn if none is named. */
export const DEFAULT_SCENE = 'weight-scale';

/** Options of every command that draws. */
export interface DrawOptions {
  size?: [number, number];
  fps?: number;
  set: string[];
  ffmpeg?: string;
  /** How long anything may make no progress, in seconds. */
  timeout?: number;
  /** False for --no-cache. */
  cache: boolean;
  /** Whether warnings are errors. */
  strict?: boolean;
  json?: boolean;
  quiet?: boolean;
  // Sweeps only.
  seconds?: number;
  seed?: string;
  pace?: Sweep['pace'];
  palette?: string;
  supersample?: Sweep['supersample'];
  dither?: boolean;
  backend: (typeof backends)[number];
  threads?: number;
  recipe?: string;
  // Composed scenes only.
  transparent?: boolean;
  project?: string;
  browser?: string;
  concurrency?: number;
  allowHost?: string[];
}

export interface RenderOptions extends DrawOptions {
  /** What its files are called where nobody says: the scene's name by default. */
  name?: string;
  out: string[];
  /** As given: groupsOf in outputs.ts reads them. */
  for: string[];
  maxSize?: number;
  frames?: [number, number];
  every?: number;
  gif?: EncodeOptions['gifPalette'];
  quality?: EncodeOptions['quality'];
  crf?: number;
  loops?: number;
  poster?: string;
}

export interface StillOptions extends DrawOptions {
  out?: string;
  at?: number;
}

export interface SheetOptions extends DrawOptions {
  out?: string;
  seeds?: string[];
  /** Ranges, both ends included. */
  frames?: [number, number][];
  every?: number;
  at?: number;
  columns?: number;
  title?: string;
}
