/** Waiting for other programs: what counts as progress, and what ends the waiting. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import {
  canSeeWork,
  outputOf,
  ownWork,
  Patience,
  StalledError,
  within,
  workOf,
} from '../../src/system/patience.js';

const children: ReturnType<typeof spawn>[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function run(program: string): number {
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  children.push(child);
  return child.pid!;
}

const never = new Promise<never>(() => {});

test('work without progress is abandoned; results in time are returned', async () => {
  await expect(within(0.3, never, 'too late')).rejects.toThrow(new StalledError('too late'));
  await expect(within(5, Promise.resolve(7), '')).resolves.toBe(7);
  await expect(within(5, Promise.reject(new Error('its own')), '')).rejects.toThrow('its own');
});

test('progress postpones the timeout, which fires once', async () => {
  let ends = 0;
  const patience = new Patience(0.4, () => ends++);
  const done = patience.wait();
  const signs = setInterval(() => patience.sign(), 50);
  await new Promise((later) => setTimeout(later, 1000));
  expect(ends).toBe(0);
  clearInterval(signs);
  await expect.poll(() => ends, { timeout: 5000 }).toBe(1);
  done();
  await new Promise((later) => setTimeout(later, 600));
  expect(ends).toBe(1);
});

test('without a wait there is no timeout', async () => {
  let ends = 0;
  const patience = new Patience(0.1, () => ends++);
  patience.wait()();
  await new Promise((later) => setTimeout(later, 500));
  expect(ends).toBe(0);
});

describe.runIf(canSeeWork)('programs', () => {
  test('a program that computes makes progress; one that waits or is stopped does not', async () => {
    const [busy, idle, stopped] = ['for (;;);', 'setInterval(() => {}, 500)', 'for (;;);'].map(run);
    process.kill(stopped, 'SIGSTOP');
    const work = [busy, idle, stopped].map(workOf);
    // By then each has started, and only further work counts.
    await new Promise((later) => setTimeout(later, 2000));
    await Promise.all(work.map((works) => works()));
    await new Promise((later) => setTimeout(later, 2000));
    expect(await Promise.all(work.map((works) => works()))).toEqual([true, false, false]);
  });

  test('this process makes progress when it computes', async () => {
    const works = ownWork();
    await works();
    const until = process.cpuUsage().user + 100_000;
    while (process.cpuUsage().user < until);
    expect(await works()).toBe(true);
  });

  test('a program may run while it makes progress, and is killed when it does not', async () => {
    const busy = 'const end = Date.now() + 2500; while (Date.now() < end); console.log(7)';
    const options = { timeout: 1, stalled: 'it stalled' };
    await expect(outputOf(process.execPath, ['-e', busy], options)).resolves.toBe('7\n');
    const stops = 'console.log(1); process.kill(process.pid, "SIGSTOP")';
    await expect(outputOf(process.execPath, ['-e', stops], options)).rejects.toThrow('it stalled');
  });
});
