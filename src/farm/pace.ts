/** The frames per second of all workers together. */

/** The time over which it is averaged, in milliseconds. Workers come and go, so an old pace says little. */
const WINDOW_MS = 20_000;

/** The shortest time over which it is averaged, in milliseconds. */
const LEAST_MS = 500;

export class Pace {
  /** Frames of completed segments that workers drew. */
  drawn = 0;
  private readonly samples: { at: number; frames: number }[] = [];

  /**
   * The current pace, in frames per second; undefined before the first frames are known.
   * @param partly - Frames drawn so far of segments that are not complete.
   * @param now - The time, in milliseconds.
   */
  fps(partly: number, now: number = performance.now()): number | undefined {
    const frames = this.drawn + partly;
    this.samples.push({ at: now, frames });
    while (this.samples.length > 2 && this.samples[1].at < now - WINDOW_MS) this.samples.shift();
    const [first] = this.samples;
    // The number of frames may fall, because the frames of a lost segment are drawn again.
    const fps = (1000 * (frames - first.frames)) / Math.max(LEAST_MS, now - first.at);
    return fps > 0 ? fps : undefined;
  }
}
