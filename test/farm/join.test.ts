/** Films joined from a store: equal to films made alone, whatever the format, and whatever happened to the store. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, promises as fs, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RefusedError, TransientError } from '../../src/core/errors.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { makeFilm } from '../../src/jobs/film.js';
import type { Job, Part } from '../../src/jobs/job.js';
import { IncompleteError, joinPlanned } from '../../src/jobs/join-plan.js';
import { type FilmRequest, type OutputRequest, plan } from '../../src/jobs/plan.js';
import { writePlan } from '../../src/jobs/plan-file.js';
import { recipeOf } from '../../src/jobs/render.js';
import { segment } from '../../src/jobs/segment.js';
import { SharedStore } from '../../src/jobs/store.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { type EncodeOptions, Workbench } from '../../src/outputs/index.js';
import { FolderFiles } from '../../src/stores/folder.js';
import { inProcess } from '../cli/untrained.js';
import { testFfmpeg } from '../video/decode.js';
import { testFolder } from '../video/films.js';

const folder = testFolder();
const means = { backend: 'cpu', threads: 1 } as const;
let workshop: Workshop;
beforeEach(() => {
  workshop = new Workshop();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await workshop.close();
});

interface Film {
  fps?: number;
  frames?: number;
  size?: [number, number];
  encode?: EncodeOptions;
  seed?: number;
}

const requestFor = (
  outputs: (string | OutputRequest)[],
  { fps = 12.5, frames = 28, size = [32, 24], encode, seed = 1 }: Film = {},
  poster?: string,
): FilmRequest => {
  const network = { seed, layers: 3, width: 4, weightScale: tween(0.4, 0.9) };
  const source = { kind: 'sweep', sweep: makeSweep({ seconds: frames / fps, fps, size, network }) } as const;
  return {
    source,
    outputs: outputs
      .map((output) => (typeof output === 'string' ? { path: output } : output))
      .map((output) => ({ ...output, path: folder.in(output.path) })),
    encode,
    recipe: recipeOf(source),
    ...(poster !== undefined && { poster: { path: folder.in(poster), frame: 'last' } }),
  };
};

const store = () => new FolderFiles(folder.in('store'));

/** Makes all segments of a film, the last one first, each as on a machine of its own. */
async function farmed(request: FilmRequest): Promise<Job> {
  const job = await plan(request, workshop, means);
  await make(job);
  return job;
}

async function make(job: Job, segments = [...job.segments.keys()].reverse()): Promise<void> {
  const shared = new SharedStore(job, store(), means, await workshop.ffmpeg({}));
  for (const i of segments) await segment(job, i, shared, workshop, means);
}

const bytesOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
/** All files of the test's folder, except the store, by their names. */
function contents(): Record<string, string> {
  const files = readdirSync(folder.in(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.startsWith(folder.in('store')));
  return Object.fromEntries(files.sort().map((path) => [path, bytesOf(path)]));
}

const failure = async (jobs: Job[]) => {
  const before = contents();
  const error = await joinPlanned(jobs, store(), workshop).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(contents()).toEqual(before); // nothing new, not even a hidden folder
  expect(error).toBeInstanceOf(Error);
  expect(error!.message).not.toContain('\n');
  return error as Error & Partial<IncompleteError>;
};

describe('the joined film is the one made alone', () => {
  const all = ['a.mp4', 'b.webm', 'c.mov', 'd.gif', 'e.webp'];
  const cases: [what: string, outputs: (string | OutputRequest)[], film: Film, poster?: string][] = [
    ['in every format', [...all, 'f/%03d.png'], {}, 'poster.png'],
    ['repeated', ['a.mp4'], { encode: { loops: 3 } }],
    [
      'within sizes',
      [
        { path: 'a.mp4', maxSize: 9000 },
        { path: 'b.mp4', maxSize: 2600 },
        { path: 'c.webm', maxSize: 2000 },
        { path: 'd.gif', maxSize: 15_000 },
        { path: 'e.webp', maxSize: 1900 },
      ],
      {},
    ],
    ['repeated within a size', [{ path: 'a.mp4', maxSize: 8000 }], { encode: { loops: 4 } }],
    ['at 30000/1001 fps', ['a.mp4', 'b.webm', 'd.gif'], { fps: 30_000 / 1001, frames: 63 }],
    ['at 60 fps', ['a.mp4', 'd.gif', 'e.webp'], { fps: 60, frames: 123 }],
    ['at 25 fps, with a short rest', ['a.mp4', 'b.webm'], { fps: 25, frames: 102 }],
    ['of one frame', [...all, 'f.png'], { frames: 1 }, 'poster.png'],
    ['at rest', ['a.mp4', 'd.gif', 'e.webp'], {}],
  ];
  test.each(cases)('%s', async (what, outputs, film, poster) => {
    const request = requestFor(outputs, film, poster);
    if (what === 'at rest' && request.source.kind === 'sweep')
      request.source.sweep = makeSweep({
        seconds: 4.8,
        fps: 12.5,
        size: [32, 24],
        network: { layers: 3, width: 4 },
      });
    await makeFilm(request, workshop, means);
    const alone = contents();
    for (const path of Object.keys(alone)) await fs.rm(path);
    const job = await farmed(request);
    const films: unknown[] = [];
    await joinPlanned([job], store(), workshop, { onFilm: (film) => films.push(film) });
    expect(contents()).toEqual(alone);
    expect(films).toMatchObject([{ frames: job.film.frames, drawn: job.film.frames }]);
  });

  test('in several sizes', async () => {
    const requests = [requestFor(['a.mp4']), requestFor(['b.mp4'], { size: [48, 32] })];
    for (const request of requests) await makeFilm(request, workshop, means);
    const alone = contents();
    for (const path of Object.keys(alone)) await fs.rm(path);
    const jobs: Job[] = [];
    for (const request of requests) jobs.push(await farmed(request));
    await joinPlanned(jobs, store(), workshop);
    expect(contents()).toEqual(alone);
  });
});

describe('a store', () => {
  const pathOf = ({ keys: [key] }: Part) => folder.in('store', key);
  const partOf = (job: Job, i: number, output = 0) =>
    job.segments[i].parts.find((part) => part.output === output)!;
  /** Replaces a segment's file, with a digest that matches. */
  const forge = (part: Part, bytes: Uint8Array) => {
    const digest = createHash('sha256').update(part.keys[0]).update(bytes).digest('hex');
    const before = readFileSync(`${pathOf(part)}.sha256`, 'latin1');
    writeFileSync(pathOf(part), bytes);
    writeFileSync(
      `${pathOf(part)}.sha256`,
      before.replace(/[0-9a-f]{64}/, digest).replace(/ \d+$/, ` ${bytes.length}`),
    );
  };
  /** Segments of 25, 25 and 10 frames. */
  const request = (output = 'a.mp4', film: Film = {}) => requestFor([output], { frames: 60, ...film });

  test('that lacks segments: all are named, and rendering only these is enough', async () => {
    const long = await plan(requestFor(['a.mp4', 'b.gif'], { frames: 226 }), workshop, means);
    await make(long, [1, 2, 6]);
    const error = await failure([long]);
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error.message).toBe(
      `Segments 1, 4-6, 8 and 9 of 9 are missing from ${folder.in('store')}: render what is missing, then join again.`,
    );
    expect(error.missing).toEqual([1, 4, 5, 6, 8, 9]);
  });

  const damages: [how: string, why: RegExp, damage: (job: Job) => unknown][] = [
    ['loses one', /^Segment 2 of 3 is missing from /, (job) => fs.rm(pathOf(partOf(job, 1)))],
    ['truncates one', /does not match its digest/, (job) => fs.truncate(pathOf(partOf(job, 1)), 700)],
    ['empties one', /digest|missing/, (job) => fs.truncate(pathOf(partOf(job, 1)), 0)],
    [
      'changes a bit',
      /does not match its digest/,
      (job) => {
        const bytes = readFileSync(pathOf(partOf(job, 1)));
        bytes[bytes.length >> 1] ^= 4;
        writeFileSync(pathOf(partOf(job, 1)), bytes);
      },
    ],
    [
      'swaps two, with their digests',
      /^Segments 1-3 \(it does not match its digest\)|Segments 2 and 3 \(it does not match its digest\) of 3 in /,
      async (job) => {
        const [a, b] = [pathOf(partOf(job, 1)), pathOf(partOf(job, 2))];
        for (const ending of ['', '.sha256']) {
          await fs.rename(a + ending, `${a}.swap`);
          await fs.rename(b + ending, a + ending);
          await fs.rename(`${a}.swap`, b + ending);
        }
      },
    ],
    [
      'has too few frames under a valid digest',
      /^Segment 2 \(it has 10 frames instead of 25\) of 3 in .* was damaged and has been removed: /,
      (job) => forge(partOf(job, 1), readFileSync(pathOf(partOf(job, 2)))),
    ],
    [
      'has a film of another size under a valid digest',
      /Segment 2 \(it is Video: h264 .* 64x48.* instead of Video: h264 .*32x24/,
      async (job) => {
        const other = await plan(request('other.mp4', { size: [64, 48] }), workshop, means);
        await make(other, [1]);
        forge(partOf(job, 1), readFileSync(pathOf(partOf(other, 1))));
        for (const { keys } of other.segments[1].parts) await fs.rm(folder.in('store', keys[0]));
      },
    ],
    [
      'has a film of another frame rate under a valid digest',
      /Segment 2 \((it is Video|its codec's headers)/,
      async (job) => {
        const other = await plan(request('other.mp4', { fps: 15, frames: 60 }), workshop, means);
        await make(other, [1]);
        forge(partOf(job, 1), readFileSync(pathOf(partOf(other, 1))));
      },
    ],
    [
      'has a truncated file under a valid digest',
      /Segment 2 \(it (cannot be decoded|has)/,
      (job) => forge(partOf(job, 1), readFileSync(pathOf(partOf(job, 1))).subarray(0, 900)),
    ],
    [
      'has damaged pictures under a valid digest',
      /Segment 1 \(it cannot be decoded/,
      (job) => {
        const bytes = readFileSync(pathOf(partOf(job, 0)));
        const at = bytes.indexOf('mdat') + 600;
        forge(partOf(job, 0), bytes.fill(0xff, at, at + 200));
      },
    ],
    [
      'has a playlist instead of a film',
      /Segment 2 \(it cannot be decoded/,
      (job) => {
        const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${pathOf(partOf(job, 0))}\n#EXT-X-ENDLIST\n`;
        forge(partOf(job, 1), Buffer.from(playlist));
      },
    ],
  ];
  /** The digest of the film made alone. */
  let whole: string | undefined;
  const alone = async () => {
    await makeFilm(request('alone.mp4'), workshop, means);
    const digest = bytesOf(folder.in('alone.mp4'));
    await fs.rm(folder.in('alone.mp4'));
    return digest;
  };
  test.each(damages)('that %s', async (_, why, damage) => {
    const job = await farmed(request());
    await damage(job);
    const error = await failure([job]);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(why);
    // What was damaged is gone, so rendering what is missing repairs everything.
    const lacking = [...error.missing!, ...error.damaged!.map(({ segment }) => segment)];
    await make(
      job,
      lacking.map((number) => number - 1),
    );
    await joinPlanned([job], store(), workshop);
    whole ??= await alone();
    expect(contents()).toEqual({ [folder.in('a.mp4')]: whole });
  });

  test.each([
    ['a.webm', 'webm'],
    ['a.mov', 'mov'],
    ['a.gif', 'nut'],
    ['f/%d.png', 'png'],
  ])('that has another film under a valid digest, for %s', async (output) => {
    const job = await farmed(request(output, { frames: 50 }));
    const other = await farmed(request(output, { frames: 50, size: [36, 24] }));
    forge(partOf(job, 1), readFileSync(pathOf(partOf(other, 1))));
    const error = await failure([job]);
    expect(error.message).toMatch(/^Segment 2 \((it is|its picture 0 is not) .*(36x24|32x24)/);
    expect(existsSync(pathOf(partOf(job, 1)))).toBe(false);
  });

  test('that lacks a segment and has damaged ones: one error names all of them', async () => {
    const job = await farmed(request('f/%d.png'));
    await fs.rm(pathOf(partOf(job, 0)));
    await fs.truncate(pathOf(partOf(job, 1)), 1000);
    const bytes = readFileSync(pathOf(partOf(job, 2)));
    forge(partOf(job, 2), bytes.fill(0, 3000, 3010));
    const { message } = await failure([job]);
    expect(message).toBe(
      `Segment 1 of 3 is missing from ${folder.in('store')}, and segments 2 (it does not match its digest) and ` +
        '3 (its picture 3 does not match its checksum) were damaged and have been removed: ' +
        'render what is missing, then join again.',
    );
  });

  test('that fails', async () => {
    const job = await farmed(request());
    const files = store();
    vi.spyOn(files, 'take').mockRejectedValue(new TransientError('The store does not respond.'));
    await expect(joinPlanned([job], files, workshop)).rejects.toThrow('The store does not respond.');
    expect(Object.keys(contents())).toEqual([]);
  });
});

describe('a film that was joined wrongly is not written', () => {
  const { attempt } = Workbench.prototype;
  /** Lets another ffmpeg command run in place of the one that joins. */
  async function joinWith(job: Job, args: string[], file = 'attempt') {
    const { path } = await testFfmpeg();
    vi.spyOn(Workbench.prototype, 'attempt').mockImplementation(async function (this: Workbench, step) {
      const exit = await attempt.call(this, step);
      if (step.outputs.some(({ to }) => to === file)) {
        await promisify(execFile)(
          path,
          ['-y', '-loglevel', 'error', ...args, this.path(`wrong-${job.film.frames}.mp4`)],
          {
            cwd: this.path('.'),
          },
        );
        await fs.rename(this.path(`wrong-${job.film.frames}.mp4`), this.path(file));
      }
      return exit;
    });
    return failure([job]);
  }
  const mp4 = ['-c', 'copy', '-fflags', '+bitexact', '-f', 'mp4'];

  test.each([
    ['a missing frame', ['-i', 'attempt', '-frames:v', '20', ...mp4], /: it has \d\d frames instead of 28\./],
    [
      'a black frame at a joint',
      [
        '-i',
        'attempt',
        '-vf',
        'drawbox=t=fill:color=black:enable=eq(n\\,25)',
        '-c:v',
        'libx264',
        '-qp',
        '1',
        '-f',
        'mp4',
      ],
      /: frame \d+ of 28 is not the one in its segment\./,
    ],
    ['segments in another order', ['-f', 'concat', '-i', 'order.txt', ...mp4], /: frame 0 of 28 is not/],
    [
      'another rate',
      ['-itsscale', '1.04', '-i', 'attempt', ...mp4],
      /: its frame 1 is shown at 0\.083\d s instead of 0\.0800 s\./,
    ],
  ])('%s', async (_, args, why) => {
    const job = await farmed(requestFor(['a.mp4']));
    const { write } = Workbench.prototype;
    vi.spyOn(Workbench.prototype, 'write').mockImplementation(async function (this: Workbench, name, text) {
      if (name === 'video.txt') await write.call(this, 'order.txt', "file '1.video'\nfile '0.video'\n");
      await write.call(this, name, text);
    });
    const error = await joinWith(job, args);
    expect(error.message).toMatch(/^".*a\.mp4" was joined wrongly, so it is not written: /);
    expect(error.message).toMatch(why);
  });
});

describe('the command', () => {
  const planned = async (jobs: Job[], strict = false) => {
    writeFileSync(folder.in('plan.json'), writePlan({ jobs, strict }));
    return ['join', folder.in('plan.json'), '--store', folder.in('store')];
  };
  // The built package plans: a plan is only for the code that planned it.
  const built = async (request: FilmRequest): Promise<Job> => {
    const { plan, segment, SharedStore, Workshop } = await import('../../dist/render.js');
    const { FolderFiles } = await import('../../dist/stores/folder.js');
    const workshop = new Workshop();
    try {
      const job = await plan(request as never, workshop, means);
      const shared = new SharedStore(
        job,
        new FolderFiles(folder.in('store')),
        means,
        await workshop.ffmpeg({}),
      );
      for (const i of job.segments.keys()) await segment(job, i, shared, workshop, means);
      return job as unknown as Job;
    } finally {
      await workshop.close();
    }
  };

  test('joins, and prints what render prints', async () => {
    const request = requestFor(['a.mp4', 'b.gif'], {}, 'poster.png');
    await makeFilm(request, workshop, means);
    const alone = Object.values(contents());
    for (const path of Object.keys(contents())) await fs.rm(path);
    const args = await planned([await built(request)]);
    const outs = ['x.mp4', 'y.gif'].flatMap((name) => ['--out', folder.in(name)]);
    const { code, stdout, stderr } = await inProcess([...args, ...outs, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(result).toMatchObject({ type: 'result', frames: 28, drawn: 28 });
    const paths = result.files.map(({ path }: { path: string }) => path);
    expect(paths).toEqual([folder.in('x.mp4'), folder.in('y.gif'), folder.in('poster.png')]);
    expect(paths.map(bytesOf).sort()).toEqual([...alone].sort());
  });

  test('exits with 75 if segments are missing, and says how to render them', async () => {
    const job = await built(requestFor(['a.mp4']));
    const args = await planned([job]);
    await fs.rm(folder.in('store', job.segments[1].parts[0].keys[0]));
    await fs.truncate(folder.in('store', job.segments[0].parts[0].keys[0]), 10);
    const { code, stdout, stderr } = await inProcess([...args, '--json']);
    const next = `untrained render --plan ${folder.in('plan.json')} --store ${folder.in('store')}`;
    expect(code).toBe(75);
    expect(stderr).toBe(
      `untrained: Segment 2 of 2 is missing from ${folder.in('store')}, and segment 1 (it does not match its digest) ` +
        `was damaged and has been removed: run \`${next}\`, then join again.\n`,
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.find(({ type }) => type === 'incomplete')).toEqual({
      type: 'incomplete',
      segments: 2,
      store: folder.in('store'),
      missing: [2],
      damaged: [{ segment: 1, why: 'it does not match its digest' }],
    });
  });

  test('exits with 3 for a plan of another version or another ffmpeg, and with 2 for wrong options', async () => {
    const job = await built(requestFor(['a.mp4']));
    const run = async (args: string[]) => {
      const { code, stderr } = await inProcess(args);
      return [code, stderr.replaceAll(folder.in(), '…')];
    };
    const pins = { ...job.pins };
    for (const [name, title, value] of [
      ['version', 'Untrained', '0.0.1'],
      ['ffmpeg', 'ffmpeg', '7.0'],
    ] as const) {
      const [code, stderr] = await run(await planned([{ ...job, pins: { ...pins, [name]: value } }]));
      expect(code).toBe(3);
      expect(stderr).toMatch(
        `untrained: The film was planned with ${title} ${value}, but this machine has ${title} ${pins[name]}: `,
      );
    }
    const other = { ...pins, backend: 'gpu', arithmetic: 'none' }; // what drew the frames does not matter
    const args = await planned([{ ...job, pins: other }]);
    expect(await run([...args, '--quiet'])).toEqual([0, '']);
    expect(await run(args.slice(0, 2))).toEqual([
      2,
      'untrained: join needs the store that has the segments: add --store with a folder or s3://bucket/prefix.\n',
    ]);
    expect(await run([...args, '-o', 'x.gif'])).toEqual([
      2,
      'untrained: --out is "x.gif", but the planned output is "…/a.mp4": use the same ending, or plan the film again.\n',
    ]);
    expect(await run([...args, '-o', 'x.mp4', '-o', 'y.mp4'])).toEqual([
      2,
      'untrained: --out is given 2 times, but the plan has 1 output (…/a.mp4): give one for each, in the same order, or none.\n',
    ]);
  });

  test('refuses a film that flashes, with --strict or in a strict plan', async () => {
    const network = { layers: 2, width: 3, weightScale: tween(0, 40) };
    const source = { kind: 'sweep', sweep: makeSweep({ seconds: 2, size: [32, 24], network }) } as const;
    const request = { source, outputs: [{ path: folder.in('a.mp4') }] };
    const warnings: string[] = [];
    await makeFilm(request, workshop, { ...means, onWarning: (warning) => warnings.push(warning) });
    const flashes = warnings.some((warning) => /flashes/.test(warning));
    await fs.rm(folder.in('a.mp4'));
    const job = await built(request);
    const { code, stderr } = await inProcess([...(await planned([job], true))]);
    if (flashes)
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/flashes.*--strict/) });
    expect(existsSync(folder.in('a.mp4'))).toBe(!flashes);
  });

  test('leaves nothing when it is stopped', async () => {
    const job = await farmed(requestFor(['a.mp4', 'b.gif']));
    for (const step of [/checking segment 2/, /joining/, /checking .*a\.mp4/]) {
      const stop = new AbortController();
      const onStage = (doing: string) => {
        if (step.test(doing)) stop.abort(new Error('Enough.'));
      };
      await expect(joinPlanned([job], store(), workshop, { signal: stop.signal, onStage })).rejects.toThrow(
        'Enough.',
      );
      expect(Object.keys(contents()).filter((path) => !/\.gif$/.test(path))).toEqual([]);
    }
  });
});

test('a plan of another version is refused', async () => {
  const job = await farmed(requestFor(['a.mp4'], { frames: 3 }));
  const other = { ...job, pins: { ...job.pins, code: 'another' } };
  await expect(joinPlanned([other], store(), workshop)).rejects.toThrow(RefusedError);
});
