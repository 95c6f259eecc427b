/** What the network computes at the cursor, or at the crosshair in the middle of the canvas. */
import { computed, effect, signal } from '@preact/signals';
import { DrawCache } from '../../core/network/draws.js';
import type { Network } from '../../core/network/layers.js';
import { buildNetwork } from '../../core/network/network.js';
import { countWeights, type NetworkSpec } from '../../core/network/spec.js';
import { type Inside, insideAt, MOST_WEIGHTS, placeAt } from '../state/inside.js';
import { picture } from './picture.js';

/** Networks of more weights are computed at rest only, after this time in milliseconds. */
const HEAVY = { weights: 3e5, delay: 150 };

/** The mouse's place on the canvas, in CSS pixels; undefined where the crosshair is used. */
const cursor = signal<readonly [number, number] | undefined>(undefined);
/** The canvas's size, in CSS pixels. */
const size = signal<readonly [number, number]>([1, 1]);

/** Whether the point is the middle of the canvas: on touch screens, and with the keyboard. */
export const hasCrosshair = computed(() => cursor.value === undefined);
/** Whether the network is too large to be followed. */
export const isTooLarge = computed(() => countWeights(picture.value.network) > MOST_WEIGHTS);
/** What the network computes there; undefined until it is known, and between the pictures of a grid. */
export const inside = signal<Inside | undefined>(undefined);

/** Follows the cursor. Returns a function that stops it. */
export function followPoint(): () => void {
  const controller = new AbortController();
  const options = { signal: controller.signal, passive: true };
  const isOnStage = ({ target }: Event) => target instanceof Element && target.closest('.stage') !== null;
  const moved = (event: PointerEvent) => {
    if (!isOnStage(event)) return;
    cursor.value = event.pointerType === 'touch' ? undefined : [event.clientX, event.clientY];
  };
  addEventListener('pointermove', moved, options);
  addEventListener('pointerdown', moved, options);
  const typed = (event: KeyboardEvent) => {
    if (isOnStage(event)) cursor.value = undefined;
  };
  addEventListener('keydown', typed, options);
  const resized = () => {
    size.value = [innerWidth, innerHeight];
  };
  addEventListener('resize', resized, options);
  resized();

  let cancel = () => {};
  const stop = effect(() => {
    const weights = countWeights(picture.value.network);
    // What update() reads.
    void [cursor.value, size.value];
    cancel();
    inside.value = weights > MOST_WEIGHTS ? undefined : inside.peek();
    if (weights > MOST_WEIGHTS) return;
    cancel = weights > HEAVY.weights ? later(update, HEAVY.delay) : atNextFrame(update);
  });
  return () => {
    controller.abort();
    stop();
    cancel();
    inside.value = undefined;
    cursor.value = undefined;
  };
}

const draws = new DrawCache();
let built: { spec: NetworkSpec; network: Network } | undefined;

function update(): void {
  const shown = picture.peek();
  const [width, height] = size.peek();
  const place = placeAt(shown, [width, height], cursor.peek() ?? [width / 2, height / 2]);
  if (built?.spec !== shown.network)
    built = { spec: shown.network, network: buildNetwork(shown.network, draws) };
  inside.value = place && insideAt(shown, built.network, place);
}

function later(call: () => void, milliseconds: number): () => void {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
}

function atNextFrame(call: () => void): () => void {
  const frame = requestAnimationFrame(call);
  return () => cancelAnimationFrame(frame);
}
