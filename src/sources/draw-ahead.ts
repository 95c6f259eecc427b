/** Keeps a renderer busy while its frames are used one after another. */
import type { FrameDescription } from '../core/frame/description.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import type { FrameRenderer } from '../core/frame/renderer.js';

/** A frame to draw, and a text that is the same for equal frames. */
export interface Requested {
  frame: FrameDescription;
  text: string;
}

/**
 * Draws enough frames ahead of the one in use to keep the renderer busy, into a few reused buffers. A frame that equals
 * the previous one, as in a hold, is not drawn again. Each array is valid until the next is requested.
 */
export async function* drawAhead(
  renderer: FrameRenderer,
  frames: Iterator<Requested, undefined>,
  format: PixelFormat,
): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = [];
  const free: Uint8Array[] = [];
  let drawn: { text: string; pixels: Promise<Uint8Array> } | undefined;
  const drawNext = (): void => {
    const next = frames.next().value;
    if (!next) return;
    const { frame, text } = next;
    if (drawn?.text !== text) drawn = { text, pixels: renderer.render(frame, free.pop(), format) };
    drawn.pixels.catch(() => {}); // awaited below; until then it must not count as unhandled
    ahead.push(drawn.pixels);
  };
  for (let i = 0; i < renderer.framesInFlight; i++) drawNext();
  while (ahead.length > 0) {
    const current = ahead.shift()!;
    const pixels = await current;
    drawNext(); // the renderer continues while this frame is written
    yield pixels;
    if (current !== ahead[0] && current !== drawn?.pixels) free.push(pixels);
  }
}
