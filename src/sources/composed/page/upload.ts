/** Frames on their way out of the page. */
import { deltaOf } from './delta.js';
import type { FrameReader } from './read.js';

/**
 * How many may be under way, each until it is taken: drawing and encoding then take a fifth less time than with 2, since
 * neither waits for the other's slow frames (measured, with 5). A browser has 6 connections to a host.
 */
const IN_FLIGHT = 4;

export interface Uploads {
  /** Takes the picture as it is now, and its print if it has one. Resolves when the next may be drawn. */
  send(frame: number, context: CanvasRenderingContext2D, print?: string): Promise<void>;
  /** Resolves when all have arrived. */
  finish(): Promise<void>;
}

/** @param page - The page's number: what is sent of a frame depends on what this page has sent before. */
export function startUploads(
  page: number,
  reader: FrameReader,
  times: { read: number; send: number },
): Uploads {
  const underWay = new Set<Promise<void>>();
  return {
    async send(frame, context, print = 'none') {
      const began = performance.now();
      const { now, before } = await reader.read(context);
      const delta = deltaOf(now, before);
      times.read += performance.now() - began;
      const sent = post(`frames/${page}/${frame}/${print}`, delta).finally(() => underWay.delete(sent));
      underWay.add(sent);
      const waiting = performance.now();
      if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
      times.send += performance.now() - waiting;
    },
    async finish() {
      await Promise.all(underWay);
    },
  };
}

async function post(path: string, delta: Uint8Array<ArrayBuffer>): Promise<void> {
  // A Blob, since Chromium passes the bytes of an array on so slowly that it takes ten times as long (measured).
  const answer = await fetch(path, { method: 'POST', body: new Blob([delta]) });
  if (!answer.ok) throw new Error(`A frame was not taken: ${answer.status}`);
}
