/**
 * Everything on one device: its buffers, compiled kernels and uploaded networks. When the device is lost, the session
 * is lost with it, and the renderer starts another.
 *
 * All writes and dispatches go through the device's one queue, so frames share every buffer except the readback
 * buffers: each frame in flight has a slot of its own for these.
 */
import type { StopSignal } from '../../core/ambient.js';
import { RenderError } from '../../core/errors.js';
import type { FrameDescription } from '../../core/frame/description.js';
import { sampleOffsets } from '../../core/frame/geometry.js';
import type { WebGpuCanvas } from '../../core/frame/renderer.js';
import type { Exponents } from '../exponents.js';
import { type Arrangement, arrange } from './arrange.js';
import type { Device } from './device.js';
import { formsFor } from './forms.js';
import { writeInputs } from './inputs.js';
import { FULL_STEP } from './kernels/kernel.js';
import type { NarrowForm } from './kernels/narrow.js';
import { scaleKernel } from './kernels/scale.js';
import { Memory } from './memory.js';
import { Networks } from './networks.js';
import { Pace } from './pace.js';
import { Pipelines } from './pipelines.js';
import { type Dispatch, type GpuFormat, gpuFormats, type Plan, type Portion, planFrame } from './plan.js';
import { Presenter } from './presenter.js';
import { computedFrame } from './traits.js';
import { Tuner } from './tuner.js';

/** The maximum number of frames in flight: one is copied and encoded, one is read back and one is drawn. */
export const SLOTS = 3;
/** Bytes between steps in their buffer: the alignment of dynamic offsets that every WebGPU device supports. */
const STEP_STRIDE = 256;
/** The maximum number of chunks queued on the device: enough to keep it busy, and no more, since each takes memory. */
const CHUNKS_AHEAD = 32;
/** The same for a frame on its way to a canvas, which is often outdated before it is drawn. */
const PRESENTED_AHEAD = 2;
/** How much smaller the chunks of such a frame are: two take about 20 ms. */
const PRESENTED_SHARE = 1 / 5;
/** Frames of fewer operations are too short for comparing forms. */
const TUNED_OPERATIONS = 1e9;
/** Two timestamps of 8 bytes. */
const TIMES_BYTES = 16;
/** The offset of the timestamps in a readback buffer with so many other bytes, aligned to 8 bytes. */
const timesAt = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** A frame submitted to the device. */
export interface Drawing {
  /**
   * Waits for the pixels and copies them into `into`. Must be called exactly once: it releases the frame's slot.
   * @param into - Undefined if the frame goes to a canvas.
   * @param signal - If it is aborted, `into` stays unchanged.
   */
  finish(into: Uint8Array | undefined, signal?: StopSignal): Promise<void>;
}

/** Where a frame goes: into an array in this format, or to a canvas. */
export type Destination = GpuFormat | WebGpuCanvas;

/** A frame's timing. */
export interface Timing {
  /** Milliseconds from the start of its first kernel to the end of its last. */
  gpu: number;
  /** Multiplications and additions. */
  operations: number;
  /** The narrow kernel's form, if it drew the frame. */
  form?: NarrowForm;
}

/** What is the same for all of a frame's chunks. */
interface Job {
  slot: number;
  /** The kind of work: see Pace. */
  kind: string;
  /** The maximum effort of a piece. */
  most(): number;
  canvas: WebGpuCanvas | undefined;
  /** The size of the whole frame. */
  size: readonly [number, number];
  /** The frame in which the network is computed. */
  computed: FrameDescription;
}

/** A frame that goes to a canvas has one pixel read, which tells when it is there, or that the device was lost. */
const bytesRead = ({ buffers, picture }: Plan, { canvas }: Job) => (canvas ? 4 : buffers[picture]);

export interface SessionOptions {
  /** The narrow kernel's form; by default several are tried while drawing, if that pays off. */
  form?: NarrowForm;
  /** The device's pace, if measured earlier. */
  pace?: Pace;
}

export class Session {
  /** Called after each frame, if the device supports timestamp queries. */
  onTimed: ((timing: Timing) => void) | undefined;
  /** Resolves when the device is lost, or closed. */
  readonly lost: Promise<GPUDeviceLostInfo>;
  readonly #device: Device;
  readonly #gpu: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #memory: Memory;
  readonly #networks: Networks;
  readonly #presenter: Presenter;
  readonly #freeSlots = Array.from({ length: SLOTS }, (_, slot) => slot);
  readonly #waiting: (() => void)[] = []; // for a slot
  readonly #queries: (GPUQuerySet | undefined)[];
  readonly #tuners = new Map<string, Tuner<NarrowForm>>(); // by kernel, ignoring its form
  readonly #form: NarrowForm | undefined;
  readonly #pace: Pace;
  /** The buffers of frames that failed since the last frame was begun, if any. */
  #spoilt: GPUBuffer[] | undefined;
  #offsetsKey = '';
  #inputs: { key: string; buffer: GPUBuffer } | undefined; // those on the device
  #map: Float32Array | undefined; // the colours on the device
  #steps = new ArrayBuffer(0);

  constructor(device: Device, { form, pace = new Pace() }: SessionOptions = {}) {
    this.#form = form;
    this.#pace = pace;
    this.#device = device;
    this.#gpu = device.gpu;
    this.lost = device.gpu.lost;
    this.#pipelines = new Pipelines(device.gpu);
    this.#memory = new Memory(device.gpu, this.#pipelines);
    this.#networks = new Networks(device.gpu, this.#memory, this.#pipelines);
    this.#presenter = new Presenter(device.gpu, device.canvasFormat);
    this.#queries = this.#freeSlots.map(() =>
      device.timed ? device.gpu.createQuerySet({ type: 'timestamp', count: 2 }) : undefined,
    );
  }

  get name(): string {
    return this.#device.name;
  }

  get software(): boolean {
    return this.#device.software;
  }

  close(): void {
    this.#device.close();
  }

  /**
   * Waits for a free slot and submits all of a frame's work. Calls must not overlap.
   * @param signal - If it is aborted, the remaining chunks are not submitted.
   * @throws UsageError if the frame does not fit into the device.
   */
  async begin(frame: FrameDescription, destination: Destination, signal?: StopSignal): Promise<Drawing> {
    const canvas = typeof destination === 'string' ? undefined : destination;
    const format = typeof destination === 'string' ? destination : 'rgba';
    const arrangement = arrange(frame.network, frame.shown);
    const computed = computedFrame(frame);
    const exponents = this.#networks.exponentsOf(computed);
    const kind = arrangement.narrow === undefined ? 'wide' : 'narrow';
    const most = () => this.#pace.effort(kind) * (canvas ? PRESENTED_SHARE : 1);
    const portion = (firstPixel: number): Portion => ({ effort: most(), firstPixel });
    const { plan, form, tuner } = this.#plan(frame, arrangement, format, exponents, portion(0));
    const { limits } = this.#gpu;
    const planRest = (firstPixel: number) =>
      planFrame(frame, arrangement, limits, format, form, exponents, portion(firstPixel));
    await Promise.all([
      this.#pipelines.prepare([scaleKernel, ...plan.kernels]),
      canvas && this.#presenter.prepare(canvas),
    ]);
    const slot = await this.#takeSlot();
    const job: Job = { slot, kind, most, canvas, size: frame.size, computed };
    if (this.#spoilt) this.#undo(this.#spoilt);
    const made = this.#memory.track();
    const scopes = new ErrorScopes(this.#gpu);
    try {
      signal?.throwIfAborted();
      scopes.open();
      this.#makeBuffers(plan, job);
      this.#networks.send(computed, arrangement, exponents);
      if (!arrangement.traits.planes) this.#sendOffsets(computed);
      this.#sendMap(plan);
      await this.#run(plan, job, planRest, signal);
    } catch (error) {
      scopes.close().catch(() => {}); // the first error is thrown below
      this.#undo(made());
      this.#leaveSlot(slot);
      throw error;
    }
    const buffers = made();
    const problems = scopes.close();
    problems.catch(() => {}); // reported by finish()

    return {
      finish: async (into, signal) => {
        try {
          const [outOfMemory, invalid] = await problems;
          if (outOfMemory || invalid) {
            this.#spoilt = [...(this.#spoilt ?? []), ...buffers]; // a frame being submitted may still use them
            throw problemOf(outOfMemory, invalid);
          }
          const gpu = await this.#read(plan, job, into, signal);
          if (gpu === undefined) return;
          if (form) tuner?.record(form, gpu / plan.operations);
          this.#pace.record(kind, plan.effortPerPixel * plan.pixels, gpu);
          this.onTimed?.({ gpu, operations: plan.operations, ...(form && { form }) });
        } finally {
          this.#leaveSlot(slot);
        }
      },
    };
  }

  /** Discards the state that a failed frame may have left incomplete; the next frame recreates it. */
  #undo(buffers: GPUBuffer[]): void {
    this.#spoilt = undefined;
    this.#memory.drop(buffers);
    this.#networks.forget();
    this.#offsetsKey = '';
    this.#inputs = undefined;
    this.#map = undefined;
  }

  #leaveSlot(slot: number): void {
    this.#freeSlots.push(slot);
    this.#waiting.shift()?.();
  }

  /** A frame's plan, with the narrow kernel's form that the tuner suggests. */
  #plan(
    frame: FrameDescription,
    arrangement: Arrangement,
    format: GpuFormat,
    exponents: Exponents | undefined,
    portion: Portion,
  ): { plan: Plan; form?: NarrowForm; tuner?: Tuner<NarrowForm> } {
    const { limits } = this.#gpu;
    const { narrow, parts } = arrangement;
    if (narrow === undefined) {
      return { plan: planFrame(frame, arrangement, limits, format, undefined, exponents, portion) };
    }
    const forms = formsFor(narrow, parts.count, limits);
    const likeliest = this.#form ?? forms[0];
    const plan = planFrame(frame, arrangement, limits, format, likeliest, exponents, portion);
    const { timed, software } = this.#device;
    if (this.#form || !timed || software || plan.operations < TUNED_OPERATIONS)
      return { plan, form: likeliest };
    const key = `${forms.length} forms of ${plan.chunk(0)[0].kernel.label}`;
    const tuner = this.#tuners.get(key) ?? new Tuner(forms);
    this.#tuners.set(key, tuner);
    const form = tuner.next((other) =>
      this.#pipelines.ready(planFrame(frame, arrangement, limits, format, other, exponents).kernels),
    );
    return { plan: planFrame(frame, arrangement, limits, format, form, exponents, portion), form, tuner };
  }

  async #takeSlot(): Promise<number> {
    if (this.#freeSlots.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#freeSlots.pop()!;
  }

  #makeBuffers(plan: Plan, job: Job): void {
    const { slot } = job;
    const { buffers } = plan;
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ, QUERY_RESOLVE } = GPUBufferUsage;
    this.#memory.make('offsets', buffers.offsets, STORAGE | COPY_DST);
    this.#memory.make('inputs', buffers.inputs, STORAGE | COPY_DST);
    this.#memory.make('weights', buffers.weights, STORAGE | UNIFORM | COPY_DST);
    this.#memory.make('map', buffers.map, STORAGE | COPY_DST);
    for (const name of ['unitsA', 'unitsB', 'brightness'] as const) {
      this.#memory.make(name, buffers[name], STORAGE);
    }
    for (const name of gpuFormats) {
      this.#memory.make(`${name} ${slot}`, buffers[name], STORAGE | COPY_SRC);
    }
    this.#memory.make(`readback ${slot}`, timesAt(bytesRead(plan, job)) + TIMES_BYTES, MAP_READ | COPY_DST);
    if (this.#device.timed) this.#memory.make('times', TIMES_BYTES, QUERY_RESOLVE | COPY_SRC);
  }

  #sendOffsets(frame: FrameDescription): void {
    const { size, supersample, view } = frame;
    const key = JSON.stringify([size, supersample, view.halfWidth]);
    if (key === this.#offsetsKey) return;
    const { x, y } = sampleOffsets(frame);
    this.#gpu.queue.writeBuffer(this.#memory.get('offsets'), 0, Float32Array.from([...x, ...y]));
    this.#offsetsKey = key;
  }

  /** Uploads the inputs that a chunk reads, unless they are there. */
  #sendInputs(plan: Plan, i: number, { size, supersample, view, network }: FrameDescription): void {
    const rows = plan.inputs(i);
    if (!rows) return;
    const { features, fold } = network;
    const settings = { size, supersample, view, network: { features, fold } };
    const key = JSON.stringify([settings, rows]);
    const buffer = this.#memory.get('inputs');
    if (this.#inputs?.key === key && this.#inputs.buffer === buffer) return;
    this.#inputs = undefined;
    writeInputs(settings, rows, (at, numbers) => this.#gpu.queue.writeBuffer(buffer, at, numbers));
    this.#inputs = { key, buffer };
  }

  /** Uploads a colour map's colours. */
  #sendMap({ map }: Plan): void {
    if (!map || map === this.#map) return;
    this.#gpu.queue.writeBuffer(this.#memory.get('map'), 0, map);
    this.#map = map;
  }

  /**
   * Submits a plan's chunks and the copy of the pixels to the readback buffer or the canvas. While chunks may still
   * grow, each is run alone and measured, and the rest of the picture is planned again.
   */
  async #run(
    first: Plan,
    job: Job,
    planRest: (firstPixel: number) => Plan,
    signal: StopSignal | undefined,
  ): Promise<void> {
    const { queue } = this.#gpu;
    const { kind, computed, canvas } = job;
    const ahead = canvas ? PRESENTED_AHEAD : CHUNKS_AHEAD;
    let plan = first;
    let begun = 0; // the plan's first pixel
    while (!this.#pace.settled(kind) && (plan.chunks > 1 || !this.#pace.known(kind))) {
      await queue.onSubmittedWorkDone(); // so that nothing else is measured
      signal?.throwIfAborted();
      this.#sendInputs(plan, 0, computed);
      const started = performance.now();
      this.#runChunk(plan, 0, job, begun === 0);
      await queue.onSubmittedWorkDone();
      this.#pace.record(kind, plan.effortPerPixel * plan.chunkPixels, performance.now() - started);
      if (plan.chunks === 1) return;
      begun += plan.chunkPixels;
      plan = planRest(begun);
      this.#makeBuffers(plan, job); // chunks may have grown
    }
    for (let i = 0; i < plan.chunks; i++) {
      signal?.throwIfAborted();
      this.#sendInputs(plan, i, computed);
      this.#runChunk(plan, i, job, begun === 0 && i === 0);
      if (i % ahead === ahead - 1) await queue.onSubmittedWorkDone();
    }
  }

  /** Submits a chunk as one piece of work, or as several for very wide networks. */
  #runChunk(plan: Plan, i: number, job: Job, isFirst: boolean): void {
    const { slot, most } = job;
    const isLast = i === plan.chunks - 1;
    const chunk = plan.chunk(i);
    this.#sendSteps(chunk);
    const pieces = piecesOf(chunk, most());
    for (const [k, piece] of pieces.entries()) {
      const ends = isLast && k === pieces.length - 1;
      const encoder = this.#gpu.createCommandEncoder();
      const pass = encoder.beginComputePass(this.#passOf(slot, isFirst && k === 0, ends));
      for (const { number, dispatch } of piece) {
        const { kernel, buffers, partsAt, groups } = dispatch;
        const names = buffers.map((name) =>
          gpuFormats.some((format) => format === name) ? `${name} ${slot}` : name,
        );
        pass.setPipeline(this.#pipelines.get(kernel));
        pass.setBindGroup(0, this.#memory.bind(kernel, ['steps', ...names], partsAt), [STEP_STRIDE * number]);
        pass.dispatchWorkgroups(...groups);
      }
      pass.end();
      if (ends) this.#leave(encoder, plan, job);
      this.#gpu.queue.submit([encoder.finish()]);
    }
  }

  /** Writes go through the queue in order, so each chunk reads its own steps although all share a buffer. */
  #sendSteps(dispatches: Dispatch[]): void {
    const bytes = STEP_STRIDE * dispatches.length;
    if (this.#steps.byteLength < bytes) this.#steps = new ArrayBuffer(bytes);
    const view = new DataView(this.#steps);
    for (const [i, { step }] of dispatches.entries()) FULL_STEP.write(view, STEP_STRIDE * i, step);
    const buffer = this.#memory.make('steps', bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.#gpu.queue.writeBuffer(buffer, 0, this.#steps, 0, bytes);
  }

  #passOf(slot: number, first: boolean, last: boolean): GPUComputePassDescriptor {
    const querySet = this.#queries[slot];
    if (!querySet || !(first || last)) return {};
    const begin = first && { beginningOfPassWriteIndex: 0 };
    const end = last && { endOfPassWriteIndex: 1 };
    return { timestampWrites: { querySet, ...begin, ...end } };
  }

  #leave(encoder: GPUCommandEncoder, plan: Plan, job: Job): void {
    const { slot, canvas, size } = job;
    const readback = this.#memory.get(`readback ${slot}`);
    const picture = this.#memory.get(`${plan.picture} ${slot}`);
    const bytes = bytesRead(plan, job);
    if (canvas) this.#presenter.draw(encoder, canvas, picture, size);
    encoder.copyBufferToBuffer(picture, 0, readback, 0, 4 * Math.ceil(bytes / 4));
    const querySet = this.#queries[slot];
    if (!querySet) return;
    const times = this.#memory.get('times');
    encoder.resolveQuerySet(querySet, 0, 2, times, 0);
    encoder.copyBufferToBuffer(times, 0, readback, timesAt(bytes), TIMES_BYTES);
  }

  /** @returns The device's time in milliseconds, if it supports timestamp queries. */
  async #read(
    plan: Plan,
    job: Job,
    into: Uint8Array | undefined,
    signal: StopSignal | undefined,
  ): Promise<number | undefined> {
    const readback = this.#memory.get(`readback ${job.slot}`);
    const bytes = bytesRead(plan, job);
    await readback.mapAsync(GPUMapMode.READ);
    try {
      signal?.throwIfAborted(); // from then on `into` belongs to the caller
      const mapped = readback.getMappedRange();
      into?.set(new Uint8Array(mapped, 0, bytes));
      const [begin, end] = new BigUint64Array(mapped, timesAt(bytes), 2);
      return this.#device.timed ? Number(end - begin) / 1e6 : undefined;
    } finally {
      readback.unmap();
    }
  }
}

/** Splits a chunk's dispatches into pieces that do not exceed the maximum effort. */
function piecesOf(chunk: Dispatch[], most: number): { number: number; dispatch: Dispatch }[][] {
  const pieces: { number: number; dispatch: Dispatch }[][] = [[]];
  let effort = 0;
  for (const [number, dispatch] of chunk.entries()) {
    if (effort > 0 && effort + dispatch.effort > most) {
      pieces.push([]);
      effort = 0;
    }
    pieces.at(-1)!.push({ number, dispatch });
    effort += dispatch.effort;
  }
  return pieces;
}

function problemOf(outOfMemory: GPUError | null, invalid: GPUError | null): RenderError {
  const firstLine = (error: GPUError) => error.message.split('\n')[0];
  return outOfMemory
    ? new RenderError(
        `The frame does not fit into the GPU's memory (${firstLine(outOfMemory)}): make it smaller, or use --backend cpu.`,
      )
    : new RenderError(`The GPU refused its work (${firstLine(invalid!)}): use --backend cpu.`);
}

/** A frame's error scopes. A device keeps them on a stack, so every opened scope must be closed on every path. */
class ErrorScopes {
  readonly #gpu: GPUDevice;
  #open = 0;

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
  }

  open(): void {
    for (const filter of ['validation', 'out-of-memory'] as const) {
      this.#gpu.pushErrorScope(filter);
      this.#open++;
    }
  }

  /** Returns the out-of-memory and the validation error, if any. Rejects if the device is gone. */
  async close(): Promise<(GPUError | null)[]> {
    const popped: Promise<GPUError | null>[] = [];
    for (; this.#open > 0; this.#open--) popped.push(this.#gpu.popErrorScope());
    return Promise.all(popped);
  }
}
