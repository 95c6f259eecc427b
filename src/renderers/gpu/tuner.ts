/** Finds the fastest form of a kernel by trying forms on the frames being drawn. */

/** Trials per form: the first may run before the device's clock has ramped up. */
const TRIALS = 3;

export class Tuner<Form> {
  readonly #forms: { form: Form; begun: number; least: number }[];

  /** @param forms - At least one, likeliest first. */
  constructor(forms: readonly Form[]) {
    this.#forms = forms.map((form) => ({ form, begun: 0, least: Number.POSITIVE_INFINITY }));
  }

  /**
   * The form for the next frame: one that still has to be tried, or the fastest so far.
   * @param ready - Whether a form is compiled; those that are not wait for a later frame.
   */
  next(ready: (form: Form) => boolean): Form {
    const [first] = this.#forms;
    // Until the first form is measured, there is nothing to compare others with.
    const untried = this.#forms.find(
      (known) => known.begun < TRIALS && (known === first || ready(known.form)),
    );
    const chosen = untried ?? this.#fastest();
    chosen.begun++;
    return chosen.form;
  }

  /** @param time - A frame's time with this form, in any unit, the same for all forms. */
  record(form: Form, time: number): void {
    const known = this.#forms.find((other) => other.form === form);
    if (known) known.least = Math.min(known.least, time);
  }

  #fastest() {
    return this.#forms.reduce((best, other) => (other.least < best.least ? other : best));
  }
}
