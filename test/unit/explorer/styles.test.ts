/** The explorer's colours: text and controls over any picture (WCAG 1.4.3 and 1.4.11). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = readonly [number, number, number];

const css = readFileSync(new URL('../../../src/explorer/page/styles/00-base.css', import.meta.url), 'utf8');

/** A colour of :root: its sRGB, from 0 to 255, and its opacity. */
function colour(name: string): { rgb: Rgb; alpha: number } {
  const value = css.match(new RegExp(`--${name}: ([^;]+);`))?.[1];
  const hex = value?.match(/^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i);
  if (hex) return { rgb: hex.slice(1).map((part) => Number.parseInt(part, 16)) as unknown as Rgb, alpha: 1 };
  const parts = value?.match(/^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/);
  if (!parts) throw new Error(`--${name} is ${value}`);
  const [r, g, b, percent] = parts.slice(1).map(Number);
  return { rgb: [r!, g!, b!], alpha: percent! / 100 };
}

const over = ({ rgb, alpha }: ReturnType<typeof colour>, below: Rgb) =>
  rgb.map((channel, i) => alpha * channel + (1 - alpha) * below[i]!) as unknown as Rgb;

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

const PICTURES: Record<string, Rgb> = { white: [255, 255, 255], black: [0, 0, 0] };

describe.each(Object.keys(PICTURES))('over a %s picture', (name) => {
  const surface = over(colour('surface'), PICTURES[name]!);
  const grounds = [surface, over(colour('surface-raised'), surface), over(colour('surface-hover'), surface)];

  test.each(['ink', 'ink-soft', 'accent'])('text in --%s has a contrast of 4.5:1', (text) => {
    for (const ground of grounds) expect(contrast(colour(text).rgb, ground)).toBeGreaterThanOrEqual(4.5);
  });

  test('tracks, outlines and the focus have a contrast of 3:1', () => {
    for (const line of ['line-strong', 'track', 'accent'])
      expect(contrast(colour(line).rgb, surface)).toBeGreaterThanOrEqual(3);
    const ring = [colour('focus').rgb, colour('focus-edge').rgb];
    expect(Math.max(...ring.map((tone) => contrast(tone, PICTURES[name]!)))).toBeGreaterThanOrEqual(3);
  });
});

test('the two tones of the focus ring differ, and so do those of primary buttons', () => {
  expect(contrast(colour('focus').rgb, colour('focus-edge').rgb)).toBeGreaterThanOrEqual(3);
  expect(contrast(colour('on-accent').rgb, colour('accent').rgb)).toBeGreaterThanOrEqual(4.5);
});
