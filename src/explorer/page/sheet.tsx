/** @jsxImportSource preact */
/** The sheet of small windows: it holds what is in bars and panels elsewhere, and has three heights. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { moves } from '../state/document.js';
import { hasSheet } from '../state/screen.js';
import { restOf, type SheetPosition, sheetHeights, sheetPositions } from '../state/sheet.js';
import { BigSlider } from './big-slider.js';
import { Icon } from './icons.js';
import { Tabs } from './panel.js';
import { perform } from './perform.js';
import { Regime } from './regime.js';
import { screen } from './screen.js';
import { dispatch, state } from './store.js';
import { TimelineSlot } from './timeline-slot.js';
import { MoreButtons } from './top-bar.js';
import { ViewLabel } from './view-label.js';

/** A pointer that has moved less than this, in pixels, has clicked. */
const SLOP = 6;
/** The speed at which a pointer lets go is that of its last milliseconds. */
const RECENT = 80;
/** The height of the grip above the slider, and of the sheet's border, in pixels. */
const GRIP = 17;
/** The height of the bar above the sheet and of the gaps around it, in rem. */
const ABOVE = 4;

const NEXT: Record<SheetPosition, { position: SheetPosition; label: string }> = {
  low: { position: 'half', label: 'Show the controls' },
  half: { position: 'full', label: 'Show more of the controls' },
  full: { position: 'low', label: 'Hide the controls' },
};

export function Sheet() {
  const { panel, tab } = state.value.layout;
  const [position, setPosition] = useState<SheetPosition>(panel ? 'half' : 'low');
  const first = useRef<HTMLDivElement>(null);
  const heights = useHeights(first);
  const settle = (next: SheetPosition) => {
    setPosition(next);
    dispatch({ type: 'layout', change: { panel: next !== 'low' } });
  };
  useEffect(() => {
    if (panel !== (position !== 'low')) setPosition(panel ? 'half' : 'low');
  }, [panel]);
  useEffect(() => {
    if (tab === 'breed') setPosition((now) => (now === 'full' ? 'half' : now)); // its pictures are behind the sheet
  }, [tab]);
  const { height, drag, wasDragged } = useDrag(heights, position, settle);
  const isOpen = position !== 'low' || height !== undefined;
  const { position: next, label } = NEXT[position];
  return (
    <section
      class={`sheet surface${height === undefined ? '' : ' is-dragged'}`}
      aria-label="Controls"
      data-position={position}
      style={{ height: `calc(${Math.round(height ?? heights[position])}px + env(safe-area-inset-bottom))` }}
    >
      <div class="sheet-head" {...drag}>
        <button
          type="button"
          class="sheet-handle"
          aria-label={label}
          aria-expanded={position !== 'low'}
          onClick={() => {
            if (!wasDragged()) settle(next);
          }}
          onKeyDown={(event) => {
            const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
            const to = step && sheetPositions[sheetPositions.indexOf(position) + step];
            if (to) settle(to);
          }}
        />
        <div ref={first} class="sheet-first row">
          <PlayButton />
          <div class="big">
            <BigSlider />
          </div>
        </div>
      </div>
      {isOpen && (
        <div class="sheet-body fades">
          <MoreButtons />
          <Tabs />
          <div class="place-texts">
            <ViewLabel />
            <Regime />
          </div>
          <TimelineSlot />
        </div>
      )}
    </section>
  );
}

/** Plays or pauses what moves, also while the timeline is out of sight. */
function PlayButton() {
  const { document, playing } = state.value;
  if (!moves(document)) return null;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={playing ? 'Pause' : 'Play'}
      onClick={() => perform('play')}
    >
      <Icon name={playing ? 'pause' : 'play'} />
    </button>
  );
}

/** The heights of the positions, which follow the window and what the sheet always shows. */
function useHeights(first: { current: HTMLElement | null }): Record<SheetPosition, number> {
  const [heights, setHeights] = useState<Record<SheetPosition, number>>({ low: 88, half: 88, full: 88 });
  useEffect(() => {
    const measure = () => {
      if (!hasSheet(screen.peek())) return;
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const above = screen.peek() === 'tall' ? ABOVE * rem : rem;
      setHeights(sheetHeights(innerHeight, GRIP + first.current!.offsetHeight, innerHeight - above));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(first.current!);
    addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return heights;
}

interface Drag {
  pointer: number;
  /** Where the pointer and the sheet's upper edge were at first, in pixels. */
  y: number;
  height: number;
  hasMoved: boolean;
  recent: { time: number; y: number }[];
}

/** Drags the sheet by its head. A click that ends a drag does not count. */
function useDrag(
  heights: Record<SheetPosition, number>,
  position: SheetPosition,
  settle: (position: SheetPosition) => void,
) {
  const [height, setHeight] = useState<number | undefined>(undefined);
  const drag = useRef<Drag | undefined>(undefined);
  const dragged = useRef(false);

  const start = (event: PointerEvent) => {
    const isControl = (event.target as Element).closest('input, button:not(.sheet-handle), select');
    dragged.current = false;
    if (isControl || drag.current || event.button !== 0) return;
    const { pointerId: pointer, clientY: y } = event;
    drag.current = { pointer, y, height: heights[position], hasMoved: false, recent: [] };
  };
  const move = (event: PointerEvent) => {
    const now = drag.current;
    if (event.pointerId !== now?.pointer) return;
    if (!now.hasMoved && Math.abs(event.clientY - now.y) < SLOP) return;
    if (!now.hasMoved) (event.currentTarget as Element).setPointerCapture(event.pointerId);
    now.hasMoved = dragged.current = true;
    now.recent = now.recent.filter(({ time }) => event.timeStamp - time < RECENT);
    now.recent.push({ time: event.timeStamp, y: event.clientY });
    setHeight(Math.min(heights.full, Math.max(heights.low, now.height + now.y - event.clientY)));
  };
  const end = (event: PointerEvent) => {
    const now = drag.current;
    if (event.pointerId !== now?.pointer) return;
    drag.current = undefined;
    setHeight(undefined);
    setTimeout(() => {
      dragged.current = false; // after the click of this pointer, if there is one
    });
    if (now.hasMoved && event.type === 'pointerup') {
      settle(restOf(heights, now.height + now.y - event.clientY, speedOf(now.recent, event.timeStamp)));
    }
  };
  return {
    height,
    wasDragged: () => dragged.current,
    drag: { onPointerDown: start, onPointerMove: move, onPointerUp: end, onPointerCancel: end },
  };
}

/** Upwards, in pixels a second. */
function speedOf(recent: Drag['recent'], now: number): number {
  const [first] = recent;
  const last = recent.at(-1);
  if (!first || !last || now - last.time > RECENT || last.time === first.time) return 0;
  return (1000 * (first.y - last.y)) / (last.time - first.time);
}
