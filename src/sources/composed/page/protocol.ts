/**
 * What Node and the page that draws a composed scene say to each other: plain data, and the functions that Node calls
 * as `window.untrained`. Types only, without the DOM's, so that both halves can import them.
 */
import type { PixelFormat } from '../../../core/frame/pixels.js';

/** What the page can be asked to do. Failures are returned as values: an Error would lose its stack on the way. */
export interface PageApi {
  /** Runs the scenes once, to learn how long they are. */
  open(settings: FilmSettings): Promise<FilmInfo | Failure>;
  /**
   * Draws one page's share of every `step`th frame from `first` to `last`: `pages` pages take turns, and this one is
   * number `page`, from 0. Sends each frame to the server. May be called again for later frames.
   */
  draw(first: number, last: number, step: number, page: number, pages: number): Promise<Failure | undefined>;
  /**
   * The fingerprints of every `step`th frame from `first` to `last`, found without painting. This page paints nothing
   * from then on.
   */
  fingerprints(first: number, last: number, step: number): Promise<(string | undefined)[] | Failure>;
  /** The suspended generators of the scene that is playing. */
  waiting(): unknown[];
  /** The stack of the call that created the node showing this address. */
  makerOf(url: string): string | undefined;
  /** Milliseconds spent so far. */
  times: { draw: number; read: number; send: number };
}

/** What the page tells Node while it works. */
export type Message =
  | { type: 'scene'; name: string }
  | { type: 'progress' }
  | { type: 'failure'; failure: Failure }
  | { type: 'warning'; warning: Warning }
  | { type: 'text'; trouble: TextTrouble }
  /** The family of a typeface that cannot be loaded. */
  | { type: 'face'; family: string }
  /** What a style sheet refers to and the page may not load, such as another style sheet. */
  | { type: 'style'; address: string };

/** How the page is to play and draw the scenes. */
export interface FilmSettings {
  /** The view, in the scenes' own units. */
  view: [width: number, height: number];
  /** Of the frames, in pixels. */
  size: [width: number, height: number];
  /** Frames per second. */
  fps: number;
  /** A CSS colour. Films have no transparency. */
  background: string;
  /** Whether scenes are drawn without the shapes that fill their view, too. */
  transparent?: boolean;
  /** How nodes draw their networks; exactly by default. */
  evaluation?: 'adaptive' | undefined;
  /** The format in which frames are sent. */
  pixels: PixelFormat;
  /** Whether gradients are dithered: see deband.ts. */
  deband?: boolean | undefined;
  /** Whether to record the canvas calls that draw each frame: see trace.ts. */
  follow?: boolean;
  /** Replace the project's own variables. Some scene must read each of them. */
  variables: Record<string, unknown>;
  /** Whether to find the film's sound. */
  listen?: boolean;
}

/** What the page found when it opened the scenes. */
export interface FilmInfo {
  /** The arithmetic of networks on the CPU here: see arithmeticHere(). */
  arithmetic: string;
  frames: number;
  /** One for each scene, in order. */
  scenes: { name: string; frames: number }[];
  /** The film's sound, if the settings ask for it. */
  sound?: FilmSound | undefined;
}

/** A film's sound. Addresses are absolute. */
export interface FilmSound {
  /** The project's audio. `name` is the address as the project has it, and `offset` the project's own, in seconds. */
  audio: { src: string; name: string; offset: number | undefined } | undefined;
  videos: VideoSound[];
  /** The sounds that signals follow, by their names in the bundle, and when these start, in seconds. */
  followed: { file: string; offset: number }[];
}

/** A part of a video that is heard. */
export interface VideoSound {
  /** The video's address. */
  src: string;
  /** When it starts, in seconds of the film. */
  at: number;
  /** Its first position in the video, in seconds. */
  from: number;
  /** How long it lasts, in seconds of the film. */
  seconds: number;
  /** Seconds of the video per second of the film. */
  rate: number;
}

/** Something that ends the film. */
export interface Failure {
  message: string;
  /** As the browser writes it; positions are in the bundle. */
  stack: string;
  /** The address that the page was not allowed to reach, if that is what happened. */
  blocked?: string;
  /** A variable that was set but that no scene reads, and those that scenes do read. */
  unread?: { name: string; known: string[] };
}

/** Something that went wrong without ending the film. */
export interface Warning {
  message: string;
  /** As the browser writes it; positions are in the bundle. The first one in the user's own files counts. */
  stack: string;
  /** The key of the node that it is about. */
  node?: string;
}

/** Text that is not drawn as intended. */
export interface TextTrouble {
  /** Characters that are drawn as boxes, or not at all. */
  missing?: string[];
  /** Families that a font lists but that do not exist, before the first that does. */
  families?: string[];
  /** What Motion Canvas leaves out of an SVG or a formula, since it draws only shapes. */
  leftOut?: string;
  /** Where the node that draws it was created. Empty if no node does. */
  stack: string;
}
