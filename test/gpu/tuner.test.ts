/** The tuner finds the fastest form in all circumstances, and tries no form more often than necessary. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tuner } from '../../src/renderers/gpu/tuner.js';

const always = () => true;

/** Runs a tuner over `frames` frames with `inFlight` at once, and returns the forms in order. */
function run(
  times: Record<string, (trial: number) => number>,
  frames: number,
  {
    inFlight = 1,
    ready = always,
  }: { inFlight?: number; ready?: (form: string, frame: number) => boolean } = {},
): string[] {
  const tuner = new Tuner(Object.keys(times));
  const taken: string[] = [];
  const recorded = (i: number) => {
    const form = taken[i];
    tuner.record(form, times[form](taken.slice(0, i).filter((other) => other === form).length));
  };
  for (let frame = 0; frame < frames; frame++) {
    taken.push(tuner.next((form) => ready(form, frame)));
    if (frame + 1 >= inFlight) recorded(frame + 1 - inFlight);
  }
  return taken;
}

const count = (taken: string[], form: string) => taken.filter((other) => other === form).length;

describe('the tuner', () => {
  test('starts with the likeliest, tries each form equally often, and then stays with the fastest', () => {
    const taken = run({ a: () => 3, b: () => 1, c: () => 2 }, 30);
    expect(taken[0]).toBe('a');
    expect(count(taken, 'a')).toBe(count(taken, 'c'));
    expect(new Set(taken.slice(9))).toEqual(new Set(['b']));
  });

  test('finds the fastest form, with any number of frames in flight', () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 4 }), (list, inFlight) => {
        const forms = Object.fromEntries(list.map((time, i) => [`form ${i}`, () => time]));
        const taken = run(forms, 4 * list.length + 8, { inFlight });
        expect(taken.at(-1)).toBe(`form ${list.indexOf(Math.min(...list))}`);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('does not hold a slow first sample against a form', () => {
    const warming = (time: number) => (trial: number) => (trial === 0 ? 100 * time : time);
    expect(run({ a: () => 2, b: warming(1), c: () => 3 }, 30).at(-1)).toBe('b');
    expect(run({ a: warming(1), b: () => 2, c: () => 3 }, 30).at(-1)).toBe('a');
  });

  test('does not wait for a form: frames use the fastest so far, and the form is tried once it is ready', () => {
    const ready = (form: string, frame: number) => form !== 'b' || frame > 40;
    const taken = run({ a: () => 2, b: () => 1 }, 60, { ready });
    expect(new Set(taken.slice(0, 41))).toEqual(new Set(['a']));
    expect(taken.at(-1)).toBe('b');
  });

  test('uses the first form even if it is not ready', () => {
    expect(new Tuner(['a', 'b']).next(() => false)).toBe('a');
  });

  test('tries the other forms even if one is never ready', () => {
    const taken = run({ a: () => 3, b: () => 2, c: () => 1 }, 40, { ready: (form) => form !== 'b' });
    expect(count(taken, 'b')).toBe(0);
    expect(taken.at(-1)).toBe('c');
  });

  test('gives up a form whose frames fail and are never measured', () => {
    const tuner = new Tuner(['a', 'b', 'c']);
    const taken: string[] = [];
    for (let i = 0; i < 40; i++) {
      const form = tuner.next(always);
      taken.push(form);
      if (form !== 'b') tuner.record(form, form === 'a' ? 2 : 1);
    }
    expect(count(taken, 'b')).toBeLessThan(5);
    expect(taken.at(-1)).toBe('c');
  });

  test('has nothing to try if there is only one form', () => {
    expect(new Set(run({ only: () => 1 }, 9))).toEqual(new Set(['only']));
  });

  test('ignores times of unknown forms', () => {
    const tuner = new Tuner(['a']);
    tuner.record('b', 1);
    expect(tuner.next(always)).toBe('a');
  });
});
