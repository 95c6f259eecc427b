/** Stores segments under their keys, between the steps of a job. */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from '../core/errors.js';
import {
  BESIDE,
  linkOrCopy,
  parseOutput,
  type SegmentCache,
  segmentFile,
  Workbench,
} from '../outputs/index.js';
import { FolderFiles, UNFINISHED_FOLDER } from '../stores/folder.js';
import type { KeyedFiles } from '../stores/index.js';
import { cannotWrite } from '../system/folders.js';
import type { Job, Part } from './job.js';
import { shapeOf } from './parts.js';
import type { Means } from './workshop.js';

/** A store of segments. Several processes and machines may share one. */
export interface SegmentStore {
  /** Whether the store has a part's file. */
  has(part: Part): Promise<boolean>;
  /** Opens a workbench for the files of an output's parts. Return it with done(). */
  bench(output: number): Promise<Workbench>;
  /** Returns a workbench. */
  done(bench: Workbench): Promise<void>;
  /**
   * Stores a complete file.
   * @param keys - All keys that name its bytes; none if it is no longer certain what drew it.
   */
  keep(part: Part, bench: Workbench, file: string, keys: readonly string[]): Promise<void>;
  /** Copies a part's file to a path. @returns False if there is none. */
  take(part: Part, to: string): Promise<boolean>;
  /** The files under keys that are the store, if it has encoded sounds too. */
  readonly files?: KeyedFiles | undefined;
}

/** The name of a part's file on its workbench. */
export const fileOf = ({ segment, take }: Part): string => segmentFile(segment, take);

/** Opens a workbench beside each output. All are closed if one cannot be opened. */
export async function openBenches(job: Job, means: Means, ffmpeg: BenchFfmpeg): Promise<Workbench[]> {
  const benches: Workbench[] = [];
  try {
    for (const output of job.outputs) {
      const { frames } = shapeOf(output, job.film);
      const options = { ffmpeg, timeout: means.timeout, frames };
      benches.push(await Workbench.beside(parseOutput(output.path, output.options), options));
    }
    return benches;
  } catch (error) {
    await closeBenches(benches);
    throw error;
  }
}

/** Closes them, the first one last: it removes the folder that was created for all of them. */
export async function closeBenches([first, ...others]: readonly Workbench[]): Promise<void> {
  first?.halt();
  await Promise.all(others.map((bench) => bench.close()));
  await first?.close();
}

type BenchFfmpeg = Parameters<typeof Workbench.beside>[1]['ffmpeg'];

/** The store of a film made in one process: the outputs' workbenches, and the user's cache if it is enabled. */
export class LocalStore implements SegmentStore {
  /** Whether all new files are certainly what their planned keys name: not if, say, the CPU took over from the GPU. */
  isAsPlanned = true;
  private readonly here = new Set<string>();
  /** All parts that have the same file, by its key. */
  private readonly alike = new Map<string, Part[]>();

  /** @param onKept - Called for each part that is in the cache. */
  constructor(
    private readonly job: Job,
    private readonly benches: readonly Workbench[],
    private readonly cache: SegmentCache | undefined,
    private readonly onKept: () => void = () => {},
  ) {
    for (const part of job.segments.flatMap(({ parts }) => parts)) {
      const [key] = part.keys;
      this.alike.set(key, [...(this.alike.get(key) ?? []), part]);
    }
  }

  async has(part: Part): Promise<boolean> {
    const [key] = part.keys;
    if (this.here.has(key) || !this.isFirst(part)) return true;
    const cache = this.cacheFor(part);
    for (const name of part.keys) {
      if (!(await cache?.take(name, this.pathOf(part)))) continue;
      await this.share(part);
      this.onKept();
      return true;
    }
    return false;
  }

  async bench(output: number): Promise<Workbench> {
    return this.benches[output];
  }

  async done(): Promise<void> {}

  async keep(part: Part, _bench: Workbench, _file: string, keys: readonly string[]): Promise<void> {
    if (!keys.includes(part.keys[0])) this.isAsPlanned = false;
    await this.share(part);
    const cache = this.cacheFor(part);
    for (const key of keys) if (await cache?.tryStore(key, this.pathOf(part))) this.onKept();
  }

  async take(part: Part, to: string): Promise<boolean> {
    const path = this.pathOf(part);
    if (path !== to) await replace(path, to);
    return true;
  }

  /** What a hardware encoder makes is not cached: its bytes depend on the device and its driver, and keys do not. */
  private cacheFor({ output, take }: Part): SegmentCache | undefined {
    const { hardware } = this.job.outputs[output].options;
    return hardware && take === 'video' ? undefined : this.cache;
  }

  /** Whether it is the part that is made for all with the same file: a film at rest has several. */
  private isFirst({ keys: [key], segment, output }: Part): boolean {
    const [first] = this.alike.get(key)!;
    return first.segment === segment && first.output === output;
  }

  private pathOf(part: Part): string {
    return this.benches[part.output].path(fileOf(part));
  }

  /** Copies a new file to all parts that have the same. */
  private async share(part: Part): Promise<void> {
    const [key] = part.keys;
    for (const other of this.alike.get(key) ?? [])
      if (this.pathOf(other) !== this.pathOf(part)) await replace(this.pathOf(part), this.pathOf(other));
    this.here.add(key);
  }
}

/** Segments in a store that several processes and machines share, each under its first key. */
export class SharedStore implements SegmentStore {
  /**
   * @param ffmpeg - Makes segments; not needed to read them.
   * @param scratch - The folder in which they are made if the store is not a folder itself.
   */
  constructor(
    private readonly job: Job,
    readonly files: KeyedFiles,
    private readonly means: Means = {},
    private readonly ffmpeg?: BenchFfmpeg,
    private readonly scratch = tmpdir(),
  ) {}

  async has({ keys: [key] }: Part): Promise<boolean> {
    return (await this.files.among([key])).has(key);
  }

  async bench(output: number): Promise<Workbench> {
    const { folder = this.scratch } = this.files;
    await this.files.ready?.();
    const path = await fs.mkdtemp(join(folder, UNFINISHED_FOLDER)).catch((error) => {
      throw cannotWrite(`Segments cannot be written to ${folder}`, error, 'fix this, then try again');
    });
    const remove = () => fs.rm(path, { recursive: true, force: true, maxRetries: 3 });
    const { frames } = this.job.film;
    const options = { ffmpeg: this.ffmpeg, timeout: this.means.timeout, frames };
    const { path: name, options: encode } = this.job.outputs[output];
    return new Workbench(parseOutput(name, encode), { path, target: path, remove }, options);
  }

  done(bench: Workbench): Promise<void> {
    return bench.close();
  }

  async keep(part: Part, bench: Workbench, file: string, keys: readonly string[]): Promise<void> {
    if (keys[0] !== part.keys[0]) {
      throw new RefusedError(
        `Segment ${part.segment + 1} was not drawn as planned: plan the film again on this machine.`,
      );
    }
    await this.files.put(part.keys[0], bench.path(file));
  }

  async take(part: Part, to: string): Promise<boolean> {
    return (await this.files.take(part.keys[0], to)) === 'taken';
  }
}

/** A shared store with this user's cache in front of it. New segments go to both. */
export class CachedStore implements SegmentStore {
  constructor(
    private readonly store: SegmentStore,
    private readonly cache: SegmentCache,
  ) {}

  async has(part: Part): Promise<boolean> {
    return (await this.store.has(part)) || this.fill(part);
  }

  /** Copies a part's file from the cache to the store. @returns False if the cache lacks it. */
  async fill(part: Part): Promise<boolean> {
    for (const key of part.keys) {
      const isCached = await this.cache.has(key).catch(() => false); // a cache that fails costs only time
      if (isCached && (await this.move(key, part))) return true;
    }
    return false;
  }

  bench(output: number): Promise<Workbench> {
    return this.store.bench(output);
  }

  done(bench: Workbench): Promise<void> {
    return this.store.done(bench);
  }

  async keep(part: Part, bench: Workbench, file: string, keys: readonly string[]): Promise<void> {
    await this.store.keep(part, bench, file, keys);
    for (const key of keys) await this.cache.tryStore(key, bench.path(file));
  }

  take(part: Part, to: string): Promise<boolean> {
    return this.store.take(part, to);
  }

  /** Copies a cached segment to the store. @returns False if the cache no longer has it. */
  private async move(key: string, part: Part): Promise<boolean> {
    const bench = await this.store.bench(part.output);
    try {
      if (!(await this.cache.take(key, bench.path(fileOf(part))))) return false;
      await this.store.keep(part, bench, fileOf(part), part.keys);
      return true;
    } finally {
      await this.store.done(bench);
    }
  }
}

/** A store in a folder, which may be shared. */
export class FolderStore extends SharedStore {
  /** @param ffmpeg - Makes segments; not needed to read them. */
  constructor(job: Job, folder: string, means: Means = {}, ffmpeg?: BenchFfmpeg) {
    super(job, new FolderFiles(folder), means, ffmpeg);
  }
}

/** Gives a segment's file, and the one beside it, a second name in place of whatever has that name. */
export async function replace(from: string, to: string): Promise<void> {
  for (const name of [to, to + BESIDE]) await fs.rm(name, { force: true });
  await linkOrCopy(from, to);
  await linkOrCopy(from + BESIDE, to + BESIDE).catch(() => {}); // there may be none
}
