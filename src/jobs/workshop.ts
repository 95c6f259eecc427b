/** Provides what films are made with, and reuses it from film to film. */
import { pretendHome } from '../browser/home.js';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import type { PixelFormat } from '../core/frame/pixels.js';
import type { FrameRenderer } from '../core/frame/renderer.js';
import { framesOf, type Range } from '../core/range.js';
import type { Frames } from '../core/sweep/frames.js';
import { frameCount } from '../core/sweep/sweep.js';
import {
  type EncodeOptions,
  type EncoderChoice,
  type Ffmpeg,
  type FilmShape,
  findFfmpeg,
  findHardware,
  type Hardware,
  type Output,
} from '../outputs/index.js';
import { createRenderer, type RendererOptions } from '../renderers/create-renderer.js';
import type { Soundtrack } from '../sound/soundtrack.js';
import { checkBundlers } from '../sources/composed/bundlers.js';
import type { Studio } from '../sources/composed/studio.js';
import { resolveTarget } from '../sources/scene-files.js';
import type { FrameSource } from '../sources/source.js';
import { type SweepPart, sweepSource } from '../sources/sweep.js';
import type { ComposedRequest, Job, SourceRequest } from './job.js';

/** What to make a film with on this machine. Only an explicit backend changes the film itself. */
export interface Means extends RendererOptions {
  /** The ffmpeg to use; found automatically by default. */
  ffmpeg?: string | undefined;
  /** The browser that draws composed scenes; found automatically by default. */
  browser?: string | undefined;
  /** How many pages draw a composed scene; by default one per four cores. */
  concurrency?: number | undefined;
  /** How long ffmpeg, the disk, the browser or a composed scene may make no progress, in seconds. Defaults to 60. */
  timeout?: number | undefined;
  /** Whether a film is planned where all of it is made, so that hosts' responses need not be known before. */
  here?: boolean | undefined;
  /** Whether to fingerprint a composed scene's frames, so that unchanged frames need not be drawn again. */
  follow?: boolean | undefined;
  /** Whether a composed scene's own sound is not needed. */
  silent?: boolean | undefined;
  /** Whether a composed scene's gradients may be dithered against bands. */
  deband?: boolean | undefined;
  /** Called occasionally during long work before the first frame, with its stage: "checking frame 9 of 500". */
  onStage?: ((doing: string) => void) | undefined;
  /** Called after each cell of a contact sheet, with the number drawn so far and the time when the first was begun. */
  onCell?: ((drawn: number, began: number) => void) | undefined;
}

interface Pooled {
  key: string;
  renderer: FrameRenderer;
  /** Receives the renderer's warnings. */
  listener: { onWarning?: ((message: string) => void) | undefined };
}

/** Renderers, browsers and ffmpeg, reused from film to film. Close it on every path. */
export class Workshop {
  private readonly idle: Pooled[] = [];
  private readonly busy = new Set<Pooled>();
  private readonly open = new Map<Job, FrameSource>();
  private readonly ffmpegs = new Map<string, Promise<Ffmpeg>>();
  private readonly sounds = new Map<string, string>();
  private readonly encoders = new Map<string, Promise<Hardware>>();
  private studio: Promise<Studio> | undefined;

  /** Finds ffmpeg, once. @throws UsageError or RenderError; see findFfmpeg. */
  ffmpeg({ ffmpeg: path, timeout }: Means): Promise<Ffmpeg> {
    const key = path ?? '';
    const found = this.ffmpegs.get(key) ?? findFfmpeg(path, undefined, timeout);
    this.ffmpegs.set(key, found);
    found.catch(() => this.ffmpegs.delete(key));
    return found;
  }

  /** Finds the hardware encoder for films of a shape, once. @throws RefusedError; see findHardware. */
  async hardware(
    choice: Exclude<EncoderChoice, 'software'>,
    output: Output,
    { frames: _, ...shape }: FilmShape,
    options: EncodeOptions,
    means: Means,
  ): Promise<Hardware> {
    const ffmpeg = await this.ffmpeg(means);
    const key = JSON.stringify([choice, ffmpeg.path, shape, options.quality]);
    const { signal, onStage } = means;
    onStage?.('trying hardware encoders');
    const film = { ...shape, frames: 1 };
    const found =
      this.encoders.get(key) ??
      findHardware(choice, ffmpeg, output, film, options, { seconds: means.timeout, signal });
    this.encoders.set(key, found);
    found.catch(() => this.encoders.delete(key));
    return found;
  }

  /**
   * Opens the source of a film's frames.
   * @param frames - A sweep's frames, as planned.
   * @param formats - The pixel formats that frames may have, the best first.
   */
  async source(
    request: SourceRequest,
    frames: Frames | undefined,
    means: Means,
    formats: readonly PixelFormat[],
  ): Promise<FrameSource> {
    if (request.kind === 'composed') return this.composed(request, means, formats);
    if (request.kind === 'sweep') {
      const { sweep, every = 1 } = request;
      const [firstFrame] = rangeOf(request);
      const part: SweepPart = {
        frames: frames!,
        size: sweep.size,
        fps: sweep.fps / every,
        firstFrame,
        every,
      };
      const pooled = await this.renderer(formats[0] === 'rgba64' ? deepMeans(means) : means);
      return sweepSource(part, pooled.renderer, formats, (idle) => this.release(pooled, idle));
    }
    // The typeface of a sheet's labels and its reader take a fifth of a second to load.
    const { layOut } = await import('./sheet-layout.js');
    const { frameCells, sceneCells, sheetSource } = await import('./sheet-source.js');
    const { design, cells } = request;
    layOut(design); // rejects a sheet that is too large before anything starts
    if (!Array.isArray(cells)) {
      const scenes = cells.scenes.map(
        (scene) => () => this.composed(scene, { ...means, concurrency: 1, silent: true }, ['rgba']),
      );
      return sheetSource(design, await sceneCells(scenes, cells.frames), means.onCell);
    }
    const pooled = await this.renderer(means);
    const release = (idle: boolean) => this.release(pooled, idle);
    return sheetSource(design, frameCells(cells, pooled.renderer, release), means.onCell);
  }

  /** Draws pictures one after another, as RGBA8. Each is valid until the next is requested. */
  async *pictures(frames: readonly FrameDescription[], means: Means): AsyncGenerator<Uint8Array> {
    const { frameCells } = await import('./sheet-source.js');
    const pooled = await this.renderer(means);
    const cells = frameCells(frames, pooled.renderer, (idle) => this.release(pooled, idle));
    try {
      yield* cells.pictures();
    } finally {
      await cells.close();
    }
  }

  /** Remembers where the files of a soundtrack are: jobs have only their digests. */
  keepSounds({ clips }: Soundtrack): void {
    for (const { sha256, path } of clips) this.sounds.set(sha256, path);
  }

  /** The path of a sound file with that digest; undefined if it was planned elsewhere. */
  soundAt(sha256: string): string | undefined {
    return this.sounds.get(sha256);
  }

  /** Stores the open source of a job until it is closed. */
  keep(job: Job, source: FrameSource): void {
    this.open.set(job, source);
  }

  /** The open source of a job; undefined if the job was planned elsewhere. */
  sourceOf(job: Job): FrameSource | undefined {
    return this.open.get(job);
  }

  /** Closes a job's source, but not its renderer or browser. May be called at any time. */
  async finish(job: Job): Promise<void> {
    const source = this.open.get(job);
    this.open.delete(job);
    await source?.close();
  }

  /** Closes everything. May be called at any time, and more than once. */
  async close(): Promise<void> {
    const sources = [...this.open.values()];
    this.open.clear();
    await Promise.all(sources.map((source) => source.close()));
    const renderers = [...this.idle.splice(0), ...this.busy];
    this.busy.clear();
    const studio = await this.studio;
    await Promise.all([...renderers.map(({ renderer }) => renderer.close()), studio?.close()]);
  }

  private async composed(
    { target, bundle: expected, ...show }: ComposedRequest,
    { browser, concurrency, timeout, here, follow, silent, deband, onWarning, signal, ffmpeg }: Means,
    formats: readonly PixelFormat[],
  ): Promise<FrameSource> {
    pretendHome();
    const file = await resolveTarget(target);
    checkBundlers();
    // The bundler and the browser's driver take half a second to load.
    const { openComposed } = await import('../sources/composed/source.js');
    this.studio ??= import('../sources/composed/studio.js').then(({ Studio }) => new Studio());
    const means = {
      browser,
      concurrency,
      timeout,
      follow,
      silent,
      deband,
      ffmpeg: () => this.ffmpeg({ ffmpeg, timeout }),
      foresee: !here && expected === undefined,
      onWarning,
      signal: signal as AbortSignal | undefined,
    };
    return openComposed(file, { ...show, ...means, expected, formats }, await this.studio);
  }

  private async renderer({ backend, threads, boundsChecks, onWarning, signal }: Means): Promise<Pooled> {
    const key = JSON.stringify([backend, threads, boundsChecks]);
    const at = this.idle.findIndex((pooled) => pooled.key === key);
    const pooled = at >= 0 ? this.idle.splice(at, 1)[0] : await start();
    pooled.listener.onWarning = onWarning;
    this.busy.add(pooled);
    return pooled;

    async function start(): Promise<Pooled> {
      const listener: Pooled['listener'] = { onWarning };
      const tell = (message: string) => listener.onWarning?.(message);
      const options = { backend, threads, boundsChecks, signal, onWarning: tell };
      return { key, renderer: await createRenderer(options), listener };
    }
  }

  /** Closes a renderer with frames in progress, since nobody waits for them; reuses an idle one. */
  private async release(pooled: Pooled, idle: boolean): Promise<void> {
    if (!this.busy.delete(pooled)) return;
    if (idle) this.idle.push(pooled);
    else await pooled.renderer.close();
  }
}

/** Only the CPU draws with 16 bits. @throws UsageError if another backend is chosen. */
function deepMeans(means: Means): Means {
  if (means.backend !== 'gpu') return { ...means, backend: 'cpu' };
  throw new UsageError('--depth 10 is drawn on the CPU: leave out --backend gpu, or --depth.');
}

/** The first and last frame of a sweep to draw. */
export function rangeOf({ sweep, frames }: Extract<SourceRequest, { kind: 'sweep' }>): Range {
  return frames ?? [0, frameCount(sweep) - 1];
}

/** The numbers of the frames to draw. */
export function numbersOf(request: Extract<SourceRequest, { kind: 'sweep' }>): number[] {
  const [first] = rangeOf(request);
  const { every = 1 } = request;
  return [...framesOf([rangeOf(request)])].filter((number) => (number - first) % every === 0);
}
