/** The messages between the editor's server and its pages: plain data. Types only, so that both can import them. */
import type { Sweep } from '../../core/sweep/sweep.js';

/** A scene, as its page receives it when the page is requested. */
export interface OpenedScene {
  /** Identifies the scene: its page's path and the prefix of its settings in the browser. */
  name: string;
  /** Absolute path of its file. */
  path: string;
  /** The address of the module that exports the scene: a `SceneModule`. */
  module: string;
  /** The time of the file's last change, in milliseconds since 1970; 0 if there is no file. */
  changed: number;
  /** A composed scene's saved settings, and the file for them. */
  meta?: { file: string; data: Record<string, unknown> };
  /** Why those settings cannot be read. */
  failure?: Failure;
}

/**
 * What a scene's module exports: a composed scene's own module, a sweep with the address of the sound that plays along
 * with it, or why there is no sweep.
 */
export type SceneModule =
  | { scene: { default?: unknown }; missing: string }
  | { sweep: Sweep; sound?: string }
  | { failure: Failure };

/** The size in pixels, the frame rate and the background of a scene's film. */
export interface Look {
  size: readonly [width: number, height: number];
  fps: number;
  /** A CSS colour. */
  background: string;
}

/** Something that is wrong with a scene, as its page shows it. */
export interface Failure {
  /** One line. */
  message: string;
  place?: Place;
}

/** A position in a source file. */
export interface Place {
  /** Absolute path. */
  file: string;
  /** The path as shown: relative to the working folder if the file is there. */
  shown: string;
  /** Counted from 1. Missing if the failure is about the whole file. */
  line?: number;
  column?: number;
  /** The lines around it, the first of which has the number `first`. */
  excerpt?: { first: number; lines: string[] };
}

/** A page's question: what went wrong, and where? */
export interface Question {
  /** The scene's name. */
  scene: string;
  message: string;
  /** As the browser writes it. Positions are in the modules that the server sent. */
  stack: string;
  /** Whether the scene's module could not be imported, in which case the browser may not say why. */
  importing: boolean;
  /** Whether the error may have nothing to do with the scene: then only a failure in the scene's files is reported. */
  stray: boolean;
}

/** The events that the server sends to pages, with their data. */
export interface Events {
  /** The code of these scenes has changed, at a time that must be added to the addresses of their modules. */
  'untrained:changed': { names: string[]; time: number };
  /** Scenes have been added or removed. */
  'untrained:list': object;
}

/** Where pages ask questions. */
export const QUESTIONS = '/@untrained/failure';

/** The beginning of the addresses of sounds, which the names of scenes follow. */
export const SOUNDS = '/@untrained/sound/';

/** The same for the sounds that composed scenes follow: their names follow, relative to the working folder. */
export const FOLLOWED_SOUNDS = '/@untrained/followed/';
