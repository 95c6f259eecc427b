/**
 * Reads the values of options. Each reader returns undefined for text of the wrong form; `read` in option.ts checks the
 * option's range and writes the message.
 */
import { UsageError } from '../core/errors.js';
import type { Levels } from '../core/frame/levels-schema.js';
import type { ShownPart } from '../core/frame/shown.js';
import { didYouMean } from '../core/wording/did-you-mean.js';
import { optionSynonyms } from './synonyms.js';

/** A decimal number. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

/** "640x360" to [640, 360]; one number means a square. */
export function parseSize(text: string): [width: number, height: number] | undefined {
  const match = /^(\d+)(?:[x×](\d+))?$/i.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2] ?? match[1])] : undefined;
}

/** "0-24" to [0, 24]; one number is a range of one frame. */
export function parseFrames(text: string): [first: number, last: number] | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2] ?? match[1])] : undefined;
}

/** "25", "29.97" or "30000/1001" to frames per second. */
export function parseRate(text: string): number | undefined {
  const [, numerator, denominator] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  if (numerator === undefined) return parseNumber(text);
  const fps = Number(numerator) / Number(denominator);
  return Number.isFinite(fps) ? fps : undefined;
}

/** "0,30,60-90" to ranges; one number is a range of one frame. */
export function parseMoments(text: string): [first: number, last: number][] | undefined {
  const ranges = text.split(',').map(parseFrames);
  return ranges.every((range) => range !== undefined && range[0] <= range[1])
    ? (ranges as [number, number][])
    : undefined;
}

/**
 * "1-24" or "7,a word,9" to seeds, as --seed accepts them, each once.
 * @throws UsageError for a range that is empty or too long.
 */
export function parseSeeds(text: string): string[] | undefined {
  const seeds = text.split(',').flatMap((part) => {
    const [, from, to] = /^\s*(\d+)-(\d+)\s*$/.exec(part) ?? [];
    if (from === undefined) return [part.trim()];
    const count = Number(to) - Number(from) + 1;
    if (count < 1 || count > MOST_SEEDS) {
      throw new UsageError(
        `--seeds has ${part.trim()}, but a range must ascend and have at most ${MOST_SEEDS} seeds: try 1-24.`,
      );
    }
    return Array.from({ length: count }, (_, i) => `${Number(from) + i}`);
  });
  return seeds.includes('') ? undefined : [...new Set(seeds)];
}

/** Reads "0.2,0.8", or "auto". */
export function parseLevels(text: string): Levels | 'auto' | undefined {
  if (text.trim() === 'auto') return 'auto';
  const [low, high, more] = text.split(',').map(parseNumber);
  if (low === undefined || high === undefined || more !== undefined || text.split(',').length !== 2)
    return undefined;
  return low < high ? [low, high] : undefined;
}

/** Reads "output:1", "2" or "2:3": an output, a hidden layer, or one of its units. */
export function parseShown(text: string): ShownPart | undefined {
  const [, output] = /^\s*output:(\d+)\s*$/.exec(text) ?? [];
  if (output) return { output: Number(output) };
  const [, layer, unit] = /^\s*(\d+)(?::(\d+))?\s*$/.exec(text) ?? [];
  return layer ? { layer: Number(layer), ...(unit && { unit: Number(unit) }) } : undefined;
}

/** The inverse of parseShown. */
export function writeShown(shown: ShownPart): string {
  if ('output' in shown) return `output:${shown.output}`;
  return shown.unit === undefined ? `${shown.layer}` : `${shown.layer}:${shown.unit}`;
}

/** The maximum number of seeds in a range; no sheet has room for more. */
const MOST_SEEDS = 1000;

/** A host name, with a port if given, as browsers write it. */
export function parseHost(text: string): string | undefined {
  const host = text.toLowerCase();
  const url = URL.canParse(`https://${host}`) ? new URL(`https://${host}`) : undefined;
  return url && /^[a-z0-9.-]+(:\d+)?$/.test(host) && `https://${host}/` === url.href ? url.host : undefined;
}

/** One of a list of names. @throws UsageError, with the nearest name, for any other. */
export function parseChoice(text: string, flag: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  const rule = choices.join(', ').replace(/, ([^,]*)$/, ' or $1');
  throw new UsageError(
    `${flag} is "${text}" but must be ${rule}${didYouMean(text, choices, optionSynonyms)}`,
  );
}

/** The value of --shard: one of several shards, or the scheduler's choice, with or without the number of shards. */
export type ShardChoice = { index: number; count: number } | { index: 'auto'; count?: number };

/** Reads "2/8", "auto" or "auto/8". */
export function parseShard(text: string): ShardChoice | undefined {
  const [, index, digits] = /^(auto|[1-9]\d{0,5})(?:\/([1-9]\d{0,5}))?$/.exec(text) ?? [];
  const count = digits === undefined ? undefined : Number(digits);
  if (index === 'auto') return { index, ...(count !== undefined && { count }) };
  return index !== undefined && count !== undefined && Number(index) <= count
    ? { index: Number(index), count }
    : undefined;
}

/** Reads the URL of a Redis server. @throws UsageError for anything else, without the password in the text. */
export function parseQueue(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url && /^rediss?:$/.test(url.protocol) && url.hostname !== '' && isEncoded(url);
  if (isRedis && databasesOf(url).every((name) => /^\d{0,5}$/.test(name))) return text;
  throw new UsageError(
    `--queue is "${hidePassword(text)}" but must be the URL of a Redis server: try redis://127.0.0.1:6379, or ` +
      'rediss:// for TLS, and percent-encode special characters in the password.',
  );
}

/** Replaces everything that may be a user name or a password. */
export const hidePassword = (text: string): string =>
  text.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@').replace(/\?.*/s, '?***');

/** What says which database of the server to use: it is a number. */
const databasesOf = ({ pathname, searchParams }: URL): string[] => [
  pathname.slice(1),
  ...searchParams.getAll('db'),
];

function isEncoded({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
