/** Uploads frames from the page to Node. */
import { deltaOf } from './delta.js';
import type { FrameReader } from './read.js';

/**
 * The maximum number of pending uploads. Each ends when Node has consumed the frame. With 4, drawing and encoding
 * take a fifth less time than with 2, since neither waits for the other's slow frames (measured with 5). A browser
 * has 6 connections per host.
 */
const IN_FLIGHT = 4;

export interface Uploads {
  /** Sends the current picture, with its fingerprint if it has one. Resolves when the next one may be drawn. */
  send(frame: number, context: CanvasRenderingContext2D, fingerprint?: string): Promise<void>;
  /** Resolves when all uploads have ended. */
  finish(): Promise<void>;
}

/** @param page - The page's number. A frame is sent as the difference from this page's previous frame. */
export function startUploads(
  page: number,
  reader: FrameReader,
  times: { read: number; send: number },
): Uploads {
  const pending = new Set<Promise<void>>();
  return {
    async send(frame, context, fingerprint = 'none') {
      const began = performance.now();
      const { now, before } = await reader.read(context);
      const delta = deltaOf(now, before);
      times.read += performance.now() - began;
      const sent = post(`frames/${page}/${frame}/${fingerprint}`, delta).finally(() => pending.delete(sent));
      pending.add(sent);
      const waiting = performance.now();
      if (pending.size >= IN_FLIGHT) await Promise.race(pending);
      times.send += performance.now() - waiting;
    },
    async finish() {
      await Promise.all(pending);
    },
  };
}

async function post(path: string, delta: Uint8Array<ArrayBuffer>): Promise<void> {
  // A Blob, because Chromium takes ten times as long to send the bytes of an array (measured).
  const answer = await fetch(path, { method: 'POST', body: new Blob([delta]) });
  if (!answer.ok) throw new Error(`A frame was not accepted: HTTP status ${answer.status}`);
}
