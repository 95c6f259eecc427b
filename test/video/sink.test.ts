/**
 * What happens to a film on failure, and that memory does not grow otherwise. If ffmpeg has to misbehave, a shell
 * script stands in for it, or starts it with a limit.
 */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exitCodeOf, RenderError, UsageError } from '../../src/core/errors.js';
import { encodingOf } from '../../src/outputs/encode.js';
import { type Ffmpeg, parseOutput, SegmentEncoder, Workbench } from '../../src/outputs/index.js';
import { listenIn, OWNER } from '../../src/outputs/owner.js';
import { testFfmpeg } from './decode.js';
import { fakeFfmpeg, HEIGHT, noise, picture, render, testFolder, WIDTH } from './films.js';
import { type FrameSink, openSink } from './sink.js';

const folder = testFolder();
const shape = { width: WIDTH, height: HEIGHT, fps: 25 };
const pictures = (n: number) => Array.from({ length: n }, (_, i) => picture(i));

async function open(name: string, frames: number, ffmpeg?: Ffmpeg, options?: Parameters<typeof openSink>[3]) {
  const output = parseOutput(folder.in(name));
  return await openSink(ffmpeg ?? (await testFfmpeg()), output, { ...shape, frames }, options);
}

/** Everything in the test's folder, hidden or not. */
const listing = () => readdirSync(folder.in(), { recursive: true }).map(String).sort();

/** The message with which `act` rejects, with varying parts replaced. @param code - The error's exit code. */
async function failure(act: Promise<unknown>, code = 75): Promise<string> {
  const error = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(RenderError);
  expect(exitCodeOf(error), String(error)).toBe(code);
  const { message } = error as Error;
  expect(message).not.toMatch(/\n/);
  return message.replaceAll(folder.in(), '…');
}

/** Writes pictures until the sink rejects. */
async function writeAll(sink: FrameSink, frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) await sink.write(picture(i % 14));
}

describe('a complete film', () => {
  test('is alone in its folder, which was created for it', async () => {
    const target = folder.in('a', 'b', 'film.mp4');
    const { path, bytes } = await render(target, pictures(3));
    expect(path).toBe(target);
    expect(bytes).toBe(readFileSync(target).length);
    expect(listing()).toEqual(['a', 'a/b', 'a/b/film.mp4']);
  });

  test('replaces an earlier one', async () => {
    const { bytes } = await render(folder.in('film.gif'), pictures(2));
    await expect(render(folder.in('film.gif'), pictures(5))).resolves.not.toMatchObject({ bytes });
    expect(listing()).toEqual(['film.gif']);
  });

  test.each([
    'with space.mp4',
    '-dash.gif',
    '100%d.webm',
    'file:colon.mp4',
    '"quote\'$(touch x).webp',
    'é\u{1F319}.mp4',
    `${'long'.repeat(60)}.mp4`,
  ])('may be called %s', async (name) => {
    await render(folder.in('100%d', name), pictures(2));
    expect(listing()).toEqual(['100%d', `100%d/${name}`]);
  });

  test('a sequence is numbered from 0', async () => {
    await render(folder.in('f', 'moire-%03d.png'), pictures(3));
    expect(listing()).toEqual(['f', 'f/moire-000.png', 'f/moire-001.png', 'f/moire-002.png']);
  });

  test('or from the first frame of a part of a film', async () => {
    const sink = await open('%03d.png', 2, undefined, { firstNumber: 99 });
    await writeAll(sink, 2);
    await sink.finish();
    expect(listing()).toEqual(['099.png', '100.png']);
  });

  test.each(['global', 'per-frame'] as const)(
    'needs no unnecessary runs of ffmpeg: %s palette',
    async (gifPalette) => {
      const log = folder.in('log');
      const { path } = await testFfmpeg();
      const ffmpeg = fakeFfmpeg(folder.in('logging'), `echo "$@" >> "${log}"`, `exec "${path}" "$@"`);
      await render(folder.in('film.gif'), pictures(2), { ffmpeg, gifPalette });
      const runs = readFileSync(log, 'utf8').trim().split('\n');
      // A copy; the palette of all frames; the film, whose frames may have palettes of their own.
      expect(runs).toHaveLength(gifPalette === 'global' ? 3 : 2);
      for (const run of runs) expect(run).toContain('-nostdin');
    },
  );

  test('frames may share memory with a worker', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(WIDTH * HEIGHT * 4));
    shared.set(picture(0));
    await render(folder.in('shared.png'), [shared]);
    await render(folder.in('own.png'), [picture(0)]);
    expect(readFileSync(folder.in('shared.png')).equals(readFileSync(folder.in('own.png')))).toBe(true);
  });

  test('write() may be called without waiting, and its array reused once it resolves', async () => {
    const frame = new Uint8Array(WIDTH * HEIGHT * 4);
    const reused = await open('reused-%d.png', 5);
    for (const sent of pictures(5)) {
      frame.set(sent);
      await reused.write(frame);
    }
    await reused.finish();
    const hasty = await open('hasty-%d.png', 5);
    const writes = pictures(5).map((sent) => hasty.write(sent));
    await hasty.finish();
    await Promise.all(writes);
    for (let i = 0; i < 5; i++) {
      expect(
        readFileSync(folder.in(`reused-${i}.png`)).equals(readFileSync(folder.in(`hasty-${i}.png`))),
      ).toBe(true);
    }
  });
});

describe('refused before the first frame', () => {
  test('a quality out of range', async () => {
    const refusals = [
      open('a/film.mp4', 1, undefined, { crf: 0 }),
      open('a/film.webm', 1, undefined, { crf: 64 }),
      open('a/film.webp', 1, undefined, { webpQuality: Number.NaN }),
    ];
    const messages = await Promise.all(
      refusals.map((refusal) => refusal.catch((error: UsageError) => error.message)),
    );
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "The --crf of an .mp4 is 0 but must be from 1 to 51: try 18.
      The --crf of a .webm is 64 but must be from 0 to 63: try 22.
      The quality of a .webp is NaN but must be from 0 to 100: try 80."
    `);
    expect(listing()).toEqual([]);
  });

  test('an odd size', async () => {
    const ffmpeg = await testFfmpeg();
    const odd = { ...shape, width: 63, frames: 1 };
    await expect(openSink(ffmpeg, parseOutput(folder.in('a', 'film.mp4')), odd)).rejects.toThrow(UsageError);
    expect(listing()).toEqual([]);
  });

  test('a target that is a folder', async () => {
    mkdirSync(folder.in('film.mp4'));
    await expect(open('film.mp4', 1)).rejects.toThrow(UsageError);
  });

  test('a folder that is a file', async () => {
    writeFileSync(folder.in('file'), '');
    expect(await failure(open('file/film.mp4', 1), 1)).toMatchInlineSnapshot(
      `""…/file/film.mp4" cannot be written because part of its path is a file, not a folder (EEXIST): write it somewhere else."`,
    );
    expect(await failure(open('file/folder/film.mp4', 1), 1)).toMatchInlineSnapshot(
      `""…/file/folder/film.mp4" cannot be written because part of its path is a file, not a folder (ENOTDIR): write it somewhere else."`,
    );
  });

  test.runIf(process.platform === 'linux')('a read-only location', async () => {
    const sink = openSink(await testFfmpeg(), parseOutput('/proc/films/film.mp4'), { ...shape, frames: 1 });
    expect(await failure(sink)).toMatchInlineSnapshot(
      `""/proc/films/film.mp4" cannot be written because the folder does not exist and cannot be created (ENOENT): write it somewhere else."`,
    );
  });

  test('a name that is too long', async () => {
    expect(await failure(open(`${'long'.repeat(80)}/film.mp4`, 1), 1)).toContain(
      'because the name is too long',
    );
  });

  test('an ffmpeg that cannot be started', async () => {
    const absent: Ffmpeg = { path: folder.in('absent'), version: 'none', source: '--ffmpeg' };
    expect(await failure(open('a/film.mp4', 1, absent))).toMatchInlineSnapshot(
      `"ffmpeg could not be started (spawn …/absent ENOENT): choose another with --ffmpeg."`,
    );
    expect(listing()).toEqual([]);
  });
});

describe('misuse by the caller', () => {
  test('is reported as such, in every state', async () => {
    const output = parseOutput(folder.in('film.mp4'));
    const film = { ...shape, frames: 2 };
    const bench = await Workbench.beside(output, { ffmpeg: await testFfmpeg(), frames: 2 });
    const [take] = encodingOf(output, film).takes;
    const encoder = new SegmentEncoder(bench, film, [{ take, file: '0.video' }], 2, undefined);
    await expect(encoder.write(picture(0))).rejects.toThrow('the segment is pending, not started');
    await encoder.start();
    await expect(encoder.start()).rejects.toThrow('the segment is started, not pending');
    await expect(encoder.write(new Uint8Array(5))).rejects.toThrow(
      /a frame of 5 bytes.*64x48 pixels take 12288/,
    );
    await encoder.write(picture(0));
    await encoder.write(picture(1));
    await expect(encoder.write(picture(2))).rejects.toThrow(/more than 2 frames/);
    const finishing = encoder.finish();
    expect(encoder.state).toBe('finalizing');
    await finishing;
    expect(encoder.state).toBe('finalized');
    await expect(encoder.write(picture(2))).rejects.toThrow('the segment is finalized, not started');
    await encoder.cancel();
    expect([encoder.state, existsSync(bench.path('0.video'))]).toEqual(['finalized', true]);
    await bench.close();
    expect(listing()).toEqual([]);
  });

  test('a cancelled segment leaves no file, in any state', async () => {
    const output = parseOutput(folder.in('film.mp4'));
    const film = { ...shape, frames: 2 };
    const bench = await Workbench.beside(output, { ffmpeg: await testFfmpeg(), frames: 2 });
    const [take] = encodingOf(output, film).takes;
    for (const until of ['pending', 'starting', 'started', 'finalizing']) {
      const encoder = new SegmentEncoder(bench, film, [{ take, file: '0.video' }], 2, undefined);
      const starting = until === 'pending' ? undefined : encoder.start();
      if (until === 'starting') starting!.catch(() => {});
      else await starting;
      if (until === 'finalizing') for (const i of [0, 1]) await encoder.write(picture(i));
      const finishing = until === 'finalizing' ? encoder.finish() : undefined;
      finishing?.catch(() => {});
      await encoder.cancel();
      expect(encoder.state).toBe('cancelled');
      if (until === 'starting') await expect(starting).rejects.toThrow(/was stopped/);
      await finishing?.catch((error) => expect(error.message).toMatch(/was stopped/));
      await expect(encoder.write(picture(0))).rejects.toThrow(/was stopped/);
      expect(existsSync(bench.path('0.video')), until).toBe(false);
    }
    await bench.close();
    expect(listing()).toEqual([]);
  });

  test('a film with frames missing gets no name', async () => {
    const sink = await open('film.mp4', 2);
    await sink.write(picture(0));
    await expect(sink.finish()).rejects.toThrow(/1 of 2 frames/);
    await expect(sink.finish()).rejects.toThrow(/1 of 2 frames/);
    expect(listing()).toEqual([]);
  });
});

describe('abort', () => {
  test('leaves nothing, at any time and more than once', async () => {
    const early = await open('new/film.mp4', 3);
    await early.abort();
    await early.abort();
    await expect(early.write(picture(0))).rejects.toThrow(/was stopped/);
    await expect(early.finish()).rejects.toThrow(/was stopped/);
    const midway = await open('new/film.webm', 3);
    await midway.write(picture(0));
    await Promise.all([midway.abort(), midway.abort()]);
    expect(listing()).toEqual([]);
  });

  test('ends a waiting write, and a finish', async () => {
    const deaf = fakeFfmpeg(folder.in('deaf'), 'exec sleep 60');
    const sink = await openSink(deaf, parseOutput(folder.in('film.mp4')), {
      width: 1000,
      height: 1000,
      fps: 1,
      frames: 1,
    });
    const write = sink.write(new Uint8Array(4_000_000));
    const finish = sink.finish();
    await sleep(50);
    await sink.abort();
    await expect(write).rejects.toThrow(/was stopped/);
    await expect(finish).rejects.toThrow(/was stopped/);
    expect(listing()).toEqual(['deaf']);
  });

  test('ends the second run of a GIF with one palette', async () => {
    const { path } = await testFfmpeg();
    // The run that draws the GIF never ends; it says so in a file.
    const ffmpeg = fakeFfmpeg(
      folder.in('slow'),
      `case "$*" in *rawvideo*pipe:1*) touch "${folder.in('drawing')}"; exec sleep 60;; esac`,
      `exec "${path}" "$@"`,
    );
    const sink = await open('film.gif', 2, ffmpeg, { gifPalette: 'global' });
    await writeAll(sink, 2);
    const finish = sink.finish();
    const stopped = expect(finish).rejects.toThrow(/was stopped/);
    while (!existsSync(folder.in('drawing'))) await sleep(20);
    await sink.abort();
    await stopped;
    expect(listing()).toEqual(['drawing', 'slow']);
  });

  test('after finish does nothing', async () => {
    const sink = await open('film.mp4', 1);
    await sink.write(picture(0));
    await sink.finish();
    await sink.abort();
    expect(listing()).toEqual(['film.mp4']);
  });
});

describe('when ffmpeg fails', () => {
  /** An ffmpeg that runs these lines of shell; the rest of its input stays unread. */
  const shell = (...lines: string[]) => fakeFfmpeg(folder.in('ffmpeg'), ...lines);

  async function failureOf(ffmpeg: Ffmpeg, code: number, frames = 200): Promise<string> {
    const film = async () => {
      const sink = await open('film.mp4', frames, ffmpeg);
      await writeAll(sink, frames);
      await sink.finish();
    };
    const message = await failure(film(), code);
    expect(listing()).toEqual(['ffmpeg']);
    return message.replace(/after \d+ of/, 'after N of');
  }

  test('its last messages reach the user, once each', async () => {
    const ffmpeg = shell(
      'echo "a line too many" >&2',
      'echo "news" >&2',
      'echo "more news" >&2',
      'echo "[libx264 @ 0x55d0c8] bad news" >&2',
      'echo "[libx264 @ 0x55d0c8] bad news" >&2',
      'echo "worse" >&2',
      'echo "Conversion failed!" >&2',
      'exit 1',
    );
    expect(await failureOf(ffmpeg, 1)).toMatchInlineSnapshot(
      `"ffmpeg failed with exit code 1 after N of 200 frames of "…/film.mp4": news; more news; bad news; worse. You can choose another ffmpeg with --ffmpeg. (…/ffmpeg, version fake)"`,
    );
  });

  test('a full disk is reported as such', async () => {
    const message = await failureOf(
      shell('echo "Error writing trailer of film.mp4: No space left on device" >&2; exit 1'),
      75,
    );
    expect(message).toMatchInlineSnapshot(
      `"ffmpeg failed with exit code 1 after N of 200 frames of "…/film.mp4": Error writing trailer of film.mp4: No space left on device. The disk is full: free some space, or write to another disk. (…/ffmpeg, version fake)"`,
    );
  });

  test('a missing encoder is reported as such', async () => {
    expect(await failureOf(shell(`echo "Unknown encoder 'libx264'" >&2; exit 1`), 3)).toMatchInlineSnapshot(
      `"ffmpeg failed with exit code 1 after N of 200 frames of "…/film.mp4": Unknown encoder 'libx264'. This ffmpeg was built without what a .mp4 needs: choose another with --ffmpeg. (…/ffmpeg, version fake)"`,
    );
  });

  test('an early exit without an error is detected', async () => {
    expect(await failureOf(shell('exit 0'), 1)).toMatchInlineSnapshot(
      `"ffmpeg stopped reading after N of 200 frames of "…/film.mp4". You can choose another ffmpeg with --ffmpeg. (…/ffmpeg, version fake)"`,
    );
  });

  test('a missing film is detected', async () => {
    expect(await failureOf(shell('cat > /dev/null'), 75, 1)).toMatchInlineSnapshot(
      `"ffmpeg reported success, but the film is missing: most likely the disk is full, so free some space, or write elsewhere."`,
    );
  });

  test('excessive output is harmless', async () => {
    const ffmpeg = shell('i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "line $i" >&2; done; exit 1');
    expect(await failureOf(ffmpeg, 1)).toContain('line 4998; line 4999; line 5000');
  });

  test('if it is killed midway, the message says when and by which signal, and the earlier film stays', async () => {
    await render(folder.in('film.mp4'), pictures(2));
    const before = readFileSync(folder.in('film.mp4'));
    const { path } = await testFfmpeg();
    const ffmpeg = fakeFfmpeg(folder.in('ffmpeg'), `echo $$ > "${folder.in('pid')}"`, `exec "${path}" "$@"`);
    const sink = await open('film.mp4', 1000, ffmpeg);
    await writeAll(sink, 30);
    process.kill(Number(readFileSync(folder.in('pid'), 'utf8')), 'SIGKILL');
    const message = await failure(writeAll(sink, 900));
    expect(
      message.replace(/after \d+ of/, 'after N of').replace(/\(\S*, version.*/, '(…)'),
    ).toMatchInlineSnapshot(
      `"ffmpeg was killed (SIGKILL) after N of 1000 frames of "…/film.mp4". Someone killed it, or memory ran out: run the command again, or make the film smaller with --size. (…)"`,
    );
    expect(Number(/after (\d+) of/.exec(message)?.[1])).toBeGreaterThanOrEqual(30);
    await expect(sink.finish()).rejects.toThrow(/was killed/);
    await sink.abort();
    expect(listing()).toEqual(['ffmpeg', 'film.mp4', 'pid']);
    expect(readFileSync(folder.in('film.mp4')).equals(before)).toBe(true);
  });

  test('if it is killed while its child holds the pipe, write() does not wait for the child', async () => {
    const pid = folder.in('pid');
    const ffmpeg = shell(`sleep 60 <&0 &`, `echo $! $$ > "${pid}"`, 'wait');
    const sink = await openSink(ffmpeg, parseOutput(folder.in('film.mp4')), {
      width: 1000,
      height: 1000,
      fps: 1,
      frames: 1,
    });
    const write = failure(sink.write(new Uint8Array(4_000_000)));
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await sleep(20);
    const [child, own] = readFileSync(pid, 'utf8').split(' ').map(Number);
    process.kill(own, 'SIGKILL');
    expect(await write).toContain('was killed (SIGKILL) after 0 of 1 frames');
    process.kill(child, 'SIGKILL');
  });

  test.each(['film.mp4', 'film.webm', 'film.gif', 'film.webp', 'global.gif'])(
    'with a file size limit, no truncated %s gets its name',
    async (name) => {
      const { path } = await testFfmpeg();
      // 2 KB a file (4 KB where sh is bash), at which writes fail as on a full disk
      const ffmpeg = shell("trap '' XFSZ", 'ulimit -f 4', `exec "${path}" "$@"`);
      const gifPalette = name === 'global.gif' ? 'global' : 'per-frame';
      const film = render(
        folder.in(name),
        Array.from({ length: 12 }, (_, i) => noise(i)),
        { ffmpeg, gifPalette },
      );
      expect(await failure(film, 1)).toMatch(/File too large|cut short/);
      expect(listing()).toEqual(['ffmpeg']);
    },
  );
});

describe('what a killed render leaves', () => {
  /** Renders in a separate process, which is killed (kill -9) after some frames. */
  async function killedRender(name: string): Promise<void> {
    const script = `
      import { createJiti } from 'jiti';
      const jiti = createJiti(process.cwd() + '/', { alias: { '../../src': process.cwd() + '/dist' }, fsCache: false });
      const { findFfmpeg, parseOutput } = await jiti.import('./dist/outputs/index.js');
      const { openSink } = await jiti.import('./test/video/sink.ts');
      const film = { width: 64, height: 48, fps: 25, frames: 100 };
      const sink = await openSink(await findFfmpeg(), parseOutput(process.argv[1]), film);
      for (let i = 0; i < 60; i++) await sink.write(new Uint8Array(64 * 48 * 4).fill(i));
      console.log('midway');
      setInterval(() => {}, 1000);`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder.in(name)], { cwd });
    let said = '';
    child.stderr.on('data', (data) => (said += data));
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', () => reject(new Error(said)));
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  test.each(['film.mp4', 'frame-%d.png'])(
    'does not have its name, and is removed by the next render of %s',
    async (name) => {
      await killedRender(name);
      await render(folder.in('another.gif'), pictures(1)); // another target
      const hidden = listing().filter((path) => !path.includes('/') && path !== 'another.gif');
      expect(hidden).toHaveLength(1);
      expect(hidden[0]).toMatch(/^\..*\.untrained-/);
      const { path } = await render(folder.in(name), pictures(1));
      expect(listing()).toEqual(
        ['another.gif', path.slice(dirname(path).length + 1).replace('%d', '0')].sort(),
      );
    },
  );

  test('is distinguished from a running render', async () => {
    const first = await open('film.mp4', 2);
    const second = await open('film.mp4', 2);
    await writeAll(first, 2);
    await writeAll(second, 2);
    await first.finish();
    await second.finish();
    expect(listing()).toEqual(['film.mp4']);
  });

  test('is recognised even if its process id is in use again', async () => {
    const [host, pid, began] = OWNER.split('-');
    const left = folder.in(`.film.mp4.untrained-${host}-${pid}-${Number(began) - 1}-abcdef`);
    mkdirSync(left);
    await render(folder.in('film.mp4'), pictures(1));
    expect(listing()).toEqual(['film.mp4']);
  });

  test('shows whether its owner is alive, even to processes that cannot see its process id', async () => {
    const [host, pid, began] = OWNER.split('-');
    const other = `${host.slice(0, 6)}ffffff-${pid}-${began}`; // the same machine, another container
    for (const depth of [[], ['a'.repeat(60), 'b'.repeat(60)]]) {
      const at = (name: string) => folder.in(...depth, name);
      const [alive, dead] = ['alive1', 'dead01'].map((random) =>
        at(`.film.mp4.untrained-${other}-${random}`),
      );
      for (const path of [alive, dead]) mkdirSync(path, { recursive: true });
      const leave = await listenIn(alive);
      await killedListener(dead);
      await render(at('film.mp4'), pictures(1));
      expect([existsSync(alive), existsSync(dead)]).toEqual([true, false]);
      await leave();
    }
  });

  /** Leaves the socket of a killed process in a folder. */
  async function killedListener(path: string): Promise<void> {
    const script = `process.chdir(process.argv[1]);
      require('net').createServer().listen('alive', () => process.kill(process.pid, 'SIGKILL'));`;
    const child = spawn(process.execPath, ['-e', script, path]);
    await new Promise((resolve) => child.once('exit', resolve));
    expect(readdirSync(path)).toEqual(['alive']);
  }

  test("of another machine's is kept for a day", async () => {
    const other = folder.in('.film.mp4.untrained-000000-1-abcdef');
    mkdirSync(other);
    await render(folder.in('film.mp4'), pictures(1));
    expect(existsSync(other)).toBe(true);
    execFileSync('touch', ['-d', '2 days ago', other]);
    await render(folder.in('film.mp4'), pictures(1));
    expect(existsSync(other)).toBe(false);
  });
});

test('a slow ffmpeg throttles the render, so that no frames pile up', async () => {
  const [side, frames] = [512, 150]; // 1 MiB a frame, 150 MiB in all
  const bytes = side * side * 4;
  const read = folder.in('read');
  // Reads about 8 MiB per second, and counts the bytes.
  const reader = folder.in('reader.mjs');
  writeFileSync(
    reader,
    `import { openSync, readSync, writeFileSync, writeSync } from 'node:fs';
     const log = openSync(${JSON.stringify(read)}, 'w');
     const chunk = Buffer.alloc(${bytes});
     const pause = new Int32Array(new SharedArrayBuffer(4));
     let total = 0;
     for (;;) {
       const count = readSync(0, chunk);
       if (count === 0) break;
       if (Math.floor((total + count) / ${bytes}) > Math.floor(total / ${bytes})) Atomics.wait(pause, 0, 0, 8);
       total += count;
       writeSync(log, String(total).padStart(12), 0);
     }
     writeFileSync(process.argv.at(-1), 'done');`,
  );
  const ffmpeg = fakeFfmpeg(folder.in('ffmpeg'), `exec "${process.execPath}" "${reader}" "$@"`);
  const film = { width: side, height: side, fps: 100, frames }; // one segment
  const sink = await openSink(ffmpeg, parseOutput(folder.in('film.webm')), film);
  const before = process.memoryUsage();
  let ahead = 0; // the most bytes accepted by write() but not yet read by ffmpeg
  let grown = 0;
  for (let i = 1; i <= frames; i++) {
    await sink.write(new Uint8Array(bytes)); // a new array each time, so that leaks would show
    const seen = existsSync(read) ? Number(readFileSync(read, 'utf8')) : 0;
    ahead = Math.max(ahead, i * bytes - seen);
    grown = Math.max(grown, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  }
  await sink.finish();
  expect(ahead).toBeLessThan(2 * bytes); // the pipe's buffer, and bytes that the reader has not counted yet
  expect(grown).toBeLessThan(60 * bytes); // uncollected garbage; with frames piled up it would be 150
});
