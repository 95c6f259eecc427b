/** The table of platforms, and how films are checked against it. */

import { describe, expect, test } from 'vitest';
import { type Fact, headroom, placeNames, placeOf, unsuitable } from '../../src/outputs/index.js';

const film = { format: 'mp4' as const, width: 1080, height: 1080, fps: 25, frames: 150, seconds: 6 };

describe.each(placeNames)('%s', (name) => {
  const place = placeOf(name);

  test('accepts the size that is made for it', () => {
    const [width, height] = place.size;
    expect(unsuitable(place, { ...film, width, height })).toEqual([]);
    expect((width % 2) + (height % 2)).toBe(0);
    const [gifWidth, gifHeight] = place.gifSize ?? place.size;
    if (place.gif)
      expect(unsuitable(place, { ...film, format: 'gif', width: gifWidth, height: gifHeight })).toEqual([]);
  });

  test('states the source and date of each number', () => {
    for (const rules of [place.mp4, place.gif ?? {}]) {
      for (const fact of Object.values(rules) as Fact<unknown>[])
        expect(fact.source).toMatch(/\S, 20\d\d-\d\d$/);
    }
  });
});

test("a platform's own limits are distinguished from what others say about it", () => {
  const all = (name: 'x' | 'tiktok', change: object) => unsuitable(placeOf(name), { ...film, ...change });
  expect([
    ...all('x', { seconds: 2000 }),
    ...all('x', { fps: 90, bytes: 9e9 }),
    ...all('x', { format: 'gif', frames: 400 }),
    ...all('x', { format: 'webp' }),
    ...all('tiktok', { fps: 10, width: 64 }),
  ]).toMatchInlineSnapshot(`
    [
      {
        "message": "The film lasts 2000 s, and X takes 0.5 to 1200 s (xdevplatform/docs, 2026-11): take --seconds 1200.",
        "unverified": false,
      },
      {
        "message": "The film has 9.0 GB, and X takes up to 8.0 GB (xdevplatform/docs, 2026-11): give it --max-size 8000000kB.",
        "unverified": false,
      },
      {
        "message": "The film has 90 fps, and X takes up to 60 fps (xdevplatform/docs, 2026-11): take --fps 25.",
        "unverified": false,
      },
      {
        "message": "The film has 400 frames, and X takes up to 350 frames (xdevplatform/docs, 2026-11): take fewer with --seconds, --fps or --every.",
        "unverified": false,
      },
      {
        "message": "The film has 467 million, and X takes up to 300 million pixels in all (xdevplatform/docs, 2026-11): make it smaller with --size, or shorter.",
        "unverified": false,
      },
      {
        "message": "X is not known to take .webp: write .mp4 or .gif.",
        "unverified": true,
      },
      {
        "message": "The film has 10 fps, and TikTok takes 23 to 60 fps (unverified: commonpike/fairpost's copy of TikTok's API pages, 2026-11): take --fps 25.",
        "unverified": true,
      },
      {
        "message": "The film is 64x1080, and TikTok takes sides of 360 to 4096 pixels (unverified: commonpike/fairpost's copy of TikTok's API pages, 2026-11): take another --size.",
        "unverified": true,
      },
    ]
  `);
});

test('how far a film is below the limits', () => {
  const said = (name: 'x' | 'discord' | 'tiktok') => headroom(placeOf(name), { ...film, bytes: 1_234_567 });
  expect([said('x'), said('discord'), said('tiktok')]).toMatchInlineSnapshot(`
    [
      "1.3 MB of 8.0 GB, 6 s of 1200 s",
      "1.3 MB of 10.5 MB",
      "1.3 MB of 4.0 GB, 6 s of 600 s",
    ]
  `);
});
