/** The numbers of a shader: constants at its top, and variables that are functions of time. */

import { UsageError } from '../../core/errors.js';
import { float } from '../../core/network/activations/glsl.js';
import type { EasingName } from '../../core/sweep/easing.js';
import {
  type Keyframe,
  type Keyframes,
  type Moving,
  onlyJumps,
  valueAt,
  type Walk,
} from '../../core/sweep/track.js';
import { table } from '../../renderers/glsl/table.js';
import { easingFunctions } from './easings.js';

/** The most keyframes that are written as code; more are tables. */
const MOST_IN_CODE = 40;
/** The most keyframes in a table. */
const MOST_KEYFRAMES = 4096;

/** A walk between sets of weights, or any other mix of two. */
export interface Between {
  /** Expressions for the numbers of both sets, from 0. */
  from: string;
  to: string;
  /** An expression for how far it is from one to the other. */
  fraction: string;
}

/** The times in a film and those of its tracks, as a piecewise linear function. */
export interface PaceTable {
  shown: number[];
  track: number[];
}

/** Collects the numbers of a shader. */
export class Numbers {
  readonly #seconds: number;
  readonly #constants: string[] = [];
  readonly #variables: string[] = [];
  readonly #functions: string[] = [];
  readonly #settings: string[] = [];
  readonly #easings = new Set<EasingName>();
  #usesSine = false;
  readonly #helpers = new Set<keyof typeof helpers>();

  /** @param seconds - The length of the sweep. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Whether anything moves. */
  get moves(): boolean {
    return this.#settings.length > 0;
  }

  /** Whether the precise sine of the activation is called. */
  get needsSine(): boolean {
    const isCalled =
      this.#helpers.has('oscillation') || [...this.#easings].some((name) => /Sine|Elastic/.test(name));
    return this.#usesSine || isCalled;
  }

  /** Notes that other code calls `sin_`. */
  useSine(): void {
    this.#usesSine = true;
  }

  /**
   * Declares a number.
   * @param words - Its name in words: "half width".
   * @param path - Its name in the recipe, for messages.
   * @returns Its name in the shader: HALF_WIDTH, or halfWidth if it moves.
   */
  declare(words: string, value: number | Moving, path: string, comment: string): string {
    if (typeof value === 'number') return this.constant('float', words, float(value), comment);
    const name = words.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
    const course = 'zoom' in value ? `, from ${float(value.zoom[0])} to ${float(value.zoom[1])}` : '';
    this.#variables.push(`float ${name}; // ${comment}${course}`);
    this.#settings.push(`  ${name} = ${this.#expression(value, name, path)};`);
    return name;
  }

  /** Declares a constant by its name in words. */
  constant(type: string, words: string, value: string, comment: string): string {
    const name = words.replace(/ /g, '_').toUpperCase();
    this.#constants.push(`const ${type} ${name} = ${value};${comment && ` // ${comment}`}`);
    return name;
  }

  /**
   * Declares a walk from set to set.
   * @param sets - For each step of the walk, the number of the set where it begins.
   */
  walk(sets: number[], hold: number, easing: EasingName = 'easeInOutSine'): Between {
    this.#easings.add(easing);
    const count = sets.length;
    this.#variables.push(
      'int fromSet, toSet; // the two sets of weights being mixed',
      'float walked; // from 0 at the first to 1 at the second',
    );
    const index = (i: string) =>
      sets.every((set, step) => set === step) ? `${i} % ${count}` : `SETS[${i} % ${count}]`;
    if (!sets.every((set, step) => set === step)) {
      this.#functions.push(`const int SETS[${count}] = int[](${sets.join(', ')});`);
    }
    const rested = hold > 0 ? `max(0.0, fract(steps) - ${float(hold)}) / ${float(1 - hold)}` : 'fract(steps)';
    this.#settings.push(
      `  float steps = ${float(count)} * t / SECONDS;`,
      `  fromSet = ${index('int(steps)')};`,
      `  toSet = ${index('(int(steps) + 1)')};`,
      `  walked = clamp(${easing}(${rested}), 0.0, 1.0);`,
    );
    return { from: 'fromSet', to: 'toSet', fraction: 'walked' };
  }

  /**
   * Declares a walk from set to set that goes on at given times.
   * @param sets - The number of the set of each seed. @param path - Its name in the recipe, for messages.
   */
  timedWalk(
    sets: number[],
    { fade, easing = 'easeInOutSine' }: Walk,
    times: number[],
    path: string,
  ): Between {
    if (times.length > MOST_KEYFRAMES) {
      throw new UsageError(
        `${path} goes on at ${times.length} times, but a shader has room for ${MOST_KEYFRAMES}: remove some.`,
      );
    }
    const seconds = this.#seconds;
    const returns = times.length === sets.length;
    // The first step is the one that the last time of the round before begins, if there is one.
    const starts = [returns ? times[times.length - 1] - seconds : -2, ...times];
    const ends = starts.map((start, i) => {
      const next = starts[i + 1] ?? (returns ? times[0] + seconds : seconds);
      return Math.min(start + (fade ?? Number.POSITIVE_INFINITY), next);
    });
    if (!returns) ends[0] = -1;
    const [before, after] = [returns ? sets[sets.length - 1] : sets[0], returns ? [sets[0]] : []];
    const beyond = 2 * Math.max(seconds, times[times.length - 1]) + 1; // a time that is never reached
    this.#variables.push(
      'int fromSet, toSet; // the two sets of weights being mixed',
      'float walked; // from 0 at the first to 1 at the second',
    );
    const eased = this.#eased('(t - WALK_STARTS[i]) / (WALK_ENDS[i] - WALK_STARTS[i])', easing);
    this.#functions.push(
      [
        table('float', 'WALK_STARTS', [...starts, beyond].map(float), 8),
        table('float', 'WALK_ENDS', ends.map(float), 8),
        table('int', 'WALK_SETS', [before, ...sets, ...after].map(String), 8),
        'void walk() {',
        ...searchFor('t', 'WALK_STARTS', starts.length + 1),
        '  fromSet = WALK_SETS[i];',
        '  toSet = WALK_SETS[i + 1];',
        `  walked = t >= WALK_ENDS[i] ? 1.0 : clamp(${eased}, 0.0, 1.0);`,
        '}',
      ].join('\n'),
    );
    this.#settings.push('  walk();');
    return { from: 'fromSet', to: 'toSet', fraction: 'walked' };
  }

  /** Declares a set of weights that is switched. @param sets - The number of the set of each keyframe. */
  switched({ keyframes }: Keyframes, sets: number[], path: string): Between {
    this.#variables.push('int fromSet; // the set of weights');
    const points = keyframes.map(([t], i): Keyframe => [t, sets[i]]);
    this.#settings.push(`  fromSet = int(${this.#expression({ keyframes: points }, 'fromSet', path)});`);
    return { from: 'fromSet', to: 'fromSet', fraction: '0.0' };
  }

  /** Adds a line to what sets the variables. */
  set(variable: string, setting: string): void {
    this.#variables.push(variable);
    this.#settings.push(`  ${setting}`);
  }

  /** The constants, one a line. */
  constants(): string {
    const length = this.moves
      ? [`const float SECONDS = ${float(this.#seconds)}; // after which the animation repeats`]
      : [];
    return [...length, ...this.#constants].join('\n');
  }

  /** What moves: variables, and the function `moveTo` that sets them. Empty if nothing does. */
  motion(pace: PaceTable | undefined): string {
    if (!this.moves) return '';
    const start = pace ? 'paced(seconds)' : 'seconds';
    return [
      `// Animated parameters, set by moveTo.\nfloat t; // time, in seconds\n${this.#variables.join('\n')}`,
      ...[...this.#helpers].map((name) => helpers[name]),
      ...easingFunctions(this.#easings),
      ...(pace ? [pacedFunction(pace)] : []),
      ...this.#functions,
      `void moveTo(float seconds) {\n  t = ${start};\n${this.#settings.join('\n')}\n}`,
    ].join('\n\n');
  }

  #expression(track: Moving, name: string, path: string): string {
    if ('tween' in track || 'zoom' in track) {
      const [start, end] = track.during ?? [0, this.#seconds];
      const [from, to] = 'tween' in track ? track.tween : track.zoom;
      if (start === end) return `t < ${float(start)} ? ${float(from)} : ${float(to)}`;
      this.#helpers.add('progress');
      const eased = this.#eased(
        `progress(${float(start)}, ${end === this.#seconds ? 'SECONDS' : float(end)})`,
        track.easing,
      );
      if ('tween' in track) return `mix(${float(from)}, ${float(to)}, ${eased})`;
      return `${float(from)} * exp(${float(Math.log(to / from))} * ${eased})`;
    }
    if ('keyframes' in track) return this.#keyframed(track, name, path);
    if ('walk' in track) throw new Error('Only seeds walk.');
    const { middle = 0, radius, turns = 1, phase = 0 } = track.loop;
    this.#helpers.add('oscillation');
    let made = turns === 1 ? 't / SECONDS' : `${float(turns)} * t / SECONDS`;
    if (track.easing !== undefined && track.easing !== 'linear') {
      const once = `${float(Math.abs(turns))} * t / SECONDS`;
      made = `${turns < 0 ? '-' : ''}(floor(${once}) + ${this.#eased(`fract(${once})`, track.easing)})`;
    }
    const shift = phase - Math.floor(phase);
    const wave = `${float(radius)} * oscillation(${made}${shift ? ` + ${float(shift)}` : ''})`;
    return middle === 0 ? wave : `${float(middle)} + ${wave}`;
  }

  #eased(u: string, easing: EasingName = 'easeInOutCubic'): string {
    if (easing === 'linear') return u;
    this.#easings.add(easing);
    return `${easing}(${u})`;
  }

  #keyframed({ keyframes, easing }: Keyframes, name: string, path: string): string {
    const { length } = keyframes;
    if (length === 1) return float(keyframes[0][1]);
    const call = `${name}At()`;
    const own = keyframes.map(([, , own], i) => (i === 0 ? undefined : (own ?? easing)));
    const isJumpy = onlyJumps({ keyframes });
    if (length > MOST_IN_CODE && (isJumpy || own.every((each) => each === own[1] || each === undefined))) {
      if (length > MOST_KEYFRAMES) {
        throw new UsageError(
          `${path} has ${length} keyframes, but a shader has room for ${MOST_KEYFRAMES}: remove some.`,
        );
      }
      const capital = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      const share = `clamp((t - ${capital}_TIMES[i]) / (${capital}_TIMES[i + 1] - ${capital}_TIMES[i]), 0.0, 1.0)`;
      const eased = isJumpy ? '0.0' : this.#eased(share, own[1]);
      this.#functions.push(
        [
          table(
            'float',
            `${capital}_TIMES`,
            keyframes.map(([t]) => float(t)),
            8,
          ),
          table(
            'float',
            `${capital}_VALUES`,
            keyframes.map(([, value]) => float(value)),
            8,
          ),
          `float ${call} {`,
          `  if (t >= ${float(keyframes[length - 1][0])}) return ${float(keyframes[length - 1][1])};`,
          ...searchFor('t', `${capital}_TIMES`, length),
          `  if (t < ${capital}_TIMES[i]) return ${capital}_VALUES[i];`,
          `  return mix(${capital}_VALUES[i], ${capital}_VALUES[i + 1], ${eased});`,
          '}',
        ].join('\n'),
      );
      return call;
    }
    if (length > MOST_KEYFRAMES / 16) {
      throw new UsageError(
        `${path} has ${length} keyframes with easings of their own, but a shader has room for ` +
          `${MOST_KEYFRAMES / 16}: give all the same easing, or remove some.`,
      );
    }
    const lines = keyframes.flatMap(([end, to], i) => {
      if (i === 0) return end > 0 ? [`  if (t < ${float(end)}) return ${float(to)};`] : [];
      const [start, from] = keyframes[i - 1];
      if (start === end) return [];
      const u = this.#eased(`(t - ${float(start)}) / ${float(end - start)}`, own[i]);
      const value = from === to ? float(from) : `mix(${float(from)}, ${float(to)}, ${u})`;
      return [`  if (t < ${float(end)}) return ${value};`];
    });
    const last = `  return ${float(keyframes[length - 1][1])};`;
    this.#functions.push([`float ${call} {`, ...lines, last, '}'].join('\n'));
    return call;
  }
}

/** Lines that find the last i with TIMES[i] <= time, at most length - 2. */
function searchFor(time: string, times: string, length: number): string[] {
  return [
    `  int i = 0;`,
    `  for (int step = ${2 ** Math.floor(Math.log2(Math.max(1, length - 1)))}; step > 0; step /= 2) {`,
    `    if (i + step <= ${length - 2} && ${times}[i + step] <= ${time}) i += step;`,
    '  }',
  ];
}

function pacedFunction({ shown, track }: PaceTable): string {
  return [
    '// An even pace, at which the picture changes at a constant rate: times, and those of the tracks at them.',
    table('float', 'SHOWN', shown.map(float), 8),
    table('float', 'TRACKS', track.map(float), 8),
    'float paced(float seconds) {',
    ...searchFor('seconds', 'SHOWN', shown.length),
    '  float share = clamp((seconds - SHOWN[i]) / (SHOWN[i + 1] - SHOWN[i]), 0.0, 1.0);',
    '  return mix(TRACKS[i], TRACKS[i + 1], share);',
    '}',
  ].join('\n');
}

const helpers = {
  progress: `// The progress of a movement, from 0 at its start to 1 at its end.
float progress(float start, float end) {
  return clamp((t - start) / (end - start), 0.0, 1.0);
}`,
  oscillation: `// The cosine of a number of turns.
float oscillation(float turns) {
  return sin_(${float(2 * Math.PI)} * (fract(turns + 0.75) - 0.5));
}`,
};

/** The values of a track at many times, its ends included. */
export function valuesOf(track: Moving, seconds: number, count = 1024): number[] {
  const times = Array.from({ length: count + 1 }, (_, i) => (seconds * i) / count);
  const values = times.map((t) => valueAt(track, t, seconds)).filter((value) => typeof value === 'number');
  const listed = 'keyframes' in track ? track.keyframes.map(([, value]) => value) : [];
  const around =
    'loop' in track ? [1, -1].map((sign) => (track.loop.middle ?? 0) + sign * track.loop.radius) : [];
  return [...values, ...listed, ...around];
}
