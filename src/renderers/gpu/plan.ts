/**
 * A frame's GPU work as plain data: which kernels run, over how many workgroups, on which buffers. Nothing here touches
 * a device, so all of it can be tested without one.
 *
 * A frame is drawn in chunks of pixels. A chunk must fit into the device's buffers, and must not block the device's
 * other work, such as the screen, for long; pace.ts decides how long.
 */
import { UsageError } from '../../core/errors.js';
import type { Colouring } from '../../core/frame/colouring.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { colouringOf } from '../../core/frame/palette.js';
import { frameBytes, type PixelFormat } from '../../core/frame/pixels.js';
import { type ActivationName, fractionOf, namesOf, plainActivation } from '../../core/network/activations.js';
import { type Arrangement, type Matrix, matricesOf } from './arrange.js';
import { formsFor, invocationsFor, type Limits } from './forms.js';
import { colourKernel } from './kernels/colour.js';
import { denseKernel, TILE_SAMPLES, tileUnits } from './kernels/dense.js';
import { finishKernel } from './kernels/finish.js';
import { GROUP, type Kernel, type Step } from './kernels/kernel.js';
import { type NarrowForm, narrowKernel, samplesOf } from './kernels/narrow.js';
import { outputKernel } from './kernels/output.js';
import { placeKernel } from './kernels/place.js';
import { yuvKernel } from './kernels/yuv.js';
import { FIRST_EFFORT } from './pace.js';

/** The buffers a frame needs. Layers alternate between `unitsA` and `unitsB`. */
export type BufferName = 'offsets' | 'weights' | 'unitsA' | 'unitsB' | 'brightness' | 'map' | PixelFormat;

export interface Dispatch {
  kernel: Kernel;
  step: Step;
  /** The buffers after the step's, in the order of the kernel's bindings. */
  buffers: BufferName[];
  /** The offset of the weights' first part, in vec4f. */
  partsAt?: number;
  groups: [x: number, y: number];
  /** Its cost, in the unit of `Plan.effortPerPixel`; 0 if negligible. */
  effort: number;
}

export interface Plan {
  /** The number of chunks, which the device's queue runs one after another. */
  chunks: number;
  /** The dispatches of chunk i, from 0. Created on demand, since a large picture may have thousands. */
  chunk(i: number): Dispatch[];
  /** All kernels that the plan runs. */
  kernels: Kernel[];
  /** Sizes in bytes; 0 for buffers that are not needed. */
  buffers: Record<BufferName, number>;
  /** The buffer with the finished picture. */
  picture: PixelFormat;
  /** Multiplications and additions for all samples of the picture. */
  operations: number;
  /** Pixels per chunk; the last may have fewer. */
  chunkPixels: number;
  /** A pixel's cost in multiplications and additions, with activations converted to these. */
  effortPerPixel: number;
}

/** Which part of a picture to plan, and the size of its chunks. Chunk sizes do not affect the picture. */
export interface Portion {
  /** The maximum effort of a chunk. */
  effort: number;
  /** The first pixel to plan; the rest of the picture follows. */
  firstPixel: number;
}

/** The cost of an activation in multiplications and additions: an exponential, a division and the code around them. */
const ACTIVATION_EFFORT = 16;
/** The maximum size in bytes of a wide network's activation buffer. */
const UNIT_BYTES = 2 ** 27;
/** The maximum size in bytes of what is read back with a picture: its timestamps. */
const BESIDE = 32;

/**
 * Plans a frame, or part of it.
 * @param picture - The pixel format.
 * @param form - The narrow kernel's form; defaults to the one likely to be the fastest.
 * @param held - Whether the network's sums are scaled down: see ../exponents.ts.
 * @param portion - Defaults to the whole picture in the smallest chunks: see pace.ts.
 * @throws UsageError if the frame does not fit into the device.
 */
export function planFrame(
  frame: FrameDescription,
  arrangement: Arrangement,
  limits: Limits,
  picture: PixelFormat = 'rgba',
  form = formsFor(arrangement.narrow ?? 0, arrangement.parts.count, limits)[0],
  held = false,
  { effort, firstPixel: begin }: Portion = { effort: FIRST_EFFORT, firstPixel: 0 },
): Plan {
  const { network, supersample } = frame;
  const [width, height] = frame.size;
  const perPixel = supersample ** 2;
  const pixels = width * height;
  const perSample = operationsPerSample(arrangement);
  const activations = typeof plainActivation(network.activation) === 'string' ? 1 : 2;
  const effortPerSample =
    perSample +
    ACTIVATION_EFFORT *
      (network.outputs + arrangement.hidden.reduce((sum, { rule }) => sum + activations * rule.units, 0));
  checkFits(frame, arrangement, limits);

  const rows = widestPlanes(arrangement);
  const mostSamples = Math.min(
    effort / effortPerSample,
    Math.min(UNIT_BYTES, limits.maxStorageBufferBindingSize) / (4 * rows),
    limits.maxComputeWorkgroupsPerDimension * GROUP, // for kernels with one sample per invocation
  );
  const mostTiles = Math.max(1, Math.floor(mostSamples / TILE_SAMPLES)); // planes consist of whole tiles
  const chunkPixels = Math.min(pixels - begin, Math.floor((mostTiles * TILE_SAMPLES) / perPixel));
  const plane = Math.ceil((chunkPixels * perPixel) / TILE_SAMPLES) * TILE_SAMPLES;

  const colouring = colouringOf(frame.palette);
  const planes = colouring === 'rgb' ? network.outputs : 3;
  const chunks = Math.ceil((pixels - begin) / chunkPixels);
  const mix = fractionOf(network.activation);
  const chunk = (i: number): Dispatch[] => {
    const firstPixel = begin + i * chunkPixels;
    const step: Step = {
      width,
      pixels,
      supersample,
      firstPixel,
      samples: Math.min(chunkPixels, pixels - firstPixel) * perPixel,
      plane,
      dither: Number(frame.dither),
      outputs: network.outputs,
      hidden: arrangement.hidden.length,
      share: arrangement.share,
      mix,
      rest: 1 - mix,
    };
    const brightness =
      arrangement.narrow === undefined
        ? wide(frame, arrangement, step, held)
        : [narrow(frame, arrangement, step, { form, held, limits })];
    const colours = colouring === 'rgb' ? [] : [coloured(colouring, step)];
    const groups: [number, number] = [Math.ceil(step.samples! / perPixel / GROUP), 1];
    const finish: Dispatch = {
      kernel: finishKernel,
      step: { ...step, outputs: planes },
      buffers: ['brightness', 'rgba'],
      groups,
      effort: 0,
    };
    const isLast = i === chunks - 1;
    return [
      ...brightness,
      ...colours,
      finish,
      ...(isLast && picture === 'yuv420p' ? [toYuv(width, pixels, limits)] : []),
    ];
  };
  const unitBytes = arrangement.narrow === undefined ? 4 * rows * plane : 0;
  return {
    chunks,
    chunk,
    kernels: [...new Set(chunk(chunks - 1).map(({ kernel }) => kernel))],
    buffers: {
      offsets: 4 * supersample * (width + height),
      weights: 16 * arrangement.length,
      unitsA: unitBytes,
      unitsB: unitBytes,
      brightness: 4 * planes * plane,
      map: typeof colouring === 'object' ? colouring.table.byteLength : 0,
      rgba: frameBytes(frame.size),
      yuv420p: picture === 'yuv420p' ? frameBytes(frame.size, picture) : 0,
    },
    picture,
    operations: perSample * pixels * perPixel,
    chunkPixels,
    effortPerPixel: effortPerSample * perPixel,
  };
}

/** The whole network in one dispatch. */
function narrow(
  frame: FrameDescription,
  arrangement: Arrangement,
  step: Step,
  { form, held, limits }: { form: NarrowForm; held: boolean; limits: Limits },
): Dispatch {
  const { network } = frame;
  const { narrow: width = 0, hidden, output, earlier, parts } = arrangement;
  const invocations = invocationsFor(width, form, limits);
  const kernel = narrowKernel({
    width,
    form,
    invocations,
    hidden: namesOf(plainActivation(network.activation)),
    output: plainActivation(network.outputActivation) as ActivationName,
    outputs: network.outputs,
    earlier: earlier ? (earlier.rule.number === 1 ? 'position' : 'units') : 'none',
    parts: form.weights === 'uniform' ? parts.count : 0,
    held,
  });
  const places = {
    firstAt: hidden[0]?.at,
    at: parts.at,
    outputAt: output.at,
    earlierAt: earlier?.at,
    heldAt: arrangement.heldAt,
  };
  return {
    kernel,
    step: { ...step, ...places },
    buffers: ['offsets', 'weights', 'brightness'],
    partsAt: parts.at,
    groups: [Math.ceil(step.samples! / (invocations * samplesOf(form))), 1],
    effort: 0, // the chunk's only costly dispatch
  };
}

/** One dispatch for the samples' positions, then one per layer. */
function wide(frame: FrameDescription, arrangement: Arrangement, step: Step, held: boolean): Dispatch[] {
  const { network } = frame;
  const { hidden, output, earlier, heldAt } = arrangement;
  const units = tileUnits(Math.max(...hidden.map(({ rule }) => rule.units)));
  const dense = denseKernel(namesOf(plainActivation(network.activation)), units, held);
  const place = ({ at, inputs, stride, rule }: Matrix) => ({ at, inputs, stride, units: rule.units });
  const turn = (k: number): BufferName => (k % 2 === 0 ? 'unitsA' : 'unitsB');
  const ofSamples: [number, number] = [Math.ceil(step.plane! / GROUP), 1];
  const layers = hidden.map((matrix, k): Dispatch => {
    const groups: [number, number] = [
      Math.ceil(matrix.rule.units / units),
      Math.ceil(step.samples! / TILE_SAMPLES),
    ];
    const buffers: BufferName[] = ['weights', turn(k), turn(k + 1)];
    const effort = 2 * matrix.rule.units * matrix.rule.inputs * step.samples!;
    const places = { ...place(matrix), heldAt: heldAt + k };
    return { kernel: dense, step: { ...step, ...places }, buffers, groups, effort };
  });
  const last = hidden.length;
  const earlierPlace = earlier && {
    earlierAt: earlier.at,
    earlierInputs: earlier.inputs,
    earlierStride: earlier.stride,
  };
  return [
    { kernel: placeKernel, step, buffers: ['offsets', 'unitsA'], groups: ofSamples, effort: 0 },
    ...layers,
    {
      kernel: outputKernel(plainActivation(network.outputActivation) as ActivationName, held),
      step: { ...step, ...place(output), ...earlierPlace, heldAt: heldAt + last },
      buffers: ['weights', turn(last), turn(last + 1), 'brightness'],
      groups: ofSamples,
      effort: 0,
    },
  ];
}

/** Converts the network's outputs to colours, in place. */
function coloured(colouring: Exclude<Colouring, 'rgb'>, step: Step): Dispatch {
  return {
    kernel: colourKernel(colouring),
    step,
    buffers: typeof colouring === 'object' ? ['map', 'brightness'] : ['brightness'],
    groups: [Math.ceil(step.samples! / GROUP), 1],
    effort: 0,
  };
}

function toYuv(width: number, pixels: number, limits: Limits): Dispatch {
  const words = Math.ceil((1.5 * pixels) / 4);
  const groups = Math.min(limits.maxComputeWorkgroupsPerDimension, Math.ceil(words / GROUP));
  return {
    kernel: yuvKernel,
    step: { width, pixels },
    buffers: ['rgba', 'yuv420p'],
    groups: [groups, 1],
    effort: 0,
  };
}

/** Multiplications and additions per sample, without activations. */
function operationsPerSample(arrangement: Arrangement): number {
  return matricesOf(arrangement).reduce((sum, { rule }) => {
    const inputs = rule.number === 1 ? 2 : rule.inputs;
    return sum + 2 * rule.units * inputs;
  }, 0);
}

/** The most numbers stored per sample at a time: its position, a layer's activations, or its outputs. */
function widestPlanes({ narrow, hidden }: Arrangement): number {
  return narrow === undefined ? Math.max(...hidden.map(({ rule }) => rule.units)) : 3;
}

function checkFits(frame: FrameDescription, arrangement: Arrangement, limits: Limits): void {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const [width, height] = frame.size;
  const takes = `this GPU handles at most ${megabytes(most)} at a time`;
  const picture = 4 * width * height;
  if (picture > most || picture + BESIDE > limits.maxBufferSize) {
    throw new UsageError(
      `A picture of ${width}x${height} is ${megabytes(picture)} but ${takes}: make it smaller, or use --backend cpu.`,
    );
  }
  if (16 * arrangement.length > most) {
    throw new UsageError(
      `The network's weights are ${megabytes(16 * arrangement.length)} but ${takes}: use fewer units or layers, or --backend cpu.`,
    );
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
