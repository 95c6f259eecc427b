/** The table of platforms, and how films are held against it. */

import { describe, expect, test } from 'vitest';
import {
  type Fact,
  formatList,
  headroom,
  type PlatformName,
  platformNames,
  platformOf,
  rulesOf,
  sizeFor,
  unsuitable,
} from '../../src/outputs/index.js';

const film = { format: 'mp4' as const, width: 1080, height: 1080, fps: 25, frames: 150, seconds: 6 };

describe.each(platformNames)('%s', (name) => {
  const platform = platformOf(name);

  const taken = formatList.filter((format) => rulesOf(platform, format.name));

  test('takes the size and the format that are made for it', () => {
    expect(taken.map((format) => format.name)).toContain(platform.film ?? 'mp4');
    for (const { name: format } of taken) {
      const [width, height] = sizeFor(platform, format);
      const seconds = rulesOf(platform, format)?.seconds?.value[1] ?? 6;
      expect(unsuitable(platform, { ...film, format, width, height, seconds })).toEqual([]);
      expect((width % 2) + (height % 2)).toBe(0);
    }
  });

  test('says of each number who says so, and when', () => {
    for (const format of taken) {
      for (const fact of Object.values(rulesOf(platform, format.name)!) as Fact<unknown>[])
        expect(fact.source).toMatch(/\S, 20\d\d-\d\d$/);
    }
  });
});

test('what a platform says it does not take is told from what others say of it', () => {
  const all = (name: PlatformName, change: object) => unsuitable(platformOf(name), { ...film, ...change });
  expect([
    ...all('x', { seconds: 2000 }),
    ...all('x', { fps: 90, bytes: 9e9 }),
    ...all('x', { format: 'gif', frames: 400 }),
    ...all('x', { format: 'webp' }),
    ...all('tiktok', { fps: 10, width: 64 }),
    ...all('x', { format: 'mp4-av1' }),
    ...all('telegram-sticker', { format: 'webm', audio: { codec: 'Opus', channels: 2, rate: 48_000 } }),
    ...all('whatsapp-sticker', { format: 'webp', width: 512, height: 300 }),
  ]).toMatchInlineSnapshot(`
    [
      {
        "message": "The film lasts 2000 s, and X accepts 0.5 to 1200 s (xdevplatform/docs, 2026-11): use --seconds 1200.",
        "unverified": false,
      },
      {
        "message": "The film is 9.0 GB, and X accepts up to 8.0 GB (xdevplatform/docs, 2026-11): use --max-size 8000000kB.",
        "unverified": false,
      },
      {
        "message": "The film has 90 fps, and X accepts up to 60 fps (xdevplatform/docs, 2026-11): use --fps 25.",
        "unverified": false,
      },
      {
        "message": "The film has 400 frames, and X accepts up to 350 frames (xdevplatform/docs, 2026-11): use fewer with --seconds, --fps or --every.",
        "unverified": false,
      },
      {
        "message": "The film has 467 million pixels, and X accepts up to 300 million pixels in all (xdevplatform/docs, 2026-11): make it smaller with --size, or shorter.",
        "unverified": false,
      },
      {
        "message": "X is not known to accept .webp: write .mp4 or .gif.",
        "unverified": true,
      },
      {
        "message": "The film has 10 fps, and TikTok accepts 23 to 60 fps (unverified: commonpike/fairpost's copy of TikTok's API pages, 2026-11): use --fps 25.",
        "unverified": true,
      },
      {
        "message": "The film is 64x1080, and TikTok accepts sides of 360 to 4096 pixels (unverified: commonpike/fairpost's copy of TikTok's API pages, 2026-11): choose another --size.",
        "unverified": true,
      },
      {
        "message": "X is not known to accept AV1 in .mp4: leave out --codec av1.",
        "unverified": true,
      },
      {
        "message": "The film is 1080x1080, and Telegram video sticker accepts a longer side of 512 pixels (MarshalX/telegram-crawler, stickers, 2026-11): leave out --size, or choose another.",
        "unverified": false,
      },
      {
        "message": "The film lasts 6 s, and Telegram video sticker accepts up to 3 s (MarshalX/telegram-crawler, stickers, 2026-11): use --seconds 3.",
        "unverified": false,
      },
      {
        "message": "The film has sound, and Telegram video sticker accepts no sound (MarshalX/telegram-crawler, stickers, 2026-11): use --no-audio.",
        "unverified": false,
      },
      {
        "message": "The film is 512x300, and WhatsApp animated sticker accepts 512x512 pixels (unverified: Vonage's guide to WhatsApp stickers, 2026-11): leave out --size.",
        "unverified": true,
      },
    ]
  `);
});

test('how far under it is', () => {
  const said = (name: 'x' | 'discord' | 'tiktok') =>
    headroom(platformOf(name), { ...film, bytes: 1_234_567 });
  expect([said('x'), said('discord'), said('tiktok')]).toMatchInlineSnapshot(`
    [
      "1.3 MB of 8.0 GB, 6 s of 1200 s",
      "1.3 MB of 10.5 MB",
      "1.3 MB of 4.0 GB, 6 s of 600 s",
    ]
  `);
});
