/** What keys and buttons do. */
import type { View } from '../../core/frame/description.js';
import type { SliderControl } from '../../core/parameters/parameter.js';
import { stepped } from '../../core/parameters/slider.js';
import { MAX_LINK } from '../../core/recipe/link.js';
import type { Command } from '../state/commands.js';
import { currentValue, moves } from '../state/document.js';
import { viewAt } from '../state/look.js';
import { type Path, parameterAt } from '../state/paths.js';
import { documentShown, type Layout, type Tab } from '../state/state.js';
import { panned, zoomed } from '../state/view.js';
import { linkTo } from './address.js';
import { rollDice } from './dice.js';
import { dispatch, state } from './store.js';

const LAYERS: Path = ['network', 'layers'];
const WEIGHT_SCALE: Path = ['network', 'weightScale'];

/** How far an arrow key moves the view, as a part of the picture. */
const PAN = { usual: 0.1, shift: 0.01 };
/** How much + zooms in: a quarter of an octave. */
const ZOOM = 2 ** (1 / 4);

/** Presses of the same key within this time are undone together. In milliseconds. */
const TOGETHER = 1000;
let lastPress = { command: '', time: Number.NEGATIVE_INFINITY, gesture: '' };

const change = (layout: Partial<Layout>) => dispatch({ type: 'layout', change: layout });
const partOf = (shift: boolean) => (shift ? PAN.shift : PAN.usual);

const actions: Record<Command, (shift: boolean) => unknown> = {
  left: (shift) => pan(partOf(shift), 0),
  right: (shift) => pan(-partOf(shift), 0),
  up: (shift) => pan(0, partOf(shift)),
  down: (shift) => pan(0, -partOf(shift)),
  zoomIn: () => zoom(ZOOM),
  zoomOut: () => zoom(1 / ZOOM),
  fewerLayers: (shift) => step(LAYERS, -1, shift),
  moreLayers: (shift) => step(LAYERS, 1, shift),
  calmer: (shift) => step(WEIGHT_SCALE, -1, shift),
  noisier: (shift) => step(WEIGHT_SCALE, 1, shift),
  undo: () => dispatch({ type: 'undo' }),
  redo: () => dispatch({ type: 'redo' }),
  home: () => dispatch({ type: 'look', view: state.peek().home }),
  play: playOrPause,
  dice: () => rollDice(),
  breed: () => toggleTab('breed'),
  inside: () => toggleTab('inside'),
  gallery: () => change({ drawer: !state.peek().layout.drawer }),
  save: () => change({ dialog: 'save' }),
  copyLink,
  fullScreen: switchFullScreen,
  hide: () => change({ hidden: !state.peek().layout.hidden }),
  help: () => change({ dialog: 'help' }),
  escape: closeOne,
};

/**
 * Does what a key or a button asks for.
 * @param shift - Whether Shift is held, which changes the size of a step.
 */
export function perform(command: Command, shift = false): void {
  actions[command](shift);
}

/** Closes one thing that is open: what covers most first. */
function closeOne(): void {
  const { layout, message } = state.peek();
  if (message !== undefined) dispatch({ type: 'message', text: undefined });
  else if (layout.hidden) change({ hidden: false });
  else if (layout.drawer) change({ drawer: false });
  else if (layout.timeline) change({ timeline: false });
  else if (layout.tab === 'breed' || layout.tab === 'inside') {
    change({ tab: 'network' });
  } else change({ panel: false });
}

function toggleTab(tab: Tab): void {
  const { layout } = state.peek();
  const isOpen = layout.panel && layout.tab === tab;
  if (isOpen) change({ tab: 'network' });
  else openTab(tab);
}

/** Opens a tab of the panel. Breed needs the room of the gallery for its pictures. */
export function openTab(tab: Tab): void {
  change({ tab, panel: true, ...(tab === 'breed' && { drawer: false }) });
}

function playOrPause(): void {
  const { document, playing } = state.peek();
  if (moves(document)) dispatch({ type: 'play', on: !playing });
  else dispatch({ type: 'message', text: 'Nothing moves yet: press the play button beside a slider.' });
}

/** A key held, or pressed again at once, is one step of undo. */
function gestureOf(command: string): string {
  const now = performance.now();
  const isSame = command === lastPress.command && now - lastPress.time < TOGETHER;
  lastPress = { command, time: now, gesture: isSame ? lastPress.gesture : `key ${command} ${now}` };
  return lastPress.gesture;
}

const currentView = () => viewAt(documentShown(state.peek()), state.peek().time);
const pictureSize = () => [innerWidth * devicePixelRatio, innerHeight * devicePixelRatio] as const;

/** Moves the picture by parts of its size. Whole pixels keep what has been drawn. */
function pan(right: number, down: number): void {
  const [width, height] = pictureSize();
  const pixels = (length: number) => Math.sign(length) * Math.max(1, Math.round(Math.abs(length)));
  const [dx, dy] = [right * width, down * height].map((length) => (length === 0 ? 0 : pixels(length)));
  look('pan', panned(currentView(), dx, dy, [width, height]));
}

function zoom(factor: number): void {
  const [width, height] = pictureSize();
  look('zoom', zoomed(currentView(), factor, [width / 2, height / 2], [width, height]));
}

function look(what: string, { centre, halfWidth }: View): void {
  dispatch({ type: 'look', view: { centre, halfWidth }, gesture: gestureOf(what) });
}

function step(path: Path, steps: number, shift: boolean): void {
  const parameter = parameterAt(path)!;
  const control = parameter.ui as SliderControl;
  const before = currentValue(documentShown(state.peek()), path, state.peek().time) as number;
  const value = stepped(control, before, steps, shift);
  const [least, greatest] = (parameter as { range: readonly [number, number] }).range;
  const within = Math.min(greatest, Math.max(least, value));
  dispatch({ type: 'set', path, value: within, gesture: gestureOf(path.join('.')) });
}

async function copyLink(): Promise<void> {
  dispatch({ type: 'message', text: await linkCopied() });
}

/** Copies the link. Returns what the user should know. */
async function linkCopied(): Promise<string> {
  const hash = await linkTo(state.peek().document);
  if (hash.length > MAX_LINK) return 'This network is too large for a link: save its recipe instead.';
  try {
    await navigator.clipboard.writeText(new URL(hash, location.href).href);
    return 'The link is on the clipboard.';
  } catch {
    return 'The browser does not let the page copy: copy the link from the address bar.';
  }
}

async function switchFullScreen(): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    dispatch({ type: 'message', text: 'The browser does not allow full screen here.' });
  }
}
