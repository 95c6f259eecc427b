/** Platforms and their limits, each with its source and date. A limit that only third parties report is unverified:
 *  nothing is rejected because of it (suit.ts). Update a number here when a platform changes it. */

import type { Synonyms } from '../core/wording/did-you-mean.js';
import type { FormatName } from './formats/index.js';

/** A limit and its source. */
export interface Fact<T = number> {
  value: T;
  /** Who states it, and when we read it. */
  source: string;
  /** Only third parties state it. */
  unverified?: true;
}

/** A platform's limits for one format. Pairs are the minimum and the maximum, inclusive. */
export interface Rules {
  /** At most. */
  bytes?: Fact;
  /** The length of the longer side, in pixels. */
  longSide?: Fact;
  seconds?: Fact<[number, number]>;
  fps?: Fact<[number, number]>;
  /** Each side, in pixels. */
  side?: Fact<[number, number]>;
  /** The maximum width and height, in pixels. */
  box?: Fact<[width: number, height: number]>;
  /** Width over height. */
  aspect?: Fact<[number, number]>;
  /** At most. */
  frames?: Fact;
  /** The maximum number of pixels per frame, and in all frames together. */
  framePixels?: Fact;
  filmPixels?: Fact;
  /** The codec of its sound: "AAC". */
  sound?: Fact<string>;
  /** The maximum number of channels. */
  channels?: Fact;
  /** The maximum sample rate, in Hz. */
  sampleRate?: Fact;
  /** The maximum bit rate of its sound, in bits per second. */
  soundBits?: Fact;
  /** The integrated loudness in LUFS (ITU-R BS.1770) down to which louder sound is turned. */
  loudness?: Fact;
  /** False if it refuses files with edit lists. */
  editLists?: Fact<boolean>;
  /** True if it refuses files with sound. */
  silent?: Fact<boolean>;
}

/** A platform. Under a format's name are its rules for that format; `gifSize` and the like are the sizes of films in
 *  that format, if they differ from `size`. */
export interface Platform
  extends Partial<Record<FormatName, Rules>>,
    Partial<Record<`${FormatName}Size`, [width: number, height: number]>> {
  title: string;
  /** The default size of films for it: one that suits most screens there. */
  size: [width: number, height: number];
  /** The format of its files if none is named, in place of our default. All limits of size then apply, unverified or
   *  not: files for it are of no other use. */
  film?: FormatName;
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
const KIB = 2 ** 10;
const MIB = 2 ** 20;
const SQUARE: [number, number] = [1080, 1080];
const TALL: [number, number] = [1080, 1920];

const X = 'xdevplatform/docs, 2026-11';
const GITHUB = 'github/docs, 2026-11';
const DISCORD = 'discord/discord-api-docs, 2026-11';
const BLUESKY = 'bluesky-social/atproto lexicons, 2026-11';
const MASTODON = 'mastodon/mastodon, app/models, 2026-11'; // media_attachment.rb and concerns/attachmentable.rb
const EMOJI = 'docs.discord.com, emoji resource, 2026-11';
const PINTEREST = 'business.pinterest.com, product specs, 2026-11';
const TELEGRAM = "Telegram's Bot API as quoted by teloxide, 2026-11";
const STICKERS = 'MarshalX/telegram-crawler, stickers, 2026-11'; // a copy of core.telegram.org/stickers
const YOUTUBE = "a mirror of Google's help pages, 2026-11";

/** Google's page on encoding settings for uploads, as others quote it: "No Edit Lists (or the video might not get
 *  processed correctly)", AAC-LC, 48 kHz. */
const encoding = hearsay("quotations of Google's encoding settings, 2026-11");
const others = hearsay('third-party pages, 2026-11');
const ayrshare = hearsay("Ayrshare's media guidelines, 2026-11");
const aws = hearsay("AWS's list of WhatsApp's media types, 2026-11");
const vonage = hearsay("Vonage's guide to WhatsApp stickers, 2026-11");
const fairpost = hearsay("commonpike/fairpost's copy of TikTok's API pages, 2026-11");

/** What Instagram's publishing API says about sound, as Ayrshare and others repeat it. */
const INSTAGRAM_SOUND: Rules = {
  sound: ayrshare('AAC'),
  channels: ayrshare(2),
  sampleRate: ayrshare(48_000),
  soundBits: others(128_000),
  loudness: others(-14),
  editLists: ayrshare(false),
};

const platforms = {
  x: {
    title: 'X',
    size: SQUARE,
    // For all users; it was 512 MB and 140 s until some time in 2026, and is 16 GB and 125 minutes for paying users.
    // The same page says at most 1280x1024, but offers 1080p.
    mp4: {
      bytes: limit(X)(8000 * MB),
      seconds: range(X)([0.5, 20 * 60]),
      fps: range(X)([0, 60]),
      aspect: range(X)([1 / 3, 3]),
      sound: fact<string>(X)('AAC'), // low complexity; "mono or stereo, not 5.1 or greater"
      channels: limit(X)(2),
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
    mp4: {
      bytes: others(100 * MB),
      seconds: others([0, 60]),
      aspect: others([4 / 5, 1.91]),
      ...INSTAGRAM_SOUND,
    },
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
      ...INSTAGRAM_SOUND,
    },
  },
  story: {
    title: 'Instagram story',
    size: TALL,
    mp4: {
      bytes: others(100 * MB),
      seconds: others([0, 60]),
      aspect: others([9 / 16, 9 / 16]),
      ...INSTAGRAM_SOUND,
    },
  },
  tiktok: {
    title: 'TikTok',
    size: TALL,
    mp4: {
      bytes: fairpost(4000 * MB),
      seconds: others([3, 600]),
      fps: fairpost([23, 60]),
      side: fairpost([360, 4096]),
      loudness: others(-14),
    },
  },
  shorts: {
    title: 'YouTube Shorts',
    size: TALL,
    mp4: {
      seconds: range(YOUTUBE)([0, 180]),
      aspect: range(YOUTUBE)([0, 1]),
      sound: encoding('AAC'), // Opus, too
      sampleRate: encoding(48_000),
      loudness: others(-14),
      editLists: encoding(false),
    },
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
      sound: fact<string>(MASTODON)('AAC'), // anything else is encoded again
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
    mp4: { bytes: limit(GITHUB)(10 * MB) }, // 100 MB for paying users
    gif: { bytes: limit(GITHUB)(10 * MB) },
  },
  reddit: {
    title: 'Reddit',
    size: SQUARE,
    mp4: { bytes: others(1000 * MB), seconds: others([0, 900]) },
    gif: { bytes: others(20 * MB) },
  },
  threads: {
    title: 'Threads',
    size: TALL,
    mp4: {
      bytes: ayrshare(1000 * MB),
      seconds: ayrshare([0, 300]),
      fps: ayrshare([23, 60]),
      box: ayrshare([1920, 19_200]), // only the width is limited
      aspect: ayrshare([0.01, 10]),
      sound: ayrshare('AAC'),
      channels: ayrshare(2),
      sampleRate: ayrshare(48_000),
      soundBits: ayrshare(128_000),
      editLists: ayrshare(false),
    },
  },
  pinterest: {
    title: 'Pinterest',
    size: [1000, 1500],
    mp4: {
      bytes: limit(PINTEREST)(2000 * MB),
      seconds: range(PINTEREST)([4, 900]),
      aspect: range(PINTEREST)([1 / 2, 1.91]),
    },
  },
  telegram: {
    title: 'Telegram (without sound: a GIF)',
    size: SQUARE,
    mp4: { bytes: limit(TELEGRAM)(50 * MB) },
    gif: { bytes: limit(TELEGRAM)(50 * MB) },
  },
  'telegram-sticker': {
    title: 'Telegram video sticker',
    size: [512, 512],
    film: 'webm',
    webm: {
      bytes: limit(STICKERS)(256_000),
      longSide: limit(STICKERS)(512),
      seconds: range(STICKERS)([0, 3]),
      fps: range(STICKERS)([0, 30]),
      silent: fact<boolean>(STICKERS)(true),
    },
  },
  whatsapp: {
    title: 'WhatsApp',
    size: SQUARE,
    mp4: {
      bytes: aws(16 * MB),
      sound: hearsay("VTEX's list of WhatsApp's media types, 2026-11")('AAC'),
    },
  },
  'whatsapp-sticker': {
    title: 'WhatsApp animated sticker',
    size: [512, 512],
    film: 'webp',
    webp: {
      bytes: vonage(500_000),
      side: vonage([512, 512]),
      seconds: others([0, 10]),
      fps: others([0, 125]), // a frame lasts at least 8 ms
    },
  },
  'discord-emoji': {
    title: 'Discord emoji',
    size: [128, 128],
    film: 'gif',
    gif: { bytes: limit(EMOJI)(256 * KIB), side: range(EMOJI)([128, 128]) },
    webp: { bytes: limit(EMOJI)(256 * KIB), side: range(EMOJI)([128, 128]) },
    avif: { bytes: limit(EMOJI)(256 * KIB), side: range(EMOJI)([128, 128]) },
  },
} satisfies Record<string, Platform>;

export type PlatformName = keyof typeof platforms;
export const platformNames = Object.keys(platforms) as PlatformName[];

/** Other names that --for accepts. */
export const platformSynonyms: Synonyms = {
  x: ['twitter'],
  shorts: ['youtube'],
  instagram: ['insta', 'ig'],
  reel: ['reels'],
  story: ['stories'],
  'discord-emoji': ['emoji'],
  'telegram-sticker': ['sticker'],
};

/** The platform with that name. */
export const platformOf = (name: PlatformName): Platform => platforms[name];
