/**
 * Hardware encoders. Machines that run these tests have none, so an ffmpeg is wrapped in a shell script that lists them
 * and gives their work to x264; refusals are those of the real ffmpeg.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RefusedError, UsageError } from '../../src/core/errors.js';
import { sweep as makeSweep } from '../../src/core/sweep/sweep.js';
import { keyframes, tween } from '../../src/core/sweep/track.js';
import { readJob, writeJob } from '../../src/jobs/job.js';
import { plan } from '../../src/jobs/plan.js';
import { renderFilm } from '../../src/jobs/render.js';
import { Workshop } from '../../src/jobs/workshop.js';
import { allHardware, findHardware, parseOutput, probe } from '../../src/outputs/index.js';
import { inProcess } from '../cli/untrained.js';
import { decode, FROM_BT709, testFfmpeg } from './decode.js';
import { difference, fakeFfmpeg, testFolder } from './films.js';

const folder = testFolder();
let real: Awaited<ReturnType<typeof testFfmpeg>>;
beforeAll(async () => {
  real = await testFfmpeg();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const shape = { width: 64, height: 48, fps: 25, frames: 1 };
const output = parseOutput('film.mp4');

/**
 * An ffmpeg with hardware encoders, which appends the arguments of each run that uses one to the file "log".
 * @param encoders - ffmpeg's names of them. @param fault - Shell commands for a run that uses one.
 */
function withEncoders(encoders: string[], fault = '') {
  return fakeFfmpeg(
    folder.in('ffmpeg'),
    `real='${real.path}'`,
    'case " $* " in',
    '*" -version "*) exec "$real" -version ;;',
    `*" -encoders "*) "$real" -hide_banner -encoders | grep -vE 'h264_(vaapi|nvenc|qsv|videotoolbox)'`,
    ...encoders.map((name) => `echo " V..... ${name} H.264 in hardware (codec h264)"`),
    'exit ;;',
    `*" h264_"*) echo "$*" >>'${folder.in('log')}'; ${fault || ':'} ;;`,
    '*) exec "$real" "$@" ;;',
    'esac',
    'skip=',
    'for word; do',
    '  shift',
    '  if [ "$skip" ]; then skip=; continue; fi',
    '  case $word in',
    '  h264_nvenc|h264_qsv|h264_vaapi|h264_videotoolbox) set -- "$@" libx264 -threads 1 ;;',
    '  -cq|-qp|-global_quality) set -- "$@" -crf ;;',
    '  -q:v) set -- "$@" -crf 18; skip=1 ;;',
    '  -vaapi_device|-rc|-b:v|-spatial-aq) skip=1 ;;',
    '  *,hwupload) set -- "$@" "$(echo "$word" | sed s/,hwupload//)" ;;',
    '  *) set -- "$@" "$word" ;;',
    '  esac',
    'done',
    'exec "$real" "$@"',
  );
}

const log = () => readFileSync(folder.in('log'), 'utf8').trim().split('\n');
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it was not refused'),
    (error: Error) => error,
  );

// Windows runs no shell scripts as programs.
describe.skipIf(process.platform === 'win32')('hardware encoders that work', () => {
  test.each([
    ['h264_videotoolbox', 'VideoToolbox', '-q:v 66'],
    ['h264_nvenc', 'NVENC', '-cq 18'],
    ['h264_qsv', 'Quick Sync', '-global_quality 18'],
  ])('%s', async (codec, title, quality) => {
    const ffmpeg = withEncoders([codec]);
    const { name } = await findHardware('hardware', ffmpeg, output, shape, {});
    expect(log()).toHaveLength(1); // it alone was tried
    expect(log()[0]).toContain(quality);
    const found = await allHardware(ffmpeg);
    expect(found.filter(({ problem }) => !problem)).toEqual([{ name, title }]);
    expect(found.filter(({ problem }) => problem === 'not in this ffmpeg')).toHaveLength(3);
  });

  test('h264_vaapi, on the first device that can', async () => {
    mkdirSync(folder.in('dri'));
    for (const name of ['card0', 'renderD128', 'renderD129']) writeFileSync(folder.in('dri', name), '');
    const fails = 'case "$*" in *renderD128*) echo "[vaapi @ 0x1] No VA display found" >&2; exit 1 ;; esac';
    const ffmpeg = withEncoders(['h264_vaapi'], fails);
    const found = await findHardware('vaapi', ffmpeg, output, shape, {}, { devices: folder.in('dri') });
    expect(found).toEqual({ name: 'vaapi', device: folder.in('dri', 'renderD129') });
    expect(log()[1]).toMatch(/format=nv12,hwupload .*-vaapi_device \S+renderD129 .*-qp 18/);
  });

  test('the first of several is chosen, or the one that is named', async () => {
    const ffmpeg = withEncoders(['h264_qsv', 'h264_nvenc']);
    expect(await findHardware('hardware', ffmpeg, output, shape, {})).toEqual({ name: 'nvenc' });
    expect(await findHardware('qsv', ffmpeg, output, shape, {})).toEqual({ name: 'qsv' });
  });
});

describe.skipIf(process.platform === 'win32')('a hardware encoder is refused', () => {
  test.each([
    [
      'that fails',
      'echo "[h264_nvenc @ 0x5] OpenEncodeSessionEx failed: out of memory (10)" >&2; exit 1',
      'trial failed (OpenEncodeSessionEx failed: out of memory (10))',
    ],
    [
      'whose driver is missing',
      'echo "[h264_nvenc @ 0x5] Cannot load libcuda.so.1" >&2; exit 1',
      'no driver (Cannot load libcuda.so.1)',
    ],
    ['that says nothing', 'exit 3', 'trial failed (ffmpeg failed with exit code 3)'],
    ['that never answers', 'exec sleep 60', 'trial failed: it did not respond for 0.2 s'],
    [
      'that loses frames',
      'set -- -y -f rawvideo -pix_fmt rgb0 -video_size 64x48 -i pipe:0 -frames:v 2 -c:v libx264 -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -pix_fmt yuv420p -f mp4 trial.mp4',
      'trial failed: it has 2 frames instead of 3',
    ],
    [
      'of another size',
      'for word; do shift; case $word in *format=yuv420p) word="$word,pad=64:64" ;; esac; set -- "$@" "$word"; done',
      'trial failed: its picture is 64x64 instead of 64x48',
    ],
    [
      'of other colours',
      'for word; do shift; case $word in *out_color_matrix=bt709*) word=format=yuv420p ;; esac; set -- "$@" "$word"; done',
      /^trial failed: [YUV] is \d+ instead of \d+ in frame 0$/,
    ],
    [
      'that mirrors pictures',
      'for word; do shift; case $word in *format=yuv420p) word="$word,hflip" ;; esac; set -- "$@" "$word"; done',
      /^trial failed: Y is \d+ instead of \d+ in frame 0$/,
    ],
    [
      'without tags',
      'for word; do shift; case $word in bt709) word=smpte170m ;; h264_metadata*) word=null ;; esac; set -- "$@" "$word"; done',
      /^trial failed: it is yuv420p\(tv, smpte170m[^)]*\) instead of yuv420p\(tv, bt709\)$/,
    ],
  ])('%s', async (_, fault, problem) => {
    const ffmpeg = withEncoders(['h264_nvenc'], fault);
    const seconds = fault.includes('sleep') ? 0.2 : 20;
    const error = await refusal(findHardware('nvenc', ffmpeg, output, shape, {}, { seconds }));
    expect(error).toBeInstanceOf(RefusedError);
    const [, said] =
      /^"film\.mp4" cannot be encoded in hardware here \(NVENC: (.*)\)\. Leave out --encoder/.exec(
        error.message,
      )!;
    expect(said).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });
});

describe.skipIf(process.platform === 'win32')('a film of a hardware encoder', () => {
  /** 60 frames, which are three segments. */
  const sweep = makeSweep({
    seconds: 4.8,
    fps: 12.5,
    size: [64, 48],
    network: { seed: 1, layers: 3, width: 4, weightScale: tween(0.4, 0.9) },
    view: {
      halfWidth: keyframes([
        [0, 1],
        [4.8, 3],
      ]),
    },
  });
  const means = () => ({ backend: 'cpu', threads: 1, ffmpeg: folder.in('ffmpeg') }) as const;
  const framesOf = async (name: string) =>
    (await decode(folder.in(name), { width: 64, height: 48, filter: FROM_BT709 })).frames;

  test('has the frames and tags of one by x264, in segments that are joined and never cached', async () => {
    withEncoders(['h264_nvenc']);
    vi.stubEnv('UNTRAINED_CACHE', folder.in('cache'));
    const make = (name: string, options: object) =>
      renderFilm(sweep, { ...means(), cache: true, outputs: [folder.in(name)], ...options });
    const made = await make('nvenc.mp4', { encoder: 'hardware' });
    expect(made.files).toMatchObject([{ encoder: 'nvenc' }]);
    expect(log()).toHaveLength(1 + 3); // the trial and the segments
    const cached = () =>
      existsSync(folder.in('cache'))
        ? readdirSync(folder.in('cache')).filter((name) => /^\w{40}$/.test(name))
        : [];
    expect(cached()).toEqual([]);

    const software = await make('x264.mp4', {});
    expect(software.drawn).toBe(60); // none was taken from the other film
    expect(software.files[0].encoder).toBeUndefined();
    expect(cached()).toHaveLength(3);
    const again = await make('again.mp4', { encoder: 'nvenc' });
    expect(again.drawn).toBe(60);
    expect(log()).toHaveLength(2 * (1 + 3));
    expect(cached()).toHaveLength(3);

    const [ours, theirs] = await Promise.all([framesOf('nvenc.mp4'), framesOf('x264.mp4')]);
    expect(ours).toHaveLength(60);
    for (const [i, frame] of ours.entries())
      expect(difference(frame, theirs[i]), `frame ${i}`).toBeLessThan(4);
    const [a, b] = ['nvenc.mp4', 'x264.mp4'].map((name) => probe(folder.in(name)));
    expect({ ...a, bytes: 0, note: '' }).toEqual({ ...b, bytes: 0, note: '' });
  });

  test('fits a size limit and is repeated, and other formats beside it are not affected', async () => {
    withEncoders(['h264_qsv']);
    const outputs = [{ path: folder.in('film.mp4'), maxSize: 3500 }, folder.in('film.gif')];
    const options = { frames: [0, 30] as [number, number], loops: 1, encoder: 'qsv' as const };
    const { files } = await renderFilm(sweep, { ...means(), outputs, ...options });
    expect(files[0]).toMatchObject({
      encoder: 'qsv',
      chose: expect.stringMatching(/^global_quality \d+ to fit$/),
    });
    expect(files[0].bytes).toBeLessThanOrEqual(3500);
    expect(files[1].encoder).toBeUndefined();
    const [film] = files;
    expect(await framesOf('film.mp4')).toHaveLength(31);
    expect(film.path).toBe(folder.in('film.mp4'));

    const repeated = { outputs: [folder.in('twice.mp4')], ...options, loops: 2 };
    await renderFilm(sweep, { ...means(), ...repeated });
    expect(await framesOf('twice.mp4')).toHaveLength(62);
  });

  test('is named in the result, for people and for programs', async () => {
    const { path } = withEncoders(['h264_nvenc']);
    writeFileSync(folder.in('small.ts'), SMALL);
    const words = [
      'render',
      folder.in('small.ts'),
      '--ffmpeg',
      path,
      '--threads',
      '1',
      '--encoder',
      'hardware',
    ];
    const said = await inProcess([...words, '--out', folder.in('a.mp4')]);
    expect(said.stderr).not.toContain('untrained:');
    expect(said.stdout).toMatch(/a\.mp4 {2}\d+ kB {2}\(NVENC\)\n/);
    const json = await inProcess([...words, '--json', '--out', folder.in('b.mp4')]);
    expect(JSON.parse(json.stdout.trim().split('\n').at(-1)!).files).toMatchObject([{ encoder: 'nvenc' }]);
    const none = await inProcess([...words, '--out', folder.in('c.gif')]);
    expect(none.stderr).toMatch(
      /^untrained: --encoder hardware applies only to \.mp4, and no output has .*\n$/,
    );
    expect(none.code).toBe(2);
  });

  test('is never shared', async () => {
    const { path } = withEncoders(['h264_nvenc']);
    const source = { kind: 'sweep', sweep } as const;
    const request = { source, outputs: [{ path: folder.in('film.mp4') }] };
    const workshop = new Workshop();
    try {
      const error = await refusal(plan({ ...request, encode: { encoder: 'hardware' } }, workshop, means()));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toMatch(/^--encoder hardware gives other bytes on every machine, .*leave it out/);
      // A plan cannot ask for it, either.
      const job = await plan(request, workshop, means());
      const [output] = job.outputs;
      const changed = {
        ...job,
        outputs: [{ ...output, options: { ...output.options, hardware: { name: 'nvenc' } } }],
      };
      expect(() => readJob(writeJob(job))).not.toThrow();
      expect(() => readJob(writeJob(changed as typeof job))).toThrow(UsageError);
    } finally {
      await workshop.close();
    }
    const out = ['--out', folder.in('film.mp4'), '--ffmpeg', path, '--encoder', 'hardware'];
    for (const args of [
      ['plan', 'depth', ...out],
      ['render', '--plan', folder.in('plan.json'), '--store', folder.in('store'), '--encoder', 'nvenc'],
      ['render', 'depth', '--queue', 'redis://127.0.0.1:1', ...out],
    ]) {
      const { code, stderr } = await inProcess(args);
      expect(stderr, args.join(' ')).toMatch(/^untrained: .*--encoder\P{C}*\n$/u);
      expect(code).toBe(2);
    }
    expect(existsSync(folder.in('log'))).toBe(false);
  });

  test('doctor lists the encoders that work, and why others do not', async () => {
    const { path } = withEncoders(
      ['h264_nvenc', 'h264_qsv'],
      'case $* in *h264_qsv*) echo No such device >&2; exit 1; esac',
    );
    const { code, stdout } = await inProcess(['doctor', '--json', '--ffmpeg', path]);
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings.find(({ what }) => what === 'encoders')).toEqual({
      type: 'finding',
      what: 'encoders',
      found: true,
      text: 'NVENC, for --encoder hardware',
      details: [
        'VideoToolbox: not in this ffmpeg',
        'Quick Sync: no device (No such device)',
        'VA-API: not in this ffmpeg',
      ],
      encoders: [
        { name: 'videotoolbox', title: 'VideoToolbox', problem: 'not in this ffmpeg' },
        { name: 'nvenc', title: 'NVENC' },
        { name: 'qsv', title: 'Quick Sync', problem: 'no device (No such device)' },
        { name: 'vaapi', title: 'VA-API', problem: 'not in this ffmpeg' },
      ],
    });
    expect(code).toBe(0);
  });
});

/** Every ffmpeg that these tests may run with: without NVIDIA's driver and VA-API's devices, nothing works. */
test('the real ffmpeg is refused where there is no device', async () => {
  mkdirSync(folder.in('dri'));
  const none = await allHardware(real, { devices: folder.in('dri') });
  const vaapi = none.find(({ name }) => name === 'vaapi')!;
  expect(vaapi.problem).toMatch(/^(not in this ffmpeg|no device \(there is no \S+\/renderD\*\))$/);

  writeFileSync(folder.in('dri', 'renderD128'), ''); // a file is no device
  const error = await refusal(findHardware('vaapi', real, output, shape, {}, { devices: folder.in('dri') }));
  expect(error).toBeInstanceOf(RefusedError);
  expect(error.message).toMatch(
    /cannot be encoded in hardware here \(VA-API: (not in this ffmpeg|no (device|driver) \(.+\))\)\. /,
  );
  expect(error.message).not.toMatch(/\n/);
  expect(readdirSync(folder.in()).sort()).toEqual(['dri']);
});

const SMALL = `
import { sweep } from 'untrained';
export default sweep({ seconds: 0.4, fps: 25, size: [64, 48], network: { seed: 1, layers: 2, width: 4 } });
`;
