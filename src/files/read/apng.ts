/** Animated PNG (PNG, third edition, 2025, 11.3.5): frames in chunks of their own among a PNG's. */

import type { Bytes } from '../bytes.js';
import { type Found, type Reader, type Times, timesFrom } from './found.js';
import { isApng, readPng } from './png.js';

export const apngReader: Reader = { begins: isApng, read: readApng, times: readTimes };

function readApng(bytes: Bytes): Found {
  const still = readPng(bytes);
  const { starts, ticks, end } = durationsIn(bytes);
  return { ...still, frames: starts.length, seconds: starts.length > 1 ? end / ticks : 0 };
}

function readTimes(bytes: Bytes): Times | undefined {
  const times = durationsIn(bytes);
  return times.starts.length > 1 ? times : undefined;
}

/** A frame of an APNG. */
export interface ApngFrame {
  /** The rectangle that it replaces, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Its duration, as a fraction of a second. */
  duration: [numerator: number, denominator: number];
  /** Where its compressed pixels are: runs of bytes that belong together. */
  data: { at: number; length: number }[];
}

/** The frames of an APNG, in order. Checksums are not checked. */
export function* apngFrames(bytes: Bytes): Generator<ApngFrame> {
  let frame: ApngFrame | undefined;
  for (let at = 8, name = ''; name !== 'IEND'; ) {
    bytes.count();
    const length = bytes.be(at, 4);
    name = bytes.text(at + 4);
    if (name === 'fcTL') {
      if (frame) yield frame;
      const [width, height, x, y] = [12, 16, 20, 24].map((offset) => bytes.be(at + offset, 4));
      const duration: [number, number] = [bytes.be(at + 28, 2), bytes.be(at + 30, 2) || 100];
      frame = { x, y, width, height, duration, data: [] };
    } else if (name === 'IDAT') frame?.data.push({ at: at + 8, length });
    else if (name === 'fdAT') frame?.data.push({ at: at + 12, length: Math.max(0, length - 4) });
    at += 12 + length;
  }
  if (frame) yield frame;
}

function durationsIn(bytes: Bytes): Times {
  const all = Array.from(apngFrames(bytes), ({ duration }) => duration);
  const ticks = all.length > 0 ? all[0][1] : 1;
  return timesFrom(
    all.map(([numerator, denominator]) => (numerator * ticks) / denominator),
    ticks,
  );
}
