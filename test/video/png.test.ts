/** Our PNGs follow the standard exactly, and need no ffmpeg. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { parseOutput, probe } from '../../src/outputs/index.js';
import { encodePng as encode } from '../../src/outputs/png.js';
import { noise, picture, testFolder } from './films.js';
import { openSink } from './sink.js';

const folder = testFolder();

interface Png {
  names: string[];
  width: number;
  height: number;
  channels: number;
  filters: Set<number>;
  /** Row by row, one byte per channel. */
  samples: Uint8Array;
}

/** An independent reader: checks every chunk's checksum, and supports all five filters. */
function read(png: Buffer): Png {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const names: string[] = [];
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const name = png.toString('latin1', at + 4, at + 8);
    expect(png.readUInt32BE(at + 8 + length), name).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    names.push(name);
    if (name === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  expect([...png.subarray(24, 29)]).toEqual([8, png[25], 0, 0, 0]);
  const channels = { 2: 3, 6: 4 }[png[25]]!;
  const rows = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  expect(rows.length).toBe((stride + 1) * height);
  const samples = new Uint8Array(stride * height);
  const filters = new Set<number>();
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    filters.add(filter);
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? samples[y * stride + i - channels] : 0;
      const above = y > 0 ? samples[(y - 1) * stride + i] : 0;
      samples[y * stride + i] = rows[y * (stride + 1) + 1 + i] + [0, left, above][filter];
    }
  }
  return { names, width, height, channels, filters, samples };
}

const encodePng = async (...picture: Parameters<typeof encode>) => Buffer.from(await encode(...picture));

const opaque = (rgba: Uint8Array) => rgba.filter((_, at) => at % 4 !== 3);

describe('a PNG', () => {
  test('keeps every byte, at any size, with and without alpha', async () => {
    const side = fc.integer({ min: 1, max: 33 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.boolean(), fc.integer(), async (width, height, alpha, seed) => {
        const smooth = picture(3, width, height);
        const rough = noise(seed, width, height).map((value, at) => (at % 4 === 3 ? at : value));
        for (const rgba of [smooth, rough]) {
          const png = read(await encodePng(rgba, { width, height, alpha }));
          expect(png).toMatchObject({ width, height, channels: alpha ? 4 : 3 });
          expect(Buffer.compare(png.samples, alpha ? rgba : opaque(rgba))).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('declares sRGB and nothing else', async () => {
    const { names } = read(await encodePng(picture(0), { width: 64, height: 48 }));
    expect(names).toEqual(['IHDR', 'sRGB', 'IDAT', 'IEND']);
  });

  test('uses the best filter for each row', async () => {
    const [width, height] = [64, 64];
    const stripes = (by: (x: number, y: number) => number) =>
      Uint8Array.from({ length: 4 * width * height }, (_, at) =>
        by((at >> 2) % width, Math.floor(at / (4 * width))),
      );
    const across = read(
      await encodePng(
        stripes((_, y) => 97 * y),
        { width, height },
      ),
    );
    const down = read(
      await encodePng(
        stripes((x) => 97 * x),
        { width, height },
      ),
    );
    expect([...across.filters]).toEqual([1]); // each pixel as the one before it
    expect([...down.filters]).toEqual([1, 2]); // above the first row there is none
  });
});

/** Runs the command without any ffmpeg on PATH or in node_modules. */
function without(args: string[], cwd: string) {
  const hook = join(cwd, 'no-ffmpeg.cjs');
  writeFileSync(
    hook,
    `const Module = require('module');
     const resolve = Module._resolveFilename;
     Module._resolveFilename = function (name, ...rest) {
       if (/ffmpeg-static|ffmpeg-installer/.test(name)) throw Object.assign(new Error('none'), { code: 'MODULE_NOT_FOUND' });
       return resolve.call(this, name, ...rest);
     };`,
  );
  const env = { ...process.env, PATH: '', FFMPEG_PATH: '', UNTRAINED_CACHE: 'off' };
  const command = ['--require', hook, resolve('dist/cli/main.js'), ...args, '--quiet'];
  return spawnSync(process.execPath, command, { cwd, env, encoding: 'utf8' });
}

describe('without any ffmpeg', () => {
  const SMALL = ['--size', '24x16', '--set', 'layers=2'];

  test('stills, sheets and sequences are made, with their recipes', () => {
    const cwd = folder.in();
    const commands = [
      ['still', 'depth', ...SMALL, '--out', 'still.png'],
      ['sheet', 'depth', ...SMALL, '--seeds', '1-2', '--out', 'sheet.png'],
      ['render', 'depth', ...SMALL, '--frames', '0-2', '--out', 'f-%d.png', '--poster', 'poster.png'],
    ];
    for (const command of commands)
      expect(without(command, cwd), command[0]).toMatchObject({ status: 0, stderr: '', stdout: '' });
    const files = readdirSync(cwd).filter((name) => name.endsWith('.png'));
    expect(files).toEqual(['f-0.png', 'f-1.png', 'f-2.png', 'poster.png', 'sheet.png', 'still.png']);
    for (const file of files) {
      expect(read(readFileSync(join(cwd, file))).names).toEqual(['IHDR', 'sRGB', 'IDAT', 'tEXt', 'IEND']);
      const { format, note } = probe(join(cwd, file));
      expect(format).toBe('png');
      expect(parseRecipe(note!)).toHaveProperty('sweep');
    }
  });

  test.each([['film.mp4'], ['film.gif'], ['film.webm'], ['film.webp'], ['film.mov']])(
    'a %s is refused in one line that says what to install, before anything is drawn',
    (out) => {
      const { status, stderr } = without(['render', 'depth', ...SMALL, '--out', out], folder.in());
      expect(stderr).toBe(
        'untrained: A film needs ffmpeg, but there is none in node_modules or on PATH: install it (run npm install ' +
          'without --omit=optional, or see https://ffmpeg.org/download.html), or specify one with --ffmpeg or FFMPEG_PATH. ' +
          'Stills, sheets and PNG frames do not need it.\n',
      );
      expect(status).toBe(3);
      expect(readdirSync(folder.in())).toEqual(['no-ffmpeg.cjs']);
    },
  );
});

test('a frame that cannot be written ends the film with the reason, and leaves nothing', async () => {
  // With a file size limit of 4 kB, writes fail as on a full disk.
  const script = `
    import { createJiti } from 'jiti';
    const jiti = createJiti(process.cwd() + '/', { alias: { '../../src': process.cwd() + '/dist' }, fsCache: false });
    const { parseOutput } = await jiti.import('./dist/outputs/index.js');
    const { openSink } = await jiti.import('./test/video/sink.ts');
    const film = { width: 64, height: 48, fps: 25, frames: 60 };
    const noise = Uint8Array.from({ length: 64 * 48 * 4 }, () => 256 * Math.random());
    const sink = await openSink(undefined, parseOutput(process.argv[1]), film);
    try {
      for (let i = 0; i < 60; i++) await sink.write(noise);
      await sink.finish();
    } catch (error) {
      console.log(error.message);
    }`;
  const command = `ulimit -f 4; exec "${process.execPath}" --input-type=module -e '${script.replaceAll("'", '"')}' "$1"`;
  for (const name of ['frame-%d.png', 'still.png']) {
    const line = name === 'still.png' ? command.replaceAll('60', '1') : command;
    const said = execFileSync('sh', ['-c', line, 'sh', folder.in(name)], { encoding: 'utf8' });
    expect(said).toBe(
      'Pictures cannot be written because the file is larger than the system allows (EFBIG): free some space, or write elsewhere.\n',
    );
    expect(readdirSync(folder.in())).toEqual([]);
  }
});

test('interrupted writing leaves no pictures', async () => {
  const film = { width: 64, height: 48, fps: 25, frames: 60 };
  const sink = await openSink(undefined, parseOutput(folder.in('%d.png')), film);
  for (let i = 0; i < 20; i++) await sink.write(picture(i));
  const [writing] = [sink.write(picture(20)).catch((error: Error) => error.message), sink.abort()];
  await sink.abort();
  expect([undefined, `The render of "${folder.in('%d.png')}" was stopped.`]).toContain(await writing);
  expect(readdirSync(folder.in())).toEqual([]);
  await expect(openSink(undefined, parseOutput(folder.in('a.mp4')), film)).rejects.toThrow('needs ffmpeg');
});
