/**
 * The command line: the options of `untrained`, and what each command does with them. A command's code is loaded only
 * when it runs, so help and most error messages need none of it.
 */
import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { backends } from '../core/frame/backends.js';
import { paces } from '../core/sweep/paces.js';
import { gifPalettes, qualities } from '../outputs/options.js';
import { placeNames } from '../outputs/platforms.js';
import { VERSION } from '../system/package.js';
import {
  notNegative,
  parseFrames,
  parseHost,
  parseMaxSize,
  parseMoments,
  parseRate,
  parseSeeds,
  parseSize,
  positive,
  whole,
} from './arguments.js';
import { DEFAULT_SCENE, type RenderOptions, type SheetOptions, type StillOptions } from './options.js';
import { inSight, printJson } from './report.js';
import type { RowReader } from './rows.js';

const collect = (value: string, list: string[]) => [...list, value];

/** Builds the program. @param signal - Ends the work of whichever command runs. */
export function buildProgram(signal: AbortSignal): Command {
  const program = new Command('untrained')
    .description('Pictures and films of random neural networks.')
    .version(VERSION)
    .exitOverride() // this and the next are inherited by each command that is added below
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });

  filming(drawing(program.command('render')))
    .description('render a scene to a film')
    .action(async (scene: string | undefined, options: RenderOptions, command: Command) => {
      const { render } = await import('./draw.js');
      await render(scene, options, given(command), signal);
    });

  drawing(program.command('still'))
    .description('render one moment of a scene to a PNG')
    .option(
      '--at <seconds>',
      'which moment; by default the end, or the beginning of a loop',
      notNegative('--at'),
    )
    .option('-o, --out <file>', 'output file, a .png; by default renders/NAME.png')
    .action(async (scene: string | undefined, options: StillOptions, command: Command) => {
      const { still } = await import('./draw.js');
      await still(scene, options, given(command), signal);
    });

  drawing(program.command('sheet'), 'of each picture; by default about as many pixels as 240x240')
    .description('compare seeds, moments or both side by side on one PNG')
    .option('--seeds <list>', 'one picture per seed: 1-24, or 1,5,a word', parseSeeds)
    .option(
      '--frames <list>',
      'one picture per frame, from 0: 0,30,60, or 0-60; with --seeds, one row per seed',
      parseMoments,
    )
    .option('--every <n>', 'only every nth frame of a range', whole('--every', 1_000_000))
    .option(
      '--at <seconds>',
      'which moment, for --seeds; by default the end, or the beginning of a loop',
      notNegative('--at'),
    )
    .option(
      '--columns <n>',
      'pictures per row; by default chosen to suit their number',
      whole('--columns', 1000),
    )
    .option('--title <text>', 'a title line above the pictures')
    .option('-o, --out <file>', 'output file, a .png; by default renders/NAME-sheet.png')
    .action(async (scene: string | undefined, options: SheetOptions, command: Command) => {
      const { sheet } = await import('./sheet.js');
      await sheet(scene, options, given(command), signal);
    });

  const batchCommand = program
    .command('batch')
    .description('render a film for each row of a table; a row that fails does not stop the others')
    .argument('<rows>', 'a .json list of objects, or a .csv with a header: scene, and options by their names')
    .action(async (file: string, options: RenderOptions, command: Command) => {
      const { batch } = await import('./batch.js');
      await batch(file, rowReader(options, given(command)), options, signal);
    });
  for (const option of filming(drawing(new Command())).options) {
    if (!ROWS_ONLY.includes(option.attributeName())) batchCommand.addOption(option);
  }

  program
    .command('edit')
    .description('open the Motion Canvas editor on the scenes')
    .option('--port <n>', 'the first port to try; 9000 by default', whole('--port', 65535))
    .option('--no-open', 'do not open it in a browser')
    .action(async (options: { port?: number; open: boolean }) => {
      const { edit } = await import('./edit.js');
      await edit(options, signal);
    });

  program
    .command('list')
    .description('list the scenes')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const { listScenes, loadScenes } = await import('./scenes.js');
      const paths = listScenes().map(({ path }) => path);
      const scenes = await loadScenes(paths, { signal });
      const width = Math.max(...scenes.map(({ name }) => name.length));
      for (const scene of scenes) {
        const { name, kind } = scene;
        const { title, figure } = scene.kind === 'sweep' ? scene.sweep : scene;
        const length = scene.kind === 'sweep' ? { seconds: scene.sweep.seconds, loop: scene.sweep.loop } : {};
        if (json) printJson('scene', { name, kind, title, figure, ...length });
        else console.log(`${name.padEnd(width)}  ${title}${figure ? ` (figure ${figure})` : ''}`);
      }
    });

  program
    .command('info')
    .description('describe a film and print the recipe it carries')
    .argument('<file>', '.mp4, .gif, .webm, .webp, .mov or .png')
    .option('--json', 'as one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const { info } = await import('./info.js');
      info(file, options);
    });

  program
    .command('places')
    .description('list the places for --for, with their limits and sources')
    .option('--json', 'one JSON object a line')
    .action(async (options: { json?: boolean }) => {
      const { listPlaces } = await import('./info.js');
      listPlaces(options);
    });

  const cache = program
    .command('cache')
    .description('show what is cached from earlier films, so that they need not be drawn again')
    .option('--json', 'as one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { showCache } = await import('./cache.js');
      await showCache(options);
    });
  cache
    .command('clear')
    .description('delete all of it')
    .option('--json', 'as one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { clearCache } = await import('./cache.js');
      await clearCache(options);
    });

  program
    .command('doctor')
    .description('check what this machine has, and say how to get what is missing')
    .option('--ffmpeg <path>', 'the ffmpeg to check')
    .option('--browser <path>', 'the browser to check')
    .option('--json', 'one JSON object a line')
    .action(async (options: { ffmpeg?: string; browser?: string; json?: boolean }) => {
      const { examine } = await import('./doctor.js');
      const findings = await examine(options);
      for (const finding of findings) {
        const { found, what, text, details = [] } = finding;
        if (options.json) printJson('finding', finding);
        else
          console.log(
            [`${found ? 'ok ' : '-- '} ${what.padEnd(8)} ${text}`, ...details].join(`\n${' '.repeat(13)}`),
          );
      }
      if (findings.some(({ what, found }) => what === 'ffmpeg' && !found)) process.exitCode = 1;
    });

  return program;
}

/** What each film has a file of its own for. */
const ROWS_ONLY = ['out', 'poster', 'recipe'];

/** Reads a row as `render` reads its command line, with what was given to all rows behind it. */
function rowReader(all: RenderOptions, givenToAll: Set<string>): RowReader {
  const fresh = () =>
    filming(drawing(new Command('render')))
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
  const { options } = fresh();
  const fields = options.filter((option) => !['json', 'quiet'].includes(option.attributeName()));
  return {
    fields,
    read(words) {
      const command = fresh();
      try {
        command.parse(words, { from: 'user' });
      } catch (error) {
        if (error instanceof CommanderError) throw new UsageError(complaintOf(error.message));
        throw error;
      }
      const own = given(command);
      const others = [...givenToAll].filter((name) => !own.has(name));
      const shared = Object.fromEntries(others.map((name) => [name, all[name as keyof RenderOptions]]));
      return {
        scene: command.args[0],
        options: { ...command.opts<RenderOptions>(), ...shared, set: [...all.set, ...command.opts().set] },
        given: new Set([...own, ...others]),
      };
    },
  };
}

/** The names of the options that the command line itself gave. */
function given(command: Command): Set<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
}

/** Commander's complaint as one of ours. */
function oneLine(text: string): string {
  return `untrained: ${complaintOf(text)} See --help.\n`;
}

function complaintOf(text: string): string {
  return inSight(text.trim().replace(/^error: /, '')).replace(/\.?$/, '.');
}

/** Adds what render has beside them. */
function filming(command: Command): Command {
  return command
    .option(
      '-o, --out <file>',
      'output file: .mp4, .gif, .webm, .webp, .mov (ProRes 4444), or frames as name-%04d.png; repeatable',
      collect,
      [],
    )
    .option('--for <place>', `size, rate and limits of ${placeNames.join(', ')}; repeatable`, collect, [])
    .option('--max-size <size>', 'maximum file size, such as 8MB', parseMaxSize)
    .option('--frames <range>', 'only these frames: FIRST-LAST, counted from 0, inclusive', parseFrames)
    .option('--every <n>', 'only every nth frame, at 1/n of the frame rate', whole('--every', 1000))
    .addOption(
      new Option(
        '--gif <palette>',
        'one palette per frame, or one for all (smaller if little moves); the better one by default',
      ).choices(gifPalettes),
    )
    .addOption(new Option('--quality <grade>', 'encoding quality; standard by default').choices(qualities))
    .option(
      '--crf <n>',
      "quality of .mp4 and .webm on the encoder's own scale; lower is better",
      notNegative('--crf'),
    )
    .option('--loops <n>', 'repeat the film n times in the file (.mp4 only)', whole('--loops', 1000))
    .option('--poster <file>', 'also save one frame as a .png: the last, or the first of a loop');
}

/** Adds what render, still and sheet share. @param size - What --size says. */
function drawing(command: Command, size = 'pixels; one number means a square'): Command {
  return command
    .argument(
      '[scene]',
      `a name from \`untrained list\`, a .ts or .tsx file of your own, a recipe .json, or a film made before (default: "${DEFAULT_SCENE}")`,
    )
    .option('--project <file>', "another Motion Canvas project's module instead: all of its scenes")
    .option('--size <WxH>', size, parseSize)
    .option(
      '--fps <n>',
      'frames per second, or a fraction such as 30000/1001; GIF is exact at 10, 20, 25 and 50',
      parseRate,
    )
    .option('--seconds <s>', 'length; the whole sweep is stretched to fit', positive('--seconds'))
    .option('--seed <seed>', 'another network: a number or a word')
    .addOption(
      new Option(
        '--pace <how>',
        'even: the picture changes at a constant rate; tracks: parameters move as the sweep says',
      ).choices(paces),
    )
    .option(
      '--set <name=value>',
      "a sweep's parameter, or from..to to animate it; or a composed scene's variable; repeatable",
      collect,
      [],
    )
    .option(
      '--palette <name>',
      'how outputs become colours: rgb, oklab, oklch, or a colour map such as viridis, turbo or RdBu',
    )
    .option(
      '--supersample <n>',
      'n x n samples per pixel, 1 to 4; takes n x n times as long',
      whole('--supersample', 4),
    )
    .option('--dither', 'ordered dithering to reduce banding')
    .addOption(new Option('--backend <name>', 'what to draw with').choices(backends).default('auto'))
    .option(
      '--threads <n>',
      'CPU threads (implies the CPU backend); one per core by default',
      whole('--threads', 256),
    )
    .option('--ffmpeg <path>', 'the ffmpeg to use; found automatically by default')
    .option('--no-cache', 'neither reuse earlier frames nor keep new ones')
    .option('--recipe <file>', 'also write the JSON that recreates this, changes included')
    .option('--transparent', 'draw a composed scene without its background: .webm, .mov or .png')
    .option('--browser <path>', 'the browser that draws composed scenes; found automatically by default')
    .option(
      '--concurrency <n>',
      'how many pages draw a composed scene; by default one for every four cores',
      whole('--concurrency', 64),
    )
    .option(
      '--timeout <seconds>',
      'how long ffmpeg, the browser or a composed scene may make no progress; 60 by default',
      positive('--timeout'),
    )
    .option(
      '--allow-host <host>',
      'a host that a composed scene may load from, such as api.iconify.design; repeatable',
      (host: string, hosts: string[] = []) => [...hosts, parseHost(host)],
    )
    .option('--strict', 'treat warnings as errors (exit code 1)')
    .option('--json', 'one JSON object a line on stdout: progress, then result')
    .option('--quiet', 'print only errors');
}
