/**
 * Decodes files with ffmpeg to check them. A file is not trusted: ffmpeg is told its container and its decoder, so that
 * it never guesses that a file is a playlist, and it may open nothing else.
 */
import { promises as fs } from 'node:fs';
import { rateOf } from './rate.js';
import type { Step } from './run.js';
import type { Workbench } from './workbench.js';

/** What to decode, and how. */
interface DecodeRequest {
  /** The file's name on the workbench. */
  file: string;
  /** Options that name the container, and the decoder if it is not ffmpeg's first choice. */
  input: readonly string[];
  /** Frames per second: times in the file are ignored. */
  fps: number;
  /** How many threads decode. */
  threads: number;
  /** Stops after this many frames. */
  most?: number;
  /** Whether to list all packets. */
  packets?: boolean;
  /** Whether the file has sound besides. */
  sound?: boolean;
  /** Whether to make small pictures too, from RGB or from the YUV of video. */
  small?: 'rgb' | 'yuv' | undefined;
}

/** A decoded file. */
export interface Decoded {
  /** The size and the checksum of each frame. */
  frames: string[];
  /** Those of each packet, in the order of the file; if they were not asked for, only the first. */
  packets: string[];
  /** The codec, its profile, the pixel format and its colours, the size and the time base, as ffmpeg describes them. */
  stream: string;
  /** The size and the checksum of the codec's headers. */
  headers: string;
  /** The frames as SMALL pictures of RGB, if they were asked for. */
  small?: Uint8Array;
}

/** The size of small pictures, in pixels. */
export const SMALL = [16, 9] as const;
export const SMALL_BYTES = 3 * SMALL[0] * SMALL[1];

/**
 * Decodes a file.
 * @returns Its frames, or why it cannot be decoded, in ffmpeg's words.
 * @throws RenderError if ffmpeg cannot be started, is killed, or makes no progress.
 */
export async function decode(bench: Workbench, request: DecodeRequest): Promise<Decoded | string> {
  const { file, most, packets, small } = request;
  const [listed, reduced] = [`${file}.packets`, `${file}.small`];
  const streams: string[] = [];
  const frames = new Lines();
  const limit = most === undefined ? [] : ['-frames:v', String(most)];
  const step: Step = {
    inputs: [
      {
        options: [
          ...[
            '-nostdin',
            '-hide_banner',
            '-nostats',
            '-loglevel',
            'info',
            '-xerror',
            '-err_detect',
            'explode',
          ],
          ...['-protocol_whitelist', 'file', '-threads', String(request.threads)],
          ...['-r', rateOf(request.fps), ...request.input],
        ],
        from: file,
      },
    ],
    outputs: [
      { options: ['-map', '0:v', ...limit, '-f', 'framecrc'], to: 'pipe:1' },
      {
        options: ['-map', '0:v', '-c', 'copy', ...(packets ? [] : ['-frames:v', '1']), '-f', 'framecrc'],
        to: listed,
      },
    ],
    read: async (bytes) => frames.add(bytes),
    line(text) {
      // The input's streams come before the outputs'.
      if (/^\s*Output #/.test(text)) streams.push('');
      const [, what] = /^\s*Stream #0:\d+.*?: (.*)$/.exec(text) ?? [];
      if (what && !streams.includes('')) streams.push(what);
    },
  };
  if (small !== undefined) {
    const colours = small === 'yuv' ? ':in_color_matrix=bt709:in_range=limited:out_range=full' : '';
    const filter = `scale=${SMALL.join(':')}:flags=area${colours},format=rgb24`;
    step.outputs.push({ options: ['-map', '0:v', ...limit, '-vf', filter, '-f', 'rawvideo'], to: reduced });
  }
  try {
    const exit = await bench.attempt(step);
    if (exit.signal !== null || exit.stalled !== undefined || exit.error) throw bench.failure(exit);
    if (exit.code !== 0) return wordsOf(exit.stderr);
    const all = await fs.readFile(bench.path(listed), 'latin1');
    const found = streams.filter((stream) => stream !== '' && (!request.sound || !isSound(stream)));
    const sounds = streams.filter(isSound).length;
    if (request.sound && sounds !== 1) return `it has ${sounds} sounds instead of one`;
    if (found.length !== 1) return `it has ${found.length} streams instead of one`;
    return {
      frames: frames.checksums,
      packets: checksumsIn(all.split('\n')),
      stream: lasting(found[0]),
      headers: /^#extradata 0:\s*(.*)$/m.exec(all)?.[1] ?? '',
      ...(small !== undefined && { small: await fs.readFile(bench.path(reduced)) }),
    };
  } finally {
    for (const name of [listed, reduced]) await fs.rm(bench.path(name), { force: true }).catch(() => {});
  }
}

const isSound = (stream: string) => stream.startsWith('Audio: ');

/** The decoded sound of a file. */
export interface DecodedSound {
  /** The codec, the rate and the channels, as ffmpeg describes them. */
  stream: string;
  /** The checksum of the encoded sound. */
  md5: string;
  /** When it begins, in seconds. */
  start: number;
  /** The number of decoded samples. */
  samples: number;
}

/**
 * Decodes the sound of a file.
 * @param input - Options that name the container.
 * @param rate - Of the sound, in samples per second.
 * @returns The sound, or why it cannot be decoded, in ffmpeg's words.
 * @throws RenderError if ffmpeg cannot be started, is killed, or makes no progress.
 */
export async function decodeSound(
  bench: Workbench,
  file: string,
  input: readonly string[],
  rate: number,
): Promise<DecodedSound | string> {
  const sum = `${file}.md5`;
  let stream = '';
  let rest = '';
  let [start, samples] = [Number.NaN, 0];
  const step: Step = {
    inputs: [
      {
        options: [
          ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'info', '-xerror'],
          ...['-err_detect', 'explode', '-protocol_whitelist', 'file', '-copyts', ...input],
        ],
        from: file,
      },
    ],
    outputs: [
      { options: ['-map', '0:a', '-c:a', 'pcm_s16le', '-f', 'framecrc'], to: 'pipe:1' },
      { options: ['-map', '0:a', '-c', 'copy', '-f', 'md5'], to: sum },
    ],
    async read(bytes) {
      const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
      rest = lines.pop()!;
      for (const [, , pts, duration] of lines.filter(isPacket).map((line) => line.split(','))) {
        if (samples === 0) start = Number(pts) / rate; // the encoder of PCM has ticks of a sample
        samples += Number(duration);
      }
    },
    line(text) {
      stream ||= /^\s*Stream #0:\d+.*?: (Audio: .*)$/.exec(text)?.[1] ?? '';
    },
  };
  try {
    const exit = await bench.attempt(step);
    if (exit.signal !== null || exit.stalled !== undefined || exit.error) throw bench.failure(exit);
    if (exit.code !== 0) return wordsOf(exit.stderr);
    const md5 = await fs.readFile(bench.path(sum), 'latin1');
    return { stream, md5, start, samples };
  } finally {
    await fs.rm(bench.path(sum), { force: true }).catch(() => {});
  }
}

const isPacket = (line: string) => line.startsWith('0,');

/** Collects the lines of framecrc. */
class Lines {
  readonly checksums: string[] = [];
  private rest = '';

  add(bytes: Uint8Array): void {
    const lines = (this.rest + Buffer.from(bytes).toString('latin1')).split('\n');
    this.rest = lines.pop()!;
    this.checksums.push(...checksumsIn(lines));
  }
}

/** From "0, dts, pts, duration, size, checksum", and flags of packets. */
function checksumsIn(lines: string[]): string[] {
  return lines.filter(isPacket).map((line) => line.split(/,\s*/).slice(4, 6).join());
}

/** What ffmpeg says of a stream, without what depends on its length: bit rate and average frame rates. */
function lasting(stream: string): string {
  const parts = stream.replace(/\s*\(default\)$/, '').split(/, (?![^(]*\))/);
  return parts.filter((part) => !/ (kb\/s|fps|tbr|tbc)$/.test(part)).join(', ');
}

/** ffmpeg's last words before it gave up, without the addresses of its objects. */
function wordsOf(stderr: string[]): string {
  const lines = stderr
    .map((line) => line.replace(/^(\[[^\]]*\] )+/, '').replace(/[.!]$/, ''))
    .filter((line) => /error|invalid|corrupt|could not|cannot|failed|missing|not found|truncat/i.test(line));
  return (lines.at(0) ?? stderr.at(-1) ?? 'it says nothing').slice(0, 200);
}
