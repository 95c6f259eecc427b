/** Keeps what Share needs ready, because browsers only share or copy while they handle a press. */
import { computed, effect, signal } from '@preact/signals';
import { PreparedPicture, prefersSystem, type Shared, shareWithSystem } from '../saving/share.js';
import type { ExplorerDocument } from '../state/document.js';
import { planeStatus } from './current-plane.js';
import { linkOf, nameFor } from './leaving.js';
import { dispatch, state } from './store.js';

/** The picture of what is shown, once it is ready. */
export const sharedPicture = signal<File | undefined>(undefined);
const prepared = new PreparedPicture((file) => {
  sharedPicture.value = file;
});
let link: { of: ExplorerDocument; link: string | undefined } | undefined;
/** What link and picture belong to. The dialog may have asked for a picture before `keepReady` runs. */
let shown = state.peek().document;

/** Draws the picture, unless it is ready. Of what plays, one moment is enough. */
export function preparePicture(): Promise<File | undefined> {
  const { document, time, playing } = state.peek();
  const { sweep } = document;
  if (playing && sharedPicture.peek() && link?.of === document) return Promise.resolve(sharedPicture.peek());
  const shape: [number, number] = [innerWidth * devicePixelRatio, innerHeight * devicePixelRatio];
  return prepared.prepare({ sweep, time, supersample: 2 }, shape, nameFor(sweep));
}

/** How long the page must be at rest before a picture is drawn, in milliseconds. */
const REST = 400;

/**
 * Keeps the link ready, and where Share opens the system's share sheet, the picture. Elsewhere the dialog draws the
 * picture when it opens. Returns a function that stops it.
 */
export function keepReady(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const current = computed(() => state.value.document);
  const pausedAt = computed(() => (state.value.playing ? undefined : state.value.time));
  const stop = effect(() => {
    const document = current.value;
    const isDrawn = pausedAt.value === undefined || planeStatus.value?.drawing === false;
    clearTimeout(timer);
    if (document !== shown) {
      shown = document;
      link = undefined;
      prepared.discard();
      sharedPicture.value = undefined;
    }
    timer = setTimeout(() => {
      if (!link) void makeLink(document);
      if (isDrawn && matchMedia('(pointer: coarse)').matches) void preparePicture();
    }, REST);
  });
  return () => {
    stop();
    clearTimeout(timer);
    prepared.discard();
  };
}

async function makeLink(document: ExplorerDocument): Promise<void> {
  const made = await linkOf(document);
  if (document === state.peek().document)
    link = { of: document, link: 'link' in made ? made.link : undefined };
}

function shared(): Shared {
  const { document } = state.peek();
  return {
    title: document.sweep.title || 'A neural network nobody trained',
    link: link?.of === document ? link.link : undefined,
    picture: sharedPicture.peek(),
  };
}

/** Whether the system has a share sheet that takes what is shown. */
export const canShare = () => 'share' in navigator && 'canShare' in navigator;

/** Opens the system's share sheet. If that fails, the page's dialog offers copies. */
export async function shareNow(): Promise<void> {
  if ((await shareWithSystem(shared())) === 'unavailable')
    dispatch({ type: 'layout', change: { dialog: 'share' } });
}

/** Whether Share opens the system's share sheet at once, as on phones. */
export const sharesAtOnce = () => prefersSystem(shared());
