/** A film from a store that loses, cuts and swaps its segments is made again where it must be, and is the same film. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import { join } from '../../src/jobs/join.js';
import { plan } from '../../src/jobs/plan.js';
import { recipeOf } from '../../src/jobs/render.js';
import { segment } from '../../src/jobs/segment.js';
import { SharedStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { type KeyedFiles, openStore } from '../../src/stores/index.js';
import { S3Files } from '../../src/stores/s3.js';
import { testFolder } from '../video/films.js';
import { S3Server } from './s3-server.js';

const folder = testFolder();
let workshop: Workshop;
let server: S3Server;
beforeEach(async () => {
  workshop = new Workshop();
  server = await S3Server.start();
});
afterEach(async () => {
  await workshop.close();
  await server.stop();
});

/** 60 frames, which are three segments. */
const sweep = makeSweep({
  seconds: 4.8,
  fps: 12.5,
  size: [32, 24],
  network: { seed: 1, layers: 3, width: 4, weightScale: tween(0.4, 0.9) },
});
const means = { backend: 'cpu', threads: 1 } as const;

interface Kind {
  open(): Promise<KeyedFiles>;
  lose(key: string): void;
  cut(key: string): void;
  swap(key: string, other: string): void;
}

const at = (key: string) => folder.in('store', key);
const object = (key: string) => server.objects.get(`films/${key}`)!;
const kinds: [string, Kind][] = [
  [
    'a folder',
    {
      open: () => openStore(folder.in('store')),
      lose: (key) => rmSync(at(key)),
      cut: (key) => truncateSync(at(key), 100),
      swap(key, other) {
        renameSync(at(key), folder.in('between'));
        renameSync(at(other), at(key));
        copyFileSync(folder.in('between'), at(other));
      },
    },
  ],
  [
    'S3',
    {
      open: () => S3Files.open('s3://bucket/films', { env: server.env, retryMs: 2 }),
      lose: (key) => server.objects.delete(`films/${key}`),
      cut(key) {
        object(key).bytes = object(key).bytes.subarray(0, 100);
      },
      swap(key, other) {
        const both = [object(key), object(other)];
        server.objects.set(`films/${other}`, both[0]).set(`films/${key}`, both[1]);
      },
    },
  ],
];

describe.each(kinds)('%s', (_, kind) => {
  test('that is damaged again and again', async () => {
    const source = { kind: 'sweep', sweep } as const;
    const request = { source, outputs: [{ path: folder.in('film.mp4') }], recipe: recipeOf(source) };
    await makeFilm(request, workshop, means);
    const whole = readFileSync(folder.in('film.mp4'));
    rmSync(folder.in('film.mp4'));

    const job = await plan(request, workshop, means);
    const files = await kind.open();
    try {
      const store = new SharedStore(job, files, means, await workshop.ffmpeg({}));
      let drawn = 0;
      const make = async () => {
        for (const i of job.segments.keys())
          await segment(job, i, store, workshop, { ...means, onFrame: () => drawn++ });
      };
      await make();
      expect(drawn).toBe(60);
      const keys = job.segments.map(({ parts: [{ keys }] }) => keys[0]);
      const damages: [frames: number, damage: () => void][] = [
        [10, () => kind.lose(keys[2])],
        [25, () => kind.cut(keys[1])],
        [50, () => kind.swap(keys[0], keys[1])],
      ];
      for (const [frames, damage] of damages) {
        damage();
        drawn = 0;
        // Each join finds one damaged segment at least, which is made again.
        for (let tries = 0; ; tries++) {
          const error = await join(job, store, workshop, means).then(
            () => undefined,
            (error: Error) => error,
          );
          if (!error) break;
          expect(error.message).toContain('missing from the store');
          expect(existsSync(folder.in('film.mp4'))).toBe(false);
          expect(tries).toBeLessThan(2);
          await make();
        }
        expect(drawn).toBe(frames);
        expect(readFileSync(folder.in('film.mp4')).equals(whole)).toBe(true);
        rmSync(folder.in('film.mp4'));
      }
    } finally {
      await files.close();
    }
  });
});
