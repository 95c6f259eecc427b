/** ffmpeg's stdout reaches the step's `read`, completely or not at all. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startFfmpeg } from '../../src/outputs/run.js';
import { fakeFfmpeg, testFolder } from './films.js';

const folder = testFolder();

/** Runs a shell script as ffmpeg, and passes its stdout to `read`. */
function start(script: string, read: (bytes: Uint8Array) => Promise<void>) {
  const step = { inputs: [], outputs: [{ options: [], to: 'pipe:1' }], read };
  return startFfmpeg(fakeFfmpeg(folder.in('ffmpeg'), script), step, folder.in());
}

describe("reading ffmpeg's output", () => {
  test('gets everything in order, even if ffmpeg exited long before', async () => {
    const pieces: Uint8Array[] = [];
    const run = await start('seq 1 20000', async (bytes) => {
      pieces.push(Uint8Array.from(bytes));
      await sleep(400);
    });
    run.end();
    expect(await run.exit).toMatchObject({ code: 0, error: undefined });
    const expected = Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join('');
    expect(Buffer.concat(pieces).toString() === expected).toBe(true); // too long to print
    expect(pieces.length).toBeGreaterThan(1);
  });

  test('ends ffmpeg when it fails, and reports why', async () => {
    const run = await start('while :; do echo more; done', () => Promise.reject(new Error('no room')));
    run.end();
    expect(await run.exit).toMatchObject({ signal: 'SIGKILL', error: new Error('no room') });
  });

  test('fails the run even if ffmpeg succeeded', async () => {
    const run = await start('echo all', async () => {
      await sleep(300);
      throw new Error('no room');
    });
    run.end();
    const { code, error } = await run.exit;
    expect(code).not.toBe(0);
    expect(error?.message).toBe('no room');
  });

  test('ends with a kill', async () => {
    let calls = 0;
    const run = await start('while :; do echo more; done', async () => {
      calls++;
      await sleep(1);
    });
    while (calls < 3) await sleep(5);
    run.kill();
    expect(await run.exit).toMatchObject({ code: null, signal: 'SIGKILL', error: undefined });
  });
});
