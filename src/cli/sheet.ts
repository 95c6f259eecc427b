/** The `sheet` command: compares seeds, moments or both side by side. */
import { breather, type Watched } from '../core/breather.js';
import { UsageError } from '../core/errors.js';
import type { FrameDescription } from '../core/frame/description.js';
import { explainGrain, isGrainy } from '../core/frame/digits.js';
import type { Levels } from '../core/frame/levels-schema.js';
import { type ShownPart, shownProblem } from '../core/frame/shown.js';
import { hiddenWidths } from '../core/network/spec.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { measureLevels } from '../core/sweep/levels.js';
import { frameAt, frameCount, preparePace, type Sweep, timeOfFrame } from '../core/sweep/sweep.js';
import { makeFilm, progressOf } from '../jobs/film.js';
import type { SheetRequest } from '../jobs/job.js';
import { checkStill } from '../jobs/plan.js';
import { recipeOf } from '../jobs/render.js';
import type { Label } from '../jobs/sheet-layout.js';
import { defaultEndings } from '../outputs/index.js';
import { evaluate, evaluateValues } from '../renderers/cpu/planes.js';
import { defaultsOf } from '../sources/composed/target.js';
import { bestOf, candidatesFor, momentOf, scoresOf, summaryOf } from './best.js';
import { composedRequest, meansOf, subjectOf, withWorkshop } from './draw.js';
import { lookOf, type Resolved, type SheetOptions } from './options.js';
import { type ComposedSubject, changed, saveRecipe } from './plan.js';
import { type Reporter, reporter } from './report.js';
import type { SweepScene } from './scenes.js';
import { commandLine } from './shell.js';

/** By default, a picture on a sheet has as many pixels as a square with this side. */
const SIDE = 240;

/** A sheet's contents: each seed at each moment. */
interface Contents {
  /** Undefined is the scene's own seed. */
  seeds: (string | undefined)[];
  /** Frame numbers; undefined is the moment that --at gives. */
  frames: (number | undefined)[];
}

/** The `sheet` command. @param given - The names of the options that were given explicitly. */
export async function sheet(
  scene: string | undefined,
  options: SheetOptions,
  given: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  checkOptions(options);
  const { layOut } = await import('../jobs/sheet-layout.js'); // loads a typeface and its reader
  const { noFrame } = await import('../jobs/sheet-source.js');
  const report = reporter(options);
  const subject = await subjectOf(scene, options, given, report, signal);
  const path = options.out ?? `renders/${subject.name}-sheet${defaultEndings.still}`;
  checkStill(path);
  await withWorkshop(async (workshop) => {
    const best =
      options.best !== undefined && subject.kind === 'sweep'
        ? await bestOf(subject, options, framesOf(options)[0], workshop, report, signal)
        : undefined;
    const seeds = best?.chosen.map((candidate) => candidate.subject) ?? options.seeds;
    const contents = { seeds: seeds ?? [undefined], frames: framesOf(options) };
    const filled =
      subject.kind === 'sweep'
        ? await ofSweep(subject, { ...options, seeds }, contents, noFrame, report, signal)
        : ofComposed(subject, options, contents);
    const { size, labels, cells, recipe, levels } = filled;
    const moments = contents.seeds.length * contents.frames.length;
    const perMoment = labels.length / moments;
    const columns =
      moments > 1 && perMoment > 1
        ? perMoment
        : options.frames && contents.seeds.length > 1
          ? contents.frames.length
          : options.columns;
    const design = { size, labels, columns, title: options.title };
    const { columns: chosen } = layOut(design);
    const request = { source: { kind: 'sheet', design, cells } as const, outputs: [{ path }], recipe };
    const onCell = (drawn: number, began: number) =>
      report.progress(progressOf(drawn, labels.length, labels.length, began));
    const means = { ...meansOf(subject, options, report, signal), onCell };
    const film = await makeFilm(request, workshop, means);
    const counted = { frames: labels.length, drawn: labels.length };
    const made = { ...film, ...counted, columns: chosen, labels, ...(best && { seeds: scoresOf(best) }) };
    const advice = nextStep(scene, { ...options, seeds, levels }, given);
    report.done(made, best ? `${summaryOf(best)} ${advice}` : advice);
  });
}

/** Checks options against each other. @throws UsageError if they are incompatible. */
function checkOptions(options: SheetOptions): void {
  const { frames, seed, at, every, columns, transparent, shown, best } = options;
  const seeds = best === undefined ? options.seeds : candidatesFor(best, options.seeds);
  const showsUnits = layerOf(shown) !== undefined;
  const refusal =
    (!seeds &&
      !frames &&
      !showsUnits &&
      'A sheet shows seeds, moments or units: try --seeds 1-24, --best 12, --frames 0,30,60 or --shown 2.') ||
    (showsUnits &&
      columns &&
      (seeds || frames) &&
      `With --shown ${layerOf(shown)}, each row is a seed or a moment: leave out --columns ${columns}.`) ||
    (best !== undefined &&
      showsUnits &&
      `--best compares whole pictures, but --shown ${layerOf(shown)} shows units: leave one out.`) ||
    (seeds &&
      seed !== undefined &&
      `--seed ${seed} cannot be used with ${best === undefined ? '--seeds' : '--best'}: leave one out.`) ||
    (frames && at !== undefined && `--at ${at} cannot be used with --frames: leave one out.`) ||
    (!frames && every && '--every applies only with --frames: leave it out.') ||
    (seeds &&
      seeds.length > 1 &&
      frames &&
      columns &&
      `With --seeds and --frames, each row is a seed: leave out --columns ${columns}.`) ||
    (transparent && 'A sheet has its own background: leave out --transparent, or use still.');
  if (refusal) throw new UsageError(refusal);
}

/** The sheet's part of the recipe, besides the scene. */
function sheetOf(options: SheetOptions): Recipe['sheet'] {
  const { seeds, at } = options;
  const frames = options.frames && (framesOf(options) as number[]);
  const layer = layerOf(options.shown);
  return {
    ...(seeds && { seeds }),
    ...(frames && { frames }),
    ...(at !== undefined && { at }),
    ...(layer !== undefined && { layer }),
  };
}

/** The frames that --frames and --every select, each once, in order. */
function framesOf({ frames: ranges, every = 1 }: SheetOptions): (number | undefined)[] {
  if (!ranges) return [undefined];
  const frames = new Set<number>();
  for (const [first, last] of ranges) {
    for (let frame = first; frame <= last && frames.size <= MOST_FRAMES; frame += every) frames.add(frame);
  }
  if (frames.size > MOST_FRAMES) {
    throw new UsageError(`--frames selects more than ${MOST_FRAMES} frames: select fewer with --every.`);
  }
  return [...frames].sort((a, b) => a - b);
}

const MOST_FRAMES = 1000;
/** How many pictures to check for grain, which takes tens of milliseconds per deep zoom. */
const MOST_EXAMINED = 24;

/** The cells of a sheet, and how to make it again. */
interface Filled extends Pick<SheetRequest, 'cells'> {
  size: [number, number];
  labels: Label[];
  recipe: Recipe;
  /** Those of a sweep's pictures, if they are given or measured. */
  levels?: Levels | undefined;
}

async function ofSweep(
  subject: SweepScene,
  asked: SheetOptions,
  contents: Contents,
  noFrame: (frame: number, frames: number, what: string) => UsageError,
  report: Reporter,
  signal: AbortSignal,
): Promise<Filled> {
  const cellsWith = (options: Resolved<SheetOptions>) =>
    cellsOf(subject, options, contents, noFrame, { signal, onStage: report.stage });
  const { levels: given, ...others } = asked;
  const levels =
    given === 'auto'
      ? await measureLevels(
          (await cellsWith(others)).map(({ frame }) => frame),
          evaluateValues,
          { signal, onStage: report.stage },
        )
      : given;
  const options = { ...others, ...(levels && { levels }) };
  const own = changed(subject, { ...withoutLayer(options), size: undefined });
  await saveRecipe(options.recipe, own);
  const cells = await cellsWith(options);
  const grainy = cells.slice(0, MOST_EXAMINED).find(({ frame }) => isGrainy(frame, evaluate));
  if (grainy) report.warning(explainGrain(grainy.frame.view.halfWidth));
  return {
    size: options.size ?? smaller(own.size),
    labels: cells.map(({ label }) => label),
    cells: cells.map(({ frame }) => frame),
    recipe: { sweep: own, sheet: sheetOf(asked) },
    levels,
  };
}

/** The options without a layer whose units each have a picture. Each shows one unit, so any size is valid. */
function withoutLayer<Options extends Resolved<SheetOptions>>(options: Options): Options {
  return layerOf(options.shown) === undefined ? options : { ...options, shown: undefined };
}

async function cellsOf(
  subject: SweepScene,
  options: Resolved<SheetOptions>,
  { seeds, frames }: Contents,
  noFrame: (frame: number, frames: number, what: string) => UsageError,
  watched: Watched,
): Promise<{ label: Label; frame: FrameDescription }[]> {
  const rest = withoutLayer(options);
  // --size is the size of the pictures on the sheet.
  const own = changed(subject, { ...rest, size: undefined });
  const size = options.size ?? smaller(own.size);
  // Such small pictures of fine structures need supersampling, and still cost no more than a film's frame.
  const supersample = options.supersample ?? (Math.max(2, own.supersample) as Sweep['supersample']);
  const cells: { label: Label; frame: FrameDescription }[] = [];
  const breathe = breather(watched);
  for (const seed of seeds) {
    const sweep = {
      ...changed(subject, { ...rest, seed: seed ?? options.seed }),
      size,
      supersample,
    };
    for (const frame of frames) {
      if (frame !== undefined && frame >= frameCount(sweep)) throw noFrame(frame, frameCount(sweep), 'sweep');
      const at = momentOf(sweep, options.at);
      if (at > sweep.seconds) {
        throw new UsageError(
          `--at is ${at}, but the sweep runs from 0 to ${sweep.seconds} s: choose a time in that range.`,
        );
      }
      const t = frame === undefined ? at : timeOfFrame(sweep, frame);
      await preparePace(sweep, evaluate, watched, t);
      const described = frameAt(sweep, t, evaluate);
      const layer = layerOf(options.shown);
      if (layer === undefined) cells.push({ label: labelOf(seed, frame, t), frame: described });
      else cells.push(...unitCells(described, layer, seed, frame, t));
      const pause = breathe(() => `checking picture ${cells.length} of ${seeds.length * frames.length}`);
      if (pause) await pause;
    }
  }
  return cells;
}

/** The layer whose units each have a picture, according to --shown. */
function layerOf(shown: ShownPart | undefined): number | undefined {
  return shown && 'layer' in shown && shown.unit === undefined ? shown.layer : undefined;
}

/** A cell for each unit of a layer. @throws UsageError if there is no such layer. */
function unitCells(
  frame: FrameDescription,
  layer: number,
  seed: string | undefined,
  number: number | undefined,
  t: number,
): { label: Label; frame: FrameDescription }[] {
  const showing = (unit: number) => ({ ...frame, shown: { layer, unit } });
  const problem = shownProblem({ layer, unit: 1 }, frame.network, frame.size);
  if (problem) throw new UsageError(`--shown: ${problem.field} ${problem.message}.`);
  const moment = number === undefined ? undefined : labelOf(seed, number, t);
  const details = moment ? [moment.name, moment.more].filter(Boolean).join(' · ') : seed && `seed ${seed}`;
  return Array.from({ length: Math.ceil(hiddenWidths(frame.network)[layer - 1]) }, (_, i) => ({
    label: { name: `unit ${i + 1}`, ...(details && { more: details }) },
    frame: showing(i + 1),
  }));
}

function ofComposed(subject: ComposedSubject, options: SheetOptions, { seeds, frames }: Contents): Filled {
  const { as, target } = subject;
  const defaults = defaultsOf(target);
  const size = options.size ?? smaller(as?.size ?? defaults.size);
  const fps = options.fps ?? as?.fps ?? defaults.fps;
  const labels = seeds.flatMap((seed) =>
    frames.map((frame) => labelOf(seed, frame, frame === undefined ? undefined : frame / fps)),
  );
  const [first] = frames;
  // Frames of a sheet are counted from the beginning of a project.
  const part = first === undefined ? { still: { at: options.at } } : { whole: true };
  const scenes = seeds.map((seed) => {
    const shown = { ...options, size, transparent: false, seed: seed ?? options.seed };
    return { ...composedRequest(subject, shown), ...part };
  });
  const own = { ...composedRequest(subject, options), size: undefined, transparent: undefined };
  return {
    size,
    labels,
    cells: { scenes, frames: frames.map((frame) => frame ?? 0) },
    recipe: { ...recipeOf(own), sheet: sheetOf(options) },
  };
}

/** The same proportions with as many pixels as a square of SIDE, rounded; never larger than the original. */
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

/** Suggests the command that renders a picture chosen from the sheet. */
function nextStep(scene: string | undefined, options: SheetOptions, given: Set<string>): string {
  const { seeds, frames } = options;
  const layer = layerOf(options.shown);
  const scenes = scene === undefined ? [] : [scene];
  const seed = seeds && ['--seed', seeds[0]];
  const at = frames && (!seeds || layer !== undefined) ? ['--at', 'SECONDS'] : [];
  const shown = layer === undefined ? options.shown : { layer, unit: 1 };
  const words = [...lookOf({ ...options, shown }, given), ...(seed ?? []), ...at];
  return seeds && layer === undefined
    ? `One of them: ${commandLine('render', scenes, words)}`
    : `One of them, large: ${commandLine('still', scenes, words)}`;
}
