/**
 * Finds out which hardware encoders work: whether ffmpeg was built with them, whether there is a device, and whether a
 * short trial film has the right size, frames, colours and tags. A driver can fail in any of these ways, or hang.
 */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StopSignal } from '../core/ambient.js';
import { RefusedError } from '../core/errors.js';
import { BT709, frameBytes } from '../core/frame/pixels.js';
import { encodingOf, segmentStep } from './encode.js';
import { encodersIn } from './encoders.js';
import type { Ffmpeg } from './ffmpeg.js';
import type { EncodeOptions, FilmShape, Output } from './formats/format.js';
import {
  type EncoderChoice,
  type Hardware,
  type HardwareName,
  hardwareEncoders,
  hardwareNames,
} from './formats/hardware.js';
import { probe } from './probe.js';
import { type Exit, type Step, startFfmpeg } from './run.js';

/** A hardware encoder, and why it cannot be used, if it cannot. */
export interface HardwareFinding {
  name: HardwareName;
  title: string;
  /** VA-API's device. */
  device?: string;
  /** One short line. */
  problem?: string;
}

/** How encoders are tried. */
export interface TrialOptions {
  /** How long each program may take, in seconds: some drivers never answer. Defaults to 20. */
  seconds?: number | undefined;
  signal?: StopSignal | undefined;
  /** Where VA-API's devices are. */
  devices?: string;
}

/** A machine with many GPUs takes seconds to wake them all. */
const SECONDS = 20;

const DEVICES = '/dev/dri';

/**
 * The encoder for a film. Each is tried with a film of this shape.
 * @param choice - `hardware`, for the first that works, or one of them.
 * @throws RefusedError that says why each cannot be used.
 */
export async function findHardware(
  choice: Exclude<EncoderChoice, 'software'>,
  ffmpeg: Ffmpeg,
  output: Output,
  film: FilmShape,
  options: EncodeOptions,
  trial: TrialOptions = {},
): Promise<Hardware> {
  const names = choice === 'hardware' ? hardwareNames : [choice];
  const found: HardwareFinding[] = [];
  for await (const finding of tryHardware(names, ffmpeg, film, options, trial)) {
    const { name, device, problem } = finding;
    if (problem === undefined) return { name, ...(device !== undefined && { device }) };
    found.push(finding);
  }
  const all = found.map(({ title, problem }) => `${title}: ${problem}`).join('; ');
  throw new RefusedError(
    `"${output.path}" cannot be encoded in hardware here (${all}). Leave out --encoder to encode it with x264, or ` +
      `choose another ffmpeg with --ffmpeg. (${ffmpeg.path}, version ${ffmpeg.version})`,
  );
}

/** All hardware encoders, tried with a small film. */
export async function allHardware(ffmpeg: Ffmpeg, trial: TrialOptions = {}): Promise<HardwareFinding[]> {
  const film: FilmShape = { width: 640, height: 360, fps: 25, frames: 1, pixels: 'yuv420p' };
  const found: HardwareFinding[] = [];
  for await (const finding of tryHardware(hardwareNames, ffmpeg, film, {}, trial)) found.push(finding);
  return found;
}

async function* tryHardware(
  names: readonly HardwareName[],
  ffmpeg: Ffmpeg,
  film: FilmShape,
  options: EncodeOptions,
  trial: TrialOptions,
): AsyncGenerator<HardwareFinding> {
  const built = await encodersIn(ffmpeg);
  for (const name of names) {
    const { title, codec } = hardwareEncoders[name];
    const wrong = (hardware: Hardware) => wrongIn(hardware, ffmpeg, film, options, trial);
    if (!built.has(codec)) yield { name, title, problem: 'not in this ffmpeg' };
    else if (name === 'vaapi') yield { name, title, ...(await firstDevice(trial.devices ?? DEVICES, wrong)) };
    else {
      const problem = await wrong({ name });
      yield { name, title, ...(problem !== undefined && { problem }) };
    }
  }
}

/** The first device with which VA-API works, or why the last one does not. */
async function firstDevice(
  folder: string,
  wrong: (hardware: Hardware) => Promise<string | undefined>,
): Promise<Pick<HardwareFinding, 'device' | 'problem'>> {
  let problem = `no device (there is no ${folder}/renderD*)`;
  for (const device of await devicesIn(folder)) {
    const found = await wrong({ name: 'vaapi', device });
    if (found === undefined) return { device };
    problem = found;
  }
  return { problem };
}

/** On machines with several GPUs, not every one of them can encode. */
async function devicesIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.filter((name) => /^renderD\d+$/.test(name)).map((name) => join(folder, name));
}

/** Frames of the trial film: enough to notice if their order is wrong. */
const FRAMES = 3;

/** The colours of the quarters of its frames, in RGB. Each frame begins with the next. */
const COLOURS = [
  [200, 40, 40],
  [30, 170, 60],
  [40, 60, 220],
  [235, 225, 205],
] as const;

/** The side of the decoded frames, in pixels. */
const SMALL = 16;

/** The largest difference of a colour, in 8-bit steps. A wrong matrix or range differs by 16 and more. */
const TOLERANCE = 5;

/** Encodes and decodes the trial film. @returns What is wrong, in one short line, or undefined. */
async function wrongIn(
  hardware: Hardware,
  ffmpeg: Ffmpeg,
  shape: FilmShape,
  { quality }: EncodeOptions,
  { seconds = SECONDS, signal }: TrialOptions,
): Promise<string | undefined> {
  const film: FilmShape = { ...shape, frames: FRAMES };
  const output: Output = { path: 'trial.mp4', format: 'mp4', sequence: false };
  const { takes } = encodingOf(output, film, { quality, hardware });
  const folder = await fs.mkdtemp(join(tmpdir(), 'untrained-trial-'));
  const run = (step: Step, frames?: Uint8Array[]) => runFor(seconds, ffmpeg, step, folder, signal, frames);
  try {
    const colours = coloursFor(film);
    const frames = colours.map((quarters) => pictureOf(quarters, film));
    const encoded = await run(segmentStep(takes, film, ['trial.mp4']), frames);
    if (encoded !== undefined) return encoded;

    const pieces: Uint8Array[] = [];
    const streams: string[] = [];
    const line = (text: string) => {
      const [, stream] = /^\s*Stream #0:0.*?: (Video: .*)$/.exec(text) ?? [];
      if (stream) streams.push(stream);
    };
    const decoded = await run({
      inputs: [{ options: [...READING, '-f', 'mp4'], from: 'trial.mp4' }],
      outputs: [
        {
          options: [
            ...['-map', '0:v', '-vf', `scale=${SMALL}:${SMALL}:flags=area`],
            ...['-pix_fmt', 'yuv420p', '-f', 'rawvideo'],
          ],
          to: 'pipe:1',
        },
        { options: ['-map', '0:v', '-c', 'copy', '-f', 'h264'], to: 'trial.h264' },
      ],
      read: async (bytes) => void pieces.push(bytes.slice()),
      line,
    });
    if (decoded !== undefined) return decoded;
    const [inFile] = streams.splice(0);
    // Without its container, only the stream's own tags are left.
    const alone = await run({
      inputs: [{ options: [...READING, '-f', 'h264'], from: 'trial.h264' }],
      outputs: [{ options: ['-map', '0:v', '-c', 'copy', '-f', 'null'], to: 'pipe:1' }],
      line,
    });
    if (alone !== undefined) return alone;

    const { width, height, frames: count } = probe(join(folder, 'trial.mp4'));
    if (width !== film.width || height !== film.height)
      return `trial failed: its picture is ${width}x${height} instead of ${film.width}x${film.height}`;
    if (count !== FRAMES) return `trial failed: it has ${count} frames instead of ${FRAMES}`;
    for (const stream of [inFile, streams[0]]) {
      const [, format = 'of an unknown format'] = /, (yuvj?\d+p\w*(?:\([^)]*\))?)/.exec(stream ?? '') ?? [];
      if (!/^yuv420p\(tv, bt709[,)]/.test(format)) return `trial failed: it is ${format} instead of ${TAGS}`;
    }
    return wrongColour(Buffer.concat(pieces), colours);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return `trial failed: ${(error as Error).message}`;
  } finally {
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

const TAGS = 'yuv420p(tv, bt709)';

const READING = [
  ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info'],
  ...['-protocol_whitelist', 'file'],
];

/** Runs ffmpeg. @returns Why it failed, in one short line, or undefined. */
async function runFor(
  seconds: number,
  ffmpeg: Ffmpeg,
  step: Step,
  folder: string,
  signal: TrialOptions['signal'],
  frames: Uint8Array[] = [],
): Promise<string | undefined> {
  signal?.throwIfAborted();
  const run = await startFfmpeg(ffmpeg, step, folder, seconds);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    run.kill();
  }, 1000 * seconds);
  const onAbort = () => run.kill();
  signal?.addEventListener('abort', onAbort);
  try {
    try {
      for (const frame of frames) await run.write(frame);
    } catch {
      // It has exited, and says why.
    }
    run.end();
    const exit = await run.exit;
    if (signal?.aborted) throw signal.reason;
    if (isLate || exit.stalled !== undefined) return `trial failed: it did not respond for ${seconds} s`;
    return exit.code === 0 ? undefined : reasonOf(exit);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The quarters of each frame: left and right, above and below. A small picture has one colour. */
function coloursFor({ width, height }: FilmShape): number[][] {
  const parts = Math.min(width, height) < 2 * SMALL ? [0, 0, 0, 0] : [0, 1, 2, 3];
  return Array.from({ length: FRAMES }, (_, i) => parts.map((part) => (part + i) % COLOURS.length));
}

function pictureOf(quarters: readonly number[], { width, height, pixels = 'rgba' }: FilmShape): Uint8Array {
  const bytes = new Uint8Array(frameBytes([width, height], pixels));
  const fill = (start: number, [columns, rows]: [number, number], values: (colour: number) => number[]) => {
    const { length } = values(0);
    for (let y = 0; y < rows; y++) {
      for (const right of [0, 1]) {
        const half = Math.ceil(columns / 2);
        const value = values(quarters[(2 * y < rows ? 0 : 2) + right]);
        const at = start + length * (y * columns + right * half);
        for (let x = 0; x < (right ? columns - half : half); x++) bytes.set(value, at + length * x);
      }
    }
  };
  if (pixels === 'rgba') fill(0, [width, height], (colour) => [...COLOURS[colour], 255]);
  else {
    const half: [number, number] = [width / 2, height / 2];
    fill(0, [width, height], (colour) => [yuvOf(colour)[0]]);
    fill(width * height, half, (colour) => [yuvOf(colour)[1]]);
    fill(1.25 * width * height, half, (colour) => [yuvOf(colour)[2]]);
  }
  return bytes;
}

/** A colour in BT.709, limited range. */
function yuvOf(colour: number): number[] {
  const [red, green, blue] = COLOURS[colour];
  return (['y', 'cb', 'cr'] as const).map((plane, i) => {
    const { r, g, b, offset, shift } = BT709[plane];
    const pixels = i === 0 ? 1 : 4; // see BT709
    return (pixels * (r * red + g * green + b * blue) + offset) >> shift;
  });
}

/** Compares the decoded frames, as small pictures, with the colours that were encoded. */
function wrongColour(decoded: Uint8Array, frames: number[][]): string | undefined {
  const size = 1.5 * SMALL * SMALL;
  if (decoded.length !== frames.length * size) {
    return `trial failed: ${decoded.length / size} of its ${frames.length} frames can be decoded`;
  }
  for (const [i, quarters] of frames.entries()) {
    for (const [quarter, colour] of quarters.entries()) {
      for (const [plane, value] of yuvOf(colour).entries()) {
        const side = plane === 0 ? SMALL : SMALL / 2;
        const start = i * size + [0, SMALL * SMALL, 1.25 * SMALL * SMALL][plane];
        const x = (quarter % 2) * (side / 2) + side / 4;
        const y = Math.floor(quarter / 2) * (side / 2) + side / 4;
        const found = decoded[start + y * side + x];
        if (Math.abs(found - value) <= TOLERANCE) continue;
        return `trial failed: ${'YUV'[plane]} is ${found} instead of ${value} in frame ${i}`;
      }
    }
  }
  return undefined;
}

/** What ffmpeg's words mean. */
const CAUSES: [RegExp, string][] = [
  [
    /Cannot load (lib)?(nv)?cuda|Cannot load (lib)?nv|libva.*(failed|error)|No VA display found/i,
    'no driver',
  ],
  [/Failed to initiali[sz]e VAAPI connection|internal MFX session|creating a MFX session/i, 'no driver'],
  [/minimum required Nvidia driver/i, 'driver too old'],
  [/No (NVENC )?capable devices|no CUDA-capable device|No usable encoding|No such device/i, 'no device'],
  [/Device creation failed/i, 'no device'],
];

/** Lines that say only that something failed. */
const ECHO =
  /^(Conversion failed|Task finished|Terminating thread|Error initializing output|Error while opening encoder|Error parsing global|Error (opening|initializing) output|Nothing was written|Failed to set value|Device creation failed|Could not open encoder before EOF|Error sending frames)/;

/** Why ffmpeg failed, in one short line. */
function reasonOf({ code, signal, stderr, error }: Exit): string {
  const lines = [...stderr, ...(error ? [error.message] : [])]
    .map((line) => line.replace(/^(\[[^\]]* @ [^\]]*\] )+/, '').replace(/[.!]$/, ''))
    .filter((line, i, all) => line !== '' && all.indexOf(line) === i);
  const known = CAUSES.map(([words, cause]) => ({ cause, line: lines.find((line) => words.test(line)) }));
  const { cause = 'trial failed', line } = known.find(({ line }) => line) ?? {};
  const words = line ?? lines.find((one) => !ECHO.test(one)) ?? lines[0];
  const end = signal ? `ffmpeg was killed (${signal})` : `ffmpeg failed with exit code ${code}`;
  return `${cause} (${(words ?? end).slice(0, 160)})`;
}
