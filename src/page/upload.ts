/** Frames on their way out of the page, as raw RGBA. */

/** How many may be under way: one is sent while the next is drawn. */
const IN_FLIGHT = 2;

export interface Uploads {
  /** Takes the picture as it is now. Resolves when the next may be drawn. */
  send(frame: number, context: CanvasRenderingContext2D): Promise<void>;
  /** Resolves when all have arrived. */
  finish(): Promise<void>;
}

export function startUploads(times: { read: number; send: number }): Uploads {
  const underWay = new Set<Promise<void>>();
  return {
    async send(frame, context) {
      const { width, height } = context.canvas;
      const began = performance.now();
      const { data } = context.getImageData(0, 0, width, height);
      times.read += performance.now() - began;
      const sent = post(frame, data).finally(() => underWay.delete(sent));
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

async function post(frame: number, data: Uint8ClampedArray<ArrayBuffer>): Promise<void> {
  // A Blob, since Chromium passes the bytes of an array on so slowly that it takes ten times as long (measured).
  const answer = await fetch(`frames/${frame}`, { method: 'POST', body: new Blob([data]) });
  if (!answer.ok) throw new Error(`Frame ${frame} was not taken: ${answer.status}`);
}
