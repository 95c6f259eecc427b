/** Tries forms of a kernel on frames that are drawn anyway, and keeps the fastest. */

/** Times a form is tried: the first may come while the device's clock is still rising. */
const TRIALS = 3;

export class Tuner<Form> {
  readonly #forms: { form: Form; begun: number; least: number }[];

  /** @param forms - At least one, the likeliest first. */
  constructor(forms: readonly Form[]) {
    this.#forms = forms.map((form) => ({ form, begun: 0, least: Number.POSITIVE_INFINITY }));
  }

  /**
   * The form to take for the next frame: one that still has to be tried, or the fastest so far.
   * @param ready - Whether a form can be had at once; those that cannot wait for a later frame.
   */
  next(ready: (form: Form) => boolean): Form {
    const [first] = this.#forms;
    // Before the first is measured there is nothing to hold another against.
    const untried = this.#forms.find(
      (known) => known.begun < TRIALS && (known === first || ready(known.form)),
    );
    const chosen = untried ?? this.#fastest();
    chosen.begun++;
    return chosen.form;
  }

  /** @param time - What a frame took in a form, in any unit, the same for all. */
  record(form: Form, time: number): void {
    const known = this.#forms.find((other) => other.form === form);
    if (known) known.least = Math.min(known.least, time);
  }

  #fastest() {
    return this.#forms.reduce((best, other) => (other.least < best.least ? other : best));
  }
}
