/** What the bench says has changed since an earlier run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  changesBetween,
  describeChanges,
  earlierRun,
  type Figure,
  type Run,
  readRun,
  record,
  thisRun,
  writeRun,
} from '../../bench/history.js';

const folder = mkdtempSync(join(tmpdir(), 'untrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const figure = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({
  part: 'waits',
  name,
  unit: 'ms',
  value,
  spread: 0.02,
  less: true,
  ...more,
});
const runOf = (figures: Figure[], more: Partial<Run> = {}): Run => ({
  version: 1,
  date: '2026-01-02T03:04:05.678Z',
  node: '20.0.0',
  processor: 'one',
  cores: 2,
  figures,
  ...more,
});

test('only changes beyond the spread of both runs count, in the direction that is better', () => {
  const before = runOf([
    figure('half', 100),
    figure('twice', 100),
    figure('noise', 100, { spread: 0.3 }),
    figure('speed', 2, { unit: 'x', less: false }),
    figure('gone', 1),
    figure('other unit', 1),
  ]);
  const now = runOf([
    figure('half', 50),
    figure('twice', 200),
    figure('noise', 80),
    figure('speed', 3, { unit: 'x', less: false }),
    figure('new', 1),
    figure('other unit', 1, { unit: 's' }),
  ]);
  expect(changesBetween(before, now).map(({ name, better, verdict }) => [name, better, verdict])).toEqual([
    ['half', 2, 'better'],
    ['twice', 0.5, 'worse'],
    ['noise', 1.25, 'same'],
    ['speed', 1.5, 'better'],
  ]);
  expect(describeChanges(before, { ...now, node: '24.0.0' })).toMatchInlineSnapshot(`
    "
    Since 2026-01-02 03:04
      Not the same node: 20.0.0 then, 24.0.0 now. Compare ratios only.
                       then       now   as good
      waits: half    100 ms   50.0 ms    2.00 x   better
      waits: twice   100 ms    200 ms    0.50 x    worse
      waits: noise   100 ms   80.0 ms    1.25 x
      waits: speed   2.00 x    3.00 x    1.50 x   better"
  `);
  expect(describeChanges(before, runOf([]))).toContain('have no figures in common');
});

test('a run is written and read; what a file without one has is refused', async () => {
  const path = join(folder, 'run.json');
  expect(await earlierRun(path, path)).toBeUndefined(); // about to be written for the first time
  await expect(earlierRun(path)).rejects.toThrow('ENOENT');
  record('part', 'time', [3, 2, 4]);
  record('part', 'speed', [3, 2, 4], 'x', false);
  record('part', 'nothing', []);
  await writeRun(path, thisRun());
  const { figures } = await readRun(path);
  expect(figures).toEqual([
    { part: 'part', name: 'time', unit: 'ms', value: 2, spread: 0.5, less: true },
    { part: 'part', name: 'speed', unit: 'x', value: 4, spread: 0.25, less: false },
  ]);
  expect((await earlierRun(path, path))?.figures).toEqual(figures);
  await writeRun(path, { figures } as unknown as Run);
  await expect(readRun(path)).rejects.toThrow('is not a run of the bench');
});
