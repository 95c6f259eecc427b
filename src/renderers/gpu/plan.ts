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
import { inputWriter } from '../../core/frame/inputs.js';
import { frameBytes } from '../../core/frame/pixels.js';
import { colouringShown, type UnitGrid } from '../../core/frame/shown.js';
import type { Exponents } from '../exponents.js';
import { type Arrangement, levelTerms, type Matrix, matricesOf } from './arrange.js';
import { formsFor, invocationsFor, type Limits } from './forms.js';
import { type InputRows, inputBytes } from './inputs.js';
import { arePerUnit } from './kernels/activations.js';
import { colourKernel } from './kernels/colour.js';
import { denseKernel, shownKernel, TILE_SAMPLES, tileUnits } from './kernels/dense.js';
import { finishKernel } from './kernels/finish.js';
import { blackKernel, gridKernel } from './kernels/grid.js';
import { GROUP, type Kernel, type Step } from './kernels/kernel.js';
import { type NarrowForm, narrowKernel, samplesOf } from './kernels/narrow.js';
import { outputKernel } from './kernels/output.js';
import { placeInputsKernel, placeKernel } from './kernels/place.js';
import { statisticsKernel } from './kernels/statistics.js';
import { yuvKernel } from './kernels/yuv.js';
import { FIRST_EFFORT } from './pace.js';
import { computedFrame, gridOf } from './traits.js';

/** The pixel formats that a GPU draws. */
export const gpuFormats = ['rgba', 'yuv420p'] as const;
export type GpuFormat = (typeof gpuFormats)[number];

/**
 * The buffers a frame needs. Layers alternate between `unitsA` and `unitsB`. Kernels read either `offsets` or, if
 * inputs are not linear, `inputs`.
 */
export type BufferName =
  | 'offsets'
  | 'inputs'
  | 'weights'
  | 'unitsA'
  | 'unitsB'
  | 'brightness'
  | 'map'
  | GpuFormat;

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
  picture: GpuFormat;
  /** The rows of samples whose inputs chunk i reads; undefined if positions are its inputs. */
  inputs(i: number): InputRows | undefined;
  /** The table of colours, if a map is used. */
  map: Float32Array<ArrayBuffer> | undefined;
  /** The pixels whose samples are computed; those of a grid are shown once for each unit. */
  pixels: number;
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
/** The same for the inputs that are uploaded at a time, unless a single row has more. */
const INPUT_BYTES = 2 ** 27;
/** Black to white, exactly: the colours of units that have no map. */
const GREY = Float32Array.of(0, 0, 0, 1, 1, 1);
/** The maximum size in bytes of what is read back with a picture: its timestamps. */
const BESIDE = 32;

/**
 * Plans a frame, or part of it.
 * @param picture - The pixel format.
 * @param form - The narrow kernel's form; defaults to the one likely to be the fastest.
 * @param exponents - By how much the network's sums are scaled down, if at all: see ../exponents.ts.
 * @param portion - Defaults to the whole picture in the smallest chunks: see pace.ts.
 * @throws UsageError if the frame does not fit into the device.
 */
export function planFrame(
  frame: FrameDescription,
  arrangement: Arrangement,
  limits: Limits,
  picture: GpuFormat = 'rgba',
  form = formsFor(arrangement.narrow ?? 0, arrangement.parts.count, limits)[0],
  exponents: Exponents | undefined = undefined,
  { effort, firstPixel: begin }: Portion = { effort: FIRST_EFFORT, firstPixel: 0 },
): Plan {
  const { supersample, levels } = frame;
  const held = exponents !== undefined;
  const { traits, output } = arrangement;
  const grid = gridOf(frame);
  const computed = computedFrame(frame);
  const [width, height] = computed.size;
  const perPixel = supersample ** 2;
  const pixels = width * height;
  const perSample = operationsPerSample(arrangement);
  const activations = typeof traits.hidden === 'string' ? 1 : 2;
  const outputs = output.rule.units;
  const effortPerSample =
    perSample +
    ACTIVATION_EFFORT *
      (outputs + arrangement.hidden.reduce((sum, { rule }) => sum + activations * rule.units, 0));
  checkFits(frame, arrangement, limits);

  const rows = widestPlanes(arrangement);
  const inputs = traits.planes ? inputLayout(computed, limits) : undefined;
  const mostSamples = Math.min(
    effort / effortPerSample,
    Math.min(UNIT_BYTES, limits.maxStorageBufferBindingSize) / (4 * Math.max(rows, outputs)),
    limits.maxComputeWorkgroupsPerDimension * GROUP, // for kernels with one sample per invocation
  );
  const mostTiles = Math.max(1, Math.floor(mostSamples / TILE_SAMPLES)); // planes consist of whole tiles
  const chunkPixels = Math.min(
    pixels - begin,
    Math.floor((mostTiles * TILE_SAMPLES) / perPixel),
    inputs?.mostPixels ?? pixels,
  );
  const plane = Math.ceil((chunkPixels * perPixel) / TILE_SAMPLES) * TILE_SAMPLES;

  const colouring = colouringShown(frame);
  const planes = colouring === 'rgb' || grid ? outputs : 3;
  const map = typeof colouring === 'object' ? colouring.table : grid ? GREY : undefined;
  const chunks = Math.ceil((pixels - begin) / chunkPixels);
  const { mix, outputMix } = traits;
  const rowsOf = (i: number) =>
    inputs?.rowsOf(begin + i * chunkPixels, Math.min(pixels, begin + (i + 1) * chunkPixels));
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
      outputs,
      hidden: arrangement.hidden.length,
      share: arrangement.share,
      mix,
      rest: 1 - mix,
      outputMix,
      inputPlanes: inputs?.planes,
      firstRow: rowsOf(i)?.firstRow,
      keptFrom: output.firstUnit,
      ...(levels && levelTerms(levels, exponents)),
    };
    const brightness =
      arrangement.narrow === undefined
        ? wide(arrangement, step, held, levels !== undefined)
        : [narrow(arrangement, step, { form, held, levels: levels !== undefined, limits })];
    const colours = colouring === 'rgb' || grid ? [] : [coloured(colouring, step)];
    const groups: [number, number] = [Math.ceil(step.samples! / perPixel / GROUP), 1];
    const finish: Dispatch = {
      kernel: finishKernel,
      step: { ...step, outputs: planes },
      buffers: ['brightness', 'rgba'],
      groups,
      effort: 0,
    };
    const whole = { width: frame.size[0], pixels: frame.size[0] * frame.size[1] };
    const isFirst = begin === 0 && i === 0;
    const isLast = i === chunks - 1;
    return [
      ...(grid && isFirst ? [blackened(whole.pixels, limits)] : []),
      ...brightness,
      ...colours,
      grid ? laidOut(grid, step, outputs, whole.width, map!) : finish,
      ...(isLast && picture === 'yuv420p' ? [toYuv(whole.width, whole.pixels, limits)] : []),
    ];
  };
  const unitBytes = arrangement.narrow === undefined ? 4 * rows * plane : 0;
  return {
    chunks,
    chunk,
    inputs: rowsOf,
    map,
    pixels,
    kernels: kernelsIn([...chunk(0), ...chunk(chunks - 1)]),
    buffers: {
      offsets: inputs ? 0 : 4 * supersample * (width + height),
      inputs: inputs ? inputs.bytesOf(chunkPixels) : 0,
      weights: 16 * arrangement.length,
      unitsA: unitBytes,
      unitsB: unitBytes,
      brightness: 4 * planes * plane,
      map: map?.byteLength ?? 0,
      rgba: frameBytes(frame.size),
      yuv420p: picture === 'yuv420p' ? frameBytes(frame.size, picture) : 0,
    },
    picture,
    operations: perSample * pixels * perPixel,
    chunkPixels,
    effortPerPixel: effortPerSample * perPixel,
  };
}

function kernelsIn(dispatches: Dispatch[]): Kernel[] {
  return [...new Map(dispatches.map(({ kernel }) => [kernel.label, kernel])).values()];
}

/** The inputs that a chunk reads: all, if they fit into one buffer, so that the next frame can use them; or its own. */
function inputLayout(frame: FrameDescription, limits: Limits) {
  const { supersample, size } = frame;
  const [width, height] = size;
  const { planes, varies } = inputWriter(frame);
  const both = varies.filter((axes) => axes === 'both').length;
  const most = Math.min(INPUT_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const bytesOf = (rows: number) => inputBytes(varies, width * supersample, rows * supersample);
  const isWhole = bytesOf(height) <= most;
  const fitting = Math.floor(most / bytesOf(1));
  /** A chunk may begin and end within a row. */
  const mostPixels = isWhole || both === 0 ? width * height : width * Math.max(1, fitting - 1);
  const rowsTouched = (pixels: number) => Math.min(height, Math.ceil(pixels / width) + 1);
  return {
    planes,
    mostPixels,
    bytesOf: (chunkPixels: number) => bytesOf(isWhole ? height : rowsTouched(chunkPixels)),
    rowsOf: (from: number, to: number): InputRows => {
      const first = isWhole ? 0 : Math.floor(from / width);
      const end = isWhole ? height : Math.ceil(to / width);
      return { firstRow: first * supersample, rows: (end - first) * supersample };
    },
  };
}

/** The whole network in one dispatch. */
function narrow(
  arrangement: Arrangement,
  step: Step,
  { form, held, levels, limits }: { form: NarrowForm; held: boolean; levels: boolean; limits: Limits },
): Dispatch {
  const { narrow: width = 0, hidden, output, earlier, parts, traits, unitsAt } = arrangement;
  const invocations = invocationsFor(width, form, limits);
  const kernel = narrowKernel({
    width,
    form,
    invocations,
    hidden: traits.hidden,
    output: traits.output,
    outputs: output.rule.units as 1 | 3,
    earlier: earlier ? (earlier.rule.number === 1 ? 'position' : 'units') : 'none',
    parts: form.weights === 'uniform' ? parts.count : 0,
    held,
    planes: traits.planes,
    residual: traits.residual,
    normalised: traits.normalised,
    levels,
  });
  const places = {
    firstAt: hidden[0]?.at,
    at: parts.at,
    outputAt: output.at,
    earlierAt: earlier?.at,
    heldAt: arrangement.heldAt,
    unitsAt,
    keptFrom: Math.min(output.firstUnit, Math.max(0, width - 1)), // where there is none, its share is 0
  };
  return {
    kernel,
    step: { ...step, ...places },
    buffers: [traits.planes ? 'inputs' : 'offsets', 'weights', 'brightness'],
    partsAt: parts.at,
    groups: [Math.ceil(step.samples! / (invocations * samplesOf(form))), 1],
    effort: 0, // the chunk's only costly dispatch
  };
}

/** One dispatch for the samples' positions or inputs, then one or two per layer. */
function wide(arrangement: Arrangement, step: Step, held: boolean, levels: boolean): Dispatch[] {
  const { hidden, output, earlier, heldAt, traits } = arrangement;
  const { normalised } = traits;
  const tile = tileUnits(Math.max(1, ...hidden.map(({ rule }) => rule.units)));
  const place = ({ at, inputs, stride, rule, unitsAt }: Matrix) => ({
    at,
    inputs,
    stride,
    units: rule.units,
    unitsAt,
  });
  const turn = (k: number): BufferName => (k % 2 === 0 ? 'unitsA' : 'unitsB');
  const ofSamples: [number, number] = [Math.ceil(step.plane! / GROUP), 1];
  /** Where the statistics of the inputs of the matrix after hidden layer k are. */
  const statsAt = (k: number) => (normalised && k > 0 ? statisticsAt(arrangement) : 0);
  const dense = (kernel: Kernel, units: number, matrix: Matrix, k: number, into: BufferName): Dispatch => ({
    kernel,
    step: { ...step, ...place(matrix), heldAt: heldAt + k, statsAt: statsAt(k), keptFrom: matrix.firstUnit },
    buffers: ['weights', turn(k), into],
    groups: [Math.ceil(matrix.rule.units / units), Math.ceil(step.samples! / TILE_SAMPLES)],
    effort: 2 * matrix.rule.units * matrix.rule.inputs * step.samples!,
  });
  const kernel = denseKernel(traits.hidden, tile, held);
  const layers = hidden.flatMap((matrix, k): Dispatch[] => {
    const layer = dense(kernel, tile, matrix, k, turn(k + 1));
    if (!normalised) return [layer];
    const statistics: Dispatch = {
      kernel: statisticsKernel,
      step: { ...step, ...place(matrix), statsAt: statsAt(k + 1) },
      buffers: ['weights', turn(k + 1)],
      groups: ofSamples,
      effort: 0,
    };
    return [layer, statistics];
  });
  const last = hidden.length;
  const positions: Dispatch = {
    kernel: traits.planes ? placeInputsKernel : placeKernel,
    step,
    buffers: [traits.planes ? 'inputs' : 'offsets', 'unitsA'],
    groups: ofSamples,
    effort: 0,
  };
  if (traits.output === 'unit') {
    const names = arePerUnit(traits.hidden) ? traits.hidden : [];
    const units = tileUnits(output.rule.units);
    const shown = shownKernel(names, units, held, levels);
    return [positions, ...layers, dense(shown, units, output, last, 'brightness')];
  }
  const earlierPlace = earlier && {
    earlierAt: earlier.at,
    earlierInputs: earlier.inputs,
    earlierStride: earlier.stride,
    earlierStatsAt: statsAt(last - 1),
  };
  const isGeneral = normalised || typeof traits.output === 'object';
  return [
    positions,
    ...layers,
    {
      kernel: outputKernel(traits.output, held, isGeneral, levels),
      step: { ...step, ...place(output), ...earlierPlace, heldAt: heldAt + last, statsAt: statsAt(last) },
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

/** Puts units' pictures into the frame. */
function laidOut(grid: UnitGrid, step: Step, units: number, frameWidth: number, map: Float32Array): Dispatch {
  const { columns, rows, place } = grid;
  const [left, top] = place(0);
  const places = {
    frameWidth,
    columns,
    left,
    top,
    across: columns > 1 ? place(1)[0] - left : 0,
    down: rows > 1 ? place(columns)[1] - top : 0,
    lastColour: map.length / 3 - 1,
  };
  return {
    kernel: gridKernel,
    step: { ...step, ...places },
    buffers: ['map', 'brightness', 'rgba'],
    groups: [Math.ceil(step.samples! / step.supersample! ** 2 / GROUP), units],
    effort: 0,
  };
}

function blackened(pixels: number, limits: Limits): Dispatch {
  const groups = Math.min(limits.maxComputeWorkgroupsPerDimension, Math.ceil(pixels / GROUP));
  return { kernel: blackKernel, step: { pixels }, buffers: ['rgba'], groups: [groups, 1], effort: 0 };
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
  return matricesOf(arrangement).reduce((sum, { rule, inputs }) => {
    return sum + 2 * rule.units * (rule.number === 1 ? inputs : rule.inputs);
  }, 0);
}

/**
 * The most numbers stored per sample at a time: its inputs, a layer's activations and their statistics, or its outputs.
 */
function widestPlanes(arrangement: Arrangement): number {
  if (arrangement.narrow !== undefined) return 3;
  return statisticsAt(arrangement) + (arrangement.traits.normalised ? 2 : 0);
}

/** The plane of a layer's means, after its units. */
function statisticsAt(arrangement: Arrangement): number {
  const { hidden } = arrangement;
  const [first] = matricesOf(arrangement);
  return Math.max(first.inputs, ...hidden.map(({ rule }) => rule.units));
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
