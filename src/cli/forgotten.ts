/**
 * Detects a forgotten "--", as in `npm run render depth --seconds 6`. npm then treats our options as its own: it turns
 * each into a variable, npm_config_seconds, which is "true" if a word followed, and passes only that word on to us. So
 * that nobody gets a film other than the one they typed, this reconstructs the intended command.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { commandLine } from './shell.js';

type Environment = NodeJS.ProcessEnv;

/** From version 11 on, npm takes --to as short for its own --token-description. */
const EXPANDED_TO = 'npm_config_token_description';

/** One occurrence of an option that npm took. */
interface Taken {
  option: Option;
  /** Undefined if npm left the value among our words. */
  value?: string;
}

/**
 * The message for someone who forgot the "--"; undefined if nothing suggests that.
 * @param command - The intended command. @param words - The words that npm passed on.
 */
export async function forgottenDashes(
  command: Command,
  words: string[],
  env: Environment = process.env,
  order: string[] = readOrder(),
): Promise<string | undefined> {
  const taken = takenBy(command, words, env, order);
  if (taken.length === 0) return undefined;
  const firstFlag = words.findIndex((word) => word.startsWith('-'));
  const [loose, rest] = firstFlag < 0 ? [words, []] : [words.slice(0, firstFlag), words.slice(firstFlag)];
  const meant = await assign(command, taken, loose, order.length > 0);
  const flags = (meant?.options ?? taken).flatMap(({ option, value }) => flagOf(option, value));
  const operands = meant?.operands ?? ((await isOperand(loose[0])) ? loose.slice(0, 1) : []);
  const line = commandLine(command.name(), operands, [...flags, ...rest]);
  const names = [...new Set(taken.map(({ option }) => nameOf(option)))];
  const them = names.length === 1 ? 'it' : 'them';
  const cause = `npm treated ${names.join(' and ')} as ${names.length === 1 ? 'an option' : 'options'} of its own`;
  return meant
    ? `${cause} because there is no "--" before ${them}. Type: ${line}`
    : `${cause}: put "--" before all options, as in ${line}, with your own values.`;
}

/** Our options that npm took, in order if the order is known. */
function takenBy(command: Command, words: string[], env: Environment, order: string[]): Taken[] {
  const ofUsers = settingsOf(env);
  const found = command.options.flatMap((option): (Taken & { at: number })[] => {
    if (words.some((word) => word === option.long || word.startsWith(`${option.long}=`))) return [];
    const keys = [option.long!, option.short ?? option.long!].map((flag) => flag.replace(/^-+(no-)?/, ''));
    return [...new Set(keys)].flatMap((key) => {
      const name = `npm_config_${key.replaceAll('-', '_')}`;
      // npm reads --fps as its own -f, -p and -s, and "--no-" leaves an empty value.
      const value =
        key === 'fps' && env.npm_config_force && env.npm_config_parseable
          ? 'true'
          : (env[name] ?? (key === 'to' ? env[EXPANDED_TO] : undefined));
      if (value === undefined || ofUsers(key)) return [];
      if (isSwitch(option))
        return (value === '') === option.negate ? [{ option, at: order.indexOf(name) }] : [];
      return value.split('\n\n').map((one) => ({
        option,
        ...(one !== 'true' && { value: one }),
        at: order.indexOf(
          key === 'fps' ? 'npm_config_force' : key === 'to' && !(name in env) ? EXPANDED_TO : name,
        ),
      }));
    });
  });
  return found.sort((a, b) => a.at - b.at).map(({ at: _, ...taken }) => taken);
}

/** Returns whether an npm setting is permanent, in a file or a variable, and so says nothing about this command. */
function settingsOf(env: Environment): (key: string) => boolean {
  const files = [
    env.npm_config_userconfig,
    env.npm_config_globalconfig,
    env.npm_config_local_prefix && join(env.npm_config_local_prefix, '.npmrc'),
  ];
  let text: string | undefined;
  return (key) => {
    text ??= files.map((file) => (file && existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n');
    const inFile = new RegExp(`^\\s*(no-)?${key}\\s*(\\[\\])?\\s*(=|$)`, 'im').test(text);
    return inFile || `NPM_CONFIG_${key.replaceAll('-', '_').toUpperCase()}` in env;
  };
}

/**
 * The names of npm's variables in the order in which npm read its options, or an empty list if unknown. npm sets them
 * in that order; its shell does not preserve it, but Linux exposes the environment that the shell was started with.
 */
function readOrder(): string[] {
  try {
    const given = readFileSync(`/proc/${process.ppid}/environ`, 'utf8');
    return given.split('\0').map((line) => line.slice(0, line.indexOf('=')));
  } catch {
    return [];
  }
}

interface Meant {
  operands: string[];
  options: Taken[];
}

/** Assigns the words that npm left to the options they followed, if exactly one assignment fits. */
async function assign(
  command: Command,
  taken: Taken[],
  words: string[],
  inOrder: boolean,
): Promise<Meant | undefined> {
  // npm has its own --browser option and keeps its value.
  const lacking = taken.filter(
    ({ option, value }) => value === undefined && !isSwitch(option) && option.long !== '--browser',
  );
  const count = words.length - lacking.length;
  if (count < 0 || count > command.registeredArguments.length) return undefined;
  if (count === 0 && (await Promise.all(words.map(isScene))).includes(true)) return undefined; // npm swallowed a value
  const fits: Meant[] = [];
  // At most one word is an operand, and it may be any of them.
  for (let at = 0; at < (count === 0 ? 1 : words.length); at++) {
    const operands = count === 0 ? [] : [words[at]];
    const values = words.filter((_, i) => count === 0 || i !== at);
    if (!(await isOperand(operands[0]))) continue;
    for (const order of inOrder ? [lacking] : ordersOf(lacking)) {
      if (!order.every(({ option }, i) => accepts(option, values[i]))) continue;
      const given = new Map(order.map((one, i) => [one, { ...one, value: values[i] }]));
      fits.push({ operands, options: taken.map((one) => given.get(one) ?? one) });
    }
  }
  const lines = fits.map((one) => JSON.stringify([one.operands, one.options.map(sayOf).sort()]));
  return new Set(lines).size === 1 ? fits[0] : undefined;
}

const sayOf = ({ option, value }: Taken) => `${option.long} ${value}`;

/** All permutations of a short list, starting with the given order. A longer list is returned as it is. */
function ordersOf<T>(list: T[]): T[][] {
  if (list.length > 5 || list.length < 2) return [list];
  return list.flatMap((first, i) =>
    ordersOf(list.filter((_, other) => other !== i)).map((rest) => [first, ...rest]),
  );
}

async function isOperand(word: string | undefined): Promise<boolean> {
  return word === undefined || existsSync(word) || /\.\w+$/.test(word) || (await isScene(word));
}

async function isScene(word: string): Promise<boolean> {
  const { listScenes } = await import('./scenes.js');
  return listScenes().some(({ name }) => name === word);
}

/** Whether a word can be an option's value. */
function accepts(option: Option, word: string): boolean {
  try {
    option.parseArg?.(word, option.defaultValue as never);
    const name = option.long!;
    if (name === '--set') return word.includes('=');
    if (['--out', '--poster'].includes(name)) return /\.\w+$/.test(word);
    return true;
  } catch {
    return false;
  }
}

/** Whether an option takes no value. */
const isSwitch = (option: Option) => option.isBoolean() || option.negate;

const nameOf = ({ long }: Option) => long!;

function flagOf(option: Option, value: string | undefined): string[] {
  if (isSwitch(option)) return [option.long!];
  const placeholder = option.flags.replace(/^.*<(.*)>$/, '$1').toUpperCase();
  return [option.long!, value === undefined || option.long === '--queue' ? placeholder : value]; // no password
}
