/**
 * Times each form of the narrow kernel separately: first those that the renderer would try, in its order, and then all
 * others, so that the order can be chosen by measurement.
 */
import { frameSchema } from 'untrained';
import type { NarrowForm } from '../src/renderers/gpu/kernels/narrow.js';
import { built } from './built.js';
import { type GpuBench, inSoftware, tera } from './gpu-bench.js';
import {
  type BatchTimes,
  formName,
  framesIn,
  type NamedNetwork,
  operationsOf,
  startStopwatch,
  timeBatch,
} from './gpu-network.js';
import { record } from './history.js';
import { fixed, median, table } from './table.js';

const BATCH_MS = 250;
const ROUNDS = 3;

export async function benchForms({ name, network, size }: NamedNetwork, bench: GpuBench): Promise<void> {
  const frame = frameSchema.parse({ network, size });
  const { arrange } = await built.arrange();
  const { formsFor, invocationsFor } = await built.forms();
  const { narrow: width = 0, parts } = arrange(frame.network);
  const device = await bench.open();
  const { limits } = device.gpu;
  const tried = formsFor(width, parts.count, limits);
  const others = everyForm.filter((form) => {
    const isNew = !tried.some((other) => formName(other) === formName(form));
    return (
      isNew && invocationsFor(width, form, limits) > 0 && (form.weights === 'storage' || parts.count > 0)
    );
  });
  const groups = (form: NarrowForm) => `${invocationsFor(width, form, limits)}`;
  const rows = [
    [
      '',
      'invocations',
      'sums each',
      'GPU median',
      'shortest',
      'TFLOP/s',
      'of the peak',
      'expected',
      'first frame',
    ],
  ];
  const notes: string[] = [];
  for (const [i, form] of [...tried, ...others].entries()) {
    const label =
      i < tried.length ? `${i + 1}. ${formName(form)}` : `   ${formName(form)} (not tried by the renderer)`;
    if (bench.left() < 90_000) {
      notes.push(`${label} was skipped: not enough time left.`);
      continue;
    }
    try {
      const { gpu, first, operations } = await timeForm(form, frame, bench);
      const rate = operations / (Math.min(...gpu) / 1000);
      const sums = `${width * form.size * form.vectors}`;
      const share = `${((100 * rate) / bench.peak).toFixed(0)}%`;
      const ms = [fixed(median(gpu)), fixed(Math.min(...gpu))];
      record('forms', formName(form), gpu);
      rows.push([
        label,
        groups(form),
        sums,
        ...ms,
        tera(rate),
        share,
        expected(form),
        `${first.toFixed(0)} ms`,
      ]);
    } catch (error) {
      notes.push(`${label} was skipped: ${(error as Error).message}`);
    }
  }
  device.close();
  console.log(
    `\nThe forms of the narrow kernel, ${name} at ${size.join('x')}: ms per frame${inSoftware(bench)}`,
  );
  console.log(table(rows));
  for (const note of notes) console.log(`  ${note}`);
}

/** The most that issue slots and the load unit allow, if the sums fit into registers: see docs/performance.md. */
function expected({ size, vectors, weights }: NarrowForm): string {
  const samples = size * vectors;
  if (weights === 'uniform') return samples < 4 ? '' : 'at most 86%';
  return `at most ${samples <= 2 ? 42 : samples <= 4 ? 75 : 86}%`;
}

const everyForm = ([1, 2, 3, 4] as const)
  .flatMap((vectors) =>
    ([2, 4] as const).flatMap((size) =>
      (['storage', 'uniform'] as const).map((weights): NarrowForm => ({ size, vectors, weights })),
    ),
  )
  .filter(({ size, vectors }) => size * vectors <= 8);

/** Times per frame of each batch, and of the first frame including compilation. In milliseconds. */
async function timeForm(
  form: NarrowForm,
  frame: ReturnType<typeof frameSchema.parse>,
  bench: GpuBench,
): Promise<{ gpu: number[]; first: number; operations: number }> {
  const stopwatch = await startStopwatch(bench, { form });
  try {
    const times: BatchTimes = { gpu: [], wall: [] };
    const start = performance.now();
    await timeBatch(stopwatch, frame, 1, times);
    const first = performance.now() - start;
    const frames = await framesIn(bench.software ? 0 : BATCH_MS, stopwatch, frame);
    const all: BatchTimes = { gpu: [], wall: [] };
    for (let round = 0; round < ROUNDS; round++) await timeBatch(stopwatch, frame, frames, all);
    return {
      gpu: all.gpu.length > 0 ? all.gpu : all.wall,
      first,
      operations: await operationsOf(frame, stopwatch),
    };
  } finally {
    await stopwatch.renderer.close();
  }
}
