/** The messages between the editor's page and its server about renders. Both sides use this file. */

/** Where the page sends its requests: POST, a JSON RenderRequest. The answer is one RenderEvent per line. */
export const RENDER_PATH = '/__untrained/render';

/** The formats that the editor offers. */
export const RENDER_FORMATS = ['mp4', 'gif'] as const;

/** A film to make of a scene. */
export interface RenderRequest {
  /** The scene's name in the editor. */
  scene: string;
  format: (typeof RENDER_FORMATS)[number];
  /** Width and height in pixels; the scene's by default. */
  size?: [width: number, height: number];
  /** Frames per second; the scene's by default. */
  fps?: number;
  /** The first and last frame, from 0, inclusive; all of them by default. */
  frames?: [first: number, last: number];
}

/** What a render reports while it runs. */
export type RenderEvent =
  | { type: 'command'; command: string }
  | { type: 'stage'; doing: string }
  | { type: 'progress'; frame: number; frames: number }
  | { type: 'warning'; message: string }
  | { type: 'done'; path: string; bytes: number; seconds: number }
  | { type: 'failed'; message: string };
