/**
 * Reads films back, so that tests can compare output with input. ffmpeg decodes them; what it hides (GIF delays, MP4
 * boxes) or cannot read (animated WebP), we read from the bytes.
 */

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Format } from '../../src/outputs/formats/format.js';
import { type Ffmpeg, findFfmpeg, formatsOf } from '../../src/outputs/index.js';

let found: Promise<Ffmpeg> | undefined;

/** The ffmpeg that the tests use: see test/setup.ts. */
export function testFfmpeg(): Promise<Ffmpeg> {
  found ??= findFfmpeg();
  return found;
}

let modern: Promise<Ffmpeg | undefined> | undefined;

/**
 * An ffmpeg with all encoders, for formats that the one from npm cannot make: that of the tests, ffmpeg-static's, or
 * one on PATH. Undefined if there is none.
 */
export function modernFfmpeg(): Promise<Ffmpeg | undefined> {
  modern ??= search();
  return modern;
}

async function search(): Promise<Ffmpeg | undefined> {
  const { FFMPEG_PATH: _, ...env } = process.env;
  for (const find of [testFfmpeg, () => findFfmpeg(undefined, { env, packagePath: staticPath })]) {
    const ffmpeg = await find().catch(() => undefined);
    if (ffmpeg && (await formatsOf(ffmpeg)).every(({ encoder }) => encoder)) return ffmpeg;
  }
  return undefined;
}

function staticPath(name: string): string | undefined {
  try {
    return name === 'ffmpeg-static' ? createRequire(import.meta.url)(name) : undefined;
  } catch {
    return undefined;
  }
}

/** The ffmpeg that can make a format; undefined if there is none. */
export const ffmpegFor = ({ needs }: Format): Promise<Ffmpeg | undefined> =>
  needs ? modernFfmpeg() : testFfmpeg();

interface Decoded {
  /** RGBA, width * height * 4 bytes each. */
  frames: Uint8Array[];
  /** In seconds, as reported by ffmpeg; NaN if it does not. */
  duration: number;
}

interface DecodeOptions {
  width: number;
  height: number;
  /** Filters before the conversion to RGBA. */
  filter?: string;
  /** Arguments before -i. */
  input?: string[];
  /** Defaults to the one of the tests. */
  ffmpeg?: Ffmpeg | undefined;
}

/** Converts an MP4's or WebM's YUV to RGB by BT.709, whatever this ffmpeg would guess. */
export const FROM_BT709 =
  'scale=in_color_matrix=bt709:in_range=limited:out_range=full:flags=accurate_rnd+full_chroma_int+bicubic';

/** Decodes every frame of a film, or of a numbered sequence. */
export async function decode(path: string, options: DecodeOptions): Promise<Decoded> {
  const { width, height, filter, input = [], ffmpeg: chosen } = options;
  const args = [
    ...['-nostdin', '-hide_banner', ...input, '-i', path],
    ...['-vf', filter ? `${filter},format=rgba` : 'format=rgba'],
    ...['-vsync', '0'], // each frame once: otherwise ffmpeg repeats GIF frames for a constant rate
    ...['-f', 'rawvideo', 'pipe:1'],
  ];
  const { path: ffmpeg } = chosen ?? (await testFfmpeg());
  const { stdout, stderr } = await promisify(execFile)(ffmpeg, args, {
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  });

  const size = width * height * 4;
  if (stdout.length % size !== 0)
    throw new Error(`${path}: ${stdout.length} bytes is no whole number of frames`);
  const frames = Array.from({ length: stdout.length / size }, (_, i) =>
    stdout.subarray(i * size, (i + 1) * size),
  );
  const [, h, m, s] = /Duration: (\d+):(\d+):([\d.]+)/.exec(String(stderr)) ?? [];
  return { frames, duration: Number(h) * 3600 + Number(m) * 60 + Number(s) };
}

/** The delay after each frame of a GIF, in hundredths of a second, and how often it plays (0: forever). */
export function readGif(path: string): { delays: number[]; loop: number | undefined } {
  const b = readFileSync(path);
  if (b.toString('latin1', 0, 6) !== 'GIF89a') throw new Error(`${path} is no GIF`);
  const delays: number[] = [];
  let delay = 0;
  let loop: number | undefined;
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 * (2 << (flags & 7)) : 0);
  let at = 13 + tableBytes(b[10]);
  const skipBlocks = () => {
    while (b[at] !== 0) at += b[at] + 1;
    at++;
  };
  while (b[at] !== 0x3b) {
    if (b[at] === 0x21) {
      if (b[at + 1] === 0xf9) delay = b.readUInt16LE(at + 4);
      if (b.toString('latin1', at + 3, at + 14) === 'NETSCAPE2.0') loop = b.readUInt16LE(at + 16);
      at += 2;
    } else if (b[at] === 0x2c) {
      delays.push(delay);
      at += 10 + tableBytes(b[at + 9]) + 1;
    } else {
      throw new Error(`${path}: no GIF block begins with ${b[at]}`);
    }
    skipBlocks();
  }
  if (at !== b.length - 1) throw new Error(`${path} goes on after its end`);
  return { delays, loop };
}

/** An animated WebP: the canvas after each stored frame, and its duration in milliseconds. A still has no durations. */
export async function decodeWebp(
  path: string,
  { width, height }: { width: number; height: number },
): Promise<{ frames: Uint8Array[]; times: number[]; loop: number | undefined }> {
  const b = readFileSync(path);
  if (b.toString('latin1', 0, 4) !== 'RIFF' || b.readUInt32LE(4) + 8 !== b.length)
    throw new Error(`${path} is cut`);
  const stored = chunks(b, 12, b.length);
  const animation = stored.find(({ name }) => name === 'ANIM');
  if (!animation) return { ...(await decode(path, { width, height })), times: [], loop: undefined };

  const canvas = new Uint8Array(width * height * 4);
  const frames: Uint8Array[] = [];
  const times: number[] = [];
  for (const { name, start, end } of stored) {
    if (name !== 'ANMF') continue;
    const [x, y, w, h, time] = [0, 3, 6, 9, 12].map((offset) => b.readUIntLE(start + offset, 3));
    const flags = b[start + 15];
    const part = await decodePart(`${path}.part.webp`, b.subarray(start + 16, end), w + 1, h + 1);
    for (let row = 0; row <= h; row++) {
      for (let column = 0; column <= w; column++) {
        const from = 4 * (row * (w + 1) + column);
        const to = 4 * ((row + 2 * y) * width + column + 2 * x);
        const alpha = flags & 2 ? 1 : part[from + 3] / 255; // bit 1: do not blend
        for (let c = 0; c < 4; c++)
          canvas[to + c] = Math.round(alpha * part[from + c] + (1 - alpha) * canvas[to + c]);
      }
    }
    times.push(time);
    frames.push(canvas.slice());
  }
  return { frames, times, loop: b.readUInt16LE(animation.start + 4) };
}

/** Decodes one frame of an animation by making it a still WebP that ffmpeg can read. */
async function decodePart(path: string, data: Buffer, width: number, height: number): Promise<Uint8Array> {
  const header = Buffer.alloc(18);
  header.write('VP8X');
  header.writeUInt32LE(10, 4);
  header[8] = chunks(data, 0, data.length)[0].name === 'ALPH' ? 0x10 : 0; // has transparency
  header.writeUIntLE(width - 1, 12, 3);
  header.writeUIntLE(height - 1, 15, 3);
  const riff = Buffer.alloc(12);
  riff.write('RIFF');
  riff.writeUInt32LE(4 + header.length + data.length, 4);
  riff.write('WEBP', 8);
  writeFileSync(path, Buffer.concat([riff, header, data])); // the 2018 build cannot read it from a pipe
  const { frames } = await decode(path, { width, height });
  return frames[0];
}

/** The RIFF chunks of `b` between two offsets; `start` and `end` delimit a chunk's data. */
function chunks(b: Buffer, from: number, to: number): { name: string; start: number; end: number }[] {
  const list = [];
  for (let at = from; at < to; ) {
    const size = b.readUInt32LE(at + 4);
    list.push({ name: b.toString('latin1', at, at + 4), start: at + 8, end: at + 8 + size });
    at += 8 + size + (size % 2);
  }
  return list;
}

/** The top-level boxes of an MP4, in order, and its declared colour. */
export function readMp4(path: string): {
  boxes: string[];
  colour: { type: string; codes: number[]; full: boolean };
} {
  const b = readFileSync(path);
  const boxes: string[] = [];
  for (let at = 0; at < b.length; at += b.readUInt32BE(at)) boxes.push(b.toString('latin1', at + 4, at + 8));
  const at = b.indexOf('colr');
  return {
    boxes,
    colour: {
      type: b.toString('latin1', at + 4, at + 8),
      codes: [0, 1, 2].map((i) => b.readUInt16BE(at + 8 + 2 * i)), // primaries, transfer, matrix; 1 is BT.709
      full: (b[at + 14] & 0x80) !== 0,
    },
  };
}
