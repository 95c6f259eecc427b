/** No frame is lost with a device: it is replaced once, and a second loss is a clear error. */
import { describe, expect, test } from 'vitest';
import { RenderError } from '../../src/core/errors.js';
import type { Device } from '../../src/renderers/gpu/device.js';
import { GpuRenderer } from '../../src/renderers/gpu/renderer.js';
import { frameOf } from '../frames/compare.js';
import { limitsOf, rendererStarter, softwareAdapter } from './adapter.js';

const adapter = await softwareAdapter('what happens when a GPU is lost');
const start = rendererStarter(adapter);

const frames = [0.5, 0.7, 0.9, 1.1, 1.3, 1.5].map((weightScale) =>
  frameOf({ network: { layers: 12, width: 8, weightScale }, size: [67, 45] }),
);

/** Opens devices that a test can destroy, and counts them. */
function devices(failures: Record<number, Error> = {}) {
  const opened: Device[] = [];
  let asked = 0;
  const open = async () => {
    const failure = failures[asked++];
    if (failure) throw failure;
    const device = await adapter!.open();
    opened.push(device);
    return device;
  };
  return { open, opened, asked: () => asked, lose: () => opened.at(-1)!.gpu.destroy() };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.skipIf(!adapter)('a lost device', () => {
  let pictures: Uint8Array[];
  const drawn = async () => {
    const renderer = await start();
    pictures ??= await Promise.all(frames.map((frame) => renderer.render(frame)));
    return pictures;
  };

  // While kernels compile, while frames are drawn, and at about the end.
  test.each([0, 20, 300, 1000])(
    'during six frames, after %i ms: all are right, with one new device',
    async (delay) => {
      const expected = await drawn();
      const { open, opened, lose } = devices();
      const renderer = await start({}, open);
      const all = Promise.all(frames.map((frame) => renderer.render(frame)));
      await wait(delay);
      lose();
      expect(await all).toEqual(expected);
      expect(await renderer.render(frames[0]), 'later frames work too').toEqual(expected[0]);
      expect(opened).toHaveLength(2);
    },
  );

  test('between two frames: the next is right', async () => {
    const expected = await drawn();
    const { open, opened, lose } = devices();
    const renderer = await start({}, open);
    expect(await renderer.render(frames[1])).toEqual(expected[1]);
    lose();
    await wait(20);
    expect(await renderer.render(frames[2])).toEqual(expected[2]);
    expect(opened).toHaveLength(2);
  });

  test('before the first frame: the first frames are right', async () => {
    const expected = await drawn();
    const { open, opened, lose } = devices();
    const renderer = await start({}, open);
    lose();
    expect(await Promise.all(frames.map((frame) => renderer.render(frame)))).toEqual(expected);
    expect(opened).toHaveLength(2);
  });

  test('a second time: one clear RenderError for every frame, and no third device', async () => {
    const { open, opened, lose, asked } = devices();
    const renderer = await start({}, open);
    await renderer.render(frames[0]);
    lose();
    await renderer.render(frames[1]);
    const all = Promise.allSettled(frames.map((frame) => renderer.render(frame)));
    lose();
    for (const outcome of await all) {
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(RenderError);
      expect(reason.message).toMatch(
        /^The GPU was lost a second time \(.+\): update its driver, or use --backend cpu\.$/,
      );
      expect(reason.message.split('\n')).toHaveLength(1);
    }
    await expect(renderer.render(frames[0]), 'nor later').rejects.toThrow(/lost a second time/);
    expect(opened).toHaveLength(2);
    expect(asked()).toBe(2);
  });

  test('without a replacement: every frame rejects with the reason, now and later', async () => {
    const gone = new RenderError('The GPU is gone: use --backend cpu.');
    const { open, lose, asked } = devices({ 1: gone });
    const renderer = await start({}, open);
    const all = Promise.allSettled(frames.map((frame) => renderer.render(frame)));
    lose();
    for (const outcome of await all) expect(outcome).toEqual({ status: 'rejected', reason: gone });
    await expect(renderer.render(frames[0])).rejects.toBe(gone);
    expect(asked()).toBe(2);
  });

  test('replaced while the renderer is closing: frames reject, and the new device is released', async () => {
    const { open, opened, lose } = devices();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let count = 0;
    const renderer = await GpuRenderer.start(async () => {
      if (count++ > 0) await held;
      return open();
    });
    const all = Promise.allSettled(frames.map((frame) => renderer.render(frame)));
    lose();
    while (count < 2) await wait(5);
    const closed = renderer.close();
    release();
    await closed;
    for (const { status } of await all) expect(status).toBe('rejected');
    await expect(renderer.render(frames[0])).rejects.toThrow(/closed/);
    if (opened[1]) expect((await opened[1].gpu.lost).reason).toBe('destroyed');
    expect(count).toBe(2);
  });

  test('an invalid frame is not a loss: it rejects with its own error, and the device stays', async () => {
    const { open, opened } = devices();
    const renderer = await start({}, open);
    Object.defineProperty(opened[0].gpu, 'limits', {
      value: limitsOf(opened[0], { maxBufferSize: 1000 }),
    });
    await expect(renderer.render(frames[0])).rejects.toThrow(/make it smaller/);
    expect(opened).toHaveLength(1);
  });
});
