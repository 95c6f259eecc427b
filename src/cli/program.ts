/**
 * The command line: the commands of `untrained`, and what each does with its options. The options themselves are in
 * options.ts. A command's code is loaded only when it runs, so help and most error messages need none of it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, type CommanderError } from 'commander';
import { UsageError } from '../core/errors.js';
import { figuresIn } from '../core/figures.js';
import { viewFieldNames } from '../core/frame/parameters.js';
import { networkParameterNames } from '../core/network/parameters.js';
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import { didYouMean, namesake, nearest, suggestion } from '../core/wording/did-you-mean.js';
import { endingsIn, formatList } from '../outputs/formats/index.js';
import { VERSION } from '../system/package.js';
import { prepareModuleProcess } from './module-child.js';
import { type CommandName, commanderOption, kebab } from './option.js';
import {
  DEFAULT_SCENE,
  entriesOf,
  entriesWith,
  type OptionsOf,
  type RenderOptions,
  refuseStray,
  rowEntries,
  type SheetOptions,
  type StillOptions,
} from './options.js';
import { printJson } from './report.js';
import type { RowReader } from './rows.js';
import { optionSynonyms } from './synonyms.js';

const SCENE = `a name from \`untrained list\`, a .ts or .tsx file here or in a package, a recipe .json, a film or page made earlier, or a link to the explorer (default: ${DEFAULT_SCENE})`;
const SWEEP = `a sweep: a name from \`untrained list\`, a .ts file here or in a package, a recipe .json, a film or page made earlier, or a link to the explorer (default: ${DEFAULT_SCENE}); with --to svg also an activation, such as gelu`;

/** Builds the program. @param signal - Ends the work of whichever command runs. */
export function buildProgram(signal: AbortSignal): Command {
  const program = strict(new Command('untrained'))
    .description('Pictures and films of random neural networks.')
    .version(VERSION)
    .configureHelp({ optionDescription: ({ description }) => description }); // has defaults and choices already

  /** Adds a command with its options. */
  const add = (name: CommandName, shown: string = name, settings = {}) =>
    withOptions(strict(program.command(shown, settings)), name);

  add('render')
    .description('render a scene to a film')
    .argument('[scene]', SCENE)
    .action(async (scene: string | undefined, options: RenderOptions, command: Command) => {
      refuseStray(options);
      if (options.plan === undefined && options.project === undefined) await prepareFor(scene);
      const { render } = await (options.plan !== undefined
        ? import('./render-plan.js')
        : options.queue !== undefined
          ? import('./render-queued.js')
          : import('./draw.js'));
      await render(scene, options, given(command), signal);
    });

  add('still')
    .description('render one moment of a scene to a PNG')
    .argument('[scene]', SCENE)
    .action(async (scene: string | undefined, options: StillOptions, command: Command) => {
      await prepareFor(scene);
      const { still } = await import('./draw.js');
      await still(scene, options, given(command), signal);
    });

  add('export')
    .description('write a sweep for other programs: a page, a shader, a model, a curve or a height map')
    .argument('[scene]', SWEEP)
    .action(async (scene: string | undefined, options: OptionsOf<'export'>) => {
      await prepareFor(scene);
      const { exportScene } = await import('./export.js');
      await exportScene(scene, options, signal);
    });

  add('sheet')
    .description('compare seeds, moments or both side by side on one PNG')
    .argument('[scene]', SCENE)
    .action(async (scene: string | undefined, options: SheetOptions, command: Command) => {
      await prepareFor(scene);
      const { sheet } = await import('./sheet.js');
      await sheet(scene, options, given(command), signal);
    });

  add('batch')
    .description('render a film for each row of a table; a row that fails does not stop the others')
    .argument(
      '<rows>',
      'a .json list of objects, or a .csv with a header: scene, and options of render by name',
    )
    .action(async (file: string, options: RenderOptions, command: Command) => {
      refuseStray(options);
      const { batch } = await import('./batch.js');
      await batch(file, rowReader(options, given(command)), options, signal);
    });

  add('plan')
    .description('plan a film whose segments several machines render')
    .argument('[scene]', SCENE)
    .action(async (scene: string | undefined, options: OptionsOf<'plan'>, command: Command) => {
      await prepareFor(scene);
      const { planFilm } = await import('./write-plan.js');
      await planFilm(scene, options, given(command), signal);
    });

  add('join')
    .description('join the rendered segments of a plan into its files')
    .argument('<plan>', 'the plan file')
    .action(async (file: string, options: OptionsOf<'join'>) => {
      const { joinPlan } = await import('./join-plan.js');
      await joinPlan(file, options, signal);
    });

  add('work')
    .description('run a worker that renders segments from a queue')
    .action(async (options: OptionsOf<'work'>) => {
      const { work } = await import('./work.js');
      await work(options, signal);
    });

  add('edit')
    .description('open the Motion Canvas editor on the scenes')
    .argument(
      '[files...]',
      'scenes to open from anywhere: names, .ts, .tsx or recipe .json files, or films of sweeps',
    )
    .action(async (files: string[], options: OptionsOf<'edit'>) => {
      const { edit } = await import('./edit.js');
      const reader = rowReader({ set: [] } as unknown as RenderOptions, new Set());
      await edit(files, options, signal, reader.read);
    });

  add('explore')
    .description('open the explorer, a page to play in')
    .argument('[scene]', 'what to open: a name, a .ts file, a recipe .json, a film of a sweep, or a link')
    .action(async (scene: string | undefined, options: OptionsOf<'explore'>) => {
      const { explore } = await import('./explore.js');
      await explore(scene, options, signal);
    });

  strict(program.command('init'))
    .description('make a project with two scenes, ready to be rendered and edited')
    .argument('[folder]', 'a new or an empty folder (default: the current one)')
    .action(async (folder: string | undefined) => {
      const { init } = await import('./init.js');
      await init(folder);
    });

  add('list')
    .description('list the scenes')
    .action(async ({ json }: OptionsOf<'list'>) => {
      prepareModuleProcess();
      const { describeScenes } = await import('./scenes.js');
      const scenes = await describeScenes({ signal });
      const width = Math.max(...scenes.map(({ name }) => name.length));
      for (const scene of scenes) {
        const { name, title, figure } = scene;
        if (json) printJson('scene', scene);
        else console.log(`${name.padEnd(width)}  ${title}${figure ? ` (${figuresIn(figure)})` : ''}`);
      }
    });

  add('info')
    .description('describe a film, a page or a link, and print the recipe it carries')
    .argument('<file>', `${endingsIn(formatList)}, what export writes, or a link to the explorer`)
    .action(async (file: string, options: OptionsOf<'info'>) => {
      const { info } = await import('./info.js');
      await info(file, options);
    });

  // The second name is the command's former name.
  for (const [shown, hidden] of [
    ['platforms', false],
    ['places', true],
  ] as const) {
    add('platforms', shown, { hidden })
      .description('list the platforms for --for, with their limits and sources')
      .action(async (options: OptionsOf<'platforms'>) => {
        const { listPlatforms } = await import('./info.js');
        listPlatforms(options);
      });
  }

  const cache = add('cache')
    .description('show how much of earlier films is cached, so that it need not be drawn again')
    .action(async (options: OptionsOf<'cache'>) => {
      const { showCache } = await import('./cache.js');
      await showCache(options);
    });
  withOptions(strict(cache.command('clear')), 'cache')
    .description('delete all cached segments')
    .action(async (options: OptionsOf<'cache'>) => {
      const { clearCache } = await import('./cache.js');
      await clearCache(options);
    });

  add('doctor')
    .description('check what this machine has, and how to get what is missing')
    .action(async (options: OptionsOf<'doctor'>) => {
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

/** Starts the process that loads sweeps, if the scene's file or name shows that it is one. */
async function prepareFor(scene: string = DEFAULT_SCENE): Promise<void> {
  const { sceneFolders } = await import('../sources/scene-files.js');
  const isModule = sceneFolders().some((folder) => existsSync(join(folder, `${scene}.ts`)));
  if (isModule || scene.endsWith('.ts')) prepareModuleProcess();
}

/** Adds a command's options. */
function withOptions(command: Command, name: CommandName): Command {
  for (const entry of entriesOf(name)) command.addOption(commanderOption(entry, name));
  return command;
}

/** Makes a command throw a UsageError instead of printing an error and exiting. Commander handles help and
 *  --version. */
function strict(command: Command): Command {
  return command
    .showSuggestionAfterError(false) // ours know synonyms
    .configureOutput({ outputError() {} })
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      throw new UsageError(`${complaint(error, command)} See --help.`);
    });
}

/** Rewords commander's message. For an unknown name, it suggests a similar one or the command that has it. */
function complaint({ code, message }: CommanderError, command: Command): string {
  const text = message.replace(/^error: /, '').replace(/\.?$/, '');
  const [, word = ''] = /'(.*?)(?:=.*)?'$/s.exec(text) ?? [];
  if (code === 'commander.unknownCommand') {
    const names = command.createHelp().visibleCommands(command);
    return `${text}${didYouMean(
      word,
      names.map((one) => one.name()),
      {},
    )}`;
  }
  if (code !== 'commander.unknownOption') return `${text}.`;
  const elsewhere = entriesWith(word);
  if (command.name() === 'batch' && elsewhere.some(({ commands }) => commands.includes('render'))) {
    const column = kebab(elsewhere[0].name);
    return `${word} would be the same file for all films: give each row its own, in a column "${column}".`;
  }
  if (elsewhere.length > 0) {
    const commands = elsewhere.flatMap(({ commands }) => commands).join(', ');
    return `${word} is an option of ${commands}, but not of ${command.name()}.`;
  }
  const name = word.replace(/^--?(no-)?/, '');
  if (name.length < 2) return `${text}.`; // a single letter suggests no name
  const flags = new Map(command.options.map((option) => [option.name().replace(/^no-/, ''), option.long]));
  const names = [...flags.keys()];
  const takesSet = flags.has('set');
  if (!takesSet) return `${text}${suggestion(flags.get(nearest(name, names, optionSynonyms) ?? ''))}`;
  // Exact names and synonyms, of options and of parameters, come before similar spellings.
  if (parameterNames.includes(name)) return `${text}${setting(name)}`;
  for (const find of [namesake, nearest]) {
    const flag = flags.get(find(name, names, optionSynonyms) ?? '');
    if (flag) return `${text}${suggestion(flag)}`;
    const parameter = find(name, parameterNames, sweepSynonyms);
    if (parameter) return `${text}${setting(parameter)}`;
  }
  return `${text}.`;
}

/** The parameters that have no option of their own. */
const parameterNames: readonly string[] = [...networkParameterNames, ...viewFieldNames, 'slice'];
const setting = (parameter: string) => `. To set a sweep's ${parameter}, use --set ${parameter}=...`;

/** Reads a row as `render` reads its command line. Options given for all rows come after the row's own. */
function rowReader(all: RenderOptions, givenToAll: Set<string>): RowReader {
  return {
    fields: rowEntries(),
    read(words) {
      const command = withOptions(strict(new Command('render').argument('[scene]')), 'render');
      command.parse(words, { from: 'user' });
      const own = given(command);
      const isSilent = command.opts<RenderOptions>().audio === false;
      const others = [...givenToAll].filter(
        (name) => !own.has(name) && !(isSilent && name.startsWith('audio')),
      );
      const shared = Object.fromEntries(others.map((name) => [name, all[name as keyof RenderOptions]]));
      return {
        scene: command.args[0],
        options: { ...command.opts<RenderOptions>(), ...shared, set: [...all.set, ...command.opts().set] },
        given: new Set([...own, ...others]),
      };
    },
  };
}

/** The names of the options that were given on the command line. */
function given(command: Command): Set<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => command.getOptionValueSource(name) === 'cli'));
}
