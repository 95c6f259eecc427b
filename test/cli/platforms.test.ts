/** Films made for a platform meet its requirements, according to ffmpeg and to the file's bytes. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { platformNames, platformOf, probe } from '../../src/outputs/index.js';
import { readMp4, testFfmpeg } from '../video/decode.js';
import { inProcess, temporaryFolder } from './untrained.js';

const cwd = temporaryFolder();

test('`untrained platforms` lists every platform, and `places` is a hidden name of it', async () => {
  const listed = await inProcess(['platforms']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  for (const name of platformNames) expect(listed.stdout).toMatch(new RegExp(`^${name} `, 'm'));
  expect(await inProcess(['places'])).toEqual(listed);
  const { stdout } = await inProcess(['places', '--json']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ type, name }) => [type, name])).toEqual(platformNames.map((name) => ['place', name]));
  expect((await inProcess(['--help'])).stdout).not.toContain('places');
});

/** A network that is drawn quickly, because films have the platforms' full sizes and minimum lengths. */
const SCENE = ['render', 'cross-section', '--set', 'layers=2', '--quiet'];

/** What ffmpeg reports about a file's pictures after decoding all of them. */
async function told(path: string): Promise<{ stream: string; frames: number }> {
  const { path: ffmpeg } = await testFfmpeg();
  const args = ['-nostdin', '-hide_banner', '-xerror', '-i', path, '-map', '0:v', '-f', 'null', '-'];
  const said = await new Promise<string>((done, failed) =>
    execFile(ffmpeg, args, (error, _, stderr) => (error ? failed(error) : done(stderr))),
  );
  const [, stream] = /Stream #0:0.*: Video: (.*)/.exec(said)!;
  const counts = [...said.matchAll(/frame=\s*(\d+)/g)];
  return { stream, frames: Number(counts.at(-1)![1]) };
}

test('every platform has its .mp4: size, rate, codec, pixels, index first, closed groups, and length', async () => {
  const seconds = 0.52;
  // Others want another format (posts.test.ts), or four seconds.
  const names = platformNames.filter((name) => platformOf(name).mp4 && name !== 'pinterest');
  const { code, stderr } = await inProcess(
    [
      ...SCENE,
      '--seconds',
      String(seconds),
      '--quality',
      'draft',
      ...names.flatMap((name) => ['--for', name]),
    ],
    { cwd },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const name of names) {
    const path = join(cwd, `renders/cross-section-${name}.mp4`);
    const { size, mp4 } = platformOf(name);
    const [width, height] = size;
    expect(probe(path), name).toMatchObject({
      format: 'mp4',
      codec: 'avc1',
      width,
      height,
      fps: 25,
      frames: 13,
    });
    const { stream, frames } = await told(path);
    expect(stream, name).toMatch(/^h264 \(High\) \(avc1 .*\), yuv420p\(tv, bt709.*\), /);
    expect(stream, name).toContain(` ${width}x${height}`);
    expect(stream, name).toMatch(/, 25 fps, /);
    expect(frames, name).toBe(13);
    const { boxes, colour } = readMp4(path);
    expect(boxes.slice(0, 2), name).toEqual(['ftyp', 'moov']);
    expect(colour, name).toEqual({ type: 'nclx', codes: [1, 1, 1], full: false });
    expect(readFileSync(path, 'latin1'), name).toContain(' open_gop=0 '); // x264 records its settings in the stream
    expect(statSync(path).size, name).toBeLessThanOrEqual(mp4?.bytes?.value ?? Number.POSITIVE_INFINITY);
  }
}, 240_000);

test('platforms that accept GIFs get one within all of their limits', async () => {
  const names = platformNames.filter((name) => platformOf(name).gif);
  const places = names.flatMap((name) => ['--for', name, '--out', `${name}.gif`]);
  const { code, stderr } = await inProcess([...SCENE, '--frames', '0-1', '--gif', 'global', ...places], {
    cwd,
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const name of names) {
    const path = join(cwd, `${name}.gif`);
    const { size, gifSize, gif } = platformOf(name);
    const { width, height, frames, bytes } = probe(path);
    const [most] = gifSize ?? size;
    expect(bytes, name).toBeLessThanOrEqual(gif!.bytes!.value);
    expect(width, name).toBeLessThanOrEqual(most);
    expect(width, name).toBe(height);
    expect(width * height, name).toBeLessThanOrEqual(gif!.framePixels?.value ?? Number.POSITIVE_INFINITY);
    const { stream, frames: shown } = await told(path);
    expect(stream, name).toMatch(new RegExp(`^gif, bgra, ${width}x${height}`));
    expect([frames, shown], name).toEqual([2, 2]);
  }
}, 240_000);
