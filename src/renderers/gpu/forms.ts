/**
 * The forms of the narrow kernel. Their speeds differ by more than a factor of two, and which one is fastest depends on
 * the GPU in ways that WebGPU does not report. So the likeliest comes first, and others are tried when that pays off
 * (tuner.ts).
 */
import { type NarrowForm, narrowBytes, samplesOf } from './kernels/narrow.js';

/** The limits of a device that matter here. */
export type Limits = Pick<
  GPUSupportedLimits,
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxComputeWorkgroupsPerDimension'
  | 'maxComputeWorkgroupStorageSize'
>;

/** The most sums an invocation may keep in registers: GPUs have at most 255, and the kernel needs some others. */
const MOST_SUMS = 192;
/** The number of sums that fits on every GPU. */
const SAFE_SUMS = 160;
/** The maximum number of uniform buffers besides the step's. */
const MOST_PARTS = 4;

const samples: Pick<NarrowForm, 'size' | 'vectors'>[] = [
  { size: 4, vectors: 2 },
  { size: 2, vectors: 3 },
  { size: 4, vectors: 1 },
  { size: 2, vectors: 1 },
];

/** The forms for layers of `width` units stored in `parts` parts, likeliest first. */
export function formsFor(width: number, parts: number, limits: Limits): NarrowForm[] {
  const forms = samples.map((form): NarrowForm => ({ ...form, weights: 'storage' }));
  const sums = (form: NarrowForm) => width * samplesOf(form);
  const fitting = forms.filter((form) => sums(form) <= MOST_SUMS && invocationsFor(width, form, limits) > 0);
  const first = fitting.find((form) => form.vectors !== 3 && sums(form) <= SAFE_SUMS) ?? fitting[0];
  const ordered = [first, ...fitting.filter((form) => form !== first)];
  if (parts === 0 || parts > MOST_PARTS) return ordered;
  return ordered.flatMap((form): NarrowForm[] => [form, { ...form, weights: 'uniform' }]);
}

/** Invocations per workgroup, 64 or 32 depending on workgroup memory; 0 if neither fits. */
export function invocationsFor(width: number, form: NarrowForm, limits: Limits): number {
  const fits = (count: number) => narrowBytes(width, form, count) <= limits.maxComputeWorkgroupStorageSize;
  return [64, 32].find(fits) ?? 0;
}
