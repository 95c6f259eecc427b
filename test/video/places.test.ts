/** The table of platforms, and how films are held against it. */

import { describe, expect, test } from 'vitest';
import { type Fact, headroom, platformNames, platformOf, unsuitable } from '../../src/outputs/index.js';

const film = { format: 'mp4' as const, width: 1080, height: 1080, fps: 25, frames: 150, seconds: 6 };

describe.each(platformNames)('%s', (name) => {
  const platform = platformOf(name);

  test('takes the size that is made for it', () => {
    const [width, height] = platform.size;
    expect(unsuitable(platform, { ...film, width, height })).toEqual([]);
    expect((width % 2) + (height % 2)).toBe(0);
    const [gifWidth, gifHeight] = platform.gifSize ?? platform.size;
    if (platform.gif)
      expect(unsuitable(platform, { ...film, format: 'gif', width: gifWidth, height: gifHeight })).toEqual(
        [],
      );
  });

  test('says of each number who says so, and when', () => {
    for (const rules of [platform.mp4, platform.gif ?? {}]) {
      for (const fact of Object.values(rules) as Fact<unknown>[])
        expect(fact.source).toMatch(/\S, 20\d\d-\d\d$/);
    }
  });
});

test('what a platform says it does not take is told from what others say of it', () => {
  const all = (name: 'x' | 'tiktok', change: object) => unsuitable(platformOf(name), { ...film, ...change });
  expect([
    ...all('x', { seconds: 2000 }),
    ...all('x', { fps: 90, bytes: 9e9 }),
    ...all('x', { format: 'gif', frames: 400 }),
    ...all('x', { format: 'webp' }),
    ...all('tiktok', { fps: 10, width: 64 }),
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
