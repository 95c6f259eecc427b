/** A thread of the CPU renderer: draws the bands it receives, one after another. */
import { type Band, type BandFrame, drawBand } from './band.js';
import { Evaluator } from './evaluator.js';
import type { KernelShape } from './kernel.js';
import type { PackedNetwork } from './pack.js';

/** A frame, sent with the first of its bands. */
export interface FrameMessage {
  shape: KernelShape;
  module: WebAssembly.Module;
  network: PackedNetwork;
  frame: BandFrame;
  /** The number of samples in its largest band. */
  samples: number;
}

export interface BandMessage {
  /** Only if it differs from the previous band's frame. */
  frame?: FrameMessage;
  band: Band;
  /** The buffer to draw into; transferred back. */
  rgba: ArrayBuffer;
}

/** A thread's reply to each band, in order. */
export interface DrawnMessage {
  rgba: ArrayBuffer;
  /** Set if the band was not drawn for lack of memory. */
  failed?: Error;
}

/** Creates the function that a thread calls with each message. */
export function bandDrawer(reply: (message: DrawnMessage, transfer: ArrayBuffer[]) => void) {
  let evaluator: Evaluator | undefined;
  let frame: BandFrame;
  return (message: BandMessage): void => {
    const { rgba, band } = message;
    let failed: Error | undefined;
    try {
      if (message.frame) {
        const { shape, module, network, samples } = message.frame;
        evaluator ??= new Evaluator(shape);
        evaluator.load(module, network, samples);
        frame = message.frame.frame;
      }
      if (!evaluator) throw new RangeError('an earlier band did not fit'); // of the same frame
      const pictures = frame.places?.length ?? 1;
      drawBand(evaluator, frame, band, new Uint8Array(rgba, 0, 4 * frame.size[0] * band.rows * pictures));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // failed allocations throw RangeErrors; others end the thread
      evaluator = undefined; // frees its memory; the next frame creates a new one
      failed = error;
    }
    reply({ rgba, ...(failed && { failed }) }, [rgba]);
  };
}
