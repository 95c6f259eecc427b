/** Frames on canvases: their pixels, and what happens when a device, a canvas or a frame fails. */
import { describe, expect, test } from 'vitest';
import type { WebGpuCanvas } from '../../src/core/frame/renderer.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { FallbackRenderer } from '../../src/renderers/fallback.js';
import type { Device } from '../../src/renderers/gpu/device.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { SLOTS } from '../../src/renderers/gpu/session.js';
import { frameOf } from '../frames/compare.js';
import { softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('how frames get to canvases');

const small = frameOf({ network: { layers: 1, seed: 1 }, palette: 'viridis', size: [12, 8] });
const other = frameOf({ network: { layers: 1, seed: 2 }, palette: 'viridis', size: [20, 12] });

/** A canvas for Node: its context's textures can be copied. */
class Canvas implements WebGpuCanvas {
  #context: { device: GPUDevice; format: GPUTextureFormat } | undefined;
  #texture: GPUTexture | undefined;
  /** The devices that it was connected to. */
  readonly devices: GPUDevice[] = [];
  /** Thrown instead of the next texture. */
  failure: Error | undefined;

  constructor(
    public width: number,
    public height: number,
  ) {}

  getContext() {
    return {
      configure: ({ device, format }: GPUCanvasConfiguration) => {
        this.#context = { device, format };
        this.devices.push(device);
      },
      getCurrentTexture: () => {
        const { failure } = this;
        this.failure = undefined;
        if (failure) throw failure;
        const { device, format } = this.#context!;
        const usage = GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC;
        this.#texture = device.createTexture({ size: [this.width, this.height], format, usage });
        return this.#texture;
      },
    };
  }

  /** Its RGBA pixels. */
  async pixels(): Promise<Uint8Array> {
    const { device, format } = this.#context!;
    const { width, height } = this.#texture!;
    const bytesPerRow = 256 * Math.ceil((4 * width) / 256);
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: bytesPerRow * height, usage });
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture: this.#texture! }, { buffer, bytesPerRow }, [width, height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(GPUMapMode.READ);
    const mapped = new Uint8Array(buffer.getMappedRange());
    const pixels = new Uint8Array(4 * width * height);
    const [red, blue] = format === 'bgra8unorm' ? [2, 0] : [0, 2];
    for (let i = 0; i < width * height; i++) {
      const at = bytesPerRow * Math.floor(i / width) + 4 * (i % width);
      pixels.set([mapped[at + red], mapped[at + 1], mapped[at + blue], mapped[at + 3]], 4 * i);
    }
    buffer.destroy();
    return pixels;
  }
}

/** A pixel of an image stretched to another size with linear interpolation. */
function stretched(rgba: Uint8Array, [width, height]: readonly [number, number], canvas: Canvas): number[] {
  const place = (i: number, most: number, target: number) =>
    Math.min(most - 1, Math.max(0, ((i + 0.5) * most) / target - 0.5));
  return Array.from({ length: 4 * canvas.width * canvas.height }, (_, i) => {
    const pixel = Math.floor(i / 4);
    const x = place(pixel % canvas.width, width, canvas.width);
    const y = place(Math.floor(pixel / canvas.width), height, canvas.height);
    const value = (column: number, row: number) =>
      rgba[4 * (Math.min(height - 1, row) * width + Math.min(width - 1, column)) + (i % 4)];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const mix = (a: number, b: number, share: number) => a + share * (b - a);
    const upper = mix(value(column, row), value(column + 1, row), x - column);
    return mix(upper, mix(value(column, row + 1), value(column + 1, row + 1), x - column), y - row);
  });
}

describe.skipIf(!adapter)('a frame on a canvas', () => {
  /** A renderer, and the devices that it opened. */
  async function started() {
    const opened: Device[] = [];
    const open = async () => {
      opened.push(await adapter!.open());
      return opened.at(-1)!;
    };
    return { opened, renderer: await GpuRenderer.start(open) };
  }

  test('is the one that render() returns, for each of several canvases and after a resize', async () => {
    const { renderer } = await started();
    const canvases = [new Canvas(12, 8), new Canvas(12, 8)];
    for (const canvas of canvases) {
      expect(await renderer.present(small, canvas)).toBe(true);
      expect(await canvas.pixels()).toEqual(await renderer.render(small));
    }
    Object.assign(canvases[0], { width: 20, height: 12 });
    await renderer.present(other, canvases[0]);
    expect(await canvases[0].pixels()).toEqual(await renderer.render(other));
    expect(canvases[0].devices).toHaveLength(1);
    await renderer.close();
  });

  test.each([
    [31, 17],
    [5, 3],
  ])('is stretched to a canvas of %d x %d', async (width, height) => {
    const { renderer } = await started();
    const canvas = new Canvas(width, height);
    await renderer.present(small, canvas);
    const expected = stretched(await renderer.render(small), small.size, canvas);
    const apart = [...(await canvas.pixels())].map((byte, i) => Math.abs(byte - expected[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    await renderer.close();
  });

  test('is drawn again if the device is lost', async () => {
    const { renderer, opened } = await started();
    const canvas = new Canvas(12, 8);
    await renderer.present(small, canvas);
    opened[0].gpu.destroy();
    expect(await renderer.present(small, canvas)).toBe(true);
    expect(canvas.devices).toEqual(opened.map(({ gpu }) => gpu));
    expect(opened).toHaveLength(2);
    expect(await canvas.pixels()).toEqual(await renderer.render(small));
    await renderer.close();
  });

  test('is left to the caller once the CPU has taken over', async () => {
    const { renderer: gpu, opened } = await started();
    const notes: string[] = [];
    const renderer = new FallbackRenderer(
      gpu,
      () => new CpuRenderer(1),
      (note) => notes.push(note),
    );
    const canvas = new Canvas(12, 8);
    expect(await renderer.present(small, canvas)).toBe(true);
    for (const count of [1, 2]) {
      opened.at(-1)!.gpu.destroy();
      expect(await renderer.present(small, canvas)).toBe(count === 1);
    }
    expect(await renderer.present(small, canvas)).toBe(false);
    expect(notes).toEqual([expect.stringContaining('The GPU was lost a second time')]);
    expect(await renderer.render(small)).toHaveLength(4 * 12 * 8);
    await renderer.close();
  });

  test('does not appear if it is cancelled in time, and later frames do', async () => {
    const { renderer } = await started();
    const canvas = new Canvas(12, 8);
    await renderer.present(small, canvas);
    const before = await canvas.pixels();
    const stop = new AbortController();
    const cancelled = renderer.present(other, canvas, stop.signal);
    stop.abort(new Error('Outdated.'));
    await expect(cancelled).rejects.toThrow('Outdated.');
    await renderer.render(other); // by now the cancelled frame would have been drawn
    expect(await canvas.pixels()).toEqual(before);
    expect(await renderer.present(small, canvas)).toBe(true);
    await renderer.close();
  });

  test('that fails releases what it holds', async () => {
    const { renderer } = await started();
    const canvas = new Canvas(12, 8);
    for (let i = 0; i <= SLOTS; i++) {
      canvas.failure = new Error('no texture');
      await expect(renderer.present(small, canvas)).rejects.toThrow('no texture');
    }
    const none = new Canvas(0, 8);
    await expect(renderer.present(small, none)).rejects.toThrow(
      new RangeError('The canvas has 0x8 pixels but must have at least 1x1.'),
    );
    await renderer.present(small, canvas);
    expect(await canvas.pixels()).toEqual(await renderer.render(small));
    await renderer.close();
  });
});
