/** What the page shows: a sweep with the viewer's changes, at a time, seen from somewhere. */
import type { View } from '../core/frame/description.js';
import { retimes } from '../core/sweep/paces.js';
import { preparePace, type Sweep } from '../core/sweep/sweep.js';
import {
  documentOf,
  type ExplorerDocument,
  entryAt,
  isMoving,
  moves,
  type Picture,
  pictureAt,
  withEntries,
} from '../explorer/state/document.js';
import { seedOf } from '../explorer/state/seeds.js';
import { withSetting } from '../explorer/state/settings.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { HOME, type Look, lookAt, viewOf } from './look.js';

const SEED = ['network', 'seed'] as const;

export class Film {
  readonly #original: ExplorerDocument;
  readonly #onChange: () => void;
  #document: ExplorerDocument;
  #time = 0;
  #isPlaying = false;
  #look = HOME;
  #revision = 0;
  /** The sweep whose even pace has been measured. */
  #measured: Sweep | undefined;
  #measuring: AbortController | undefined;

  /**
   * @param sweep - A checked one.
   * @param onChange - Called with every change of what is shown.
   */
  constructor(sweep: Sweep, onChange: () => void) {
    this.#original = documentOf(sweep);
    this.#document = this.#original;
    this.#onChange = onChange;
  }

  get document(): ExplorerDocument {
    return this.#document;
  }

  get sweep(): Sweep {
    return this.#document.sweep;
  }

  /** In seconds. */
  get time(): number {
    return this.#time;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Increases with every change of what `shared` is. */
  get revision(): number {
    return this.#revision;
  }

  get moves(): boolean {
    return moves(this.#document);
  }

  /** Whether the network has a name: explicit weights have none. */
  get hasName(): boolean {
    return entryAt(this.#document, ['network', 'weights']) === undefined;
  }

  /** The picture to show now. @throws UsageError if a parameter has an invalid value now. */
  get picture(): Picture {
    const picture = this.#filmed();
    return { ...picture, view: viewOf(picture.view, this.#look) };
  }

  /** The sweep for others. It has the viewer's view if its own rests: one that moves stays as it is. */
  get shared(): Sweep {
    if (this.#look === HOME || isMoving(this.sweep.view)) return this.sweep;
    const { centre, halfWidth } = this.picture.view;
    const tidy = (value: number) => Number(value.toPrecision(14));
    return withEntries(this.#document, [
      [['view', 'centre'], centre.map(tidy)],
      [['view', 'halfWidth'], tidy(halfWidth)],
    ]).sweep;
  }

  /** Measures the sweep's pace, if it needs that, in small steps. Until then, its tracks have their own. */
  async measure(): Promise<void> {
    const { sweep } = this;
    this.#measuring?.abort();
    if (!retimes(sweep.pace) || this.#measured === sweep) return;
    const controller = new AbortController();
    this.#measuring = controller;
    try {
      await preparePace(sweep, evaluate, { signal: controller.signal });
    } catch {
      return; // another sweep is there, or a frame is invalid, which the picture reports
    }
    this.#measured = sweep;
    this.#onChange();
  }

  /** Goes to a time in seconds; times beyond the film are at its ends. */
  seek(time: number): void {
    const next = Math.min(this.sweep.seconds, Math.max(0, time));
    if (next === this.#time) return;
    this.#time = next;
    this.#onChange();
  }

  /** Plays or pauses. From the end, a film with an end plays from its beginning. */
  play(on: boolean): void {
    if (on && !this.moves) return;
    if (on && this.#time >= this.sweep.seconds) this.#time = 0;
    this.#isPlaying = on;
    this.#onChange();
  }

  /** Goes on by some seconds. A film without a loop ends at its end. */
  advance(seconds: number): void {
    const { seconds: length, loop } = this.sweep;
    const next = this.#time + seconds;
    this.#time = loop ? next % length : Math.min(next, length);
    if (!loop && next >= length) this.#isPlaying = false;
    this.#onChange();
  }

  /** Replaces the document. */
  edit(document: ExplorerDocument): void {
    if (document === this.#document) return;
    this.#document = document;
    this.#revision++;
    this.#time = Math.min(this.#time, this.sweep.seconds);
    this.#isPlaying &&= this.moves;
    this.#onChange();
    void this.measure();
  }

  /** Shows the network of that name. Without a name, the film's own. @throws UsageError if it cannot be drawn. */
  rename(name: string): void {
    const seed = seedOf(name) ?? entryAt(this.#original, SEED);
    this.edit(withSetting(this.#document, SEED, seed));
  }

  /** Looks elsewhere. @param next - From the current view to the next. */
  look(next: (view: View) => View): void {
    const { view } = this.#filmed();
    this.#turnTo(lookAt(view, next(viewOf(view, this.#look))));
  }

  /** Looks where the film looks. */
  lookHome(): void {
    this.#turnTo(HOME);
  }

  #turnTo(look: Look): void {
    this.#look = look;
    this.#revision++;
    this.#onChange();
  }

  /** The picture as the film has it. */
  #filmed(): Picture {
    const { sweep } = this;
    const isKnown = !retimes(sweep.pace) || this.#measured === sweep;
    const document = isKnown
      ? this.#document
      : { ...this.#document, sweep: { ...sweep, pace: 'tracks' as const } };
    return pictureAt(document, this.#time, evaluate);
  }
}
