/** Every kernel of the CPU renderer conforms, is named after its arithmetic, draws parts and releases its resources. */
import { getEventListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { frameBytes } from '../../src/core/frame/pixels.js';
import { type Activation, activationNames } from '../../src/core/network/activations.js';
import { DrawCache } from '../../src/core/network/draws.js';
import type { NetworkInput } from '../../src/core/network/spec.js';
import { arithmeticOf, chooseKernel, kernelModule, runs } from '../../src/renderers/cpu/choose-kernel.js';
import { packNetwork } from '../../src/renderers/cpu/pack.js';
import { CpuRenderer } from '../../src/renderers/cpu/renderer.js';
import { kernels } from '../../src/renderers/cpu/shapes.js';
import { frameOf } from '../frames/compare.js';
import { mixes } from '../frames/extremes.js';
import { conformance } from './conformance.js';

const usable = Object.values(kernels).filter(runs);
for (const kernel of usable) conformance(kernel.name, { start: async () => new CpuRenderer(2, kernel) });

const frame = frameOf({ network: { layers: 9 }, size: [60, 50] });

describe('the name of the arithmetic', () => {
  /** Every activation and mix, deep enough that a single different rounding shows. */
  const telling = [...activationNames, ...mixes].map((activation: Activation) =>
    frameOf({
      network: { activation, layers: 14.5, width: 17.3, weightScale: 0.9 },
      size: [90, 70],
      supersample: 2,
      dither: true,
    }),
  );

  test('is the same for two kernels exactly if they draw the same bytes', async () => {
    const drawn = new Map<string, string[]>();
    for (const kernel of usable) {
      const renderer = new CpuRenderer(2, kernel);
      const pictures = await Promise.all(telling.map((each) => renderer.render(each)));
      const digest = pictures.map((rgba) => Buffer.from(rgba).toString('base64')).join();
      drawn.set(digest, [...(drawn.get(digest) ?? []), renderer.arithmetic]);
      await renderer.close();
    }
    const names = [...drawn.values()];
    for (const list of names) expect(new Set(list).size, list.join(' and ')).toBe(1);
    expect(new Set(names.map(([name]) => name)).size).toBe(names.length);
  });

  test('does not mention the vector width, which is chosen by measurement; the description does', () => {
    const { relaxed, wide } = kernels;
    expect(arithmeticOf(relaxed)).toBe(arithmeticOf(wide));
    expect(arithmeticOf(chooseKernel())).not.toMatch(/128|256/);
    expect(relaxed.name).not.toBe(wide.name);
  });
});

describe('kernels', () => {
  const moduleOf = (network: NetworkInput) =>
    kernelModule(packNetwork(frameOf({ network, size: [1, 1] }), kernels.plain, new DrawCache()));

  test('are compiled once for a set of activations, whatever the seed, the depth and the order', () => {
    const module = moduleOf({ activation: ['sin', 'tanh', 'relu'] });
    for (const network of [
      { activation: ['relu', 'sin', 'tanh'], seed: 7, layers: 5 },
      { activation: { perUnit: ['tanh', 'relu', 'sin'] }, layers: 2 },
      { activation: [{ from: 'tanh', to: 'relu', fraction: 0.2 }, 'sin'], units: 9, residual: 0.5 },
    ] satisfies NetworkInput[]) {
      expect(moduleOf(network)).toBe(module);
    }
    expect(moduleOf({ activation: ['sin', 'tanh'] })).not.toBe(module);
  });

  test('of one activation are the same in every spelling', () => {
    const module = moduleOf({ activation: 'sin' });
    expect(moduleOf({ activation: ['sin', 'sin'] })).toBe(module);
    expect(moduleOf({ activation: { perUnit: ['sin'] }, features: ['r'], fold: 'tile' })).toBe(module);
  });
});

describe('releasing resources', () => {
  afterEach(() => vi.restoreAllMocks());

  test('600 frames with one signal leave no listener and no warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const { signal } = new AbortController();
    const renderer = new CpuRenderer(1);
    const tiny = frameOf({ network: { layers: 1 }, size: [8, 8] });
    for (let i = 0; i < 300; i++) {
      await Promise.all([tiny, tiny].map((each) => renderer.render(each, undefined, 'rgba', signal)));
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(warned).not.toHaveBeenCalled();
    await renderer.close();
  });

  test('late bands are not written to buffers already returned', async () => {
    const renderer = new CpuRenderer(2);
    const many = frameOf({ network: { layers: 40, width: 30 }, size: [200, 400] }); // of several bands
    const into = new Uint8Array(frameBytes(many.size));
    for (let i = 0; i < 5; i++) {
      const stop = new AbortController();
      const outcome = renderer.render(many, into, 'rgba', stop.signal).catch((error) => error);
      while (i > 0 && into.every((byte) => byte === 7))
        await new Promise((resolve) => setTimeout(resolve, 1));
      stop.abort(new Error('Stopped.'));
      expect(await outcome).toBe(stop.signal.reason);
      into.fill(7);
      await renderer.render(frame); // bands in flight are drawn before it
      expect(into.every((byte) => byte === 7)).toBe(true);
    }
    await renderer.close();
  });

  /** Records started workers, which a test can end. */
  function workers() {
    const started: Worker[] = [];
    const on = vi.spyOn(Worker.prototype, 'on');
    on.mockImplementation(function (this: Worker, ...args) {
      if (!started.includes(this)) started.push(this);
      return Object.getPrototypeOf(Worker.prototype).on.apply(this, args);
    });
    return started;
  }

  test.each([
    ['stops', (worker: Worker) => worker.terminate(), /^A render thread died: it exited with [01]$/],
    [
      'throws',
      (worker: Worker) => worker.emit('error', new Error('no reason')),
      /^A render thread died: no reason$/,
    ],
  ])(
    'a thread that %s: frames reject now and later, and the other threads are ended',
    async (_, end, message) => {
      const started = workers();
      const renderer = new CpuRenderer(2);
      expect(started).toHaveLength(2);
      const exits = started.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
      const outcomes = Promise.allSettled([renderer.render(frame), renderer.render(frame)]);
      end(started[0]);
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { message: expect.stringMatching(message) },
        });
      }
      await expect(renderer.render(frame)).rejects.toThrow(message);
      await Promise.all(exits);
      await renderer.close();
    },
  );

  test('a frame that does not fit into memory rejects, and the next is drawn', async () => {
    const renderer = new CpuRenderer(1);
    const expected = await renderer.render(frame);
    const started = vi.spyOn(Worker.prototype, 'postMessage');
    started.mockImplementationOnce(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    const attempt = renderer.render(frame);
    const next = renderer.render(frame);
    await expect(attempt).rejects.toThrow(
      /^The frame does not fit into memory \(Array buffer allocation failed\)/,
    );
    expect(await next).toEqual(expected);
    expect(await renderer.render(frame)).toEqual(expected);
    await renderer.close();
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d threads are refused', (threads) => {
    expect(() => new CpuRenderer(threads)).toThrow(RangeError);
  });
});

describe('parts of a frame', () => {
  /** Every way in which a sample's place in the frame matters: offsets, folds on the pixel grid, rotation, dither. */
  const kinds = {
    plain: { network: { layers: 9 } },
    dithered: { network: { layers: 9 }, dither: true, supersample: 2 },
    folded: { network: { fold: 'mirror', features: ['x', 'y', 'r'] }, view: { centre: [0.1, 0.2] } },
    turned: { network: { features: ['x', 'angle'], fold: 'tile' }, view: { rotation: 30 } },
  } as const;

  test.each(Object.entries(kinds))('%s: have the bytes of the whole, in the order given', async (_, kind) => {
    const renderer = new CpuRenderer(2);
    const whole = frameOf({ ...kind, size: [50, 34] } as Parameters<typeof frameOf>[0]);
    const expected = await renderer.render(whole);
    const parts = [
      { x: 16, y: 8, width: 30, height: 26 },
      { x: 0, y: 0, width: 50, height: 8 },
      { x: 3, y: 9, width: 1, height: 1 },
    ];
    await renderer.renderParts(whole, parts, ({ x, y, width, height }, rgba) => {
      for (let row = 0; row < height; row++) {
        const start = 4 * ((y + row) * 50 + x);
        expect(rgba.subarray(4 * row * width, 4 * (row + 1) * width)).toEqual(
          expected.subarray(start, start + 4 * width),
        );
      }
    });
    await renderer.close();
  });

  test('beyond the frame are those of a frame whose centre is there', async () => {
    const renderer = new CpuRenderer(2);
    const frame = frameOf({ network: { layers: 5 }, view: { centre: [0, 0], halfWidth: 1 }, size: [64, 64] });
    const there = frameOf({
      network: { layers: 5 },
      view: { centre: [-2, 0], halfWidth: 1 },
      size: [64, 64],
    });
    const expected = await renderer.render(there);
    let drawn: Uint8Array = new Uint8Array();
    await renderer.renderParts(frame, [{ x: -64, y: 0, width: 64, height: 64 }], (_, rgba) => {
      drawn = rgba.slice();
    });
    const apart = expected.map((byte, i) => Math.abs(byte - drawn[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(drawn.length).toBe(expected.length);
    await renderer.close();
  });

  test('that are not begun are dropped at once by a cancellation; the others are still reported', async () => {
    const renderer = new CpuRenderer(1);
    const frame = frameOf({ network: { layers: 9 }, size: [64, 64] });
    const parts = Array.from({ length: 64 }, (_, y) => ({ x: 0, y, width: 64, height: 1 }));
    const stop = new AbortController();
    let count = 0;
    const drawing = renderer.renderParts(
      frame,
      parts,
      () => {
        if (++count === 3) stop.abort(new Error('Stopped.'));
      },
      stop.signal,
    );
    await expect(drawing).rejects.toThrow('Stopped.');
    await renderer.render(frame); // the thread draws in order, so that all parts that it had are reported by now
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(5);
    await renderer.close();
  });
});
