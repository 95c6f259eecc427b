/** Where people post, and what is taken there: every number with its source and date. A limit that only third parties tell
 *  of is unverified; nothing is refused for its sake (suit.ts). Fix a number here when a platform changes it. */

import type { Synonyms } from '../core/wording/did-you-mean.js';
import type { FormatName } from './formats/index.js';

/** A limit, and who says so. */
export interface Fact<T = number> {
  value: T;
  /** Who, and when it was read. */
  source: string;
  /** Told by third parties alone. */
  unverified?: true;
}

/** What a platform takes of one kind of file. Pairs are the least and the most, both allowed. */
export interface Rules {
  /** The most bytes. */
  bytes?: Fact;
  seconds?: Fact<[number, number]>;
  fps?: Fact<[number, number]>;
  /** Of either side, in pixels. */
  side?: Fact<[number, number]>;
  /** The widest and tallest, in pixels. */
  box?: Fact<[width: number, height: number]>;
  /** Width over height. */
  aspect?: Fact<[number, number]>;
  /** The most frames. */
  frames?: Fact;
  /** The most pixels of a frame, and of all frames together. */
  framePixels?: Fact;
  filmPixels?: Fact;
}

/** Under a format's name, what it takes of that format; and under `gifSize` and the like, the size that a film in that
 *  format is rendered at, where it is smaller. */
export interface Platform
  extends Partial<Record<FormatName, Rules>>,
    Partial<Record<`${FormatName}Size`, [width: number, height: number]>> {
  title: string;
  /** What a film for it is rendered at: of the sizes it shows, one that suits most screens there. */
  size: [width: number, height: number];
  /** Every platform takes our default format. */
  mp4: Rules;
}

const fact =
  <T>(source: string) =>
  (value: T) => ({ value, source });
const limit = fact<number>;
const range = fact<[number, number]>;
const hearsay =
  (source: string) =>
  <T>(value: T): Fact<T> => ({ value, source, unverified: true });

const MB = 1e6;
const MIB = 2 ** 20;
const SQUARE: [number, number] = [1080, 1080];
const TALL: [number, number] = [1080, 1920];

const X = 'xdevplatform/docs, 2026-11';
const GITHUB = 'github/docs, 2026-11';
const DISCORD = 'discord/discord-api-docs, 2026-11';
const BLUESKY = 'bluesky-social/atproto lexicons, 2026-11';
const MASTODON = 'mastodon/mastodon, app/models, 2026-11'; // media_attachment.rb and concerns/attachmentable.rb
const YOUTUBE = "a mirror of Google's help pages, 2026-11";

const others = hearsay('third-party pages, 2026-11');
const ayrshare = hearsay("Ayrshare's media guidelines, 2026-11");
const fairpost = hearsay("commonpike/fairpost's copy of TikTok's API pages, 2026-11");

const platforms = {
  x: {
    title: 'X',
    size: SQUARE,
    // Of everyone; it was 512 MB and 140 s until some time in 2026, and is 16 GB and 125 minutes for those who pay. The same
    // page says 1280x1024 at the most, and offers 1080p.
    mp4: {
      bytes: limit(X)(8000 * MB),
      seconds: range(X)([0.5, 20 * 60]),
      fps: range(X)([0, 60]),
      aspect: range(X)([1 / 3, 3]),
    },
    gif: {
      bytes: limit(X)(15 * MB),
      box: range(X)([1280, 1080]),
      frames: limit(X)(350),
      filmPixels: limit(X)(300e6),
    },
  },
  instagram: {
    title: 'Instagram feed',
    size: [1080, 1350],
    mp4: { bytes: others(100 * MB), seconds: others([0, 60]), aspect: others([4 / 5, 1.91]) },
  },
  reel: {
    title: 'Instagram reel',
    size: TALL,
    mp4: {
      bytes: ayrshare(300 * MB),
      seconds: ayrshare([3, 900]),
      fps: ayrshare([23, 60]),
      box: ayrshare([1920, 3600]),
      aspect: others([9 / 16, 9 / 16]),
    },
  },
  story: {
    title: 'Instagram story',
    size: TALL,
    mp4: { bytes: others(100 * MB), seconds: others([0, 60]), aspect: others([9 / 16, 9 / 16]) },
  },
  tiktok: {
    title: 'TikTok',
    size: TALL,
    mp4: {
      bytes: fairpost(4000 * MB),
      seconds: others([3, 600]),
      fps: fairpost([23, 60]),
      side: fairpost([360, 4096]),
    },
  },
  shorts: {
    title: 'YouTube Shorts',
    size: TALL,
    mp4: { seconds: range(YOUTUBE)([0, 180]), aspect: range(YOUTUBE)([0, 1]) },
  },
  linkedin: {
    title: 'LinkedIn',
    size: SQUARE,
    mp4: { bytes: ayrshare(500 * MB), seconds: ayrshare([3, 1800]), aspect: ayrshare([1 / 2.4, 2.4]) },
  },
  bluesky: {
    title: 'Bluesky',
    size: SQUARE,
    mp4: {
      bytes: limit(BLUESKY)(300 * MB),
      seconds: hearsay('williamsdb/php2Bluesky issue 40, 2026-09')([0, 600]), // 180 until then
    },
    gif: { bytes: limit(BLUESKY)(2 * MB) },
  },
  mastodon: {
    title: 'Mastodon (differs by server)',
    size: SQUARE,
    gifSize: [960, 960],
    mp4: {
      bytes: limit(MASTODON)(99 * MIB),
      fps: range(MASTODON)([0, 120]),
      frames: limit(MASTODON)(36_000),
      framePixels: limit(MASTODON)(3840 * 2160),
    },
    gif: { bytes: limit(MASTODON)(16 * MIB), framePixels: limit(MASTODON)(1280 * 720) },
  },
  discord: {
    title: 'Discord',
    size: SQUARE,
    mp4: { bytes: limit(DISCORD)(10 * MIB) },
    gif: { bytes: limit(DISCORD)(10 * MIB) },
  },
  github: {
    title: 'GitHub',
    size: SQUARE,
    mp4: { bytes: limit(GITHUB)(10 * MB) }, // 100 MB for those who pay
    gif: { bytes: limit(GITHUB)(10 * MB) },
  },
  reddit: {
    title: 'Reddit',
    size: SQUARE,
    mp4: { bytes: others(1000 * MB), seconds: others([0, 900]) },
    gif: { bytes: others(20 * MB) },
  },
} satisfies Record<string, Platform>;

export type PlatformName = keyof typeof platforms;
export const platformNames = Object.keys(platforms) as PlatformName[];

/** What people may call them. */
export const platformSynonyms: Synonyms = {
  x: ['twitter'],
  shorts: ['youtube'],
  instagram: ['insta', 'ig'],
  reel: ['reels'],
  story: ['stories'],
};

/** A platform by its name. */
export const platformOf = (name: PlatformName): Platform => platforms[name];
