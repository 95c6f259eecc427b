/** What the bench says has changed since an earlier run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('sizes and PSNRs count as soon as they look different; a comparison with 0 has no ratio', () => {
  const bytes = { unit: 'bytes', spread: 0 };
  const decibels = { unit: 'dB', less: false, spread: 0 };
  const pixels = { unit: '% of pixels', spread: 0 };
  const before = runOf([
    figure('smaller', 100_000, bytes),
    figure('equal', 100_000, bytes),
    figure('closer', 40, decibels),
    figure('less close', 40, decibels),
    figure('looks equal', 40, decibels),
    figure('still right', 0, pixels),
    figure('no longer right', 0, pixels),
    figure('right', 0.004, pixels),
    figure('no time', 0),
  ]);
  const now = runOf([
    figure('smaller', 99_999, bytes),
    figure('equal', 100_000, bytes),
    figure('closer', 46, decibels),
    figure('less close', 39.9, decibels),
    figure('looks equal', 39.99, decibels),
    figure('still right', 0, pixels),
    figure('no longer right', 0.004, pixels),
    figure('right', 0, pixels),
    figure('no time', 1),
  ]);
  expect(describeChanges(before, now)).toMatchInlineSnapshot(`
    "
    Since 2026-01-02 03:04
                                             then                  now   as good
      waits: smaller                 100000 bytes          99999 bytes    1.00 x   better
      waits: equal                   100000 bytes         100000 bytes    1.00 x
      waits: closer                       40.0 dB              46.0 dB    2.00 x   better
      waits: less close                   40.0 dB              39.9 dB    0.99 x    worse
      waits: looks equal                  40.0 dB              40.0 dB    1.00 x
      waits: still right         0.00 % of pixels     0.00 % of pixels    1.00 x
      waits: no longer right     0.00 % of pixels   0.0040 % of pixels    0.00 x    worse
      waits: right             0.0040 % of pixels     0.00 % of pixels             better"
  `);
});

test('parts that only one run measured are ignored', () => {
  const both = figure('list', 100);
  const others = [figure('size', 10, { part: 'gif' }), figure('the film', 10, { part: 'pipeline' })];
  for (const [before, now] of [
    [[both, ...others], [both]],
    [[both], [both, ...others]],
  ])
    expect(changesBetween(runOf(before), runOf(now)).map(({ part }) => part)).toEqual(['waits']);
});

test('a run is written and read; what a file without one has is refused', async () => {
  const path = join(folder, 'run.json');
  expect(await earlierRun(path, path)).toBeUndefined(); // about to be written for the first time
  await expect(earlierRun(path)).rejects.toThrow('ENOENT');
  record('part', 'time', [3, 2, 4]);
  record('part', 'speed', [3, 2, 4], { unit: 'x', more: true });
  record('part', 'nothing', []);
  await writeRun(path, thisRun());
  const { figures } = await readRun(path);
  expect(figures).toEqual([
    { part: 'part', name: 'time', unit: 'ms', value: 2, spread: 0.5, less: true },
    { part: 'part', name: 'speed', unit: 'x', value: 4, spread: 0.25, less: false },
  ]);
  expect((await earlierRun(path, path))?.figures).toEqual(figures);
  for (const [text, problem] of [
    [JSON.stringify({ figures }), 'is not a run of the bench (version: '],
    [JSON.stringify({ version: 2, date: '', figures }), 'is not a run of the bench (version: '],
    [JSON.stringify(runOf([{ part: 'waits' } as Figure])), 'is not a run of the bench (figures.0.name: '],
    ['[]', 'is not a run of the bench ('],
    ['null', 'is not a run of the bench ('],
    ['{"version": 1', 'is not JSON, but'],
    ['', 'is not JSON, but'],
  ]) {
    writeFileSync(path, text);
    const { message } = (await readRun(path).catch((error: Error) => error)) as Error;
    expect(message).toContain(`--compare is ${path}, which ${problem}`);
    expect(message).toMatch(/ but must be a file that --json wrote: write one with --json, then compare\.$/);
    expect(message).not.toContain('\n');
  }
});

test('what was measured once must change by more than 20%, unless its unit is steady', () => {
  const before = thisRun().figures.length;
  record('once', 'time', [2]);
  record('once', 'best of several', [2], { best: true });
  record('once', 'size', [2], { unit: 'bytes' });
  record('once', 'lossless', [Number.POSITIVE_INFINITY], { unit: 'dB' });
  record('once', 'unknown', [Number.NaN, 1]);
  const recorded = thisRun().figures.slice(before);
  expect(recorded.map(({ name, spread }) => [name, spread])).toEqual([
    ['time', 0.2],
    ['best of several', 0],
    ['size', 0],
  ]);
  const [time, best] = recorded;
  const later = runOf([
    { ...time, value: 2.3 },
    { ...best, value: 2.3 },
  ]);
  expect(changesBetween(runOf(recorded), later).map(({ verdict }) => verdict)).toEqual(['same', 'worse']);
});
