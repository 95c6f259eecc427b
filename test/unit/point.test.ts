import { afterAll, expect, test } from 'vitest';
import { toByte } from '../../src/core/frame/colour.js';
import { sampleOffsets } from '../../src/core/frame/geometry.js';
import { colourAt } from '../../src/core/frame/point.js';
import { createRenderer, frameSchema } from '../../src/index.js';

const renderer = await createRenderer({ backend: 'cpu', threads: 1 });
afterAll(() => renderer.close());

test.each(['rgb', 'oklch', 'magma'] as const)(
  'the colour of a point is that of the pixel there, with the palette %s',
  async (palette) => {
    const frame = frameSchema.parse({
      network: { seed: 72, layers: 8, width: 8, weightScale: 1.35 },
      view: { centre: [0.6, -0.8], halfWidth: 3, rotation: 20 },
      palette,
      size: [15, 11],
    });
    const rgba = await renderer.render(frame);
    const { x, y } = sampleOffsets(frame);
    for (const [column, row] of [
      [0, 0],
      [7, 5],
      [14, 3],
      [4, 10],
    ]) {
      const colour = colourAt(frame, x[column], y[row]).map((part) => toByte(part));
      const pixel = 4 * (row * 15 + column);
      for (const [c, byte] of colour.entries()) {
        expect(Math.abs(byte - rgba[pixel + c])).toBeLessThanOrEqual(1);
      }
    }
  },
);
