/** Whether a film is within a platform's limits, and by how much. */

import type { AudioTrack } from '../files/read/found.js';
import { inBytes } from './budget.js';
import { endingsIn, type FormatName, formatList, formatNamed } from './formats/index.js';
import type { Fact, Platform, Rules } from './platforms.js';

/** A film's properties. Its bytes are unknown until it is made. */
export interface Measured {
  /** The format's name. */
  format: string;
  width: number;
  height: number;
  fps: number;
  frames: number;
  /** 0 for a still. */
  seconds: number;
  bytes?: number;
  /** Its sound; undefined if it has none. */
  audio?: AudioTrack | undefined;
  /** Its integrated loudness in LUFS; undefined if it is not known. */
  loudness?: number | undefined;
  /** Whether it has edit lists; undefined if it is not known. */
  editLists?: boolean | undefined;
}

/** A platform's rules for a format; undefined if it is not known to accept that format. */
export function rulesOf(platform: Platform, format: string): Rules | undefined {
  return platform[format as FormatName];
}

/** The default size of a film for a platform in a format. */
export function sizeFor(platform: Platform, format: string): [width: number, height: number] {
  return platform[`${format as FormatName}Size`] ?? platform.size;
}

/** One line for each of the platform's limits that the film exceeds. */
export function unsuitable(platform: Platform, film: Measured): { message: string; unverified: boolean }[] {
  const rules = rulesOf(platform, film.format);
  if (!rules) {
    const taken = formatList.filter(({ name }) => rulesOf(platform, name));
    const { endings, codec, choice } = formatNamed(film.format);
    const [ending] = endings;
    const message = taken.some((other) => other.endings.includes(ending))
      ? `${platform.title} is not known to accept ${codec} in .${ending}: leave out --codec ${choice}.`
      : `${platform.title} is not known to accept .${ending}: write ${endingsIn(taken)}.`;
    return [{ message, unverified: true }];
  }
  return checks(rules, film)
    .filter(({ holds }) => !holds)
    .map(({ value, rule, next, fact }) => {
      const unverified = fact.unverified === true;
      const says = unverified ? ` (unverified: ${fact.source})` : ` (${fact.source})`;
      return {
        message: `The film ${value}, and ${platform.title} accepts ${rule}${says}: ${next}.`,
        unverified,
      };
    });
}

/** How far below the limits a film is, as text: "1.0 MB of 512.0 MB, 6 s of 140 s". */
export function headroom(platform: Platform, film: Measured & { bytes: number }): string {
  const { bytes, seconds, frames } = rulesOf(platform, film.format) ?? {};
  const of = [
    bytes && `${inBytes(film.bytes)} of ${inBytes(bytes.value)}`,
    seconds && `${short(film.seconds)} s of ${seconds.value[1]} s`,
    frames && `${film.frames} frames of ${frames.value}`,
  ].filter(Boolean);
  return of.length > 0 ? of.join(', ') : inBytes(film.bytes);
}

/** Rules as text, grouped by their sources. */
export function describeRules(rules: Rules): Map<string, string[]> {
  const bySource = new Map<string, string[]>();
  // Any film will do: only the rules' texts are used.
  for (const { rule, fact } of checks(rules, {
    width: 1,
    height: 1,
    fps: 1,
    frames: 1,
    seconds: 1,
    bytes: 1,
    audio: { codec: '', channels: 1, rate: 1 },
    loudness: 0,
    editLists: true,
  })) {
    const source = `${fact.unverified ? 'unverified: ' : ''}${fact.source}`;
    bySource.set(source, [...(bySource.get(source) ?? []), rule]);
  }
  return bySource;
}

interface Check {
  holds: boolean;
  /** The film's value, to follow "The film". */
  value: string;
  rule: string;
  /** The next step. */
  next: string;
  fact: Fact<unknown>;
}

/** Half a frame at 25 fps, in seconds: containers round times. */
const ROUNDING = 0.02;

function checks(rules: Rules, film: Omit<Measured, 'format'>): Check[] {
  const { width, height, fps, frames, seconds, bytes } = film;
  const list: Check[] = [];
  const add = <T>(fact: Fact<T> | undefined, make: (limit: T) => Omit<Check, 'fact'>) => {
    if (fact) list.push({ ...make(fact.value), fact });
  };
  if (bytes !== undefined) {
    add(rules.bytes, (most) => ({
      holds: bytes <= most,
      value: `is ${inBytes(bytes)}`,
      rule: `up to ${inBytes(most)}`,
      next: `use --max-size ${Math.floor(most / 1e3)}kB`,
    }));
  }
  add(rules.longSide, (length) => ({
    holds: Math.max(width, height) === length,
    value: `is ${width}x${height}`,
    rule: `a longer side of ${length} pixels`,
    next: 'leave out --size, or choose another',
  }));
  add(rules.seconds, ([least, most]) => ({
    holds: !Number.isFinite(seconds) || (seconds >= least - ROUNDING && seconds <= most + ROUNDING),
    value: `lasts ${short(seconds)} s`,
    rule: between(least, most, 's'),
    next: seconds > most ? `use --seconds ${most}` : `use --seconds ${least}, or --loops`,
  }));
  add(rules.fps, ([least, most]) => ({
    holds: fps >= least - 0.01 && fps <= most + 0.01,
    value: `has ${short(fps)} fps`,
    rule: between(least, most, 'fps'),
    next: `use --fps ${Math.min(most, Math.max(least, 25))}`,
  }));
  add(rules.side, ([least, most]) => ({
    holds: Math.min(width, height) >= least && Math.max(width, height) <= most,
    value: `is ${width}x${height}`,
    rule: least === most ? `${most}x${most} pixels` : `sides of ${least} to ${most} pixels`,
    next: least === most ? 'leave out --size' : 'choose another --size',
  }));
  add(rules.box, ([widest, tallest]) => ({
    holds: width <= widest && height <= tallest,
    value: `is ${width}x${height}`,
    rule: `up to ${widest}x${tallest}`,
    next: 'make it smaller with --size',
  }));
  add(rules.aspect, ([least, most]) => ({
    holds: width / height >= least - 0.01 && width / height <= most + 0.01,
    value: `is ${width}x${height}, width over height ${short(width / height)}`,
    rule: `width over height ${least === most ? short(most) : between(least, most)}`,
    next: 'leave out --size, or choose another',
  }));
  add(rules.frames, (most) => ({
    holds: !Number.isFinite(frames) || frames <= most,
    value: `has ${frames} frames`,
    rule: `up to ${most} frames`,
    next: 'use fewer with --seconds, --fps or --every',
  }));
  add(rules.framePixels, (most) => ({
    holds: width * height <= most,
    value: `is ${width}x${height}`,
    rule: `up to ${most / 1e6} million pixels per frame`,
    next: 'make it smaller with --size',
  }));
  add(rules.filmPixels, (most) => ({
    holds: !Number.isFinite(frames) || width * height * frames <= most,
    value: `has ${Math.ceil((width * height * frames) / 1e6)} million pixels`,
    rule: `up to ${most / 1e6} million pixels in all`,
    next: 'make it smaller with --size, or shorter',
  }));
  const { audio, loudness, editLists } = film;
  if (audio) {
    const { codec, channels, rate } = audio;
    add(rules.sound, (name) => ({
      holds: codec === name,
      value: `has sound in ${codec}`,
      rule: `sound in ${name}`,
      next: 'write .mp4',
    }));
    add(rules.channels, (most) => ({
      holds: channels <= most,
      value: `has ${channels} channels of sound`,
      rule: most === 2 ? 'sound in mono or stereo' : `sound with up to ${most} channels`,
      next: 'convert its sound to stereo',
    }));
    add(rules.sampleRate, (most) => ({
      holds: rate <= most,
      value: `has sound at ${short(rate / 1000)} kHz`,
      rule: `sound up to ${short(most / 1000)} kHz`,
      next: `resample its sound to ${short(most / 1000)} kHz`,
    }));
    add(rules.soundBits, (most) => ({
      holds: true, // the encoder is told
      value: '',
      rule: `sound up to ${short(most / 1000)} kbit/s`,
      next: '',
    }));
    add(rules.loudness, (most) => ({
      holds: loudness === undefined || loudness <= most + LOUDNESS_ROUNDING,
      value: `has a loudness of ${short(loudness ?? 0)} LUFS`,
      rule: `sound up to ${short(most)} LUFS`,
      next: 'use a lower --audio-gain',
    }));
  }
  add(rules.silent, () => ({
    holds: audio === undefined,
    value: 'has sound',
    rule: 'no sound',
    next: 'use --no-audio',
  }));
  add(rules.editLists, (allowed) => ({
    holds: allowed || editLists !== true,
    value: 'has an edit list',
    rule: allowed ? 'edit lists' : 'no edit lists',
    next: 'leave out --out, or write .mp4',
  }));
  return list;
}

/** Encoders and meters differ by less than this, in LU. */
const LOUDNESS_ROUNDING = 0.5;

function between(least: number, most: number, unit = ''): string {
  return `${least === 0 ? 'up' : short(least)} to ${short(most)} ${unit}`.trim();
}

/** A number with at most two decimals. */
const short = (value: number) => String(Number(value.toFixed(2)));
