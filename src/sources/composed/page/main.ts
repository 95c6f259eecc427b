/** The program of a page that draws composed scenes. src/sources/composed calls it through `window.untrained`. */
import type { ProjectSettings } from '@motion-canvas/core';
import { drawNetworks } from '../../../nodes/evaluation.js';
import { arithmeticHere } from '../../../renderers/cpu/choose-kernel.js';
import { requestedByStyles } from './faces.js';
import { describe } from './failure.js';
import { openFilm, type PageFilm } from './film.js';
import { watchVideos } from './media.js';
import type { Failure, Message, PageApi } from './protocol.js';
import { FrameReader } from './read.js';
import { fingerprintOf, setPainting, startTracing } from './trace.js';
import { startUploads, type Uploads } from './upload.js';
import { textTroubles, watchText } from './writing.js';

declare global {
  interface ErrorConstructor {
    /** Of V8: how many calls a stack shows. */
    stackTraceLimit: number;
  }
  interface Window {
    untrained: PageApi;
    /** Violations of the page's policy before this program started. Collected by the page's HTML. */
    untrainedRefused: SecurityPolicyViolationEvent[];
    /** Sends a message to Node. Defined by Node. */
    untrainedTell(message: Message): void;
  }
}

/** Called by the module that imports the user's scenes. */
export function start(project: ProjectSettings): void {
  Error.stackTraceLimit = 100; // the scene's own code may be deep in the stack, below Motion Canvas's
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
  /** Does some work. Also returns failures that happened elsewhere in the meantime, such as a refused request. */
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
        if (following) startTracing();
        drawNetworks(settings.evaluation);
        await watchText();
        film = await openFilm(project, settings);
        reader = new FrameReader(settings.pixels, settings.transparent, settings.deband);
        return { ...film.info, arithmetic: arithmeticHere() };
      }),
    draw: (first, last, step, page, pages) =>
      caught(async () => {
        if (!film) throw new Error('draw() before open()');
        const { times } = window.untrained;
        uploads ??= startUploads(page, pages * step, reader, times);
        let drawn: { frame: number; fingerprint?: string } | undefined; // on the canvas, not sent yet
        for (let frame = first + page * step; frame <= last; frame += pages * step) {
          const began = performance.now();
          await film.advance(frame);
          film.prepare();
          times.draw += performance.now() - began;
          // Sends the previous frame while the networks of this one are computed.
          if (drawn) await uploads.send(drawn.frame, film, drawn.fingerprint);
          const resumed = performance.now();
          await film.draw();
          await reportText();
          times.draw += performance.now() - resumed;
          drawn = { frame, fingerprint: following ? fingerprintOf(film.context) : undefined };
        }
        if (drawn) await uploads.send(drawn.frame, film, drawn.fingerprint);
        await uploads.finish();
        return undefined;
      }),
    fingerprints: (first, last, step) =>
      caught(async () => {
        if (!film) throw new Error('fingerprints() before open()');
        setPainting(false);
        const fingerprints: (string | undefined)[] = [];
        for (let frame = first; frame <= last; frame += step) {
          await film.advance(frame);
          await film.draw();
          fingerprints.push(fingerprintOf(film.context));
          await reportText();
        }
        return fingerprints;
      }),
    waiting: () => [],
    makerOf: () => undefined,
  };
  const refused = ({ blockedURI, sourceFile, lineNumber, columnNumber }: SecurityPolicyViolationEvent) => {
    const requester = requestedByStyles(blockedURI);
    if (requester === 'rule') window.untrainedTell({ type: 'style', address: blockedURI });
    if (requester) return; // facesLoaded() reports fonts
    const position = sourceFile ? `at ${sourceFile}:${lineNumber}:${columnNumber}` : '';
    const stack = `${position}\n${window.untrained.makerOf(blockedURI) ?? ''}`;
    fail({ blocked: blockedURI, message: '', stack });
  };
  window.untrainedRefused.forEach(refused); // those from loading style sheets and modules
  document.addEventListener('securitypolicyviolation', refused);
}

async function reportText(): Promise<void> {
  for (const trouble of await textTroubles()) window.untrainedTell({ type: 'text', trouble });
}
