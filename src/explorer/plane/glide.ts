/** Movement that goes on by itself: after a drag, and for a double click. */

/** The last movements of a pointer that count for its velocity, in milliseconds. */
const RECENT_MS = 80;
/** A pointer that rested for this long before it was lifted has no momentum. */
const PAUSE_MS = 50;
/** In pixels per millisecond: slower drags just end, and a movement ends when it has become this slow. */
const [LEAST, END] = [0.25, 0.02];
/** The fastest that a picture goes on by itself. */
const MOST = 4;
/** Velocities fall to 1 / e in this time, in milliseconds. */
const FADE_MS = 160;
/** The duration of an eased movement, in milliseconds. */
const EASE_MS = 180;
/** A frame counts for at most this time, in milliseconds, so that a page that hangs does not jump. */
const LONGEST_FRAME_MS = 50;

/** Measures a pointer's velocity. */
export class Momentum {
  #moves: { dx: number; dy: number; time: number }[] = [];

  clear(): void {
    this.#moves = [];
  }

  /** @param time - In milliseconds. */
  note(dx: number, dy: number, time: number): void {
    this.#moves = this.#moves.filter((move) => time - move.time < RECENT_MS);
    this.#moves.push({ dx, dy, time });
  }

  /** The velocity in pixels per millisecond, at a time; undefined if it is too slow to go on. */
  velocity(time: number): [vx: number, vy: number] | undefined {
    const moves = this.#moves.filter((move) => time - move.time < RECENT_MS);
    const last = moves.at(-1);
    if (!last || moves.length < 2 || time - last.time > PAUSE_MS) return undefined;
    // The first movement ended when the measurement begins.
    const duration = Math.max(1, last.time - moves[0].time);
    const [x, y] = moves
      .slice(1)
      .reduce(([x, y], { dx, dy }) => [x + dx / duration, y + dy / duration], [0, 0]);
    const speed = Math.hypot(x, y);
    if (speed < LEAST) return undefined;
    const factor = Math.min(1, MOST / speed);
    return [x * factor, y * factor];
  }
}

/** A movement, frame by frame. */
export class Glide {
  #frame = 0;
  #isOver = false;

  /** @param step - Called with the time since the last frame, in milliseconds. Returns whether to go on. */
  private constructor(step: (elapsed: number) => boolean, onEnd: () => void) {
    let before = performance.now();
    const next = (now: number) => {
      const elapsed = Math.min(LONGEST_FRAME_MS, Math.max(0, now - before));
      before = now;
      const goesOn = step(elapsed);
      if (this.#isOver) return; // stopped by what it moves
      if (goesOn) this.#frame = requestAnimationFrame(next);
      else {
        this.stop();
        onEnd();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }

  /** Goes on with a velocity in pixels per millisecond, slower and slower. */
  static slowingDown(
    [vx, vy]: readonly [number, number],
    move: (dx: number, dy: number) => void,
    onEnd: () => void,
  ): Glide {
    let left = 1;
    return new Glide((elapsed) => {
      const before = left;
      left *= Math.exp(-elapsed / FADE_MS);
      const distance = FADE_MS * (before - left); // the integral of the fading velocity
      move(vx * distance, vy * distance);
      return left * Math.hypot(vx, vy) > END;
    }, onEnd);
  }

  /** Eases out. @param step - Called with the part of the whole movement that a frame does. They add up to 1. */
  static easing(step: (part: number) => void, onEnd: () => void): Glide {
    let time = 0;
    const progress = (t: number) => 1 - (1 - Math.min(1, t / EASE_MS)) ** 3;
    return new Glide((elapsed) => {
      const before = progress(time);
      time += elapsed;
      step(progress(time) - before);
      return time < EASE_MS;
    }, onEnd);
  }

  /** Ends it where it is. */
  stop(): void {
    this.#isOver = true;
    cancelAnimationFrame(this.#frame);
  }
}
