/** What threads know of a frame. */
import type { Colouring } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import type { InputSettings } from '../../core/frame/inputs.js';
import type { Smoothness } from '../smoothness.js';

/** What drawing a band needs from its frame; the evaluator has the network. */
export interface BandFrame extends InputSettings, Pick<FrameDescription, 'dither'> {
  colouring: Colouring;
  /** If each output is a separate picture: where these are in the frame, for the dither. */
  places?: [column: number, row: number][];
  /** If it is drawn adaptively: how smooth it is. */
  adaptive?: Exclude<Smoothness, 'unsafe'>;
  /** Whether its values have 16 bits (`rgba64`). It is then neither dithered nor drawn adaptively. */
  deep?: boolean;
}
