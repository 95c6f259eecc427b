/** Trial frames, which decide whether WebGL2 is used: its pixels must be right, and it must be faster than the CPU. */
import { toByte } from '../../core/frame/colour.js';
import { type FrameDescription, type FrameInput, frameSchema } from '../../core/frame/description.js';
import { pixelOffsets } from '../../core/frame/geometry.js';
import { evaluate } from '../../renderers/cpu/planes.js';

/** How far bytes may be from the CPU's. */
const MOST_STEPS = 2;
/** One thread of the CPU evaluates so many points, and the GPU so many pixels along each side. */
const [POINTS, SIDE] = [512, 256];
/** How much faster the CPU's renderer is than one such thread, for each core that the browser reports. */
const PER_CORE = 1.5;

/** Networks that use what drivers may get wrong: exponentials, sums of many numbers, rounding. */
const frames: FrameInput[] = [
  { network: { layers: 27, units: 30, seed: 1, weightScale: 0.4 }, size: [24, 20] }, // with the shader of `timed`
  {
    network: {
      layers: 5,
      units: 21,
      seed: 2,
      activation: ['sin', 'gelu', 'sigmoid'],
      normalisation: 'layer',
    },
    view: { halfWidth: 1e-4 },
    size: [20, 24],
  },
];
const timed: FrameInput = { network: { layers: 27, units: 30, seed: 1 }, size: [SIDE, SIDE] };

/**
 * Why a renderer should not be used, in one line; undefined if nothing speaks against it.
 * @param isTimed - Whether it must be faster than the CPU.
 */
export async function problemInTrial(
  render: (frame: FrameDescription) => Promise<Uint8Array>,
  isTimed: boolean,
): Promise<string | undefined> {
  try {
    for (const input of frames) {
      const frame = frameSchema.parse(input);
      const steps = largestDifference(await render(frame), frame);
      if (steps > MOST_STEPS) return `WebGL2 draws a trial frame wrong, by ${steps} steps of 8 bits.`;
    }
    return isTimed ? await slowness(render) : undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

function largestDifference(rgba: Uint8Array, frame: FrameDescription): number {
  const { x, y } = pixelOffsets(frame);
  let largest = 0;
  for (const [channel, plane] of evaluate(frame, x, y).entries()) {
    for (const [i, value] of plane.entries()) {
      largest = Math.max(largest, Math.abs(rgba[4 * i + channel] - toByte(value)));
    }
  }
  return largest;
}

async function slowness(
  render: (frame: FrameDescription) => Promise<Uint8Array>,
): Promise<string | undefined> {
  const frame = frameSchema.parse(timed);
  const { x, y } = pixelOffsets(frame);
  const time = async (work: () => unknown) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const small: FrameDescription = { ...frame, size: [SIDE / 4, SIDE / 4] };
  await render(small); // compiles the shader, and draws the weights
  evaluate(frame, x.subarray(0, 1), y.subarray(0, 1));
  const cpu = await time(() => evaluate(frame, x.subarray(0, POINTS), y.subarray(0, POINTS)));
  const ratioOf = (gpu: number, side: number) => cpu / POINTS / (gpu / side ** 2);
  // What is hopeless is not given more work, which would delay the page; small frames have more overhead.
  const first = ratioOf(await time(() => render(small)), SIDE / 4);
  const cores = Math.max(1, navigator.hardwareConcurrency ?? 1);
  const tooSlow = (ratio: number) =>
    `WebGL2 is only ${ratio.toFixed(1)} times as fast as one of the ${cores} cores here.`;
  if (first < (PER_CORE * cores) / 4) return tooSlow(first);
  await render(frame); // finds the size of tiles
  const ratio = ratioOf(await time(() => render(frame)), SIDE);
  return ratio >= PER_CORE * cores ? undefined : tooSlow(ratio);
}
