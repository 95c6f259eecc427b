/** What `sheet` does: seeds, or moments, or both, side by side. */
import { breather } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import { explainGrain, isGrainy } from '../core/frame/digits.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { frameAt, frameCount, preparePace, type Sweep, timeOfFrame } from '../core/sweep/sweep.js';
import type { Label, Pictures } from '../jobs/sheet.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { defaultsOf } from '../sources/composed/target.js';
import type { FrameSource } from '../sources/source.js';
import { composedOptions, jobOf, lookOf, openComposed, recipeOf, rendererOptions } from './draw.js';
import type { SheetOptions } from './options.js';
import { variablesOf } from './override.js';
import { type ComposedJob, changed, saveRecipe } from './plan.js';
import { type Reporter, reporter } from './report.js';
import type { SweepScene } from './scenes.js';
import { commandLine } from './shell.js';

/** Of the square that has as many pixels as a picture on a sheet by default. */
const SIDE = 240;

/** What is on a sheet: for each of the seeds, each of the moments. */
interface Contents {
  /** By name; undefined is the scene's own. */
  seeds: (string | undefined)[];
  /** Numbers of frames; undefined is the one moment that --at says. */
  frames: (number | undefined)[];
}

/** @param given - Which options somebody gave, by name. */
export async function sheet(
  scene: string | undefined,
  options: SheetOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const { writeSheet } = await import('../jobs/sheet.js'); // a typeface and what reads it
  checkAsked(options);
  const report = reporter(options);
  const job = await jobOf(scene, options, given, report, signal);
  const contents = { seeds: options.seeds ?? [undefined], frames: framesOf(options) };
  const { size, labels, open, madeOf } =
    job.kind === 'sweep'
      ? await ofSweep(job, options, contents, report, signal)
      : ofComposed(job, options, contents, report, signal);
  const columns = options.frames && contents.seeds.length > 1 ? contents.frames.length : options.columns;
  const made = await writeSheet({ size, labels, columns, title: options.title }, open, {
    ...{ madeOf, signal, timeout: options.timeout, onProgress: report.progress },
    output: options.out ?? `renders/${job.name}-sheet.png`,
  });
  report.done(made, nextStep(scene, options, given, job.kind));
}

/** @throws UsageError for what does not go together. */
function checkAsked({ seeds, frames, seed, at, every, columns, transparent }: SheetOptions): void {
  const refusal =
    (!seeds && !frames && 'A sheet shows seeds or moments: try --seeds 1-24, or --frames 0,30,60.') ||
    (seeds && seed !== undefined && `--seed ${seed} and --seeds name two choices of seeds: leave one out.`) ||
    (frames && at !== undefined && `--at ${at} and --frames name two choices of moments: leave one out.`) ||
    (!frames && every && '--every is for --frames: leave it out.') ||
    (seeds &&
      seeds.length > 1 &&
      frames &&
      columns &&
      `A row is a seed, with its --frames: leave --columns ${columns} out.`) ||
    (transparent && 'A sheet has a background of its own: leave --transparent out, or take still.');
  if (refusal) throw new UsageError(refusal);
}

/** What it is made of, beside the scene. */
function sheetOf(options: SheetOptions): Recipe['sheet'] {
  const { seeds, at } = options;
  const frames = options.frames && (framesOf(options) as number[]);
  return { ...(seeds && { seeds }), ...(frames && { frames }), ...(at !== undefined && { at }) };
}

/** The frames that --frames and --every name, each once, in order. */
function framesOf({ frames: ranges, every = 1 }: SheetOptions): (number | undefined)[] {
  if (!ranges) return [undefined];
  const frames = new Set<number>();
  for (const [first, last] of ranges) {
    for (let frame = first; frame <= last && frames.size <= MOST_FRAMES; frame += every) frames.add(frame);
  }
  if (frames.size > MOST_FRAMES) {
    throw new UsageError(`--frames are more than ${MOST_FRAMES}: take fewer of them with --every.`);
  }
  return [...frames].sort((a, b) => a - b);
}

const MOST_FRAMES = 1000;
/** How many pictures are checked for grain, which takes tens of milliseconds for each deep zoom. */
const MOST_EXAMINED = 24;

async function ofSweep(
  job: SweepScene,
  options: SheetOptions,
  { seeds, frames }: Contents,
  report: Reporter,
  signal: AbortSignal,
) {
  const { picturesOf } = await import('../jobs/sheet.js');
  const own = changed(job, { ...options, size: undefined }); // --size is of the pictures on the sheet
  await saveRecipe(options.recipe, own);
  const size = options.size ?? smaller(own.size);
  // So small a picture of so fine a network needs it, and it still costs no more than a film's frame.
  const supersample = options.supersample ?? (Math.max(2, own.supersample) as Sweep['supersample']);
  const cells: { label: Label; frame: FrameDescription }[] = [];
  const watched = { signal, onStage: report.stage };
  const breathe = breather(watched);
  for (const seed of seeds) {
    const sweep = {
      ...changed(job, { ...options, seed: seed ?? options.seed }),
      size,
      supersample,
    };
    await preparePace(sweep, evaluate, watched);
    for (const frame of frames) {
      if (frame !== undefined) checkFrame(frame, frameCount(sweep), 'sweep');
      const at = options.at ?? (sweep.loop ? 0 : sweep.seconds);
      if (at > sweep.seconds) {
        throw new UsageError(
          `--at is ${at}, but the sweep runs from 0 to ${sweep.seconds} s: choose a time in that range.`,
        );
      }
      const t = frame === undefined ? at : timeOfFrame(sweep, frame);
      cells.push({ label: labelOf(seed, frame, t), frame: frameAt(sweep, t, evaluate) });
      const pause = breathe(() => `checking picture ${cells.length} of ${seeds.length * frames.length}`);
      if (pause) await pause;
    }
  }
  const grainy = cells.slice(0, MOST_EXAMINED).find(({ frame }) => isGrainy(frame, evaluate));
  if (grainy) report.warning(explainGrain(grainy.frame.view.halfWidth));
  return {
    size,
    labels: cells.map(({ label }) => label),
    open: () =>
      picturesOf(
        cells.map(({ frame }) => frame),
        { ...options, ...rendererOptions(job, report), signal },
      ),
    madeOf: { sweep: own, sheet: sheetOf(options) },
  };
}

function ofComposed(
  job: ComposedJob,
  options: SheetOptions,
  { seeds, frames }: Contents,
  report: Reporter,
  signal: AbortSignal,
) {
  const defaults = defaultsOf(job.target);
  const size = options.size ?? smaller(job.as?.size ?? defaults.size);
  const fps = options.fps ?? job.as?.fps ?? defaults.fps;
  const labels = seeds.flatMap((seed) =>
    frames.map((frame) => labelOf(seed, frame, frame === undefined ? undefined : frame / fps)),
  );
  const sourceOf = (seed: string | undefined) => {
    const set = seed === undefined ? options.set : [...options.set, `seed=${seed}`];
    const composed = composedOptions({ ...options, size, transparent: false }, report, signal, job);
    const moment = frames[0] === undefined ? { still: { at: options.at } } : {};
    return openComposed(job.target, {
      ...composed,
      concurrency: 1,
      whole: frames[0] !== undefined, // they count from its beginning
      variables: { ...job.as?.variables, ...variablesOf(set) },
      ...moment,
    });
  };
  const numbers = frames.map((frame) => frame ?? 0);
  const own = composedOptions(options, report, signal, job);
  const madeOf = {
    ...recipeOf(job, { ...own, size: undefined, transparent: undefined }),
    sheet: sheetOf(options),
  };
  return {
    size,
    labels,
    open: () => picturesByTurns(seeds, numbers, sourceOf),
    madeOf,
  };
}

/** The pictures of several sources, one open at a time: each is a browser. @param frames - Which of each, in order. */
async function picturesByTurns<Seed>(
  seeds: Seed[],
  frames: number[],
  open: (seed: Seed) => Promise<FrameSource>,
): Promise<Pictures> {
  let source = await open(seeds[0]);
  const { backend } = source;
  return {
    backend,
    get description() {
      return source.description;
    },
    async *pictures() {
      for (const [i, seed] of seeds.entries()) {
        if (i > 0) source = await open(seed);
        for (const frame of frames) checkFrame(frame, source.shape.frames, 'film');
        yield* source.frames(frames.map((frame) => [frame, frame] as const));
        await source.close();
      }
    },
    close: () => source.close(),
  };
}

/** Refuses a frame that a film has not. @param what - To call it by. */
function checkFrame(frame: number, frames: number, what: string): void {
  if (frame < frames) return;
  throw new UsageError(`There is no frame ${frame}: the ${what} has 0-${frames - 1}.`);
}

/** The same proportions with as many pixels as a square of SIDE; whole, and never larger. */
function smaller([width, height]: [number, number]): [number, number] {
  const scale = Math.min(1, SIDE / Math.sqrt(width * height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** @param t - In seconds. */
function labelOf(seed: string | undefined, frame: number | undefined, t: number | undefined): Label {
  const time = t === undefined ? undefined : `${t.toFixed(2)} s`;
  if (seed === undefined) return { name: `frame ${frame}`, more: time };
  return { name: `seed ${seed}`, more: frame === undefined ? undefined : `${frame} · ${time}` };
}

/** The command that makes what somebody has chosen on the sheet. */
function nextStep(
  scene: string | undefined,
  options: SheetOptions,
  given: Set<string>,
  kind: 'sweep' | 'composed',
): string {
  const { seeds, frames } = options;
  const scenes = scene === undefined ? [] : [scene];
  const seed = seeds && (kind === 'sweep' ? ['--seed', seeds[0]] : ['--set', `seed=${seeds[0]}`]);
  const at = !seeds && frames ? ['--at', 'SECONDS'] : [];
  const words = [...lookOf(options, given), ...(seed ?? []), ...at];
  return seeds
    ? `One of them: ${commandLine('render', scenes, words)}`
    : `One of them, large: ${commandLine('still', scenes, words)}`;
}
