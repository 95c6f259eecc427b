/** The program of the page in which a composed scene is drawn: what src/sources/composed asks of it, through `window.untrained`. */
import type { ProjectSettings } from '@motion-canvas/core';
import { askedByStyles } from './faces.js';
import { describe, type Failure } from './failure.js';
import { type FilmInfo, type FilmSettings, openFilm, type PageFilm } from './film.js';
import { watchVideos } from './media.js';
import { FrameReader } from './read.js';
import { follow, paint, printOf } from './trace.js';
import { startUploads, type Uploads } from './upload.js';
import type { Warning } from './warning.js';
import { type TextTrouble, textTroubles, watchText } from './writing.js';

/** What the page can be asked to do. Failures come back as values: an Error would lose its stack on the way. */
export interface PageApi {
  /** Runs the scenes once, to learn how long they are. */
  open(settings: FilmSettings): Promise<FilmInfo | Failure>;
  /**
   * Draws a page's share of every `step`th frame from `first` to `last`, by turns with the others, and hands each to the
   * server. May be called again for frames further on.
   */
  draw(first: number, last: number, step: number, page: number, pages: number): Promise<Failure | undefined>;
  /** The prints of every `step`th frame from `first` to `last`, without painting them. This page paints none from then on. */
  prints(first: number, last: number, step: number): Promise<(string | undefined)[] | Failure>;
  /** The suspended generators of the scene that is played. */
  waiting(): unknown[];
  /** Where the node was made that shows this address, as a stack. */
  makerOf(url: string): string | undefined;
  /** Milliseconds spent so far. */
  times: { draw: number; read: number; send: number };
}

declare global {
  interface Window {
    untrained: PageApi;
    /** What the page's policy refused before this program began. Put there by the page itself. */
    untrainedRefused: SecurityPolicyViolationEvent[];
    /** Tells the other side something at once. Put there by it. */
    untrainedTell(message: Message): void;
  }
}

export type Message =
  | { type: 'scene'; name: string }
  | { type: 'progress' }
  | { type: 'failure'; failure: Failure }
  | { type: 'warning'; warning: Warning }
  | { type: 'text'; trouble: TextTrouble }
  /** A typeface that cannot be loaded, by its family. */
  | { type: 'face'; family: string }
  /** What style sheets ask for and the page may not load, such as another style sheet. */
  | { type: 'style'; address: string };

/** Called by the module that imports the user's scenes. */
export function start(project: ProjectSettings): void {
  Error.stackTraceLimit = 100; // the scene's own line may lie deep under Motion Canvas's
  let film: PageFilm | undefined;
  let following = false;
  let reader: FrameReader;
  let uploads: Uploads | undefined;
  let first: Failure | undefined;
  const fail = (failure: Failure) => {
    first ??= failure;
    window.untrainedTell({ type: 'failure', failure });
  };
  watchVideos(fail);
  addEventListener('unhandledrejection', ({ reason }) => fail(describe(reason)));
  /** What fails beside the work, such as a request that is refused, fails it too. */
  const caught = async <T>(work: () => Promise<T>): Promise<T | Failure> => {
    try {
      const result = await work();
      return first ?? result;
    } catch (error) {
      return first ?? describe(error);
    }
  };
  window.untrained = {
    times: { draw: 0, read: 0, send: 0 },
    open: (settings) =>
      caught(async () => {
        following = settings.follow === true;
        if (following) follow();
        await watchText();
        film = await openFilm(project, settings);
        reader = new FrameReader(settings.pixels, settings.transparent);
        return film.info;
      }),
    draw: (first, last, step, page, pages) =>
      caught(async () => {
        if (!film) throw new Error('draw() before open()');
        const { times } = window.untrained;
        uploads ??= startUploads(page, reader, times);
        let drawn: { frame: number; print?: string } | undefined; // on the canvas, and not sent yet
        for (let frame = first + page * step; frame <= last; frame += pages * step) {
          const began = performance.now();
          await film.advance(frame);
          film.prepare();
          times.draw += performance.now() - began;
          // While the networks of one frame are computed, the one before it is sent.
          if (drawn) await uploads.send(drawn.frame, film.context, drawn.print);
          const resumed = performance.now();
          await film.draw();
          await tellOfText();
          times.draw += performance.now() - resumed;
          drawn = { frame, print: following ? printOf(film.context) : undefined };
        }
        if (drawn) await uploads.send(drawn.frame, film.context, drawn.print);
        await uploads.finish();
        return undefined;
      }),
    prints: (first, last, step) =>
      caught(async () => {
        if (!film) throw new Error('prints() before open()');
        paint(false);
        const prints: (string | undefined)[] = [];
        for (let frame = first; frame <= last; frame += step) {
          await film.advance(frame);
          await film.draw();
          prints.push(printOf(film.context));
          await tellOfText();
        }
        return prints;
      }),
    waiting: () => [],
    makerOf: () => undefined,
  };
  const refused = ({ blockedURI, sourceFile, lineNumber, columnNumber }: SecurityPolicyViolationEvent) => {
    const asking = askedByStyles(blockedURI);
    if (asking === 'rule') window.untrainedTell({ type: 'style', address: blockedURI });
    if (asking) return; // of a typeface, facesLoaded() tells
    const asked = sourceFile ? `at ${sourceFile}:${lineNumber}:${columnNumber}` : '';
    const stack = `${asked}\n${window.untrained.makerOf(blockedURI) ?? ''}`;
    fail({ blocked: blockedURI, message: '', stack });
  };
  window.untrainedRefused.forEach(refused); // while style sheets and modules were loaded
  document.addEventListener('securitypolicyviolation', refused);
}

async function tellOfText(): Promise<void> {
  for (const trouble of await textTroubles()) window.untrainedTell({ type: 'text', trouble });
}
