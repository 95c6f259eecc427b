/** Plays the film while it can be seen: not in a hidden tab, and not in a frame that is scrolled out of sight. */
import { FlashGuard } from '../explorer/plane/flash-guard.js';
import type { Film } from './film.js';

/** The longest time between two pictures that counts, in seconds: after a hiccup the film goes on where it was. */
const LONGEST_STEP = 0.1;
/** Without controls, as in a wallpaper, there are at most this many pictures a second: less work for the machine. */
const BARE_RATE = 30;
/** Browsers' animation frames come a little early or late. In milliseconds. */
const SLACK = 4;
/** Without controls, a film with an end begins again after this many milliseconds. */
const PAUSE_AT_END = 2000;

export interface PlaybackOptions {
  /** Returns what shows the film. */
  canvas: () => HTMLCanvasElement;
  /** Whether there are no controls, so that nobody can play it again. */
  isBare: boolean;
  /** Called if playback has to slow down. */
  onSlower: () => void;
}

export class Playback {
  readonly #film: Film;
  readonly #isBare: boolean;
  readonly #guard: FlashGuard;
  #frame: number | undefined;
  #before = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #isInWindow = true;
  /** Whether the film has played, so that it is at its end for that reason. */
  #hasPlayed = false;
  /** Whether something else, such as a finger on the slider, holds the film. */
  #isHeld = false;

  constructor(film: Film, { canvas, isBare, onSlower }: PlaybackOptions) {
    this.#film = film;
    this.#isBare = isBare;
    this.#guard = new FlashGuard(canvas, onSlower);
    document.addEventListener('visibilitychange', () => this.update());
    new IntersectionObserver((entries) => {
      this.#isInWindow = entries.at(-1)!.isIntersecting;
      this.update();
    }).observe(document.documentElement);
  }

  /** Whether the film moves now. */
  get isRunning(): boolean {
    return this.#frame !== undefined;
  }

  /** Holds the film, or lets it go on. */
  hold(on: boolean): void {
    this.#isHeld = on;
    this.update();
  }

  /** Starts or stops it, whatever has changed. */
  update(): void {
    const isSeen = this.#isInWindow && !document.hidden && !this.#isHeld;
    clearTimeout(this.#again);
    const { time, sweep, isPlaying, moves } = this.#film;
    if (isPlaying) this.#hasPlayed = true;
    const isOver = this.#hasPlayed && !isPlaying && moves && time >= sweep.seconds;
    if (this.#isBare && isSeen && isOver) this.#again = setTimeout(() => this.#film.play(true), PAUSE_AT_END);
    if (isPlaying && isSeen) {
      if (this.#frame !== undefined) return;
      this.#before = performance.now();
      this.#next();
    } else if (this.#frame !== undefined) {
      cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
    }
  }

  #next(): void {
    this.#frame = requestAnimationFrame((now) => this.#step(now));
  }

  #step(now: number): void {
    this.#next();
    const elapsed = now - this.#before;
    if (this.#isBare && elapsed < 1000 / BARE_RATE - SLACK) return;
    this.#before = now;
    const speed = this.#guard.speedOf(this.#film.sweep, now);
    this.#film.advance(speed * Math.min(LONGEST_STEP, Math.max(0, elapsed / 1000)));
  }
}
