/**
 * The address is the document as a link. It is replaced at most twice a second, since Safari throws an error at 100
 * changes in 30 seconds. Networks that the user goes to become entries of the browser's history.
 */
import { effect, signal } from '@preact/signals';
import { flagsIn, type LinkFlags, MAX_LINK, readLink, writeLink } from '../../core/recipe/link.js';
import { documentOf, type ExplorerDocument } from '../state/document.js';
import { networks } from '../state/networks.js';
import { dispatch, state } from './store.js';

/** In milliseconds. */
const INTERVAL = 500;

/** Whether the address asks for the picture alone. */
export const isBare = flagsIn(location.hash).has('bare');

/** Whether the address says which network to show: it may be empty, or have flags only. */
export const isNamed = (): boolean => !/^#?(bare)?$/.test(location.hash);

/** Which networks of this page the browser's history holds around the current one. */
export const visits = signal({ isAnyBefore: false, isAnyAfter: false });

/** Whether the document is too long for an address, which then does not hold it. */
export const isTooLong = signal(false);

/** A document as a link's hash, with the flags that belong to it. */
export async function linkTo(
  { sweep, keepDetail, keepChaos }: ExplorerDocument,
  more?: LinkFlags,
): Promise<string> {
  const flags = new Map(more);
  if (keepDetail) flags.set('detail', '');
  if (!keepChaos) flags.set('chaos', 'off');
  return writeLink(sweep, flags);
}

/** The document of a link. @throws UsageError that says in one line what is wrong with it. */
export async function documentFrom(link: string): Promise<ExplorerDocument> {
  const [{ sweep }, flags] = [await readLink(link), flagsIn(link)];
  return documentOf(sweep, { keepDetail: flags.has('detail'), keepChaos: flags.get('chaos') !== 'off' });
}

/** Keeps the address up to date, and follows it when the user changes it. Returns a function that stops both. */
export function keepAddress(): () => void {
  const bare: LinkFlags = isBare ? new Map([['bare', '']]) : new Map();
  let visited = state.peek().visits;
  // Entries of the history hold their numbers. A reload keeps them.
  let entry = entryNumber();
  let lastEntry = entry;
  const note = () => {
    visits.value = { isAnyBefore: entry > 0, isAnyAfter: entry < lastEntry };
  };
  note();
  let written = location.hash;
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hashOf = async (shown: ExplorerDocument) => {
    const hash = await linkTo(shown, bare);
    return hash.length > MAX_LINK ? '#' : hash;
  };
  const addressOf = (hash: string) => `${location.pathname}${location.search}${hash}`;
  const write = async () => {
    last = performance.now();
    const { document } = state.peek();
    const hash = await hashOf(document);
    if (document !== state.peek().document) return; // the next change writes a newer one
    isTooLong.value = hash === '#';
    if (hash === written) return;
    written = hash;
    history.replaceState({ entry }, '', addressOf(hash));
  };
  /** Leaves the network before in its entry: its address may be late, or show letters of the new name. */
  const visit = async () => {
    last = performance.now();
    const { document, undo } = state.peek();
    const [before, hash] = await Promise.all([undo.at(-1), document].map((shown) => shown && hashOf(shown)));
    isTooLong.value = hash === '#';
    if (!hash || hash === before) return;
    if (before) history.replaceState({ entry }, '', addressOf(before));
    written = hash;
    lastEntry = ++entry;
    history.pushState({ entry }, '', addressOf(hash));
    note();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void write(), Math.max(0, last + INTERVAL - performance.now()));
  };
  let shown = state.peek().document;
  const stopWriting = effect(() => {
    const { document, visits: now } = state.value;
    if (now !== visited) {
      visited = now;
      clearTimeout(timer);
      void visit();
    } else if (document !== shown) later();
    shown = document;
  });

  const follow = () => {
    entry = entryNumber();
    note();
    if (location.hash === written) return;
    written = location.hash;
    const named = isNamed() ? documentFrom(location.hash) : Promise.resolve(networks[0].document);
    named.then(
      (document) => dispatch({ type: 'revisit', document }),
      (error: Error) => dispatch({ type: 'message', text: error.message }),
    );
  };
  addEventListener('popstate', follow);
  addEventListener('hashchange', follow);
  return () => {
    stopWriting();
    clearTimeout(timer);
    removeEventListener('popstate', follow);
    removeEventListener('hashchange', follow);
  };
}

/** The number of the current entry of the browser's history, from 0. */
function entryNumber(): number {
  const number: unknown = history.state?.entry;
  return typeof number === 'number' ? number : 0;
}
