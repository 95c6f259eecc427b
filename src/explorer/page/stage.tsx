/** @jsxImportSource preact */
/** The canvas that fills the window. Everything else lies above it. */
import { computed, effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { View } from '../../core/frame/description.js';
import { watchGestures } from '../plane/gestures.js';
import { Plane } from '../plane/plane.js';
import { describeNetwork } from '../state/describe.js';
import { viewAt } from '../state/look.js';
import { documentShown } from '../state/state.js';
import { panned, zoomed } from '../state/view.js';
import { plane, planeStatus } from './current-plane.js';
import { isOpening } from './opening.js';
import { picture } from './picture.js';
import { prefersLessMotion } from './screen.js';
import { dispatch, newGesture, state } from './store.js';

/** Whether Breed's grid covers the picture. */
export const isCovered = computed(() => {
  const { tab, panel, hidden } = state.value.layout;
  return tab === 'breed' && panel && !hidden;
});

/** Whether the user is moving the picture. */
const isGesture = signal(false);
/** Whether the picture keeps still. */
const isAtRest = computed(() => !state.value.playing && !isOpening() && !isGesture.value);
const isSharp = computed(() => isAtRest.value && planeStatus.value?.drawing === false);
/** In milliseconds: what changes again sooner is not at rest. */
const REST = 500;
/** The network in words, which only changes at rest: screen readers read every change. */
const description = signal('');

/** Keeps the description up to date. Returns a function that stops it. */
function describeAtRest(): () => void {
  return effect(() => {
    const { document, time } = state.value;
    const isDrawn = (planeStatus.value?.samples ?? 0) > 0;
    if (!isAtRest.value || !isDrawn) return;
    const timer = setTimeout(() => {
      description.value = describeNetwork(document, time);
    }, REST);
    return () => clearTimeout(timer);
  });
}

/** Where the picture was last clicked or tapped, in device pixels from its top left. */
export const tapped = signal<readonly [x: number, y: number] | undefined>(undefined);

/** Lets the user move the picture. Returns a function that stops it. */
function watchPlane(element: HTMLElement, size: () => readonly [number, number]): () => void {
  let gesture: string | undefined;
  const look = (next: (view: View) => View) => {
    const { centre, halfWidth } = next(viewAt(documentShown(state.peek()), state.peek().time));
    dispatch({ type: 'look', view: { centre, halfWidth }, ...(gesture && { gesture }) });
  };
  return watchGestures(
    element,
    {
      begin: () => {
        gesture = newGesture();
        isGesture.value = true;
      },
      pan: (dx, dy) => look((view) => panned(view, dx, dy, size())),
      zoom: (factor, at) => look((view) => zoomed(view, factor, at, size())),
      end: () => {
        isGesture.value = false;
      },
      tap: (at) => {
        tapped.value = at;
      },
    },
    { reducedMotion: prefersLessMotion },
  );
}

export function Stage() {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = stage.current!;
    const created = new Plane(canvas.current!, {
      onChange: (status) => {
        planeStatus.value = status;
        if (status.scale > 0) document.getElementById('still')?.remove();
      },
    });
    plane.value = created;
    const resize = () => {
      const { width, height } = element.getBoundingClientRect();
      created.resize(Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio));
    };
    const observer = new ResizeObserver(resize);
    observer.observe(element);
    resize();
    const moving = () => state.value.playing || isOpening() || isGesture.value;
    const stops = [
      // What nobody sees would only delay the thumbnails in the grid.
      effect(() => {
        if (!isCovered.value) created.show(picture.value, { moving: moving() });
      }),
      describeAtRest(),
      watchPlane(element, () => [created.canvas.width, created.canvas.height]),
    ];
    return () => {
      for (const stop of stops) stop();
      observer.disconnect();
      plane.value = undefined;
      void created.close();
    };
  }, []);
  return (
    <>
      {/* The plane may replace its canvas, so what is around it has the focus and receives the gestures. */}
      <div
        ref={stage}
        class="stage"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application handles keys itself
        tabIndex={0}
        // Screen readers pass the keys of an application on to it.
        role="application"
        aria-roledescription="picture of a network"
        aria-label={description.value || describeNetwork(state.peek().document, 0)}
        data-state={isSharp.value ? 'sharp' : 'moving'}
      >
        <canvas ref={canvas} />
      </div>
      <div class="stage-focus" />
      <p class="visually-hidden" aria-live="polite">
        {description.value}
      </p>
    </>
  );
}
