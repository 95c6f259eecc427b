/** The commands `info` and `platforms`. */
import { UsageError } from '../core/errors.js';
import type { SmallPicture } from '../core/frame/look.js';
import { isLink, readLink } from '../core/recipe/link.js';
import type { Recipe } from '../core/recipe/recipe.js';
import { RECIPE_VERSION } from '../core/recipe/version.js';
import type { SoundNote } from '../core/sound/settings.js';
import { altOf, altOfScene, altOfSheet } from '../core/sweep/alt.js';
import { grainNote } from '../core/sweep/grain.js';
import { frameAt, frameCount, type Sweep } from '../core/sweep/sweep.js';
import { printable } from '../core/wording/printable.js';
import { type Exporter, exporterFor } from '../exporters/index.js';
import type { AudioTrack } from '../files/read/found.js';
import {
  describeRules,
  formatList,
  inBytes,
  platformNames,
  platformOf,
  probe,
  probeExport,
  type Rules,
  rulesOf,
  shownRate,
  sizeFor,
} from '../outputs/index.js';
import { evaluate } from '../renderers/cpu/planes.js';
import { CpuRenderer } from '../renderers/cpu/renderer.js';
import { escaped, printJson } from './report.js';
import { captionOf, listScenes, recipeIn } from './scenes.js';
import { commandLine } from './shell.js';

/** About what was drawn adaptively. */
const FAST = 'It was drawn with --fast: pixels that hardly differ from their neighbours were interpolated.';

/**
 * Describes a film, an export or a link, and prints the recipe that it carries, or with `alt` a sentence for people
 * who cannot see it.
 */
export async function info(path: string, { json, alt }: { json?: boolean; alt?: boolean }): Promise<void> {
  if (alt) {
    const text = await altFor(path);
    if (json) printJson('alt', { path, alt: text });
    else console.log(text);
    return;
  }
  if (isLink(path)) return describeLink(path, await readLink(path), json);
  const exporter = exporterFor(path);
  if (exporter) return describeExport(path, exporter, json);
  const { note, ...film } = probe(path);
  const recipe = recipeIn(path, { note });
  if (json) {
    const warning = recipe?.sweep && grainNote(recipe.sweep, evaluate, recipe.frames);
    printJson('info', { path, ...film, warning, recipe: recipe && { untrained: RECIPE_VERSION, ...recipe } });
    return;
  }
  const { format, codec, width, height, fps, frames, seconds, bytes } = film;
  const time = seconds > 0 ? [`${shownRate(fps)} fps`, `${frames} frames`, `${round(seconds)} s`] : [];
  const kind = codec ? `${format} (${printable(codec.slice(0, 20))})` : format;
  console.log(`${printable(path)}  ${[kind, `${width}x${height}`, ...time, inBytes(bytes)].join(', ')}`);
  if (film.audio) console.log(soundLine(film.audio, recipe?.audio));
  else if (recipe?.audio) console.log('It has no sound, but was made with one.');
  if (!recipe) {
    console.log('It carries no recipe: it was not made by Untrained, or it has been converted since.');
    return;
  }
  const { made, sweep, scene, sheet } = recipe;
  if (made) console.log(`Made by Untrained ${printable(made.version)} on ${printable(made.backend)}.`);
  if ((sweep ?? recipe).evaluation) console.log(FAST);
  const here = sweep !== undefined || listScenes().some(({ name }) => name === scene);
  if (!sweep) {
    const where = here ? 'one of the scenes here' : 'a scene whose code the film does not contain';
    console.log(`It shows "${printable(scene ?? '')}", ${where}.`);
  }
  const grain = sweep && grainNote(sweep, evaluate, recipe.frames);
  if (grain) console.log(grain);
  const size = ['--size', `${2 * width}x${2 * height}`];
  if (sheet) console.log(`This is a sheet. To render its scene: ${commandLine('render', [path])}`);
  else if (here) console.log(`To render it larger: ${commandLine('render', [path], size)}`);
  console.log(escaped(JSON.stringify({ untrained: RECIPE_VERSION, ...recipe }, null, 2)));
}

/** The alternative text of a film, an export or a link. @throws UsageError if it has no recipe. */
async function altFor(path: string): Promise<string> {
  const recipe = await recipeAt(path);
  if (!recipe) {
    throw new UsageError(
      `${printable(path)} carries no recipe, so what it shows is unknown: describe it in your own words.`,
    );
  }
  const { sweep, scene = '', sheet } = recipe;
  if (sheet) return altOfSheet(sweep?.title || scene);
  if (sweep) return altOf(sweep, await picturesOf(sweep));
  const file = listScenes().find(({ name, path }) => name === scene && path.endsWith('.tsx'));
  const caption = file && (await captionOf(file.path));
  return altOfScene(printable(caption || scene), isStill(path));
}

/** The recipe of a film, an export or a link. */
async function recipeAt(path: string): Promise<Recipe | undefined> {
  if (isLink(path)) return readLink(path);
  return recipeIn(path, exporterFor(path) ? probeExport(path) : probe(path));
}

const isStill = (path: string) => !exporterFor(path) && probe(path).frames <= 1;

/** Pictures of the beginning, the middle and the end of a sweep, as far as these differ. */
async function picturesOf(sweep: Sweep): Promise<SmallPicture[]> {
  const [width, height] = sweep.size.map((side) =>
    Math.max(1, Math.round((side * ALT_SIDE) / Math.max(...sweep.size))),
  );
  const renderer = new CpuRenderer();
  try {
    const pictures: SmallPicture[] = [];
    for (const part of frameCount(sweep) === 1 ? [0] : [0, 0.5, 1]) {
      const t = part * (sweep.seconds - 1 / sweep.fps);
      const frame = frameAt({ ...sweep, pace: 'tracks' }, t, evaluate); // measuring the pace takes seconds
      const rgba = await renderer.render({ ...frame, size: [width, height] });
      pictures.push({ rgba: rgba.slice(), width, height });
    }
    return pictures;
  } finally {
    await renderer.close();
  }
}

/** The longer side of the pictures whose look is described, in pixels. */
const ALT_SIDE = 64;

/** "Sound: AAC, 48 kHz, stereo; from the file with SHA-256 a1b2…, 1.5 s of it skipped, -3 dB". */
function soundLine({ codec, rate, channels }: AudioTrack, note: SoundNote | undefined): string {
  const layout = { 1: 'mono', 2: 'stereo' }[channels] ?? `${channels} channels`;
  const track = `Sound: ${printable(codec.slice(0, 20))}, ${round(rate / 1000)} kHz, ${layout}`;
  if (!note) return `${track}.`;
  const { sha256, offset = 0, gain = 0, fadeIn = 0, fadeOut = 0 } = note;
  const facts = [
    `from the file with SHA-256 ${sha256}`,
    offset > 0 && `from ${round(offset)} s on`,
    offset < 0 && `without its first ${round(-offset)} s`,
    gain !== 0 && `at ${round(gain)} dB`,
    fadeIn > 0 && `faded in for ${round(fadeIn)} s`,
    fadeOut > 0 && `faded out for ${round(fadeOut)} s`,
  ].filter(Boolean);
  return `${track}; ${facts.join(', ')}.`;
}

function describeExport(path: string, { name, title }: Exporter, json?: boolean): void {
  const { bytes, note } = probeExport(path);
  const recipe = recipeIn(path, { note });
  const sweep = recipe?.sweep;
  if (json) {
    printJson('info', { path, format: name, bytes, ...dataOf(sweep && { ...recipe, sweep }) });
    return;
  }
  console.log(`${printable(path)}  ${[title, ...(sweep ? factsOf(sweep) : []), inBytes(bytes)].join(', ')}`);
  if (sweep) printRecipe({ ...recipe, sweep }, path);
  else console.log('It carries no recipe: it was not made by Untrained, or it has been changed since.');
}

function describeLink(link: string, recipe: SweepRecipe, json?: boolean): void {
  const { sweep } = recipe;
  if (json) {
    printJson('info', { path: link, format: 'link', ...dataOf(recipe) });
    return;
  }
  const title = printable(sweep.title) || 'A sweep without a title';
  console.log(`${title}  ${['link', ...factsOf(sweep)].join(', ')}`);
  printRecipe(recipe, link);
}

type SweepRecipe = Recipe & { sweep: Sweep };

/** What programs are told about a recipe. */
function dataOf(recipe: SweepRecipe | undefined) {
  if (!recipe) return {};
  const warning = grainNote(recipe.sweep, evaluate, recipe.frames);
  return { warning, recipe: { untrained: RECIPE_VERSION, ...recipe } };
}

function factsOf(sweep: Sweep): string[] {
  const { size, fps, seconds } = sweep;
  if (frameCount(sweep) === 1) return [size.join('x')];
  return [size.join('x'), `${shownRate(fps)} fps`, `${frameCount(sweep)} frames`, `${round(seconds)} s`];
}

/** @param source - What commands are given to draw it. */
function printRecipe(recipe: SweepRecipe, source: string): void {
  const grain = grainNote(recipe.sweep, evaluate, recipe.frames);
  if (grain) console.log(grain);
  const command = frameCount(recipe.sweep) === 1 ? 'still' : 'render';
  console.log(`To render it: ${commandLine(command, [source])}`);
  console.log(escaped(JSON.stringify({ untrained: RECIPE_VERSION, ...recipe }, null, 2)));
}

/** Lists the platforms with the films that each accepts. */
export function listPlatforms({ json }: { json?: boolean }): void {
  if (json) {
    for (const name of platformNames) printJson('place', { name, ...platformOf(name) });
    return;
  }
  printRow('platform', 'size', 'file', 'accepts', 'source', 'read');
  for (const name of platformNames) {
    const platform = platformOf(name);
    console.log(`\n${name.padEnd(COLUMNS[0])}  ${platform.title}`);
    for (const { name: format, endings } of formatList) {
      const rules = rulesOf(platform, format);
      if (rules) printRules(`.${endings[0]}`, sizeFor(platform, format), rules);
    }
  }
  console.log(`
--for renders at these sizes. Unverified limits come only from third parties: exceeding one is a warning,
not an error.`);
}

/** The widths of the columns, in characters. With two spaces between columns, a line has 100. */
const COLUMNS = [9, 9, 4, 34, 27, 7];

/** Prints rules, one per line, with their sources, which may take further lines. */
function printRules(file: string, size: [number, number], rules: Rules): void {
  let first = [size.join('x'), file];
  for (const [source, list] of describeRules(rules)) {
    const [, says, read] = /^(.*), (\d+-\d+)$/.exec(source) ?? ['', source, ''];
    const sources = wrap(says, COLUMNS[4]);
    for (let i = 0; i < Math.max(list.length, sources.length); i++) {
      printRow('', ...first, list[i] ?? '', sources[i] ?? '', i === 0 ? read : '');
      first = ['', ''];
    }
  }
}

function printRow(...cells: string[]): void {
  console.log(
    cells
      .map((cell, i) => cell.padEnd(COLUMNS[i]))
      .join('  ')
      .trimEnd(),
  );
}

/** Breaks a text at spaces into lines of at most `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const round = (value: number) => Number(value.toFixed(2));
