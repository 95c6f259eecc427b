/**
 * The benchmarks' figures as a file, and what has changed since an earlier one. A figure counts as changed only if it
 * moved by more than the times of either run were apart, since other work on the machine changes all of them. Sizes and
 * PSNRs do not depend on other work, so any visible difference counts.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import * as z from 'zod';
import { median, table } from './table.js';

/** One figure of a run. */
export interface Figure {
  /** The part of the bench that measured it, as --only names it. */
  part: string;
  name: string;
  unit: string;
  /** The best of all rounds. */
  value: number;
  /** How far the median was from the best, as a share of the best. */
  spread: number;
  /** Whether less is better, as for times. */
  less: boolean;
  /** What was expected, in the same unit. */
  expected?: number;
}

/** A run of the bench, as --json writes it. */
export interface Run {
  version: 1;
  /** When it ended, in ISO 8601. */
  date: string;
  node: string;
  processor: string;
  /** The GPU, if the run measured it. Software adapters give figures that mean nothing. */
  gpu?: string;
  cores: number;
  figures: Figure[];
}

/** The least change that is reported, as a share, however close the times of a run were. */
const LEAST = 0.05;

/** The spread assumed for what was measured only once, as a share: a guess. */
const ONCE = 0.2;

/** Units of figures that do not depend on other work: any visible difference counts. */
const STEADY = ['bytes', 'dB', '% of pixels'];

const figures: Figure[] = [];

interface Recorded {
  unit?: string;
  /** Whether more is better, as for speeds. */
  more?: boolean;
  expected?: number | undefined;
  /** Whether a single value is itself the best of several rounds. */
  best?: boolean;
}

/** Adds a figure of this run. @param values - Of all rounds. Nothing is added unless all are finite. */
export function record(
  part: string,
  name: string,
  values: readonly number[],
  { unit = 'ms', more = false, expected, best = false }: Recorded = {},
): void {
  if (values.length === 0 || !values.every(Number.isFinite)) return;
  const value = more ? Math.max(...values) : Math.min(...values);
  const apart = value === 0 ? 0 : Math.abs(median([...values]) / value - 1);
  const spread = values.length === 1 && !best && !STEADY.includes(unit) ? ONCE : apart;
  figures.push({ part, name, unit, value, spread, less: !more, ...(expected !== undefined && { expected }) });
}

/** This run so far. */
export const thisRun = (gpu?: string): Run => ({
  version: 1,
  date: new Date().toISOString(),
  node: process.versions.node,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  ...(gpu !== undefined && { gpu }),
  cores: availableParallelism(),
  figures,
});

export async function writeRun(path: string, run: Run): Promise<void> {
  await writeFile(path, `${JSON.stringify(run, null, 2)}\n`);
}

/** What is read of a run. Other fields may be missing: they are only printed. */
const runSchema = z.looseObject({
  version: z.literal(1),
  date: z.string(),
  figures: z.array(
    z.looseObject({
      part: z.string(),
      name: z.string(),
      unit: z.string(),
      value: z.number(),
      spread: z.number(),
      less: z.boolean(),
    }),
  ),
});

/** @throws Error for a file that --json did not write. */
export async function readRun(path: string): Promise<Run> {
  const refused = (problem: string) =>
    new Error(
      `--compare is ${path}, ${problem}, but must be a file that --json wrote: write one with --json, then compare.`,
    );
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw refused(`which cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let run: unknown;
  try {
    run = JSON.parse(text);
  } catch {
    throw refused('which is not JSON');
  }
  const { success, data, error } = runSchema.safeParse(run);
  if (success) return data as unknown as Run;
  const [{ path: keys, message }] = error.issues;
  const where = keys.length > 0 ? `${keys.join('.')}: ` : '';
  throw refused(`which is not a run of the bench (${where}${message})`);
}

/**
 * What the bench needs to compare with at its end, read at its beginning, so that one file can be both read and
 * replaced. @returns Undefined if that file is only about to be written for the first time.
 */
export async function earlierRun(compare: string | undefined, json?: string): Promise<Run | undefined> {
  if (compare === undefined || (compare === json && !existsSync(compare))) return undefined;
  return readRun(compare);
}

export interface Change {
  part: string;
  name: string;
  unit: string;
  before: number;
  now: number;
  /** By what factor it is better now: 2 is half the time, twice the speed, or, in dB, half the error. */
  better: number;
  verdict: 'better' | 'worse' | 'same';
}

/** Compares the figures that both runs have, and ignores all others. */
export function changesBetween(before: Run, now: Run): Change[] {
  return now.figures.flatMap((figure): Change[] => {
    const { part, name, unit, value } = figure;
    const old = before.figures.find((each) => each.part === part && each.name === name);
    if (!old || old.unit !== unit) return [];
    const steady = STEADY.includes(unit);
    if (!steady && !(old.value > 0 && value > 0)) return []; // there is no ratio to 0
    const better = timesAsGood(figure, old.value);
    const margin = steady ? 1 : 1 + Math.max(LEAST, old.spread, figure.spread);
    const differs = !steady || shown(old.value) !== shown(value);
    const verdict = differs && better > margin ? 'better' : differs && better < 1 / margin ? 'worse' : 'same';
    return [{ part, name, unit, before: old.value, now: value, better, verdict }];
  });
}

function timesAsGood({ unit, value, less }: Figure, old: number): number {
  if (unit === 'dB') return 10 ** ((value - old) / 20);
  if (value === old) return 1; // both may be 0
  return less ? old / value : value / old;
}

/** The changes as a table, with a line about what makes the two runs hard to compare. */
export function describeChanges(before: Run, now: Run): string {
  const changes = changesBetween(before, now);
  const lines = [`\nSince ${before.date.slice(0, 16).replace('T', ' ')}`];
  const differs = (['node', 'processor', 'gpu', 'cores'] as const).filter((key) => before[key] !== now[key]);
  for (const key of differs)
    lines.push(`  Not the same ${key}: ${before[key]} then, ${now[key]} now. Compare ratios only.`);
  if (changes.length === 0) return [...lines, '  The two runs have no figures in common.'].join('\n');
  const rows = changes.map(({ part, name, unit, before, now, better, verdict }) => [
    `${part}: ${name}`,
    `${shown(before)} ${unit}`,
    `${shown(now)} ${unit}`,
    Number.isFinite(better) ? `${better.toFixed(2)} x` : '', // compared with 0
    verdict === 'same' ? '' : verdict,
  ]);
  lines.push(table([['', 'then', 'now', 'as good', ''], ...rows]));
  return lines.join('\n');
}

function shown(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return value.toPrecision(2);
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
