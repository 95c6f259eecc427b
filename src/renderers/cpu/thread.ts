/** A thread of the CPU renderer: draws the parts of frames that it receives, one after another. */
import type { Part } from '../../core/frame/geometry.js';
import { drawPart } from './band.js';
import type { BandFrame } from './band-frame.js';
import { Evaluator } from './evaluator.js';
import type { PackedNetwork } from './pack.js';

/** A frame, sent with the first of its parts. */
export interface FrameMessage {
  module: WebAssembly.Module;
  network: PackedNetwork;
  frame: BandFrame;
  /** The number of samples in its largest part. */
  samples: number;
}

export interface PartMessage {
  /** Only if it differs from the previous part's frame. */
  frame?: FrameMessage;
  part: Part;
  /** The buffer to draw into; transferred back. */
  rgba: ArrayBuffer;
}

/** A thread's reply to each part, in order. */
export interface DrawnMessage {
  rgba: ArrayBuffer;
  /** Set if the part was not drawn for lack of memory. */
  failed?: Error;
}

/** Creates the function that a thread calls with each message. */
export function partDrawer(reply: (message: DrawnMessage, transfer: ArrayBuffer[]) => void) {
  let evaluator: Evaluator | undefined;
  let frame: BandFrame;
  return (message: PartMessage): void => {
    const { rgba, part } = message;
    let failed: Error | undefined;
    try {
      if (message.frame) {
        const { module, network, samples } = message.frame;
        evaluator ??= new Evaluator();
        evaluator.load(module, network, samples);
        frame = message.frame.frame;
      }
      if (!evaluator) throw new RangeError('an earlier part did not fit'); // of the same frame
      const pictures = frame.places?.length ?? 1;
      const bytes = (frame.deep ? 8 : 4) * part.width * part.height * pictures;
      drawPart(evaluator, frame, part, new Uint8Array(rgba, 0, bytes));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // failed allocations throw RangeErrors; others end the thread
      evaluator = undefined; // frees its memory; the next frame creates a new one
      failed = error;
    }
    reply({ rgba, ...(failed && { failed }) }, [rgba]);
  };
}
