/** Wherever a frame fails, a GPU renderer releases its resources and draws the next frame as usual. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../src/renderers/gpu/device.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { SLOTS } from '../../src/renderers/gpu/session.js';
import { frameOf } from '../frames/compare.js';
import { softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('what a GPU renderer releases when a frame fails');

/** More failures than slots: if each lost one, none would be left. */
const FAILURES = SLOTS + 1;
/** Single-layer networks have the kernels that compile fastest. */
const before = frameOf({ network: { layers: 1, seed: 1 }, palette: 'viridis', size: [12, 8] });
const failing = frameOf({ network: { layers: 1, seed: 2 }, palette: 'magma', size: [40, 30] });

/** A device whose calls can be made to fail, and the resources it has created. */
class Faulty {
  readonly buffers: GPUBuffer[] = [];
  /** The number of open error scopes. */
  scopes = 0;
  readonly #failures = new Map<string, number>();

  constructor(readonly device: Device) {
    const { gpu } = device;
    const { queue } = gpu;
    for (const name of ['createShaderModule', 'createPipelineLayout', 'createBindGroup'] as const)
      this.#wrap(gpu, name);
    for (const name of ['createBindGroupLayout', 'createComputePipelineAsync'] as const)
      this.#wrap(gpu, name);
    for (const name of ['writeBuffer', 'submit', 'onSubmittedWorkDone'] as const) this.#wrap(queue, name);
    Object.defineProperty(gpu, 'queue', { value: queue });
    this.#wrap(gpu, 'createBuffer', (buffer: GPUBuffer) => {
      this.buffers.push(buffer);
      for (const name of ['mapAsync', 'getMappedRange'] as const) this.#wrap(buffer, name);
    });
    this.#wrap(gpu, 'createCommandEncoder', (encoder: GPUCommandEncoder) => {
      for (const name of ['copyBufferToBuffer', 'finish'] as const) this.#wrap(encoder, name);
      this.#wrap(encoder, 'beginComputePass', (pass: GPUComputePassEncoder) => {
        for (const name of ['setPipeline', 'setBindGroup', 'dispatchWorkgroups', 'end'] as const)
          this.#wrap(pass, name);
      });
    });
    this.#wrap(gpu, 'pushErrorScope', () => this.scopes++);
    this.#wrap(gpu, 'popErrorScope', () => this.scopes--);
  }

  /** Makes the next `times` calls of a method fail. */
  fail(name: string, times: number): void {
    this.#failures.set(name, times);
  }

  get failuresLeft(): number {
    return [...this.#failures.values()].reduce((sum, times) => sum + times, 0);
  }

  #wrap(target: object, name: string, made: (result: never) => void = () => {}): void {
    const call = (target as Record<string, (...args: unknown[]) => unknown>)[name];
    Object.defineProperty(target, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        const left = this.#failures.get(name) ?? 0;
        if (left > 0) {
          this.#failures.set(name, left - 1);
          throw new Error(`${name} failed`);
        }
        const result = call.apply(target, args);
        made(result as never);
        return result;
      },
    });
  }
}

/** Steps of a renderer's first frames only: compiling, and measuring the device's pace. */
const FIRST_STEPS: [step: string, times: number][] = [
  ['createShaderModule', 1],
  ['createPipelineLayout', 1],
  ['createBindGroupLayout', 1],
  ['createComputePipelineAsync', 1],
  ['onSubmittedWorkDone', FAILURES],
];

/** Steps of every frame, or of every frame that differs from the previous one. */
const STEPS = [
  'pushErrorScope',
  'createBuffer',
  'writeBuffer',
  'createCommandEncoder',
  'beginComputePass',
  'setPipeline',
  'createBindGroup',
  'setBindGroup',
  'dispatchWorkgroups',
  'end',
  'copyBufferToBuffer',
  'finish',
  'submit',
  'mapAsync',
  'getMappedRange',
];

describe.skipIf(!adapter)('a frame that fails', () => {
  let expected: Uint8Array[];
  beforeAll(async () => {
    const renderer = await GpuRenderer.start(() => adapter!.open());
    expected = [await renderer.render(before), await renderer.render(failing)];
    await renderer.close();
  });

  type Started = { faulty: Faulty; renderer: GpuRenderer };

  async function started(): Promise<Started> {
    const faulty = new Faulty(await adapter!.open());
    const renderer = await GpuRenderer.start(async () => faulty.device);
    return { faulty, renderer };
  }

  /** Makes `times` frames fail, then checks what the renderer draws and which resources it holds. */
  async function expectToGoOn({ faulty, renderer }: Started, step: string, times: number): Promise<void> {
    faulty.fail(step, times);
    const outcomes = await Promise.allSettled(Array.from({ length: times }, () => renderer.render(failing)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: `${step} failed` } });
    expect(faulty.failuresLeft).toBe(0);
    // The first of these is still on the device, or seems to be.
    expect(await Promise.all([before, failing, before].map((each) => renderer.render(each)))).toEqual([
      expected[0],
      expected[1],
      expected[0],
    ]);
    expect(faulty.scopes).toBe(0);
    expect(faulty.buffers.map(({ mapState }) => mapState)).toEqual(faulty.buffers.map(() => 'unmapped'));
  }

  test.each(FIRST_STEPS)('at %s, before the first frame: later frames are drawn', async (step, times) => {
    const first = await started();
    await expectToGoOn(first, step, times);
    await first.renderer.close();
  });

  describe('once per slot and once more: later frames are drawn', () => {
    let all: Started;
    beforeAll(async () => {
      all = await started();
      await all.renderer.render(before);
    });
    afterAll(() => all.renderer.close());

    test.each(STEPS)('at %s', (step) => expectToGoOn(all, step, FAILURES));
  });

  test('for lack of memory: its buffers are recreated, not reused', async () => {
    const { faulty, renderer } = await started();
    await renderer.render(before);
    const { gpu } = faulty.device;
    const pop = gpu.popErrorScope.bind(gpu);
    let count = 0;
    Object.defineProperty(gpu, 'popErrorScope', {
      configurable: true,
      value: async () => {
        const found = await pop();
        return count++ === 0 ? { message: 'no room\nat all' } : found;
      },
    });
    const made = faulty.buffers.length;
    await expect(renderer.render(failing)).rejects.toThrow(
      "The frame does not fit into the GPU's memory (no room): make it smaller, or use --backend cpu.",
    );
    const forIt = faulty.buffers.length - made;
    expect(forIt).toBeGreaterThan(0);
    expect(await renderer.render(failing)).toEqual(expected[1]);
    expect(faulty.buffers.length - made).toBeGreaterThanOrEqual(2 * forIt);
    expect(faulty.scopes).toBe(0);
    await renderer.close();
  });

  test('a device that a renderer cannot use is released', async () => {
    const device = await adapter!.open();
    Object.defineProperty(device, 'timed', { value: true });
    Object.defineProperty(device.gpu, 'createQuerySet', {
      value: () => {
        throw new Error('no queries');
      },
    });
    await expect(GpuRenderer.start(async () => device)).rejects.toThrow('no queries');
    expect((await device.gpu.lost).reason).toBe('destroyed');
  });
});
