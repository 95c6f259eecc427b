/** What a thread of the CPU renderer does: draws the bands it is sent, one after another. */
import { type Band, type BandFrame, drawBand } from './band.js';
import { Evaluator } from './evaluator.js';
import type { KernelShape } from './kernel.js';
import type { PackedNetwork } from './pack.js';

/** A frame, sent ahead of the first of its bands. */
export interface FrameMessage {
  shape: KernelShape;
  module: WebAssembly.Module;
  network: PackedNetwork;
  frame: BandFrame;
  /** The most samples one of its bands has. */
  samples: number;
}

export interface BandMessage {
  /** Only where it is not the frame of the band before. */
  frame?: FrameMessage;
  band: Band;
  /** Where to draw, to be sent back. */
  rgba: ArrayBuffer;
}

/** What a thread answers, band by band in the order it was sent them. */
export interface DrawnMessage {
  rgba: ArrayBuffer;
  /** Why the band was not drawn: there was no memory for it. */
  failed?: Error;
}

/** Makes the function that a thread calls with each message. */
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
      if (!evaluator) throw new RangeError('the band before had no room'); // of the same frame
      drawBand(evaluator, frame, band, new Uint8Array(rgba, 0, 4 * frame.size[0] * band.rows));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // an allocation that failed is one; all else ends the thread
      evaluator = undefined; // with the memory it has; the next frame brings all that a new one needs
      failed = error;
    }
    reply({ rgba, ...(failed && { failed }) }, [rgba]);
  };
}
