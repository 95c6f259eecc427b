/** Reads the values of options. Each says, in one line, what it was given and what it takes. */
import { UsageError } from '../core/errors.js';
import { parseBytes } from '../outputs/budget.js';

/** "640x360" to [640, 360]; one number is a square. */
export function parseSize(text: string): [number, number] {
  const match = /^(\d+)(?:[x×](\d+))?$/i.exec(text.trim());
  if (!match) throw new UsageError(`--size is "${text}" but must be WIDTHxHEIGHT in pixels: try 1080x1080.`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

/** "0-24" to [0, 24]; one number is a range of one. */
export function parseFrames(text: string): [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  if (!match) throw new UsageError(`--frames is "${text}" but must be FIRST-LAST, counted from 0: try 0-24.`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

/** "25", "29.97" or "30000/1001" to frames a second. */
export function parseRate(text: string): number {
  const [, numerator = text, denominator = '1'] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  const fps = Number(numerator) / Number(denominator);
  if (numerator.trim() === '' || !(fps > 0 && Number.isFinite(fps))) {
    throw new UsageError(
      `--fps is "${text}" but must be a number above 0, or a fraction: try 25, or 30000/1001.`,
    );
  }
  return fps;
}

/** Makes a reader of numbers above 0 for an option. */
export function positive(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > 0 && Number.isFinite(value))) {
      throw new UsageError(`${option} is "${text}" but must be a number above 0.`);
    }
    return value;
  };
}

/** Makes a reader of numbers from 0 up. */
export function notNegative(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && Number.isFinite(value))) {
      throw new UsageError(`${option} is "${text}" but must be a number, 0 or more.`);
    }
    return value;
  };
}

/** Makes a reader of whole numbers from 1 to `most`. */
export function whole(option: string, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new UsageError(`${option} is "${text}" but must be a whole number from 1 to ${most}.`);
    }
    return value;
  };
}

/** "8MB" to 8,000,000. */
export function parseMaxSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined)
    throw new UsageError(`--max-size is "${text}" but must be a size such as 8MB, 500kB or 10MiB.`);
  return bytes;
}

/** "0,30,60-90" to ranges, one number being a range of one. */
export function parseMoments(text: string): [number, number][] {
  return text.split(',').map((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(first) > Number(last)) {
      throw new UsageError(
        `--frames is "${text}" but must be frames counted from 0, or ranges: try 0,30,60 or 0-60 with --every 20.`,
      );
    }
    return [Number(first), Number(last)];
  });
}

/** "1-24" or "7,a word,9" to seeds, as --seed takes them. */
export function parseSeeds(text: string): string[] {
  const seeds = text.split(',').flatMap((part) => {
    const [, from, to] = /^\s*(\d+)-(\d+)\s*$/.exec(part) ?? [];
    if (from === undefined) return [part.trim()];
    const count = Number(to) - Number(from) + 1;
    if (count < 1 || count > MOST_SEEDS) {
      throw new UsageError(
        `--seeds has ${part.trim()}, and a range rises by less than ${MOST_SEEDS}: try 1-24.`,
      );
    }
    return Array.from({ length: count }, (_, i) => `${Number(from) + i}`);
  });
  if (seeds.includes(''))
    throw new UsageError(`--seeds is "${text}" but must be seeds: try 1-24 or 1,5,a word.`);
  return [...new Set(seeds)];
}

/** In a range: more are on no sheet. */
const MOST_SEEDS = 1000;

/** @returns The host as browsers write it. @throws UsageError for anything that is not a host. */
export function parseHost(text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
  if (url && /^[a-z0-9.-]+(:\d+)?$/.test(text.toLowerCase()) && `https://${text.toLowerCase()}/` === url.href)
    return url.host;
  throw new UsageError(
    `--allow-host is "${text}" but must be a host name, such as api.iconify.design: leave out https:// and paths.`,
  );
}
