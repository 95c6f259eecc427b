/** The command line: what `untrained` takes, and what each command does with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { RenderError } from '../errors.js';
import { backends } from '../frame/create-renderer.js';
import { renderFilm, renderStill } from '../render/film.js';
import { writeRecipe } from '../sweep/recipe.js';
import { parseSweep, type Sweep, withSeconds } from '../sweep/sweep.js';
import { type FilmShape, parseOutput, warningsFor } from '../video/index.js';
import { notNegative, parseFrames, parseSize, positive, whole } from './arguments.js';
import { examine } from './doctor.js';
import { override } from './override.js';
import { duration, printJson, reporter } from './report.js';
import { listScenes, loadScene, type Scene } from './scenes.js';

const DEFAULT_SCENE = 'weight-scale';

/** Options of every command that draws. */
interface DrawOptions {
  size?: [number, number];
  fps?: number;
  seconds?: number;
  seed?: string;
  set: string[];
  supersample?: Sweep['supersample'];
  dither?: boolean;
  backend: (typeof backends)[number];
  threads?: number;
  ffmpeg?: string;
  recipe?: string;
  json?: boolean;
  quiet?: boolean;
}

const collect = (value: string, list: string[]) => [...list, value];

/** Builds the program. @param signal - Ends the work of whichever command runs. */
export function buildProgram(signal: AbortSignal): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = new Command('untrained')
    .description('Pictures and films of random neural networks.')
    .version(version)
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });

  drawing(program.command('render'))
    .description('render a scene to a film')
    .option(
      '-o, --out <file>',
      'where to: .mp4, .gif, .webm, .webp, or frames as name-%04d.png; may repeat',
      collect,
      [],
    )
    .option('--frames <range>', 'only these frames, FIRST-LAST from 0, both included', parseFrames)
    .addOption(
      new Option(
        '--gif <palette>',
        'one palette a frame, or one for all (smaller where much stands still)',
      ).choices(['per-frame', 'global']),
    )
    .action(
      async (
        name: string,
        options: DrawOptions & { out: string[]; frames?: [number, number]; gif?: 'per-frame' | 'global' },
      ) => {
        const scene = await loadScene(name);
        const sweep = changed(scene, options);
        const outputs =
          options.out.length > 0 ? options.out : [`renders/${scene.name}.mp4`, `renders/${scene.name}.gif`];
        const report = reporter(options);
        const [width, height] = sweep.size;
        const film: FilmShape = { width, height, fps: sweep.fps, frames: 0 };
        for (const output of outputs)
          for (const warning of warningsFor(parseOutput(output), film)) report.warning(warning);
        const made = await renderFilm(sweep, {
          ...options,
          outputs,
          gifPalette: options.gif,
          onProgress: report.progress,
          signal,
        });
        report.done(made, options.size ? '' : largerAdvice(name, sweep, made.seconds));
      },
    );

  drawing(program.command('still'))
    .description('render one moment of a scene to a PNG')
    .option('--at <seconds>', 'when; by default the end, or the beginning of a loop', notNegative('--at'))
    .option('-o, --out <file>', 'where to, a .png; by default renders/NAME.png')
    .action(async (name: string, options: DrawOptions & { at?: number; out?: string }) => {
      const scene = await loadScene(name);
      const sweep = changed(scene, options);
      const at = options.at ?? (sweep.loop ? 0 : sweep.seconds);
      const made = await renderStill(sweep, at, options.out ?? `renders/${scene.name}.png`, {
        ...options,
        signal,
      });
      reporter(options).done(made, '');
    });

  program
    .command('list')
    .description('list the scenes')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const scenes = await Promise.all(listScenes().map(({ path }) => loadScene(path)));
      const width = Math.max(...scenes.map(({ name }) => name.length));
      for (const { name, sweep } of scenes) {
        const { title, figure, seconds, loop } = sweep;
        if (json) printJson('scene', { name, title, figure, seconds, loop });
        else console.log(`${name.padEnd(width)}  ${title}${figure ? ` (figure ${figure})` : ''}`);
      }
    });

  program
    .command('doctor')
    .description('tell what was found on this machine, and what to do about what was not')
    .option('--ffmpeg <path>', 'the ffmpeg to look at')
    .option('--browser <path>', 'the browser to look at')
    .option('--json', 'one JSON object a line')
    .action(async (options: { ffmpeg?: string; browser?: string; json?: boolean }) => {
      const findings = await examine(options);
      for (const finding of findings) {
        if (options.json) printJson('finding', finding);
        else console.log(`${finding.found ? 'ok ' : '-- '} ${finding.what.padEnd(8)} ${finding.text}`);
      }
      if (findings.some(({ what, found }) => what === 'ffmpeg' && !found)) process.exitCode = 1;
    });

  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Commander's complaint as one of ours. */
function oneLine(text: string): string {
  const complaint = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.?$/, '.');
  return `untrained: ${complaint} --help lists what there is.\n`;
}

/** Adds what render and still share. */
function drawing(command: Command): Command {
  return command
    .argument(
      '[scene]',
      'a name from `untrained list`, a .ts file of your own, or a recipe .json',
      DEFAULT_SCENE,
    )
    .option('--size <WxH>', 'pixels; one number is a square', parseSize)
    .option('--fps <n>', 'frames a second; a GIF takes 10, 20, 25 and 50 exactly', positive('--fps'))
    .option('--seconds <s>', 'length; the whole sweep is stretched to it', positive('--seconds'))
    .option('--seed <seed>', 'another network: a number or a word')
    .option('--set <name=value>', 'a parameter of the scene, or from..to to move it; may repeat', collect, [])
    .option(
      '--supersample <n>',
      'n x n samples a pixel, 1 to 4; costs n x n the time',
      whole('--supersample', 4),
    )
    .option('--dither', 'ordered dither against banding')
    .addOption(new Option('--backend <name>', 'what draws').choices(backends).default('auto'))
    .option('--threads <n>', 'CPU threads, in place of a GPU; by default one a core', whole('--threads', 256))
    .option('--ffmpeg <path>', 'the ffmpeg to use; by default it is looked for')
    .option('--recipe <file>', 'write the JSON that makes this again, changes included, there too')
    .option('--json', 'one JSON object a line on stdout: progress, then result')
    .option('--quiet', 'no output but errors');
}

/** The scene's sweep with the command line's changes. */
function changed({ sweep }: Scene, options: DrawOptions): Sweep {
  const { size, fps, supersample, dither, seconds, seed } = options;
  const direct = {
    ...(size && { size }),
    ...(fps && { fps }),
    ...(supersample && { supersample }),
    ...(dither && { dither }),
  };
  let result = parseSweep({ ...sweep, ...direct });
  if (seconds !== undefined) result = withSeconds(result, seconds);
  if (seed !== undefined) result = override(result, `seed=${seed}`);
  result = parseSweep(options.set.reduce(override, result));
  if (options.recipe) saveRecipe(options.recipe, result);
  return result;
}

function saveRecipe(path: string, sweep: Sweep): void {
  try {
    writeFileSync(path, writeRecipe(sweep));
  } catch (error) {
    throw new RenderError(
      `The recipe cannot be written to ${path} (${(error as Error).message}): name another file.`,
    );
  }
}

/** How to have the film at twice the size, and about how long that takes here. */
function largerAdvice(name: string, { size: [width, height] }: Sweep, seconds: number): string {
  const command = process.env.npm_lifecycle_event === 'render' ? 'npm run render --' : 'untrained render';
  const scene = name === DEFAULT_SCENE ? '' : ` ${name}`;
  return `Larger: ${command}${scene} --size ${2 * width}x${2 * height} (about ${duration(4 * seconds)} here)`;
}
