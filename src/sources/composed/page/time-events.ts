/** Time events as a render reads them from a scene's .meta file. */
import { ReadOnlyTimeEvents } from '@motion-canvas/core/lib/scenes/timeEvents/index.js';

/** Motion Canvas lets an event that the scene has passed turn the scene's clock back. Its editor, like us, does not. */
export class SavedTimeEvents extends ReadOnlyTimeEvents {
  override register(name: string, initialTime: number): number {
    return Math.max(0, super.register(name, initialTime));
  }
}
