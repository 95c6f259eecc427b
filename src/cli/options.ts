/**
 * The table of options. Everything that depends on what options there are is derived from it: the command line and its
 * help, the types of the commands' options, the columns of a batch, which scenes an option applies to, what suggested
 * commands repeat, and the table in docs/options.md (`npm run docs`).
 */
import { UsageError } from '../core/errors.js';
import { backends } from '../core/frame/backends.js';
import type { Levels } from '../core/frame/levels-schema.js';
import { paces } from '../core/sweep/paces.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { exporters } from '../exporters/index.js';
import { parseBytes } from '../outputs/budget.js';
import { notShared } from '../outputs/formats/hardware.js';
import {
  codecsOfEndings,
  endingsIn,
  formatList,
  gradesOfFormats,
  namesIn,
  rangesOf,
} from '../outputs/formats/index.js';
import { codecs, depths, encoderChoices, endingsTaking, gifPalettes, qualities } from '../outputs/options.js';
import { platformNames } from '../outputs/platforms.js';
import { rateOf } from '../outputs/rate.js';
import {
  parseFrames,
  parseHost,
  parseLevels,
  parseMoments,
  parseQueue,
  parseRate,
  parseSeeds,
  parseShard,
  parseShown,
  parseSize,
  writeShown,
} from './arguments.js';
import { type CommandName, flagOf, KINDS, type OptionEntry } from './option.js';

/** The scene that is drawn if none is named. */
export const DEFAULT_SCENE = 'weight-scale';

/** The commands that draw, with `export`, and the ones that make films. */
const FILM = ['render', 'plan', 'batch'] as const;
const DRAW = [...FILM, 'still', 'sheet'] as const;
const LOOK = [...DRAW, 'export'] as const;

/** The exporters that contain all of a sweep: films' outputs may be theirs, too. */
const moving = exporters.filter(({ moves }) => moves);
const PAGES = moving
  .map(({ ending, title }) => `${ending} (${title})`)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

/** Help shows a command's options in this order. */
export const OPTIONS = [
  {
    name: 'out',
    short: 'o',
    value: 'file',
    help: `output file: ${namesIn(formatList)}; or, of a sweep, ${PAGES}`,
    more: 'A film with several outputs is rendered once for all of them.',
    otherwise: 'renders/NAME.mp4, and the .gif of a sweep',
    repeatable: true,
    commands: ['render', 'plan'],
  },
  {
    name: 'out',
    short: 'o',
    value: 'file',
    help: 'output file, instead of the planned one; repeat it for several outputs, in the order of the plan',
    otherwise: 'as planned',
    repeatable: true,
    commands: ['join'],
  },
  {
    name: 'out',
    short: 'o',
    value: 'file',
    help: `output file, a .png; or, of a sweep, ${PAGES}`,
    helpFor: { sheet: 'output file, a .png' },
    otherwise: 'renders/NAME.png',
    otherwiseFor: { sheet: 'renders/NAME-sheet.png' },
    commands: ['still', 'sheet'],
  },
  {
    name: 'out',
    short: 'o',
    value: 'file',
    help: 'output file; any further files are written beside it',
    otherwise: 'renders/NAME, with the ending of the format',
    commands: ['export'],
  },
  {
    name: 'to',
    value: 'format',
    help: 'output format',
    more: `${exporters.map(({ title, ending }) => `${title}: ${ending}`).join('; ')}. See [Exports](exports.md).`,
    choices: exporters.map(({ name }) => name),
    otherwise: 'from the ending of --out',
    commands: ['export'],
  },
  {
    name: 'size',
    value: 'WxH',
    help: 'width and height, or one number for a square',
    helpFor: { sheet: 'width and height of each picture, or one number for a square' },
    more: 'MP4 and WebM need even numbers.',
    unit: 'pixels',
    range: { least: 1, most: 16384, whole: true },
    read: parseSize,
    form: 'WIDTHxHEIGHT, each',
    example: '1080x1080',
    otherwise: "the scene's",
    otherwiseFor: { sheet: 'as many pixels as 240x240' },
    commands: LOOK,
  },
  {
    name: 'fps',
    value: 'n',
    help: 'frame rate, which may be a fraction such as 30000/1001; GIF is exact at 10, 20, 25 and 50',
    unit: 'frames per second',
    range: { least: 1, most: 120 },
    read: parseRate,
    form: 'a number, or a fraction,',
    example: '25 or 30000/1001',
    write: rateOf,
    otherwise: "the scene's",
    commands: LOOK,
    repeated: true,
  },
  {
    name: 'seconds',
    value: 's',
    help: 'length; the whole sweep is stretched to fit',
    unit: 'seconds',
    range: { above: 0, most: 3600 },
    otherwise: "the scene's",
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'frames',
    value: 'range',
    help: 'only these frames: FIRST-LAST, counted from 0, inclusive',
    read: parseFrames,
    form: 'FIRST-LAST, counted from 0',
    example: '0-24',
    otherwise: 'all',
    commands: FILM,
    films: true,
  },
  {
    name: 'every',
    value: 'n',
    help: 'frame step: 2 = every second frame, at half the frame rate',
    more: 'PNGs keep their frame numbers.',
    range: { least: 1, most: 1000, whole: true },
    otherwise: '1',
    commands: FILM,
    films: true,
  },
  {
    name: 'seeds',
    value: 'list',
    help: 'one picture per seed: 1-24, or 1,5,a word',
    read: parseSeeds,
    form: 'seeds',
    example: '1-24 or 1,5,a word',
    commands: ['sheet'],
  },
  {
    name: 'best',
    value: 'n',
    help: 'only the seeds whose pictures have the most to see, best first',
    more: 'Without --seeds, it chooses among seeds 1-40, or more if n is above 10.',
    range: { least: 1, most: 250, whole: true },
    otherwise: 'all of --seeds',
    commands: ['sheet'],
    scenes: 'sweep',
  },
  {
    name: 'frames',
    value: 'list',
    help: 'one picture per frame, counted from 0: 0,30,60 or 0-60; with --seeds, one row per seed',
    read: parseMoments,
    form: 'frames counted from 0, or ranges',
    example: '0,30,60 or 0-60 with --every 20',
    commands: ['sheet'],
  },
  {
    name: 'every',
    value: 'n',
    help: 'frame step in ranges of --frames: 2 = every second frame',
    range: { least: 1, most: 1_000_000, whole: true },
    otherwise: '1',
    commands: ['sheet'],
  },
  {
    name: 'at',
    value: 'seconds',
    help: 'time of the picture',
    helpFor: { sheet: 'time of the pictures of --seeds', export: 'export one moment: this time' },
    unit: 'seconds',
    range: { least: 0 },
    otherwise: 'the end, or the beginning of a loop',
    otherwiseFor: {
      export: `all of the sweep for ${moving.map(({ name }) => name).join(', ')}; otherwise the end, or the beginning of a loop`,
    },
    commands: ['still', 'sheet', 'export'],
  },
  {
    name: 'columns',
    value: 'n',
    help: 'pictures per row',
    range: { least: 1, most: 1000, whole: true },
    otherwise: 'chosen to suit their number',
    commands: ['sheet'],
  },
  {
    name: 'title',
    value: 'text',
    help: 'title line above the pictures',
    otherwise: 'none',
    commands: ['sheet'],
  },
  {
    name: 'seed',
    value: 'seed',
    help: "another network: a number or a word; or a composed scene's variable seed",
    otherwise: "the scene's",
    commands: LOOK,
    repeated: true,
  },
  {
    name: 'set',
    value: 'name=value',
    help: "a sweep's parameter, or from..to to animate it (in a loop: there and back); or a composed scene's variable",
    repeatable: true,
    commands: LOOK,
    repeated: true,
  },
  {
    name: 'pace',
    value: 'how',
    help: 'even: the picture changes at a constant rate; between-pauses: likewise, but pauses keep their times; tracks: parameters move as the sweep defines',
    choices: paces,
    otherwise: "the scene's",
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'palette',
    value: 'name',
    help: 'how outputs become colours: rgb, oklab, oklch, a colour map such as viridis or RdBu, or hex colours such as "#012,#fa3"; or a composed scene\'s variable palette',
    more: 'See [Palettes](palettes.md).',
    otherwise: "the scene's",
    commands: LOOK,
    repeated: true,
  },
  {
    name: 'levels',
    value: 'low,high',
    help: 'output values that are shown as 0 and 1, such as 0.2,0.8; auto measures them once for all that is drawn',
    more: 'See [Levels](networks.md#levels).',
    read: parseLevels,
    form: 'auto or two numbers, the first less than the second',
    example: 'auto or 0.2,0.8',
    write: String,
    otherwise: "the scene's",
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'shown',
    value: 'part',
    help: 'show one hidden unit (2:3 is unit 3 of layer 2), all units of a layer (2) or one output (output:1)',
    helpFor: {
      sheet: 'one picture per unit of a hidden layer (2); or one unit (2:3) or output (output:1) in each',
    },
    read: parseShown,
    form: 'LAYER, LAYER:UNIT or output:NUMBER, counted from 1',
    example: '2:3',
    write: writeShown,
    otherwise: 'the colours of all outputs',
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'supersample',
    value: 'n',
    help: 'n x n samples per pixel, averaged in linear light',
    range: { least: 1, most: 4, whole: true },
    read: (text): Sweep['supersample'] => Number(text) as Sweep['supersample'],
    otherwise: "the scene's",
    cost: 'takes n x n times as long',
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'dither',
    help: 'ordered dithering to reduce banding',
    commands: LOOK,
    scenes: 'sweep',
    repeated: true,
  },
  {
    name: 'for',
    value: 'platform',
    help: `size, frame rate and limits of a platform: ${platformNames.join(', ')}`,
    more: 'See [Post a film](post.md).',
    repeatable: true,
    commands: FILM,
    films: true,
  },
  {
    name: 'maxSize',
    value: 'size',
    help: 'maximum size of each file, such as 8MB, 500kB or 10MiB',
    read: parseBytes,
    form: 'a size such as 8MB, 500kB or 10MiB',
    otherwise: 'no limit',
    cost: 'may encode several times',
    commands: FILM,
    films: true,
  },
  {
    name: 'quality',
    value: 'grade',
    help: 'encoding quality',
    more: gradesOfFormats(),
    choices: qualities,
    otherwise: 'standard',
    commands: FILM,
    films: true,
  },
  {
    name: 'crf',
    value: 'n',
    help: `quality of ${endingsTaking('crf')} on the encoder's own scale; lower is better`,
    more: rangesOf('crf'),
    range: { least: 0, most: 63 },
    otherwise: 'by --quality',
    commands: FILM,
    films: true,
  },
  {
    name: 'codec',
    value: 'name',
    help: 'codec, if the file name leaves a choice',
    more: codecsOfEndings(),
    choices: codecs,
    otherwise: 'by the file name',
    commands: FILM,
    films: true,
  },
  {
    name: 'depth',
    value: 'bits',
    help: `bits per colour: 10 avoids bands in smooth gradients; only ${endingsIn(formatList.filter(({ deep }) => deep))}`,
    more: 'Frames are then drawn with 16 bits, on the CPU.',
    read: (text) => depths.find((depth) => String(depth) === text),
    form: '8 or 10',
    example: '10',
    otherwise: '8',
    cost: 'slower to draw and to encode',
    commands: FILM,
    films: true,
  },
  {
    name: 'encoder',
    value: 'name',
    help: `what encodes ${endingsIn(formatList.filter(({ hardware }) => hardware))}: hardware is the first hardware encoder that works`,
    more: 'See [Hardware encoders](machines.md#hardware-encoders).',
    choices: encoderChoices,
    otherwise: 'software',
    commands: ['render', 'batch'],
    films: true,
  },
  {
    name: 'gif',
    value: 'palette',
    help: 'one palette per frame, or one for all, which is smaller if little moves; auto chooses the better',
    more: 'To choose, auto makes part of the film both ways.',
    choices: gifPalettes,
    otherwise: 'auto',
    commands: FILM,
    films: true,
  },
  {
    name: 'loops',
    value: 'n',
    help: `repeat the film n times in the file; only ${endingsIn(formatList.filter(({ loops }) => loops))}, which has no setting to loop`,
    more: 'The film is not encoded again.',
    range: { least: 1, most: 1000, whole: true },
    otherwise: '1',
    commands: FILM,
    films: true,
  },
  {
    name: 'audio',
    value: 'file',
    help: `sound for the film, cut or padded to its length: a file such as .wav, .mp3, .m4a, .ogg, .flac or .opus, or a film with sound; only in ${endingsIn(formatList.filter(({ sound }) => sound))}`,
    more: 'See [Sound](sound.md).',
    otherwise: "the scene's own, or none",
    commands: FILM,
    films: true,
  },
  {
    name: 'audio',
    negated: true,
    opposes: true,
    help: 'leave out the sound of a scene or of a film that is made again',
    commands: FILM,
    films: true,
  },
  {
    name: 'audioOffset',
    value: 's',
    help: 'when the sound starts in the film; if negative, that much of its beginning is skipped',
    unit: 'seconds',
    range: { least: -86_400, most: 86_400 },
    otherwise: '0',
    commands: FILM,
    films: true,
  },
  {
    name: 'audioGain',
    value: 'db',
    help: 'make the sound louder, or quieter if negative',
    unit: 'dB',
    range: { least: -60, most: 60 },
    otherwise: '0',
    commands: FILM,
    films: true,
  },
  {
    name: 'audioFadeIn',
    value: 's',
    help: 'fade from silence at the start of the film',
    unit: 'seconds',
    range: { least: 0, most: 3600 },
    otherwise: '0',
    commands: FILM,
    films: true,
  },
  {
    name: 'audioFadeOut',
    value: 's',
    help: 'fade to silence at the end of the film',
    unit: 'seconds',
    range: { least: 0, most: 3600 },
    otherwise: '0',
    commands: FILM,
    films: true,
  },
  {
    name: 'transparent',
    help: `draw without the background: ${namesIn(formatList.filter(({ transparent }) => transparent))}`,
    commands: DRAW,
    scenes: 'composed',
  },
  {
    name: 'poster',
    value: 'file',
    help: 'also save one frame as a .png: the last, or the first of a loop',
    commands: ['render', 'plan'],
    films: true,
  },
  {
    name: 'recipe',
    value: 'file',
    help: 'also write the JSON that recreates this, changes included',
    commands: ['render', 'plan', 'still', 'sheet', 'export'],
    scenes: 'sweep',
  },
  {
    name: 'project',
    value: 'file',
    help: 'render all scenes of another Motion Canvas project, given its project module, instead of [scene]',
    commands: DRAW,
    repeated: true,
  },
  {
    name: 'backend',
    value: 'name',
    help: 'what draws: auto uses a real GPU if there is one, otherwise every core; gpu also accepts a software adapter',
    choices: backends,
    default: 'auto',
    commands: DRAW,
    scenes: 'sweep',
  },
  {
    name: 'threads',
    value: 'n',
    help: 'CPU threads; implies the CPU backend',
    range: { least: 1, most: 256, whole: true },
    otherwise: 'one per core',
    commands: [...DRAW, 'work'],
    scenes: 'sweep',
  },
  {
    name: 'concurrency',
    value: 'n',
    help: 'how many pages draw at once',
    range: { least: 1, most: 64, whole: true },
    otherwise: 'one per four cores, at most 4',
    commands: DRAW,
    scenes: 'composed',
  },
  {
    name: 'allowHost',
    value: 'host',
    help: 'a host that the scene may load from over https, such as api.iconify.design',
    read: parseHost,
    form: 'a host name without https:// or a path',
    example: 'api.iconify.design',
    repeatable: true,
    commands: [...DRAW, 'work'],
    scenes: 'composed',
    repeated: true,
  },
  {
    name: 'browser',
    value: 'path',
    help: 'the browser to use',
    otherwise: 'CHROME_PATH, an installed one, or the one from npm',
    commands: [...DRAW, 'work'],
    scenes: 'composed',
  },
  {
    name: 'ffmpeg',
    value: 'path',
    help: 'the ffmpeg to use',
    otherwise: 'FFMPEG_PATH, ffmpeg-static, PATH, or the one from npm',
    commands: [...DRAW, 'join', 'work'],
  },
  {
    name: 'ffmpeg',
    value: 'path',
    help: 'the ffmpeg to check',
    otherwise: 'the one that would be used',
    commands: ['doctor'],
  },
  {
    name: 'browser',
    value: 'path',
    help: 'the browser to check',
    otherwise: 'the one that would be used',
    commands: ['doctor'],
  },
  {
    name: 'timeout',
    value: 'seconds',
    help: 'how long a composed scene, ffmpeg, the browser or a disk may make no progress before the render fails',
    unit: 'seconds',
    range: { above: 0 },
    otherwise: '60',
    commands: [...DRAW, 'join', 'work'],
  },
  {
    name: 'cache',
    negated: true,
    help: 'neither reuse cached frames nor cache new ones',
    commands: DRAW,
  },
  {
    name: 'fast',
    help: 'compute only pixels that make a visible difference, on the CPU, and interpolate the others',
    more: 'See [Adaptive evaluation](how/adaptive.md). `--quality draft` implies it.',
    otherwise: 'every pixel is computed',
    commands: DRAW,
  },
  {
    name: 'strict',
    help: 'treat warnings as errors (exit code 1)',
    commands: [...LOOK, 'join'],
  },
  {
    name: 'plan',
    value: 'file',
    help: 'plan file to write',
    otherwise: 'renders/NAME.plan.json',
    commands: ['plan'],
  },
  {
    name: 'plan',
    value: 'file',
    help: 'render the segments of a plan from `untrained plan`, instead of [scene], and put them in --store',
    more: 'See [Use many machines](farm.md).',
    commands: ['render'],
    row: false,
  },
  {
    name: 'shard',
    value: 'i/n',
    help: 'render only shard i of n; auto reads both numbers from Slurm or AWS Batch, auto/n reads i from Slurm, AWS Batch or Kubernetes',
    read: parseShard,
    form: 'i/n with i from 1 to n, auto, or auto/n',
    example: '1/4',
    otherwise: 'the whole plan',
    commands: ['render'],
    row: false,
  },
  {
    name: 'queue',
    value: 'url',
    help: 'let workers render the film, through a queue in Redis: a redis:// or rediss:// URL',
    helpFor: { work: 'the queue in Redis to take segments from: a redis:// or rediss:// URL' },
    read: parseQueue,
    commands: ['render', 'batch', 'work'],
    row: false,
  },
  {
    name: 'store',
    value: 'place',
    help: 'where segments are stored: a folder or s3://bucket/prefix',
    helpFor: { plan: "where the film's encoded sound is stored for join: a folder or s3://bucket/prefix" },
    otherwiseFor: {
      render: 'with --queue: in Redis',
      batch: 'in Redis',
      work: 'in Redis',
      plan: 'none, for films without sound',
    },
    commands: ['render', 'batch', 'plan', 'join', 'work'],
    row: false,
  },
  {
    name: 'concurrency',
    value: 'n',
    help: 'how many segments to render at a time',
    range: { least: 1, most: 64, whole: true },
    otherwise: '1',
    commands: ['work'],
  },
  {
    name: 'port',
    value: 'n',
    help: 'the first port to try',
    range: { least: 1, most: 65535, whole: true },
    otherwise: '9000',
    otherwiseFor: { explore: '9010' },
    commands: ['edit', 'explore'],
  },
  {
    name: 'audio',
    value: 'file',
    help: 'a sound file that plays along with the sweep',
    otherwise: 'the one that the sweep listens to, if it listens to one',
    commands: ['explore'],
  },
  {
    name: 'open',
    negated: true,
    help: 'do not open the editor in a browser',
    helpFor: { explore: 'do not open the explorer in a browser' },
    commands: ['edit', 'explore'],
  },
  {
    name: 'alt',
    help: "print only a sentence for a platform's alternative text: what it shows, how it looks, what moves",
    commands: ['info'],
  },
  {
    name: 'json',
    help: 'print one JSON object per line: progress, then the result',
    helpFor: {
      list: 'print one JSON object per line',
      platforms: 'print one JSON object per line',
      doctor: 'print one JSON object per line',
      info: 'print one JSON object',
      cache: 'print one JSON object',
    },
    commands: [...LOOK, 'join', 'work', 'list', 'info', 'platforms', 'cache', 'doctor'],
    row: false,
  },
  {
    name: 'quiet',
    help: 'print only errors',
    commands: [...LOOK, 'join', 'work'],
    row: false,
  },
] as const satisfies readonly OptionEntry[];

type Entry = (typeof OPTIONS)[number];

/** The entries of options that all of these commands have. */
type EntriesOf<C extends CommandName, E = Entry> = E extends { commands: readonly (infer K)[] }
  ? [C] extends [K]
    ? E
    : never
  : never;

type ValueOf<E> = E extends { opposes: true }
  ? false
  : E extends { read: (text: string) => infer V }
    ? NonNullable<V>
    : E extends { choices: readonly (infer V)[] }
      ? V
      : E extends { range: object }
        ? number
        : E extends { value: string }
          ? string
          : boolean;

/** Entries of options that have a value even if they are not given. */
type WithDefault<E> = E extends { opposes: true }
  ? never
  : E extends { default: unknown } | { repeatable: true } | { negated: true }
    ? E
    : never;
type NameOf<E> = E extends { name: infer N extends string } ? N : never;

/** The options that all of these commands have, as commander returns them. */
export type OptionsOf<C extends CommandName> = {
  [E in WithDefault<EntriesOf<C>> as NameOf<E>]: E extends { repeatable: true } ? ValueOf<E>[] : ValueOf<E>;
} & { [E in Exclude<EntriesOf<C>, WithDefault<EntriesOf<C>>> as NameOf<E>]?: ValueOf<E> };

/** Options of every command that draws. */
export type DrawOptions = OptionsOf<'render' | 'still' | 'sheet'>;

/** Options that change a sweep. */
export type LookOptions = OptionsOf<'render' | 'still' | 'sheet' | 'export'>;

export type RenderOptions = OptionsOf<'render'> & {
  /** Base name of the default outputs. Defaults to the scene's name. */
  name?: string;
};

/** Options with numbers instead of --levels auto: see levels.ts. */
export type Resolved<Options extends LookOptions> = Omit<Options, 'levels'> & { levels?: Levels };

export type StillOptions = OptionsOf<'still'>;
export type SheetOptions = OptionsOf<'sheet'>;
export type ExportOptions = OptionsOf<'export'>;

const entries: readonly OptionEntry[] = OPTIONS;

/** The entries of a command's options, in the order of help. */
export const entriesOf = (command: CommandName): OptionEntry[] =>
  entries.filter(({ commands }) => commands.includes(command));

/** The entries of options that any command has under a flag: "--out" or "-o". */
export const entriesWith = (flag: string): OptionEntry[] =>
  entries.filter((entry) => flag === flagOf(entry) || (entry.short && flag === `-${entry.short}`));

/** The entries of the options that a row of a batch may give. */
export const rowEntries = (): OptionEntry[] => entriesOf('render').filter(({ row }) => row !== false);

/**
 * Rejects options that do not apply to a kind of scene, so that none is silently ignored.
 * @param given - The names of the options that were given. @param what - For the message: "depth is a sweep".
 * @param nextStep - What to suggest for an option; by default to remove it.
 * @throws UsageError for the first of them.
 */
export function refuseFor(
  kind: 'sweep' | 'composed',
  given: ReadonlySet<string>,
  what: string,
  nextStep: (entry: OptionEntry) => string | undefined = () => undefined,
): void {
  const entry = entries.find(({ name, scenes }) => scenes && scenes !== kind && given.has(name));
  if (!entry) return;
  const next = nextStep(entry) ?? 'remove it';
  throw new UsageError(`${flagOf(entry)} applies only to ${KINDS[entry.scenes!]}, but ${what}: ${next}.`);
}

/**
 * Rejects options that apply only to films.
 * @param given - The names of the options that were given. @param path - Of a page or a shader.
 * @throws UsageError for the first of them.
 */
export function refuseFilmOptions(given: ReadonlySet<string>, path: string): void {
  const entry = entries.find(({ name, films }) => films && given.has(name));
  if (!entry) return;
  throw new UsageError(
    `${flagOf(entry)} applies only to films, and "${path}" is not one: leave it out, or name a film, too.`,
  );
}

/** An option's value as text that it accepts, for other commands. A switch is "true". */
export function written(entry: OptionEntry, value: unknown): string {
  return (entry.write ?? String)(value as never);
}

/**
 * The given options that determine what a picture shows, as words for another command.
 * @param given - The names of the options that were given.
 */
export function lookOf(options: DrawOptions, given: ReadonlySet<string>): string[] {
  return entries
    .filter(({ name, repeated }) => repeated && given.has(name))
    .flatMap((entry) => {
      if (entry.value === undefined) return [flagOf(entry)];
      const value: unknown = options[entry.name as keyof DrawOptions];
      const values: unknown[] = entry.repeatable ? (value as unknown[]) : [value];
      return values.flatMap((value) => [flagOf(entry), written(entry, value)]);
    });
}

/** The given options for the sound, as words for another command that makes the same film. */
export function soundWords(options: Partial<RenderOptions>, given: ReadonlySet<string>): string[] {
  if (options.audio === false) return ['--no-audio'];
  return entriesOf('render').flatMap((entry) => {
    if (!/^audio/.test(entry.name) || entry.opposes || !given.has(entry.name)) return [];
    return [flagOf(entry), written(entry, options[entry.name as keyof RenderOptions])];
  });
}

/**
 * Rejects --shard and --store where they would have no effect, and segments of a hardware encoder for others.
 * @throws UsageError for the first of them.
 */
export function refuseStray({ plan, queue, shard, store, encoder }: Partial<RenderOptions>): void {
  if (queue !== undefined && encoder !== undefined && encoder !== 'software') throw notShared(encoder);
  if (plan !== undefined && queue !== undefined) {
    throw new UsageError(
      '--plan and --queue cannot be combined, because --queue plans the film itself: leave out one of them.',
    );
  }
  if (plan !== undefined) return;
  if (shard !== undefined) {
    throw new UsageError(
      '--shard applies only to a plan: write one with untrained plan, then pass it with --plan.',
    );
  }
  if (store !== undefined && queue === undefined) {
    throw new UsageError(
      '--store applies only with --plan or --queue: add one of them, or leave out --store.',
    );
  }
}
