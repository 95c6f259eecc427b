/** Puts the page together: the plane, what moves it, and the controls above it. */
import type { View } from '../core/frame/description.js';
import type { Sweep } from '../core/sweep/sweep.js';
import { SLOWER } from '../explorer/plane/flash-guard.js';
import { watchGestures } from '../explorer/plane/gestures.js';
import { Plane, type PlaneStatus } from '../explorer/plane/plane.js';
import { describeNetwork } from '../explorer/state/describe.js';
import type { ExplorerDocument } from '../explorer/state/document.js';
import { panned, zoomed } from '../explorer/state/view.js';
import { type Controls, makeControls } from './controls.js';
import { element } from './elements.js';
import { watchFading } from './fading.js';
import { Film } from './film.js';
import { flagsOf } from './flags.js';
import { readWish, withSet } from './messages.js';
import { Playback } from './playback.js';
import { startDrawing } from './renderer.js';

/** The most pixels of the canvas: with controls, and without them, as in a wallpaper. */
const MOST_PIXELS = 8.3e6;
const MOST_BARE_PIXELS = 2.1e6;
/** A paused picture replaces the poster when it has this part of its final resolution. */
const SHARP_ENOUGH = 0.5;
/** How long the poster takes to fade, in milliseconds: as in the style sheet. */
const FADE_MS = 400;
/** How long the hint about the wheel stays, in milliseconds. */
const HINT_STAYS = 1500;
/** How far arrow keys move the picture, as a part of the window's shorter side, and what + and - zoom by. */
const [STEP, ZOOM] = [0.1, 1.25];

declare global {
  interface Window {
    /** What arrived before this program ran: the file's first script collects it. */
    untrainedMessages?: MessageEvent[];
  }
}

/** What the file says about itself, besides its recipe. */
export interface PageSettings {
  /** The address of an explorer. */
  explorer?: string | undefined;
  /** The moment that the poster shows, in seconds. */
  poster?: string | undefined;
}

/** Starts the page. @param sweep - A checked one. */
export async function startPage(sweep: Sweep, settings: PageSettings): Promise<void> {
  const flags = flagsOf(location, (problem) =>
    console.warn(`Untrained ignored a part of the address. ${problem}`),
  );
  const prefersLessMotion = matchMedia('(prefers-reduced-motion: reduce)');
  const { renderer, canvas } = await startDrawing();
  const stage = element('div', { class: 'stage' }, canvas);
  let controls: Controls | undefined;
  /** Whether the pace is known; before that, only what the viewer does shows a picture. */
  let isReady = false;
  let isGesture = false;
  let isHeld = false;

  const plane = new Plane(canvas, {
    renderer: Promise.resolve(renderer),
    samples: sweep.supersample,
    onChange: (status) => show(status),
  });
  const film = new Film(sweep, () => changed());
  const playback = new Playback(film, {
    canvas: () => plane.canvas,
    isBare: flags.bare,
    onSlower: () => controls?.say(SLOWER),
  });

  const isMoving = () => playback.isRunning || isGesture || isHeld;
  const changed = () => {
    playback.update();
    try {
      if (isReady || isMoving()) plane.show(film.picture, { moving: isMoving() });
    } catch (error) {
      controls?.say((error as Error).message);
    }
    controls?.update();
    describe(stage, film);
  };
  const show = (status: PlaneStatus) => {
    const isSharp = !status.drawing && !isMoving();
    stage.dataset.state = isSharp ? 'sharp' : 'moving';
    if (status.error) controls?.say(status.error.message);
    if (status.shown && (isMoving() || status.scale >= SHARP_ENOUGH)) removePoster();
  };

  if (!flags.bare) {
    makeReachable(stage);
    const title = document.querySelector('h1')!;
    controls = makeControls(film, {
      title,
      explorer: explorerAt(settings.explorer),
      hold: (on) => {
        isHeld = on;
        playback.hold(on || !isReady);
        changed();
      },
    });
    watchFading(controls.root, () => playback.isRunning);
    watchStage(stage, film, plane, {
      onGesture: (on) => {
        isGesture = on;
        changed();
      },
      onPassed: () => controls?.say(`Hold ${isMac() ? '⌘' : 'Ctrl'} to zoom`, HINT_STAYS),
    });
    watchKeys(stage, film);
  }
  document.body.append(stage, ...(controls ? [controls.root] : []));
  document.documentElement.classList.add('live');
  document.documentElement.classList.toggle('alone', !flags.bare && !isEmbedded());
  watchSize(stage, plane, flags.bare ? MOST_BARE_PIXELS : MOST_PIXELS);

  const plays = flags.play !== false && film.moves && !prefersLessMotion.matches;
  const rests = prefersLessMotion.matches && flags.play === undefined;
  film.seek(flags.t ?? (rests ? Number(settings.poster) || 0 : 0));
  playback.hold(true);
  if (plays) film.play(true);
  watchMessages(film);
  await film.measure(); // the poster stays meanwhile: the picture would jump when its pace becomes known
  isReady = true;
  playback.hold(isHeld);
  changed();
}

/** Only an address of the web becomes a link. */
function explorerAt(address: string | undefined): string | undefined {
  return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
}

/** Lets keys and screen readers reach the picture. */
function makeReachable(stage: HTMLElement): void {
  stage.tabIndex = 0;
  stage.setAttribute('role', 'application'); // screen readers pass the keys of an application on to it
  stage.setAttribute('aria-roledescription', 'picture of a network');
}

const described = new WeakMap<HTMLElement, ExplorerDocument>();

/** Says in words what the picture shows, once for each network. */
function describe(stage: HTMLElement, film: Film): void {
  if (described.get(stage) === film.document) return;
  described.set(stage, film.document);
  stage.setAttribute('aria-label', describeNetwork(film.document, film.time));
}

/** Fades the poster out over the picture. */
function removePoster(): void {
  const poster = document.getElementById('poster');
  if (!poster || poster.classList.contains('gone')) return;
  poster.classList.add('gone');
  setTimeout(() => poster.remove(), FADE_MS);
}

/** Keeps the canvas as large as the window, with at most so many pixels. */
function watchSize(stage: HTMLElement, plane: Plane, most: number): void {
  const resize = () => {
    const { width, height } = stage.getBoundingClientRect();
    const ratio = Math.min(devicePixelRatio, Math.sqrt(most / Math.max(1, width * height)));
    plane.resize(Math.round(width * ratio), Math.round(height * ratio));
  };
  new ResizeObserver(resize).observe(stage);
  resize();
}

/** Whether another page shows this one. */
function isEmbedded(): boolean {
  return parent !== window;
}

/** Whether there is a page around this one that may scroll: not if this one fills the screen. */
function hasPageAround(): boolean {
  const isFull = document.fullscreenElement || (innerWidth >= screen.width && innerHeight >= screen.height);
  return isEmbedded() && !isFull;
}

function isMac(): boolean {
  return /^(Mac|iP)/.test(navigator.platform);
}

interface StageHandlers {
  /** A gesture begins or ends. */
  onGesture(on: boolean): void;
  /** The wheel scrolls the page around instead of zooming. */
  onPassed(): void;
}

/** Lets the viewer drag and zoom: in another page, as embedded maps do, so that they do not hold up its scrolling. */
function watchStage(
  stage: HTMLElement,
  film: Film,
  plane: Plane,
  { onGesture, onPassed }: StageHandlers,
): void {
  const size = () => [plane.canvas.width, plane.canvas.height] as const;
  // Gestures count device pixels, of which a very large canvas has fewer.
  const ratio = () => size()[0] / (stage.getBoundingClientRect().width * devicePixelRatio);
  const handlers = {
    begin: () => onGesture(true),
    pan: (dx: number, dy: number) => film.look((view) => panned(view, dx * ratio(), dy * ratio(), size())),
    zoom: (factor: number, [x, y]: readonly [number, number]) => {
      const at = [x * ratio(), y * ratio()] as const;
      film.look((view) => zoomed(view, factor, at, size()));
    },
    doubleTap: () => film.lookHome(),
    end: () => onGesture(false),
    passed: onPassed,
  };
  watchGestures(stage, handlers, { pageScrolls: hasPageAround });
}

/** Keys that move the picture, if it has the focus, or nothing has. */
function watchKeys(stage: HTMLElement, film: Film): void {
  const pan = (x: number, y: number) => {
    const { width, height } = stage.getBoundingClientRect();
    const step = STEP * Math.min(width, height);
    film.look((view) => panned(view, x * step, y * step, [width, height]));
  };
  const zoom = (factor: number) => film.look((view: View) => zoomed(view, factor, [0.5, 0.5], [1, 1]));
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => pan(1, 0),
    ArrowRight: () => pan(-1, 0),
    ArrowUp: () => pan(0, 1),
    ArrowDown: () => pan(0, -1),
    '+': () => zoom(ZOOM),
    '=': () => zoom(ZOOM), // + without Shift on US keyboards
    '-': () => zoom(1 / ZOOM),
    _: () => zoom(1 / ZOOM),
    '0': () => film.lookHome(),
    Home: () => film.lookHome(),
  };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { activeElement } = document;
    const isFree = !activeElement || activeElement === document.body || activeElement === stage;
    const isOnSlider = activeElement instanceof HTMLInputElement && activeElement.type === 'range';
    const isSpace = event.key === ' ' && (isFree || isOnSlider);
    const action = isFree && Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!isSpace && !action) return;
    event.preventDefault();
    if (isSpace && !event.repeat) film.play(!film.isPlaying);
    action?.();
  });
}

/** Does what the page that embeds this one asks for. It gets no answer. */
function watchMessages(film: Film): void {
  const received = ({ source, data }: MessageEvent) => {
    if (source !== parent || !isEmbedded()) return;
    try {
      const { t, set, play } = readWish(data);
      if (set) film.edit(withSet(film.document, set));
      if (t !== undefined) film.seek(t);
      if (play !== undefined) film.play(play);
    } catch (error) {
      console.warn(`Untrained ignored a message. ${(error as Error).message}`);
    }
  };
  addEventListener('message', received);
  window.onmessage = null;
  for (const event of window.untrainedMessages ?? []) received(event);
}
