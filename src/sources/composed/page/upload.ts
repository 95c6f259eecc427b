/** Uploads frames from the page to Node. */
import { deltaOf } from './delta.js';
import type { FrameReader } from './read.js';

/**
 * The maximum number of pending uploads. Each ends when Node has consumed the frame. With 4, drawing and encoding
 * take a fifth less time than with 2, since neither waits for the other's slow frames (measured with 5). A browser
 * has 6 connections per host.
 */
const IN_FLIGHT = 4;

/** Unchanged frames are sent together, but at least this often, in milliseconds: they are signs of life. */
const REPEATS_MS = 100;

export interface Uploads {
  /**
   * Sends the current picture, with its fingerprint if it has one. If that is the fingerprint of the frame before, the
   * picture is not read. Resolves when the next one may be drawn.
   */
  send(frame: number, film: Picture, fingerprint?: string): Promise<void>;
  /** Resolves when all uploads have ended. */
  finish(): Promise<void>;
}

/** What is read: a canvas, and how to paint what is below its picture. */
export interface Picture {
  context: CanvasRenderingContext2D;
  complete(): void;
}

/**
 * @param page - The page's number. A frame is sent as the difference from this page's previous frame.
 * @param step - From one frame of the page to its next.
 */
export function startUploads(
  page: number,
  step: number,
  reader: FrameReader,
  times: { read: number; send: number },
): Uploads {
  const pending = new Set<Promise<void>>();
  let last: { frame: number; fingerprint: string | undefined } | undefined;
  let repeated = 0; // unchanged frames after `last`, which are not sent yet
  let posted = 0;
  let delta: Uint32Array<ArrayBuffer> | undefined;

  const upload = async (frame: number, count: number, fingerprint = 'none', body?: Blob): Promise<void> => {
    posted = performance.now();
    const sent = post(`frames/${page}/${frame}/${step}/${count}/${fingerprint}`, body).finally(() =>
      pending.delete(sent),
    );
    pending.add(sent);
    if (pending.size >= IN_FLIGHT) await Promise.race(pending);
    times.send += performance.now() - posted;
  };
  /** Sends that some frames are the same as the one before. */
  const repeat = async (): Promise<void> => {
    if (!last || repeated === 0) return;
    const [frame, count] = [last.frame + step, repeated];
    last.frame += step * count;
    repeated = 0;
    await upload(frame, count, last.fingerprint);
  };
  return {
    async send(frame, { context, complete }, fingerprint) {
      const next = last && last.frame + step * (repeated + 1);
      if (fingerprint !== undefined && fingerprint === last?.fingerprint && frame === next) {
        repeated++;
        if (performance.now() - posted >= REPEATS_MS) await repeat();
        return;
      }
      await repeat();
      const began = performance.now();
      const { frame: words, runs } = await reader.read(context, complete);
      delta = deltaOf(words, runs, delta);
      const body = new Blob([delta]); // a copy
      times.read += performance.now() - began;
      last = { frame, fingerprint };
      await upload(frame, 1, fingerprint, body);
    },
    async finish() {
      await repeat();
      await Promise.all(pending);
    },
  };
}

/** @param body - What has changed. Nothing, if it is left out. */
async function post(path: string, body?: Blob): Promise<void> {
  // A Blob, because Chromium takes ten times as long to send the bytes of an array (measured).
  const answer = await fetch(path, { method: 'POST', body });
  if (!answer.ok) throw new Error(`A frame was not accepted: HTTP status ${answer.status}`);
}
