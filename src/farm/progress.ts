/** The progress of all films of a coordinator together, and the pace of all workers together. */

/** The time over which the pace is averaged, in milliseconds: workers come and go. */
const WINDOW_MS = 20_000;

/** The shortest time for which it is known, in milliseconds. */
const LEAST_MS = 500;

/** The shortest time between two reports, in milliseconds. */
const REPORT_MS = 100;

/** The progress of all films. */
export interface FarmProgress {
  frame: number;
  frames: number;
  fps: number;
  secondsLeft: number;
}

/** A segment that is not complete. */
interface Incomplete {
  /** How many frames of it each film wants. */
  takers: ReadonlyMap<unknown, { frames: number }>;
  /** How many have been drawn. */
  drawn: number;
}

/** Counts frames, and reports them a few times a second. */
export class ProgressMeter {
  /** Frames of all films. */
  private frames = 0;
  private readonly pace = new Pace();
  private fps: number | undefined;
  private reported = 0;

  constructor(private readonly onProgress: ((progress: FarmProgress) => void) | undefined) {}

  /** Begins with a film, or with more segments of one. @param frames - The film's, once. */
  begin(frames: number): void {
    this.frames += frames;
    this.pace.fps(0); // from now on
  }

  /** Frames of a film that has ended without them. */
  drop(frames: number): void {
    this.frames -= frames;
  }

  /** Frames of a complete segment that workers drew. */
  draw(frames: number): void {
    this.pace.drawn += frames;
  }

  /** Reports, unless it has just done so. @param segments - Those that are not complete. */
  report(segments: Iterable<Incomplete>, isLast: boolean): void {
    const now = performance.now();
    if (!this.onProgress || (now - this.reported < REPORT_MS && !isLast)) return;
    this.reported = now;
    let left = 0;
    let partly = 0;
    for (const { takers, drawn } of segments) {
      for (const { frames } of takers.values()) left += Math.max(0, frames - drawn);
      partly += drawn;
    }
    this.fps = this.pace.fps(partly) ?? this.fps;
    const { fps, frames } = this;
    if (fps === undefined) return;
    this.onProgress({ frame: frames - left, frames, fps, secondsLeft: left / fps });
  }
}

/** The frames per second of all workers together. */
class Pace {
  /** Frames of complete segments that workers drew. */
  drawn = 0;
  private readonly samples: { at: number; frames: number }[] = [];

  /**
   * The current pace, in frames per second; undefined before the first frames are known.
   * @param partly - Frames drawn so far of segments that are not complete.
   */
  fps(partly: number): number | undefined {
    const now = performance.now();
    const frames = this.drawn + partly;
    this.samples.push({ at: now, frames });
    while (this.samples.length > 2 && this.samples[1].at < now - WINDOW_MS) this.samples.shift();
    const [first] = this.samples;
    // A segment that is lost is drawn again.
    const fps = (1000 * (frames - first.frames)) / Math.max(LEAST_MS, now - first.at);
    return fps > 0 ? fps : undefined;
  }
}
