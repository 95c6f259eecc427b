/**
 * Breeding: networks that differ from a network in one parameter each. Which parameters there are, and how far they may
 * go, follows from the parameter tables.
 */
import seedrandom from 'seedrandom';
import { foldNames } from '../../core/network/fold.js';
import type { Parameter, SliderControl } from '../../core/parameters/parameter.js';
import { positionOn, stepped, valueOn } from '../../core/parameters/slider.js';
import { currentValue, type ExplorerDocument, entryAt, isMoving } from './document.js';
import { nameOf, type Path, placedParameters } from './paths.js';
import { firstState, reduce } from './state.js';
import { hasSomethingToSee } from './worth-seeing.js';

/** A network that differs from another in one parameter. */
export interface Neighbour {
  readonly document: ExplorerDocument;
  /** The parameter. */
  readonly path: Path;
  /** The change in plain words: "2 layers deeper". */
  readonly caption: string;
}

/** A value that a parameter may get. */
interface Change {
  path: Path;
  value: unknown;
  caption: string;
}

type Random = () => number;

/** The number of neighbours: the other cells of a 3 x 3 grid. */
export const NEIGHBOURS = 8;
/** How far a value moves on its slider, from 0 to 1. */
const REACH = { least: 0.025, most: 0.1 };
/** A value that moves this far changes "much", a nearer one "a little". */
const MUCH = 0.06;
/** How often to try to change a parameter in another way, where a change is invalid, known, or shows nothing. */
const ATTEMPTS = 6;
/** How likely a parameter's turn comes first. Another seed is what changes a picture most, without ruining it. */
const WEIGHTS = { seed: 8, first: 3, others: 1 };

/** The parameters that breeding may change, and so the user may lock: those that do not move. */
export function breedable(document: ExplorerDocument): { path: Path; parameter: Parameter }[] {
  const hasWeights = entryAt(document, ['network', 'weights']) !== undefined;
  return placedParameters.filter(({ path, parameter }) => {
    if ('unbred' in parameter) return false;
    if (path.length === 1 && parameter.ui.level !== 'first') return false; // how a frame is drawn
    if (hasWeights && path[0] === 'network' && !('besideWeights' in parameter)) return false;
    return changesOf(parameter, document, path).length > 0;
  });
}

/**
 * Eight networks that differ from this one in one parameter each; fewer if so much is locked that there are no eight.
 * Each takes some milliseconds to find, so they come one by one.
 * @param seed - The same seed gives the same neighbours.
 * @param locked - The names of parameters that stay: see nameOf.
 */
export function* neighbours(
  document: ExplorerDocument,
  seed: number | string,
  locked: ReadonlySet<string> = new Set(),
): Generator<Neighbour, void> {
  const random = seedrandom(`breed/${seed}`);
  const free = breedable(document).filter(({ path }) => !locked.has(nameOf(path)));
  const others: Neighbour[] = []; // better than none
  const known = new Set([JSON.stringify(document.sweep)]);
  let count = 0;
  for (let round = 0; round < NEIGHBOURS; round++) {
    for (const { path, parameter } of inTurn([...free, ...free.filter(isSeed)], random)) {
      const neighbour = changed(document, path, parameter, known, random);
      if (!neighbour) continue;
      if (!hasSomethingToSee(neighbour.document)) others.push(neighbour);
      else {
        yield neighbour;
        if (++count === NEIGHBOURS) return;
      }
    }
  }
  yield* others.slice(0, NEIGHBOURS - count);
}

const isSeed = ({ parameter }: { parameter: Parameter }) => parameter.kind === 'seed';

/** A random order, by weight: Efraimidis & Spirakis, "Weighted random sampling with a reservoir", 2006. */
function inTurn<T extends { parameter: Parameter }>(all: readonly T[], random: Random): T[] {
  const weightOf = ({ kind, ui }: Parameter) =>
    kind === 'seed' ? WEIGHTS.seed : ui.level === 'first' ? WEIGHTS.first : WEIGHTS.others;
  return all
    .map((item) => ({ item, key: random() ** (1 / weightOf(item.parameter)) }))
    .sort((a, b) => b.key - a.key)
    .map(({ item }) => item);
}

function changed(
  document: ExplorerDocument,
  path: Path,
  parameter: Parameter,
  known: Set<string>,
  random: Random,
): Neighbour | undefined {
  const changes = changesOf(parameter, document, path);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const change = changes[Math.floor(random() * changes.length)](random);
    if (!change) continue;
    // Through the reducer, so that whatever else follows from a change does.
    const next = reduce(firstState(document), {
      type: 'set',
      path: change.path,
      value: change.value,
    }).document;
    const text = JSON.stringify(next.sweep);
    if (known.has(text)) continue;
    known.add(text);
    return { document: next, path, caption: change.caption };
  }
  return undefined;
}

/** The ways to change a parameter; empty if there are none. */
function changesOf(
  parameter: Parameter,
  document: ExplorerDocument,
  path: Path,
): ((random: Random) => Change | undefined)[] {
  const entry = entryAt(document, path);
  if (parameter.kind === 'numbers') {
    // Each of the slice's values for itself.
    const list = currentValue(document, path, 0) as unknown[];
    return list.flatMap((_, i) => {
      const own = [...path, i];
      if (isMoving(entryAt(document, own))) return [];
      const name = `x${(currentValue(document, ['network', 'inputs'], 0) as number) - list.length + i + 1}`;
      return [(random: Random) => numberChange(parameter, document, own, random, name)];
    });
  }
  if (isMoving(entry)) return [];
  const value = currentValue(document, path, 0);
  switch (parameter.kind) {
    case 'seed':
      return [(random) => seedChange(path, random)];
    case 'number':
      return typeof value === 'number' ? [(random) => numberChange(parameter, document, path, random)] : [];
    case 'choice':
    case 'fold':
      return namesIn(parameter).length > 1 ? [(random) => choiceChange(parameter, path, value, random)] : [];
    case 'flag':
      return [() => flagChange(parameter, path, value)];
    default:
      return [];
  }
}

function seedChange(path: Path, random: Random): Change {
  const value = 1 + Math.floor(999 * random());
  return { path, value, caption: `seed ${value}` };
}

function numberChange(
  parameter: Extract<Parameter, { range: unknown }>,
  document: ExplorerDocument,
  path: Path,
  random: Random,
  name = parameter.label.toLowerCase(),
): Change | undefined {
  const { ui, unit, comparatives } = parameter;
  const before = currentValue(document, path, 0) as number;
  const direction = random() < 0.5 ? -1 : 1;
  const part = REACH.least + (REACH.most - REACH.least) * random();
  const value = nudged(ui, before, part, direction) ?? nudged(ui, before, part, -direction);
  if (value === undefined) return undefined;
  const distance = Math.abs(positionOn(ui, value) - positionOn(ui, before));
  const word = comparatives?.[value < before ? 0 : 1];
  if (!word) return { path, value, caption: `${name} ${shortened(value)}` };
  const amount = unit
    ? counted(shortened(Math.abs(value - before)), unit)
    : distance < MUCH
      ? 'a little'
      : 'much';
  return { path, value, caption: `${amount} ${word}` };
}

/** A value some steps farther along its slider; undefined if it would leave the slider. */
function nudged(ui: SliderControl, before: number, part: number, direction: number): number | undefined {
  const coarse = ui.shiftStep > ui.step;
  const aim = valueOn(ui, positionOn(ui, before) + direction * part);
  const step = Math.max(ui.step, ui.shiftStep);
  const distance = ui.octaves ? Math.abs(Math.log2(aim / before)) : Math.abs(aim - before);
  const value = stepped(ui, before, direction * Math.max(1, Math.round(distance / step)), coarse);
  return value >= ui.min && value <= ui.max ? value : undefined;
}

function choiceChange(parameter: Parameter, path: Path, before: unknown, random: Random): Change | undefined {
  const others = namesIn(parameter).filter((name) => name !== before);
  const value = others[Math.floor(random() * others.length)];
  if (parameter.ui.level !== 'first')
    return { path, value, caption: `${parameter.label.toLowerCase()}: ${value}` };
  return { path, value, caption: `${value} in place of ${typeof before === 'string' ? before : 'several'}` };
}

/** The choices that are words: numbers of outputs or samples are not what a picture is bred for. */
function namesIn(parameter: Parameter): readonly string[] {
  if (parameter.kind === 'fold') return foldNames;
  const choices = parameter.kind === 'choice' ? parameter.choices : [];
  return choices.filter((choice) => typeof choice === 'string');
}

function flagChange({ label }: Parameter, path: Path, before: unknown): Change {
  return { path, value: !before, caption: `${before ? 'without' : 'with'} ${label.toLowerCase()}` };
}

/** "1 layer", "2 layers". */
const counted = (count: number, unit: string) => `${count} ${count === 1 ? unit.replace(/s$/, '') : unit}`;
const shortened = (value: number) => Number(value.toPrecision(3));
