/** @jsxImportSource preact */
/** Breed's grid covers the canvas: the network in the middle, and around it eight that differ in one way each. */
import { useEffect, useRef } from 'preact/hooks';
import { previewAt } from '../state/document.js';
import {
  again,
  back,
  type Cell,
  cells,
  close,
  MIDDLE,
  mark,
  marked,
  parents,
  pick,
  startBreeding,
} from './breeding.js';
import { plane } from './current-plane.js';
import { state } from './store.js';

export { Breed } from './breed-panel.js';

const COLUMNS = 3;
/** Thumbnails have at most this many pixels per pixel of the page: they are many, and small. */
const MOST_PIXELS = 1.5;

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

export function BreedGrid() {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { activeElement } = document;
    const stop = startBreeding();
    // The canvas is covered, so the keyboard goes to the grid; a tab or button keeps it.
    const fromStage = !activeElement || activeElement === document.body || activeElement.closest('.stage');
    if (fromStage) focus(grid.current!, MIDDLE);
    return () => {
      stop();
      if (fromStage) document.querySelector<HTMLElement>('.stage')?.focus({ preventScroll: true });
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (press(event.key, grid.current!)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in every browser
    <div
      ref={grid}
      class="breed"
      role="group"
      aria-label={parents.value ? 'From one network to the other' : 'This network and its neighbours'}
      onKeyDown={onKeyDown}
    >
      {cells.value.map((cell, place) => (
        <GridCell key={place} cell={cell} place={place} />
      ))}
    </div>
  );
}

/** Does what a key asks for. Returns whether it means anything here. */
function press(key: string, grid: HTMLElement): boolean {
  const place = Number((document.activeElement as HTMLElement | null)?.dataset.place ?? MIDDLE);
  if (key in STEPS) {
    const next = place + STEPS[key];
    const isSameRow = Math.floor(next / COLUMNS) === Math.floor(place / COLUMNS);
    if (next >= 0 && next < COLUMNS ** 2 && (isSameRow || Math.abs(STEPS[key]) > 1)) focus(grid, next);
  } else if (/^[1-9]$/.test(key)) pick(Number(key) - 1);
  else if (key === 'm' || key === 'M') mark(place);
  else if (key === 'r' || key === 'R') again();
  else if (key === 'Backspace') back();
  else if (key === 'Escape') close();
  else return false;
  return true;
}

function focus(grid: HTMLElement, place: number): void {
  grid.querySelector<HTMLElement>(`.breed-pick[data-place="${place}"]`)?.focus({ preventScroll: true });
}

function GridCell({ cell, place }: { cell: Cell | undefined; place: number }) {
  const isMarked = marked.value.includes(place);
  const isParent = cell?.document === state.value.document;
  const caption = cell?.caption ?? '';
  return (
    <div class={`breed-cell${isMarked ? ' is-marked' : ''}${isParent ? ' is-parent' : ''}`}>
      <button
        type="button"
        class="breed-pick"
        data-place={place}
        aria-disabled={!cell}
        aria-label={cell ? `${place + 1}: ${caption}` : `${place + 1}: empty`}
        tabIndex={place === MIDDLE ? 0 : -1}
        onClick={() => pick(place)}
      >
        {cell && <Thumbnail cell={cell} />}
        {cell && (
          <span class="breed-caption">
            <kbd>{place + 1}</kbd> {caption}
          </span>
        )}
      </button>
      {cell && !parents.value && (
        <button
          type="button"
          class="breed-mark button"
          data-place={place}
          aria-pressed={isMarked}
          aria-label={`Mix ${caption}`}
          tabIndex={-1}
          onClick={() => mark(place)}
        >
          Mix
        </button>
      )}
    </div>
  );
}

function Thumbnail({ cell: { document } }: { cell: Cell }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = plane.value;
  useEffect(() => {
    const element = canvas.current!;
    const controller = new AbortController();
    const { width, height } = element.getBoundingClientRect();
    const scale = Math.min(MOST_PIXELS, devicePixelRatio);
    const size = [width, height].map((length) => Math.max(1, Math.round(length * scale)));
    drawing
      ?.thumbnail(previewAt(document, state.peek().time), size[0], size[1], controller.signal)
      .then((drawn) => {
        if (controller.signal.aborted) return;
        [element.width, element.height] = size;
        element.getContext('2d')?.putImageData(drawn as ImageData, 0, 0);
        element.dataset.state = 'drawn';
      })
      .catch(() => {}); // the grid was closed, or has another network here
    return () => controller.abort();
  }, [drawing, document]);
  return <canvas ref={canvas} class="breed-picture" />;
}
