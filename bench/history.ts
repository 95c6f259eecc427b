/**
 * The benchmarks' figures as a file, and what has changed since an earlier one. A figure counts as changed only if it
 * moved by more than the times of either run were apart, since other work on the machine changes all of them.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
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

const figures: Figure[] = [];

/** Adds a figure of this run. @param values - Of all rounds. Nothing is added without values. */
export function record(
  part: string,
  name: string,
  values: readonly number[],
  unit = 'ms',
  less = true,
  expected?: number,
): void {
  if (values.length === 0) return;
  const value = less ? Math.min(...values) : Math.max(...values);
  const spread = value === 0 ? 0 : Math.abs(median([...values]) / value - 1);
  figures.push({ part, name, unit, value, spread, less, ...(expected !== undefined && { expected }) });
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

/** @throws Error for a file that --json did not write. */
export async function readRun(path: string): Promise<Run> {
  const run = JSON.parse(await readFile(path, 'utf8')) as Run;
  if (run?.version !== 1 || !Array.isArray(run.figures))
    throw new Error(`${path} is not a run of the bench: write one with --json ${path}.`);
  return run;
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
  /** By what factor it is better now: 2 is half the time, or twice the speed. */
  better: number;
  verdict: 'better' | 'worse' | 'same';
}

/** Compares the figures that both runs have. */
export function changesBetween(before: Run, now: Run): Change[] {
  return now.figures.flatMap((figure): Change[] => {
    const { part, name, unit, value, less } = figure;
    const old = before.figures.find((each) => each.part === part && each.name === name);
    if (!old || old.unit !== unit || !(old.value > 0 && value > 0)) return [];
    const better = less ? old.value / value : value / old.value;
    const margin = 1 + Math.max(LEAST, old.spread, figure.spread);
    const verdict = better > margin ? 'better' : better < 1 / margin ? 'worse' : 'same';
    return [{ part, name, unit, before: old.value, now: value, better, verdict }];
  });
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
    `${better.toFixed(2)} x`,
    verdict === 'same' ? '' : verdict,
  ]);
  lines.push(table([['', 'then', 'now', 'as good', ''], ...rows]));
  return lines.join('\n');
}

const shown = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
