/**
 * Types of the parameter tables. The tables (network/parameters.ts, frame/parameters.ts) are plain data that import no
 * validator, so that pages can use them too. Schemas, signals, `--set` and the guide are derived from them.
 */

import type { Synonyms } from '../wording/did-you-mean.js';

interface Described {
  /** The label of its control: "Weight scale". */
  readonly label: string;
  /** Its meaning, as one sentence in Markdown. docs/parameters.md shows it, followed by the range. */
  readonly sentence: string;
  /** Its default value; undefined if there is none. */
  readonly default?: unknown;
  /** The default in words (Markdown), if it depends on other parameters or there is none. */
  readonly defaultNote?: string;
  /** Whether schemas leave it undefined if omitted, because its default depends on other parameters. */
  readonly optional?: true;
  /** Whether a sweep may animate it. */
  readonly moves: boolean;
  /** Whether breeding leaves it as it is, because most pictures look the same with it, or only as with another seed. */
  readonly unbred?: true;
  /** Other names that people use for it, separated by spaces, for "Did you mean". */
  readonly synonyms: string;
  /** Its control in the explorer and in the editor. */
  readonly ui: Control;
}

/** How a parameter's control works. Its label, unit and sentence are the parameter's own. */
export interface Control {
  /** Where the explorer shows it: in the panel, under "More", or in a place of its own. */
  readonly level: 'first' | 'more' | 'elsewhere';
}

/** A slider. */
export interface SliderControl extends Control {
  /** The slider's ends. A typed number may exceed them. */
  readonly min: number;
  readonly max: number;
  /** Whether equal distances on the slider are equal amounts or equal factors. */
  readonly scale: 'linear' | 'logarithmic';
  /** What an arrow key adds, and what it adds with Shift. */
  readonly step: number;
  readonly shiftStep: number;
  /** Whether those steps are octaves, factors of two, instead of amounts. */
  readonly octaves?: true;
}

/** A number, or several in one range: a `point` is [x, y], and `numbers` is a list. */
interface Numeric extends Described {
  readonly kind: 'number' | 'integer' | 'point' | 'numbers';
  /** The lowest and highest valid value. */
  readonly range: readonly [least: number, greatest: number];
  readonly ui: SliderControl;
  /** Whether equal times of `--set NAME=FROM..TO` add equal amounts or multiply by equal factors. */
  readonly scale: 'linear' | 'logarithmic';
  /** Its unit in the plural: "layers". Undefined for plain numbers. */
  readonly unit?: string;
  /** What a picture becomes with less and with more of it, after "2 layers" or "a little": "shallower", "deeper". */
  readonly comparatives?: readonly [less: string, more: string];
  /** Whether a list with one number for each hidden layer is also valid. */
  readonly perLayer?: true;
  /** The greatest length of a list. */
  readonly longest?: number;
}

interface Choice extends Described {
  readonly kind: 'choice';
  readonly choices: readonly (string | number)[];
  /** Whether `{ from, to, fraction }`, a mix of two, is also valid. */
  readonly mixes?: true;
  /** Whether a list with one for each hidden layer, and `{ perUnit: [...] }`, are also valid. */
  readonly layered?: true;
}

/** A list of names. */
interface Names extends Described {
  readonly kind: 'features';
  readonly choices: readonly string[];
  /** The greatest length of the list. */
  readonly longest: number;
}

/**
 * `seed`: a number or a text, or a mix of two. `weights`: matrices and biases, number by number, or a mix of two.
 * `fold`, `shown`: see their types.
 */
interface Other extends Described {
  readonly kind: 'flag' | 'seed' | 'weights' | 'fold' | 'shown';
}

/** One parameter. */
export type Parameter = Numeric | Choice | Names | Other;

/** Whether `{ from, to, fraction }`, a mix of two of its values, is also valid. */
export function mixes(parameter: Parameter): boolean {
  return parameter.kind === 'seed' || (parameter.kind === 'choice' && parameter.mixes === true);
}

/** The synonyms in a table, by parameter. */
export function synonymsIn(table: Record<string, Pick<Parameter, 'synonyms'>>): Synonyms {
  return Object.fromEntries(Object.entries(table).map(([name, { synonyms }]) => [name, synonyms.split(' ')]));
}
