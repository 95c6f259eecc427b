/**
 * Measures adaptive evaluation against exact evaluation, on one thread: how far its pixels are from exact ones, over
 * hundreds of networks of all activations, and how much CPU time it saves.
 */
import { frameSchema } from 'untrained';
import type { FrameDescription, FrameInput } from '../src/core/frame/description.js';
import { colouringShown } from '../src/core/frame/shown.js';
import { activationNames } from '../src/core/network/activations.js';
import { DrawCache } from '../src/core/network/draws.js';
import { BLOCK_POINTS, counts } from '../src/renderers/cpu/adaptive.js';
import { bandsOf, drawPart } from '../src/renderers/cpu/band.js';
import { chooseKernel, kernelModule } from '../src/renderers/cpu/choose-kernel.js';
import { samplesIn } from '../src/renderers/cpu/draw-exactly.js';
import { Evaluator } from '../src/renderers/cpu/evaluator.js';
import { packNetwork } from '../src/renderers/cpu/pack.js';
import { adaptiveOf } from '../src/renderers/smoothness.js';
import { record } from './history.js';
import { table } from './table.js';

const kernel = chooseKernel();
const evaluator = new Evaluator();
const draws = new DrawCache();

interface Drawn {
  rgba: Uint8Array;
  /** CPU time in milliseconds. */
  ms: number;
  /** The share of pixels that were computed. */
  share: number;
}

/** Draws a frame, exactly or as its `evaluation` says. */
function draw(frame: FrameDescription): Drawn {
  const network = packNetwork(frame, kernel, draws);
  const module = kernelModule(network);
  const adaptive = adaptiveOf(frame);
  const how = { ...frame, colouring: colouringShown(frame), ...(adaptive && { adaptive }) };
  const [width, height] = frame.size;
  const parts = adaptive
    ? [{ x: 0, y: 0, width, height }]
    : bandsOf(frame, network.weights.length, network.output.units);
  const samples = adaptive ? BLOCK_POINTS : Math.max(...parts.map((part) => samplesIn(frame, part)));
  evaluator.load(module, network, samples);
  Object.assign(counts, { pixels: 0, computed: 0 });
  const rgba = new Uint8Array(4 * width * height);
  const before = process.cpuUsage();
  for (const part of parts) {
    drawPart(evaluator, how, part, rgba.subarray(4 * width * part.y, 4 * width * (part.y + part.height)));
  }
  const { user, system } = process.cpuUsage(before);
  return { rgba, ms: (user + system) / 1000, share: adaptive ? counts.computed / counts.pixels : 1 };
}

/** The number of pixels with a channel that differs by more than one step, and the largest difference. */
function differences(one: Uint8Array, other: Uint8Array): { far: number; largest: number } {
  let [far, largest] = [0, 0];
  for (let i = 0; i < one.length; i += 4) {
    let most = 0;
    for (let channel = 0; channel < 3; channel++)
      most = Math.max(most, Math.abs(one[i + channel] - other[i + channel]));
    if (most > 1) far++;
    largest = Math.max(largest, most);
  }
  return { far, largest };
}

const SIZE: [number, number] = [160, 160];
/** Depths, widths and views, each with a seed of its own. */
const SHAPES = [
  { layers: 20, units: 20, halfWidth: 2.6 },
  { layers: 6, units: 30, halfWidth: 8 },
  { layers: 10, units: 14, halfWidth: 1 },
  { layers: 27, units: 30, halfWidth: 1.5 },
  { layers: 4, units: 50, halfWidth: 12 },
];
const SCALES = [0.3, 0.45, 0.6, 0.75, 1];

type Variant = Omit<Partial<FrameInput>, 'network'> & { network?: Partial<FrameInput['network']> };
/** Other properties of pictures, each with several networks. */
const VARIANTS: Record<string, Variant> = {
  mirror: { network: { fold: 'mirror' } },
  tile: { network: { fold: { tile: 1.7 } } },
  kaleidoscope: { network: { fold: 'kaleidoscope' }, view: { rotation: 17 } },
  'features r, angle': { network: { features: ['x', 'y', 'r', 'angle'] } },
  oklab: { palette: 'oklab' },
  oklch: { palette: 'oklch' },
  viridis: { palette: 'viridis' },
  turbo: { palette: 'turbo' },
  'own colours': { palette: { colours: ['#000', '#f40', '#fff', '#04f'] } },
  levels: { levels: [0.3, 0.6] },
  dither: { dither: true },
  '2 x 2 samples': { supersample: 2 },
  'residual, normalised': { network: { residual: 0.5, normalisation: 'layer' } },
  'a hidden unit': { shown: { layer: 3, unit: 2 } },
  'outputs: relu': { network: { outputActivation: 'relu' } },
  'outputs: sin': { network: { outputActivation: 'sin' } },
  'a mix of tanh and relu': { network: { activation: { from: 'tanh', to: 'relu', fraction: 0.5 } } },
  'a deep zoom': { view: { halfWidth: 1e-5 } },
};

function measureErrors(name: string, frames: FrameInput[]): string[] {
  let [far, worst, over, share, adapted] = [0, 0, 0, 0, 0];
  const pixels = SIZE[0] * SIZE[1];
  let largest = 0;
  for (const input of frames) {
    const frame = frameSchema.parse({ ...input, evaluation: 'adaptive' });
    const adaptive = draw(frame);
    share += adaptive.share / frames.length;
    if (!adaptiveOf(frame)) continue;
    adapted++;
    const exact = draw({ ...frame, evaluation: undefined });
    const found = differences(exact.rgba, adaptive.rgba);
    far += found.far / pixels / frames.length;
    worst = Math.max(worst, found.far / pixels);
    if (found.far / pixels > 1e-4) over++;
    largest = Math.max(largest, found.largest);
  }
  record('adaptive', `${name}: pixels off by 2+`, [100 * far], { unit: '% of pixels' });
  const percent = (value: number) => `${(100 * value).toFixed(4)}%`;
  return [
    name,
    `${adapted}/${frames.length}`,
    `${Math.round(100 * share)}%`,
    percent(far),
    percent(worst),
    `${over}`,
    `${largest}`,
  ];
}

/** Prints both tables. */
export function benchAdaptive(rounds: number): void {
  console.log(`\nAdaptive evaluation: distance from exact pixels, ${SIZE.join('x')}, ${kernel.name}`);
  const rows = [['', 'adaptive', 'computed', 'pixels off by 2+', 'worst picture', 'over 0.01%', 'largest']];
  const frames = (variant: Variant, scales: number[]): FrameInput[] =>
    scales.flatMap((weightScale, i) =>
      SHAPES.map(({ halfWidth, ...shape }, k) => ({
        ...variant,
        size: SIZE,
        view: { halfWidth, ...variant.view },
        network: { ...shape, weightScale, seed: 10 * i + k, ...variant.network },
      })),
    );
  for (const activation of activationNames) {
    rows.push(measureErrors(activation, frames({ network: { activation } }, SCALES)));
  }
  for (const [name, variant] of Object.entries(VARIANTS)) {
    rows.push(measureErrors(name, frames(variant, [0.45, 0.7])));
  }
  console.log(table(rows));

  console.log('\nCPU time, shortest of each: exact / adaptive');
  const scales = [0.4, 0.5, 0.6, 0.7, 0.8, 1];
  const speeds = [['', ...scales.map((scale) => `s = ${scale}`)]];
  const cases: [string, object, [number, number]][] = [
    ['27x30, 512x512', { layers: 27, units: 30 }, [512, 512]],
    ['27x30, 1920x1080', { layers: 27, units: 30 }, [1920, 1080]],
    ['9x30, 512x512', { layers: 9, units: 30 }, [512, 512]],
    ['2x10, 1920x1080', { layers: 2, units: 10 }, [1920, 1080]],
  ];
  const compare = (name: string, network: object, size: [number, number]) => {
    const frame = frameSchema.parse({ network, size } as FrameInput);
    const [exact, adaptive]: number[][] = [[], []];
    let share = 1;
    for (let round = 0; round < rounds; round++) {
      exact.push(draw(frame).ms);
      const drawn = draw({ ...frame, evaluation: 'adaptive' });
      adaptive.push(drawn.ms);
      share = drawn.share;
    }
    const ratio = Math.min(...exact) / Math.min(...adaptive);
    const ratios = exact.map((ms, round) => ms / adaptive[round]);
    record('adaptive', `${name}: speed, relative to exact`, ratios, { unit: 'x', more: true });
    return `${ratio.toFixed(2)}x (${Math.round(100 * share)}%)`;
  };
  for (const [name, network, size] of cases)
    speeds.push([
      name,
      ...scales.map((scale) => compare(`${name}, s = ${scale}`, { ...network, weightScale: scale }, size)),
    ]);
  // Weights of wide networks have to be smaller for the same effect.
  const wide = '14x400, 128x128, s x 0.27';
  const wideSpeeds = scales.map((scale) => {
    const weightScale = Number((scale * Math.sqrt(30 / 400)).toFixed(3));
    return compare(`${wide}, s = ${scale}`, { layers: 14, units: 400, weightScale }, [128, 128]);
  });
  speeds.push([wide, ...wideSpeeds]);
  console.log(table(speeds));
}
