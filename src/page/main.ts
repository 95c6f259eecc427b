/** The program of the page in which a composed scene is drawn: what src/composed asks of it, through `window.untrained`. */
import type { ProjectSettings } from '@motion-canvas/core';
import { describe, type Failure } from './failure.js';
import { type FilmInfo, type FilmSettings, openFilm, type PageFilm } from './film.js';
import { startUploads } from './upload.js';

/** What the page can be asked to do. Failures come back as values: an Error would lose its stack on the way. */
export interface PageApi {
  /** Runs the scenes once, to learn how long they are. */
  open(settings: FilmSettings): Promise<FilmInfo | Failure>;
  /** Draws a page's share of the frames from `first` to `last`, by turns with the others, and hands each to the server. */
  draw(first: number, last: number, page: number, pages: number): Promise<Failure | undefined>;
  /** The suspended generators of the scene that is played. */
  waiting(): unknown[];
  /** Milliseconds spent so far. */
  times: { draw: number; read: number; send: number };
}

declare global {
  interface Window {
    untrained: PageApi;
    /** Tells the other side something at once. Put there by it. */
    untrainedTell(message: Message): void;
  }
}

export type Message =
  | { type: 'scene'; name: string }
  | { type: 'failure'; failure: Failure }
  | { type: 'note'; text: string };

/** Called by the module that imports the user's scenes. */
export function start(project: ProjectSettings): void {
  Error.stackTraceLimit = 100; // the scene's own line may lie deep under Motion Canvas's
  let film: PageFilm | undefined;
  document.addEventListener(
    'securitypolicyviolation',
    ({ blockedURI, sourceFile, lineNumber, columnNumber }) => {
      const stack = sourceFile ? `at ${sourceFile}:${lineNumber}:${columnNumber}` : '';
      window.untrainedTell({ type: 'failure', failure: { blocked: blockedURI, message: '', stack } });
    },
  );
  window.untrained = {
    times: { draw: 0, read: 0, send: 0 },
    open: (settings) =>
      caught(async () => {
        film = await openFilm(project, settings);
        return film.info;
      }),
    draw: (first, last, page, pages) =>
      caught(async () => {
        if (!film) throw new Error('draw() before open()');
        const { times } = window.untrained;
        const uploads = startUploads(page, times);
        for (let frame = first + page; frame <= last; frame += pages) {
          const began = performance.now();
          await film.advance(frame);
          const context = await film.draw();
          times.draw += performance.now() - began;
          await uploads.send(frame, context);
        }
        await uploads.finish();
        return undefined;
      }),
    waiting: () => [],
  };
}

async function caught<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    return describe(error);
  }
}
