/** Films in segments: each is cached once complete, and the film is the same however many were cached. */

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  promises as fs,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { framesOf, type Range } from '../../src/core/range.js';
import { parseOutput, probe, SegmentCache } from '../../src/outputs/index.js';
import { segmentsIn } from '../../src/outputs/segments.js';
import { decode, FROM_BT709, testFfmpeg } from './decode.js';
import { HEIGHT, picture, testFolder, WIDTH } from './films.js';
import { film, openSink } from './sink.js';

const folder = testFolder();
const FRAMES = 60;
const pictures = Array.from({ length: FRAMES }, (_, i) => picture(i % 14));
const shape = { width: WIDTH, height: HEIGHT, fps: 12.5, frames: FRAMES };
const cacheAt = (name = 'cache', UNTRAINED_CACHE_SIZE?: string) =>
  SegmentCache.here({ UNTRAINED_CACHE: folder.in(name), UNTRAINED_CACHE_SIZE })!;
const kept = () => readdirSync(folder.in('cache')).filter((name) => !/\.(sha256|beside)$/.test(name));

interface Attempt {
  /** How many of the missing frames are written before the render stops. */
  until?: number;
  cache?: SegmentCache;
  nameOf?: (frames: Range) => string;
  maxSize?: number;
  crf?: number;
}

/** Renders a film, or stops after some frames. Returns the frames that were requested. */
async function attempt(path: string, { until, cache, nameOf = String, ...options }: Attempt = {}) {
  const stopping = new AbortController();
  const requested: number[] = [];
  async function* draw(parts: readonly Range[]) {
    for (const frame of framesOf(parts)) {
      if (requested.length === until) stopping.abort();
      requested.push(frame);
      yield pictures[frame];
    }
  }
  const output = parseOutput(folder.in(path));
  const all = { ...options, cache, nameOf };
  await film(await testFfmpeg(), output, shape, all, draw, stopping.signal).catch((error) => {
    if (!stopping.signal.aborted) throw error;
  });
  return requested;
}

test('segments cover a film, each about two seconds long', () => {
  expect(segmentsIn({ frames: 60, fps: 12.5 })).toEqual([
    [0, 24],
    [25, 49],
    [50, 59],
  ]);
  expect(segmentsIn({ frames: 123, fps: 60 })).toEqual([
    [0, 119],
    [120, 122],
  ]);
  expect(segmentsIn({ frames: 1, fps: 25 })).toEqual([[0, 0]]);
  expect(segmentsIn({ frames: 52, fps: 25 })).toEqual([[0, 51]]); // a rest of fewer than three frames
  expect(segmentsIn({ frames: 53, fps: 25 })).toEqual([
    [0, 49],
    [50, 52],
  ]);
  expect(segmentsIn({ frames: 30, fps: 1 })).toEqual([
    [0, 24],
    [25, 29],
  ]);
});

describe.each(['a.mp4', 'a.webm', 'a.gif', 'a.webp', 'a.mov', '%03d.png'])('%s', (name) => {
  /** Every file of the film. */
  const files = (path: string) =>
    readdirSync(folder.in(path))
      .sort()
      .map((file) => [file, readFileSync(folder.in(path, file)).toString('base64')]);

  test('is the same if it was interrupted repeatedly', async () => {
    await attempt(`whole/${name}`);
    const cache = cacheAt();
    const asked: number[] = [];
    for (let tries = 0; tries < 3; tries++)
      asked.push((await attempt(`parts/${name}`, { cache, until: 55 })).length);
    expect(asked[0]).toBe(56); // the film is stopped when it requests the last one
    expect(asked[1]).toBeLessThan(56); // a segment may still be in progress when the film is stopped
    await attempt(`parts/${name}`, { cache });
    expect(await attempt(`parts/${name}`, { cache })).toEqual([]);
    expect(files('parts')).toEqual(files('whole'));
  });

  test('requests only frames that have changed', async () => {
    const cache = cacheAt();
    await attempt(`first/${name}`, { cache });
    const nameOf = ([first, last]: Range) => `${first}-${last}${last >= 50 ? ' changed' : ''}`;
    await attempt(`second/${name}`, { cache, nameOf });
    expect(await attempt(`second/${name}`, { cache, nameOf: ([a, b]) => `${a}-${b}` })).toEqual(
      Array.from({ length: 10 }, (_, i) => 50 + i),
    );
    expect(files('second')).toEqual(files('first'));
  });
});

test('a budget is met with cached segments, at any quality', async () => {
  const cache = cacheAt();
  await attempt('free.mp4', { cache, maxSize: 1e6 });
  const least = Math.floor(statSync(folder.in('free.mp4')).size / 2);
  expect(await attempt('tight.mp4', { cache, maxSize: least })).toEqual([]); // cached frames serve any budget
  expect(statSync(folder.in('tight.mp4')).size).toBeLessThanOrEqual(least);
  expect(probe(folder.in('tight.mp4')).frames).toBe(FRAMES);
  expect((await attempt('other.mp4', { cache, crf: 30 })).length).toBe(FRAMES);
});

test('joined segments keep their timing at any rate', async () => {
  for (const fps of [12.5, 23.976, 30, 59.94]) {
    const sink = await openSink(await testFfmpeg(), parseOutput(folder.in('film.mp4')), {
      ...shape,
      fps,
      frames: 130,
    });
    for (let i = 0; i < 130; i++) await sink.write(pictures[i % FRAMES]);
    await sink.finish();
    const { frames, duration } = await decode(folder.in('film.mp4'), {
      width: WIDTH,
      height: HEIGHT,
      filter: FROM_BT709,
    });
    expect(frames).toHaveLength(130);
    expect(Math.abs(duration - 130 / fps)).toBeLessThan(0.011);
    expect(probe(folder.in('film.mp4'))).toMatchObject({ frames: 130 });
  }
});

describe('the cache', () => {
  test('evicts the least recently used segments', async () => {
    await attempt('film.mp4', { cache: cacheAt() });
    const [one, two, three] = kept().map((file) => join(folder.in('cache'), file));
    const bytes = [one, two, three].map((file) => statSync(file).size);
    utimesSync(two, 1000, 1000);
    writeFileSync(folder.in('cache', 'of somebody'), 'else');
    await cacheAt('cache', `${bytes[0] + bytes[2]}B`).trim();
    expect(kept().sort()).toEqual(
      [one, three, 'of somebody'].map((file) => file.replace(/.*[/\\]/, '')).sort(),
    );
    expect(await cacheAt().measure()).toMatchObject({ segments: 2, bytes: bytes[0] + bytes[2] });
    await cacheAt().clear();
    expect(readdirSync(folder.in('cache'))).toEqual(['of somebody']);
  });

  test('may be emptied while a film is made from it', async () => {
    const cache = cacheAt();
    await attempt('film.mp4', { cache });
    cache.take = async (key, to) => {
      const taken = await SegmentCache.prototype.take.call(cache, key, to);
      await fs.rm(folder.in('cache', key), { force: true });
      return taken;
    };
    expect(await attempt('again.mp4', { cache })).toEqual([]);
    expect(kept()).toEqual([]);
    expect(readFileSync(folder.in('again.mp4')).equals(readFileSync(folder.in('film.mp4')))).toBe(true);
  });

  test('costs nothing but time if it cannot be written', async () => {
    writeFileSync(folder.in('file'), '');
    const cache = cacheAt('file/cache');
    await attempt('film.mp4', { cache });
    expect(await attempt('film.mp4', { cache })).toHaveLength(FRAMES);
    expect(probe(folder.in('film.mp4')).frames).toBe(FRAMES);
  });

  describe('treats damaged segments as missing:', () => {
    const cut = (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2));
    const flip = (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(path, bytes);
    };
    const replace = (path: string, by: (path: string) => void) => {
      rmSync(path);
      by(path);
    };
    const swap = (a: string, b: string) => {
      renameSync(a, `${a}~`);
      renameSync(b, a);
      renameSync(`${a}~`, b);
    };
    const digest = (path: string) => `${path}.sha256`;

    test.each<[what: string, damaged: number, damage: (a: string, b: string) => void]>([
      ['a segment cut short', 1, cut],
      ['a segment with one bit changed', 1, flip],
      ['a segment overwritten', 1, (a) => writeFileSync(a, 'something else')],
      [
        'a segment overwritten with the same number of bytes',
        1,
        (a) => writeFileSync(a, Buffer.alloc(statSync(a).size)),
      ],
      ['a segment with trailing data', 1, (a) => appendFileSync(a, 'x')],
      ['an empty segment', 1, (a) => truncateSync(a, 0)],
      ["a segment with another's content", 1, (a, b) => copyFileSync(b, a)],
      ['two swapped segments', 2, swap],
      [
        'two swapped segments, with their digests',
        2,
        (a, b) => {
          swap(a, b);
          swap(digest(a), digest(b));
        },
      ],
      ['two swapped digests', 2, (a, b) => swap(digest(a), digest(b))],
      ['a segment without a digest', 1, (a) => rmSync(digest(a))],
      ['an empty digest', 1, (a) => truncateSync(digest(a), 0)],
      ['a digest with one bit changed', 1, (a) => flip(digest(a))],
      [
        'a folder instead of a segment',
        1,
        (a) => replace(a, (path) => mkdirSync(join(path, 'in'), { recursive: true })),
      ],
      ['a folder instead of a digest', 1, (a) => replace(digest(a), (path) => mkdirSync(path))],
      [
        'a link for a segment, to itself as it was',
        1,
        (a) => {
          copyFileSync(a, folder.in('elsewhere'));
          replace(a, (path) => symlinkSync(folder.in('elsewhere'), path));
        },
      ],
      ['a link to nothing', 1, (a) => replace(a, (path) => symlinkSync(folder.in('nothing'), path))],
      ['a link to itself', 1, (a) => replace(a, (path) => symlinkSync(path, path))],
      ['a pipe instead of a segment', 1, (a) => replace(a, (path) => execFileSync('mkfifo', [path]))],
      ['a pipe instead of a digest', 1, (a) => replace(digest(a), (path) => execFileSync('mkfifo', [path]))],
      ['a segment that may not be read', 1, (a) => chmodSync(a, 0)],
    ])('%s', async (what, count, damage) => {
      await attempt('whole.mp4', { cache: cacheAt() });
      const [one, two] = kept().map((name) => join(folder.in('cache'), name));
      damage(one, two);
      // Root can read it anyway.
      const damaged = what.includes('may not be read') && process.getuid?.() === 0 ? 0 : count;
      const cache = cacheAt();
      const asked = await attempt('again.mp4', { cache });
      expect(cache.damaged).toBe(damaged);
      expect(asked.length > 0).toBe(damaged > 0);
      expect(asked.length).toBeLessThan(FRAMES); // the last of the three is intact
      expect(readFileSync(folder.in('again.mp4')).equals(readFileSync(folder.in('whole.mp4')))).toBe(true);
      const after = cacheAt();
      expect(await attempt('after.mp4', { cache: after })).toEqual([]); // redrawn segments are cached again
      expect(after.damaged).toBe(0);
      if (what.includes('as it was')) expect(existsSync(folder.in('elsewhere'))).toBe(true);
    });

    test('whatever occupies the path of a segment does no harm', async () => {
      await attempt('whole.mp4', { cache: cacheAt() });
      for (const name of kept()) {
        rmSync(folder.in('cache', name));
        replace(folder.in('cache', digest(name)), (path) => mkdirSync(join(path, 'in'), { recursive: true }));
      }
      expect(await attempt('again.mp4', { cache: cacheAt() })).toHaveLength(FRAMES);
      expect(await attempt('again.mp4', { cache: cacheAt() })).toEqual([]);
    });

    test('what is beside segments is deleted with them, and orphans when they are old', async () => {
      await attempt('film.mp4', { cache: cacheAt() });
      const [one, two] = kept();
      const beside = (path: string) => [`${path}.beside`, digest(path)];
      rmSync(folder.in('cache', one));
      rmSync(folder.in('cache', two));
      for (const path of beside(one)) utimesSync(folder.in('cache', path), 1000, 1000);
      await cacheAt().trim();
      for (const path of beside(one)) expect(existsSync(folder.in('cache', path))).toBe(false);
      for (const path of beside(two)) expect(existsSync(folder.in('cache', path))).toBe(true); // may be being written
      await cacheAt().clear();
      expect(readdirSync(folder.in('cache')).sort()).toEqual(beside(two));
    });
  });

  test('has a size', () => {
    expect(() => cacheAt('cache', 'much')).toThrow(
      'UNTRAINED_CACHE_SIZE is "much" but must be a size such as 5GB or 500MB.',
    );
    expect(SegmentCache.here({ UNTRAINED_CACHE: 'off' })).toBeUndefined();
  });
});
