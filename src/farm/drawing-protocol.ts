/** What a worker and the processes that draw for it send each other. */
import type { Failure, Task } from './task.js';

/** How a drawing process works: the worker's own settings, never those of a plan. */
export interface Setup {
  /** The URL of the queue's server, for plans and for segments without a store. */
  queue: string;
  /** The store, as --store names it; without one, segments travel through Redis. */
  store?: string | undefined;
  /** Hosts that composed scenes may load from. */
  allowHosts: string[];
  /** CPU threads. */
  threads?: number | undefined;
  /** How many pages draw a composed scene. */
  concurrency?: number | undefined;
  ffmpeg?: string | undefined;
  browser?: string | undefined;
  /** In seconds. */
  timeout?: number | undefined;
}

/** A segment to make, and the id of its entry. */
export interface Order {
  task: Task;
  entry: string;
}

/**
 * To a drawing process: first its setup with a folder for temporary files, which is removed with it; then segments, one
 * at a time. `drop` ends the current one.
 */
export type ToDrawer =
  | { kind: 'setup'; setup: Setup; scratch: string }
  | { kind: 'make'; order: Order }
  | { kind: 'drop' }
  | { kind: 'end' };

/** From a drawing process. */
export type FromDrawer =
  | { kind: 'drawn'; frames: number }
  | { kind: 'alive' }
  | { kind: 'warning'; message: string }
  | { kind: 'made'; frames: number }
  | { kind: 'failed'; why: Failure['kind']; message: string };
