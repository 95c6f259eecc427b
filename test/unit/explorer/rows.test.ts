/** Pictures that are drawn in strips have the pixels of the whole. */
import { afterAll, describe, expect, test } from 'vitest';
import type { FrameDescription } from '../../../src/core/frame/description.js';
import type { FrameRenderer } from '../../../src/core/frame/renderer.js';
import { frameAt, type SweepInput, sweep } from '../../../src/core/sweep/sweep.js';
import { rowsOf } from '../../../src/explorer/saving/rows.js';
import { evaluate } from '../../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../../src/renderers/cpu/renderer.js';

const cpu = new CpuRenderer(2);
afterAll(() => cpu.close());

/** Draws whole frames only, as a GPU does. */
const frames: FrameRenderer = {
  backend: 'cpu',
  description: '',
  arithmetic: cpu.arithmetic,
  framesInFlight: 3,
  formats: cpu.formats,
  render: (...given) => cpu.render(...given),
  close: async () => {},
};

/** A wide frame, so that its rows are several strips. */
function frameOf(input: Partial<SweepInput>): FrameDescription {
  const network = { seed: 70, layers: 12, units: 8, weightScale: 1.1 };
  const described = frameAt(sweep({ seconds: 1, network, ...input }), 0, evaluate);
  return { ...described, size: [16384, 40] };
}

async function rows(frame: FrameDescription, renderer: FrameRenderer) {
  const strips: Uint8Array[] = [];
  for await (const strip of rowsOf(frame, renderer)) strips.push(strip);
  return { count: strips.length, rgba: Buffer.concat(strips) };
}

describe.each([
  ['plain', {}],
  ['turned and dithered', { view: { centre: [0.3, -1], halfWidth: 0.4, rotation: 25 }, dither: true }],
  ['folded', { network: { seed: 7, layers: 5, units: 8, weightScale: 2, fold: { kaleidoscope: 5 } } }],
] as [string, Partial<SweepInput>][])('a %s frame', (_, input) => {
  test('is the same in parts', async () => {
    const frame = frameOf(input);
    const whole = await cpu.render(frame);
    const inParts = await rows(frame, cpu);
    expect(inParts.count).toBe(2);
    expect(inParts.rgba.equals(whole)).toBe(true);
    const inFrames = await rows(frame, frames);
    let greatest = 0;
    for (let i = 0; i < whole.length; i++)
      greatest = Math.max(greatest, Math.abs(whole[i] - inFrames.rgba[i]));
    expect(greatest).toBeLessThanOrEqual(1);
  });
});

test('whoever stops reading stops the drawing', async () => {
  const signals: AbortSignal[] = [];
  const watched: FrameRenderer = {
    ...frames,
    async render(frame, _into, _format, signal) {
      signals.push(signal as AbortSignal);
      return new Uint8Array(4 * frame.size[0] * frame.size[1]);
    },
  };
  for await (const _ of rowsOf(frameOf({}), watched)) break;
  expect(signals.length).toBeGreaterThan(1);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});
