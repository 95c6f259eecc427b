/** The program of the page in which a composed scene is drawn: what src/sources/composed asks of it, through `window.untrained`. */
import type { ProjectSettings } from '@motion-canvas/core';
import { askedByStyles } from './faces.js';
import { describe } from './failure.js';
import { openFilm, type PageFilm } from './film.js';
import { watchVideos } from './media.js';
import type { Failure, Message, PageApi } from './protocol.js';
import { FrameReader } from './read.js';
import { follow, paint, printOf } from './trace.js';
import { startUploads, type Uploads } from './upload.js';
import { textTroubles, watchText } from './writing.js';

declare global {
  interface ErrorConstructor {
    /** Of V8: how many calls a stack shows. */
    stackTraceLimit: number;
  }
  interface Window {
    untrained: PageApi;
    /** What the page's policy refused before this program began. Put there by the page itself. */
    untrainedRefused: SecurityPolicyViolationEvent[];
    /** Tells the other side something at once. Put there by it. */
    untrainedTell(message: Message): void;
  }
}

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
