/** Height maps: the file is valid glTF 2.0, its heights are those of the reference, and its colours are the frame's. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { toLinear } from '../../src/core/frame/colour.js';
import type { FrameDescription } from '../../src/core/frame/description.js';
import { sampleOffsets } from '../../src/core/frame/geometry.js';
import { inputAt } from '../../src/core/frame/inputs.js';
import { forward, unitBrightness } from '../../src/core/network/forward.js';
import { buildNetwork } from '../../src/core/network/network.js';
import { parseSweep, type SweepInput, sweep } from '../../src/core/sweep/sweep.js';
import { gltf } from '../../src/exporters/gltf.js';
import { evaluate } from '../../src/renderers/cpu/planes.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { frameOf } from '../frames/compare.js';
import { frames, inPalettes, ofAllKinds } from '../frames/specs.js';
import { seed } from '../seed.js';

const renderer = new CpuRenderer(1);
afterAll(() => renderer.close());

const tools = {
  evaluate,
  draw: (frame: FrameDescription) => renderer.render(frame),
  deflate: () => Promise.reject(new Error('not needed')),
  player: () => Promise.reject(new Error('not needed')),
  version: '1.2.3',
};

async function exported(input: SweepInput, at = 0) {
  const files = await gltf.write({ name: 'untitled', sweep: sweep(input), at }, tools);
  expect(files.map(({ ending }) => ending)).toEqual(['.glb']);
  return readGlb(files[0].content as Uint8Array);
}

describe('the file', () => {
  const tiny = { layers: 2, units: 4 };

  test('is valid, with 16-bit indices as long as they suffice', async () => {
    const { json, positions, indices } = await exported({ seconds: 1, network: tiny, size: [255, 257] });
    expect(positions.length / 3).toBe(255 * 257);
    expect(indices).toBeInstanceOf(Uint16Array);
    expect(json.asset).toMatchObject({ version: '2.0', generator: 'Untrained 1.2.3' });
  });

  test('is under 10 MB for a large frame, which it samples in the same proportions', async () => {
    const { size, positions, indices } = await exported({ seconds: 1, network: tiny, size: [3840, 2160] });
    expect(size).toBeLessThan(10e6);
    expect(indices).toBeInstanceOf(Uint32Array);
    const [x, , z] = boundsOf(positions);
    expect(x / z).toBeCloseTo(16 / 9, 1);
    expect(z).toBeCloseTo(1, 2);
  });

  test('has the recipe of the moment', async () => {
    const scale = { tween: [0.4, 0.8] } as const;
    const input = { seconds: 2, network: { layers: 3, units: 4, weightScale: scale }, size: [8, 6] };
    const { json } = await exported(input as unknown as SweepInput, 1);
    const { untrained, sweep: recipe } = json.asset.extras;
    expect(untrained).toBe(2);
    expect(parseSweep(recipe).network.weightScale).toBeCloseTo(0.6, 12);
  });

  test.each(['</script>', '"\\', '*/', '\u0000\u001b[31m', '\ud800', 'a\u2028b', 'Zürich 🌊'])(
    'has any title: %j',
    async (title) => {
      const { json } = await exported({ title, seconds: 1, network: tiny, size: [4, 4] });
      expect(json.nodes[0].name).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      expect(json.nodes[0].name.length).toBeGreaterThan(0);
      if (!/[\p{Cc}\p{Cs}]/u.test(title)) expect(json.nodes[0].name).toBe(title);
    },
  );
});

describe('the surface', () => {
  const layers = fc.integer({ min: 1, max: 5 });
  const any = ofAllKinds(frames({ layers, weightScale: 1.2, zoom: [-3, 2], centre: 10 }));

  test(`has the heights of the reference and the colours of the frame (${seed.hint})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(any, inPalettes(any)), async (generated) => {
        const random: FrameDescription = JSON.parse(JSON.stringify(generated)); // plain objects
        fc.pre(Math.min(...random.size) > 1);
        const { size, view, network, slice, palette, shown } = random;
        const { positions, colours } = await exported({
          seconds: 1,
          network,
          view,
          slice,
          palette,
          shown,
          size,
        });
        const frame = frameOf({ ...random, supersample: 1 });
        const rgba = await renderer.render(frame);
        const light = Uint16Array.from(rgba, (byte, i) =>
          Math.round(65535 * (i % 4 === 3 ? 1 : toLinear(byte / 255))),
        );
        expect(colours).toEqual(light);

        const heights = heightsOf(frame);
        const { x, y } = sampleOffsets(frame);
        const half = view.halfWidth;
        // Float32 is less precise at the jumps of step and sawtooth, and where layers amplify errors.
        const errors: number[] = [];
        for (let i = 0; i < size[0] * size[1]; i++) {
          expect(positions[3 * i]).toBeCloseTo(x[i % size[0]] / half, 5);
          expect(positions[3 * i + 2]).toBeCloseTo(-y[Math.floor(i / size[0])] / half, 5);
          errors.push(Math.abs(positions[3 * i + 1] - heights[i]));
        }
        errors.sort((a, b) => a - b);
        expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThan(2 / 255);
        expect(errors[Math.floor(0.5 * errors.length)]).toBeLessThan(1e-3);
      }),
      { numRuns: 10, seed: seed.value },
    );
  });

  test('is 0.45 as high as the square is wide, and faces up', async () => {
    // A slope that rises from 0 at the left to 1 at the right.
    const network = { outputActivation: 'identity', weights: [{ w: [[0.5, 0]], b: [0.5] }] } as const;
    const view = { centre: [0, 0] as [number, number], halfWidth: 1 };
    const { json, positions, normals } = await exported({
      seconds: 1,
      network: network as never,
      view,
      size: [4, 4],
    });
    expect(json.nodes[0].scale).toEqual([1, 0.9, 1]);
    for (let i = 0; i < 16; i++) {
      expect(positions[3 * i + 1]).toBeCloseTo((positions[3 * i] + 1) / 2, 6);
      // The slope is 1/2, so the normal is (-1/2, 1, 0) in length 1.
      expect([...normals.subarray(3 * i, 3 * i + 3)]).toEqual(
        [-1, 2, 0].map((part) => expect.closeTo(part / Math.sqrt(5), 6)),
      );
    }
  });

  test('has the averaged colours of a supersampled frame, and no dither', async () => {
    const input = {
      seconds: 1,
      network: { seed: 3, layers: 6 },
      size: [24, 16],
      supersample: 3,
      dither: true,
    } as const;
    const { colours } = await exported(input as unknown as SweepInput);
    const { seconds: _, ...frame } = input;
    const rgba = await renderer.render(frameOf({ ...frame, size: [24, 16], dither: false }));
    for (let i = 0; i < rgba.length; i += 4)
      expect(colours[i]).toBe(Math.round(65535 * toLinear(rgba[i] / 255)));
  });
});

test('what has no single surface is refused', async () => {
  const write = (input: object) => exported({ seconds: 1, ...input });
  await expect(write({ shown: { layer: 2 } })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UsageError: shown is all units of layer 2, but a height map shows a single one: name it, such as shown: { layer: 2, unit: 1 }.]`,
  );
  await expect(write({ size: [400, 1] })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UsageError: size is 400x1, but a height map needs at least two points along each side: make it larger.]`,
  );
});

/** Heights by the reference. */
function heightsOf(frame: FrameDescription): number[] {
  const network = buildNetwork(frame.network);
  const { x, y } = sampleOffsets({ ...frame, supersample: 1 });
  const { shown, palette, levels } = frame;
  return Array.from({ length: frame.size[0] * frame.size[1] }, (_, i) => {
    const input = inputAt(frame, x[i % frame.size[0]], y[Math.floor(i / frame.size[0])]);
    if (shown && 'layer' in shown)
      return unitBrightness(network, input, shown.layer, levels)[shown.unit! - 1];
    const outputs = forward(network, input, levels);
    if (shown) return outputs[shown.output - 1];
    if (typeof palette === 'object') return outputs[palette.output - 1];
    return outputs.reduce((sum, value) => sum + value) / outputs.length;
  });
}

const ARRAYS = { 5123: Uint16Array, 5125: Uint32Array, 5126: Float32Array } as const;
const PER_ITEM: Record<string, number> = { SCALAR: 1, VEC3: 3, VEC4: 4 };

/** Reads a binary glTF with one mesh, and checks what the specification demands. */
function readGlb(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number) =>
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at, at + length));
  expect([text(0, 4), view.getUint32(4, true), view.getUint32(8, true)]).toEqual(['glTF', 2, bytes.length]);
  const length = view.getUint32(12, true);
  expect([length % 4, text(16, 4)]).toEqual([0, 'JSON']);
  const json = JSON.parse(text(20, length));
  const begin = 28 + length;
  const rest = view.getUint32(20 + length, true);
  expect([rest % 4, text(24 + length, 4), begin + rest]).toEqual([0, 'BIN\0', bytes.length]);
  expect(json.buffers).toEqual([{ byteLength: rest }]);

  let end = 0;
  for (const { buffer, byteOffset, byteLength } of json.bufferViews) {
    expect([buffer, byteOffset % 4]).toEqual([0, 0]);
    expect(byteOffset).toBeGreaterThanOrEqual(end); // they do not overlap
    end = byteOffset + byteLength;
  }
  expect(end).toBeLessThanOrEqual(rest);
  const arrayOf = (index: number) => {
    const { bufferView, componentType, count, type } = json.accessors[index];
    const { byteOffset, byteLength } = json.bufferViews[bufferView];
    const kind = ARRAYS[componentType as keyof typeof ARRAYS];
    expect(byteLength).toBe(count * PER_ITEM[type] * kind.BYTES_PER_ELEMENT);
    return new kind(bytes.slice(begin + byteOffset, begin + byteOffset + byteLength).buffer);
  };
  expect(json.scenes[json.scene].nodes).toEqual([0]);
  const [{ attributes, indices: index, material }] = json.meshes[json.nodes[0].mesh].primitives;
  expect(json.materials[material]).toMatchObject({ doubleSided: true });
  const positions = arrayOf(attributes.POSITION) as Float32Array;
  const normals = arrayOf(attributes.NORMAL) as Float32Array;
  const colours = arrayOf(attributes.COLOR_0) as Uint16Array;
  const indices = arrayOf(index) as Uint16Array | Uint32Array;
  const count = positions.length / 3;

  expect(json.accessors[attributes.COLOR_0].normalized).toBe(true);
  expect([normals.length, colours.length]).toEqual([3 * count, 4 * count]);
  const { min, max } = json.accessors[attributes.POSITION];
  const least = [...positions.subarray(0, 3)];
  const most = [...least];
  for (const [i, value] of positions.entries()) {
    if (!Number.isFinite(value)) expect.fail(`position ${i} is ${value}`);
    least[i % 3] = Math.min(least[i % 3], value);
    most[i % 3] = Math.max(most[i % 3], value);
  }
  expect([min, max]).toEqual([least, most]);
  for (let i = 0; i < count; i++) {
    const [x, y, z] = normals.subarray(3 * i, 3 * i + 3);
    if (!(Math.abs(Math.hypot(x, y, z) - 1) < 1e-6 && y > 0)) expect.fail(`normal ${i} is ${x}, ${y}, ${z}`);
  }
  // Every vertex is used, and every triangle is counter-clockwise seen from above.
  const used = new Uint8Array(count);
  for (let i = 0; i < indices.length; i += 3) {
    const [[ax, az], [bx, bz], [cx, cz]] = [0, 1, 2].map((k) => {
      used[indices[i + k]] = 1;
      return [positions[3 * indices[i + k]], positions[3 * indices[i + k] + 2]];
    });
    const turn = (bz - az) * (cx - ax) - (bx - ax) * (cz - az);
    if (!(turn > 0)) expect.fail(`triangle ${i / 3} faces down`);
  }
  expect(used.every((once) => once === 1)).toBe(true);
  return { json, positions, normals, colours, indices, size: bytes.length };
}

/** The greatest coordinates. */
function boundsOf(positions: Float32Array): number[] {
  const most = [0, 0, 0];
  for (const [i, value] of positions.entries()) most[i % 3] = Math.max(most[i % 3], value);
  return most;
}
