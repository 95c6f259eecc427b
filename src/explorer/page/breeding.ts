/** The networks in Breed's grid: the neighbours of the page's network, or mixes of two of them. */
import { batch, computed, effect, signal } from '@preact/signals';
import { NEIGHBOURS, neighbours } from '../state/breed.js';
import type { ExplorerDocument } from '../state/document.js';
import { lineageAt } from '../state/lineage.js';
import { mixed, walkBetween } from '../state/mix.js';
import { dispatch, state } from './store.js';

/** A network in the grid. */
export interface Cell {
  readonly document: ExplorerDocument;
  readonly caption: string;
}

/** The parent's place in the grid. */
export const MIDDLE = 4;
const CELLS = NEIGHBOURS + 1;

/** The cells, row by row; undefined where there is none, or none yet. */
export const cells = signal<readonly (Cell | undefined)[]>(new Array(CELLS).fill(undefined));
/** The names of parameters that stay as they are: see nameOf. */
export const locked = signal<ReadonlySet<string>>(new Set());
/** The places of cells that are to be mixed, at most two. */
export const marked = signal<readonly number[]>([]);
/** The two networks whose mixes fill the grid; undefined while it has neighbours. */
export const parents = signal<readonly [Cell, Cell] | undefined>(undefined);

/** Each number gives other neighbours. */
const roll = signal(0);
const parent = computed(() => state.value.document);

/** Fills the grid, and again after each change of the network. Returns a function that stops it. */
export function startBreeding(): () => void {
  dispatch({ type: 'play', on: false });
  let searching = new AbortController();
  const stop = effect(() => {
    const [document, stays, number] = [parent.value, locked.value, roll.value];
    searching.abort();
    if (parents.value) return;
    searching = new AbortController();
    void search(document, stays, number, searching.signal);
  });
  return () => {
    stop();
    searching.abort();
    parents.value = undefined;
    marked.value = [];
  };
}

/** Puts neighbours into the grid as they are found: the page stays responsive meanwhile. */
async function search(
  document: ExplorerDocument,
  stays: ReadonlySet<string>,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  marked.value = [];
  const found = new Array<Cell | undefined>(CELLS).fill(undefined);
  found[MIDDLE] = { document, caption: 'this network' };
  cells.value = [...found];
  // Each network has neighbours of its own, and has the same ones when the user comes back to it.
  const { weights: _, ...network } = document.sweep.network;
  const all = neighbours(document, `${number} ${JSON.stringify(network)}`, stays);
  for (let place = 0; place < CELLS; place++) {
    if (place === MIDDLE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return;
    found[place] = all.next().value ?? undefined;
    if (!found[place]) return;
    cells.value = [...found];
  }
}

/** Goes on from a cell. The parent itself closes the grid. */
export function pick(place: number): void {
  const cell = cells.peek()[place];
  if (!cell) return;
  if (cell.document === parent.peek()) close();
  else goOn(cell.document, cell.caption);
}

/** @param caption - How the network differs from the current one, unless it is between two others. */
function goOn(document: ExplorerDocument, caption: string): void {
  const from = parents.peek();
  batch(() => {
    parents.value = undefined;
    dispatch({ type: 'bred', document, caption: from ? mixCaption(from) : caption });
  });
}

const mixCaption = ([a, b]: readonly [Cell, Cell]) => `between ${a.caption} and ${b.caption}`;

/** Marks a cell for mixing, or unmarks it. Of three, the one that was marked first is unmarked. */
export function mark(place: number): void {
  if (!cells.peek()[place] || parents.peek()) return;
  const others = marked.peek().filter((other) => other !== place);
  marked.value = others.length < marked.peek().length ? others : [...others, place].slice(-2);
}

/** Fills the grid with nine networks from one of the marked ones to the other. */
export function mix(): void {
  const [a, b] = marked.peek().map((place) => cells.peek()[place]);
  if (!a || !b) return;
  try {
    const mixes = Array.from({ length: CELLS }, (_, i): Cell => {
      const ends = [a, b][i / (CELLS - 1)];
      return (
        ends ?? {
          document: mixed(a.document, b.document, i / (CELLS - 1)),
          caption: `${i} of ${CELLS - 1} steps`,
        }
      );
    });
    parents.value = [a, b];
    marked.value = [];
    cells.value = mixes;
  } catch (error) {
    dispatch({ type: 'message', text: (error as Error).message });
  }
}

/** Goes on from the film that walks between the two networks that are mixed. */
export function walkThere(): void {
  const from = parents.peek();
  if (!from) return;
  const film = walkBetween(from[0].document, from[1].document);
  goOn(film, '');
  close();
  dispatch({ type: 'play', on: true });
}

/** Looks for other neighbours; of a mix, goes back to the neighbours. */
export function again(): void {
  if (parents.peek()) parents.value = undefined;
  else roll.value++;
}

/** Whether there is a network to go back to. */
export const hasParent = computed(() => {
  const { lineage, document } = state.value;
  if (!lineage) return false;
  const { networks, current } = lineageAt(lineage, document);
  return networks[current].parent !== undefined;
});

/** Goes back to the network's parent. */
export function back(): void {
  const { lineage, document } = state.peek();
  const { networks, current } = lineageAt(lineage, document);
  const index = networks[current].parent;
  if (parents.peek()) again();
  else if (index !== undefined) dispatch({ type: 'ancestor', index });
}

/** Locks a parameter, or unlocks it. */
export function lock(name: string): void {
  const next = new Set(locked.peek());
  if (!next.delete(name)) next.add(name);
  locked.value = next;
}

export function close(): void {
  dispatch({ type: 'layout', change: { tab: 'network' } });
}
