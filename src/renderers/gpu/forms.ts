/**
 * The forms in which the narrow kernel can run. Which one is fastest differs between GPUs by more than a factor of two,
 * and nothing that WebGPU reports predicts it. So the likeliest comes first, and the others are tried where that pays
 * off (tuner.ts).
 */
import { type NarrowForm, narrowBytes, samplesOf } from './kernels/narrow.js';

/** What a device can take, of WebGPU's limits. */
export type Limits = Pick<
  GPUSupportedLimits,
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxComputeWorkgroupsPerDimension'
  | 'maxComputeWorkgroupStorageSize'
>;

/** The most sums an invocation may keep in registers: GPUs have at most 255, and the kernel needs some for itself. */
const MOST_SUMS = 192;
/** So many sums fit on every GPU. */
const SAFE_SUMS = 160;
/** The most uniform buffers in addition to the step's. */
const MOST_PARTS = 4;

const samples: Pick<NarrowForm, 'size' | 'vectors'>[] = [
  { size: 4, vectors: 2 },
  { size: 2, vectors: 3 },
  { size: 4, vectors: 1 },
  { size: 2, vectors: 1 },
];

/** The forms for layers of so many units in so many parts, the likeliest first. */
export function formsFor(width: number, parts: number, limits: Limits): NarrowForm[] {
  const forms = samples.map((form): NarrowForm => ({ ...form, weights: 'storage' }));
  const sums = (form: NarrowForm) => width * samplesOf(form);
  const fitting = forms.filter((form) => sums(form) <= MOST_SUMS && invocationsFor(width, form, limits) > 0);
  const first = fitting.find((form) => form.vectors !== 3 && sums(form) <= SAFE_SUMS) ?? fitting[0];
  const ordered = [first, ...fitting.filter((form) => form !== first)];
  if (parts === 0 || parts > MOST_PARTS) return ordered;
  return ordered.flatMap((form): NarrowForm[] => [form, { ...form, weights: 'uniform' }]);
}

/** The invocations of a workgroup: as many as its memory takes, 64 or 32; 0 if it takes neither. */
export function invocationsFor(width: number, form: NarrowForm, limits: Limits): number {
  const fits = (count: number) => narrowBytes(width, form, count) <= limits.maxComputeWorkgroupStorageSize;
  return [64, 32].find(fits) ?? 0;
}
