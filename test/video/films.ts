/** Small films to send through ffmpeg, programs that pretend to be ffmpeg, and temporary folders. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { PixelFormat } from '../../src/core/frame/pixels.js';
import { type Ffmpeg, parseOutput } from '../../src/outputs/index.js';
import { testFfmpeg } from './decode.js';
import { openSink, type SinkOptions } from './sink.js';

export const WIDTH = 64;
export const HEIGHT = 48;

/**
 * Frame i of a smooth film in which everything moves. Its mean brightness falls with i, so that misplaced or replaced
 * frames show.
 */
export function picture(i: number, width = WIDTH, height = HEIGHT): Uint8Array {
  const frame = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = 200 - 14 * i;
      const wave = (phase: number) => 30 * Math.sin(0.1 * x + 0.07 * y + 0.4 * i + phase);
      frame.set([level + wave(0), level + wave(2), level + wave(4), 255], 4 * (y * width + x));
    }
  }
  return frame;
}

/** Incompressible noise, the same for the same i. */
export function noise(i: number, width = WIDTH, height = HEIGHT): Uint8Array {
  let state = i + 1;
  return Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    return at % 4 === 3 ? 255 : state >>> 24;
  });
}

/** The mean absolute difference of two frames, in 8-bit steps, over red, green and blue. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) if (at % 4 !== 3) sum += Math.abs(a[at] - b[at]);
  return sum / (0.75 * a.length);
}

interface RenderOptions extends SinkOptions {
  pixels?: PixelFormat;
  alpha?: boolean;
  fps?: number;
  width?: number;
  height?: number;
  ffmpeg?: Ffmpeg;
}

/** Sends frames into a file, and returns the result of finish(). */
export async function render(path: string, frames: Uint8Array[], options: RenderOptions = {}) {
  const {
    fps = 25,
    width = WIDTH,
    height = HEIGHT,
    pixels,
    alpha,
    ffmpeg = await testFfmpeg(),
    ...rest
  } = options;
  const film = { width, height, fps, frames: frames.length, pixels, alpha };
  const sink = await openSink(ffmpeg, parseOutput(path), film, rest);
  for (const frame of frames) await sink.write(frame);
  return await sink.finish();
}

/** A program at `path` that pretends to be ffmpeg: the lines of a shell script. */
export function fakeFfmpeg(path: string, ...lines: string[]): Ffmpeg {
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return { path, version: 'fake', source: '--ffmpeg' };
}

/** An empty folder for each test of a file, removed after it. */
export function testFolder(): { in: (...names: string[]) => string } {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'untrained-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return { in: (...names) => join(folder, ...names) };
}
