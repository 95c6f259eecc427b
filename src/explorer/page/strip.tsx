/** @jsxImportSource preact */
/** The units of a network as a strip: a row for each hidden layer, and a cell for each unit. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { dark } from '../../core/colours.js';
import type { ShownLayer } from '../../core/frame/shown.js';
import {
  cellAt,
  cellBeside,
  decimated,
  greatestIn,
  type Inside,
  type StripCell,
  shortened,
} from '../state/inside.js';

/** The heights of a layer's row and of all rows together, at most, in pixels. */
const ROW = 14;
const HEIGHT = 240;
/** Cells of at least this many pixels have a gap beside them. */
const GAPPED = 5;

interface StripProps {
  inside: Inside;
  /** What the plane shows of the hidden layers. */
  shown: ShownLayer | undefined;
  onShow: (part: ShownLayer) => void;
}

export function Strip({ inside, shown, onShow }: StripProps) {
  const { layers, norms } = inside;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chosen, choose] = useState<StripCell>({ layer: 0, unit: 0 });
  const [spoken, speak] = useState('');
  const widths = layers.map(({ length }) => length);
  const height = Math.min(HEIGHT, ROW * layers.length);
  useEffect(() => draw(canvas.current!, layers), [layers]);

  const layer = Math.min(chosen.layer, widths.length - 1);
  const unit = Math.min(chosen.unit, widths[layer] - 1);
  const textOf = (cell: StripCell) =>
    `Layer ${cell.layer + 1}, unit ${cell.unit + 1}: ${shortened(layers[cell.layer][cell.unit])}`;
  const show = (cell: StripCell, whole: boolean) =>
    onShow(whole ? { layer: cell.layer + 1 } : { layer: cell.layer + 1, unit: cell.unit + 1 });
  const under = ({ clientX, clientY, currentTarget }: MouseEvent) => {
    const box = (currentTarget as Element).getBoundingClientRect();
    return cellAt(widths, (clientX - box.left) / box.width, (clientY - box.top) / box.height);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.startsWith('Arrow')) {
      const next = cellBeside(widths, { layer, unit }, event.key);
      choose(next);
      speak(textOf(next));
    } else if (event.key === 'Enter' || event.key === ' ') show({ layer, unit }, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div class="inside-strip-area">
      <div class="inside-strip" style={{ height: `${height}px` }}>
        <button
          type="button"
          class="inside-layers"
          aria-label="Show a layer: press the layer's row"
          tabIndex={-1}
          onClick={(event) => show(under(event), true)}
          onPointerMove={(event) => choose(under(event))}
        />
        <button
          type="button"
          class="inside-units"
          aria-label={`Units of ${layers.length} layers. Arrow keys choose one, Enter shows it, Shift and Enter show its layer.`}
          onClick={(event) => event.detail > 0 && show(under(event), false)}
          onPointerMove={(event) => choose(under(event))}
          onKeyDown={onKeyDown}
        >
          <canvas ref={canvas} />
          <Outline class="inside-chosen" widths={widths} cell={{ layer, unit }} />
          {shown && shown.layer <= widths.length && (
            <Outline class="inside-shown" widths={widths} {...cellOf(shown)} />
          )}
        </button>
        <Norms norms={norms} />
      </div>
      <p class="inside-value">{textOf({ layer, unit })}</p>
      {/* Only what a key has chosen is read out: values change with every move of the cursor. */}
      <p class="visually-hidden" aria-live="polite">
        {spoken}
      </p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => show({ layer, unit }, false)}>
          Show unit {unit + 1}
        </button>
        <button type="button" class="button" onClick={() => show({ layer, unit }, true)}>
          Show layer {layer + 1}
        </button>
      </div>
    </div>
  );
}

const cellOf = ({ layer, unit }: ShownLayer) =>
  unit === undefined
    ? { cell: { layer: layer - 1, unit: 0 }, isWhole: true }
    : { cell: { layer: layer - 1, unit: unit - 1 } };

/** A frame around a cell, or around a whole row. */
function Outline(props: { class: string; widths: number[]; cell: StripCell; isWhole?: boolean }) {
  const { widths, cell, isWhole = false } = props;
  const across = isWhole ? 1 : 1 / widths[cell.layer];
  const style = {
    left: `${isWhole ? 0 : 100 * across * cell.unit}%`,
    width: `${100 * across}%`,
    top: `${(100 * cell.layer) / widths.length}%`,
    height: `${100 / widths.length}%`,
  };
  return <span class={props.class} style={style} />;
}

/** The norm of each layer, as bars beside its row. */
function Norms({ norms }: { norms: readonly number[] }) {
  const greatest = Math.max(...norms, Number.MIN_VALUE);
  const path = norms.map((norm, i) => `H${(norm / greatest || 0).toFixed(3)}V${i + 1}`).join('');
  const label = `Norm of each layer, from ${shortened(norms[0])} in the first to ${shortened(norms.at(-1)!)} in the last`;
  return (
    <svg
      class="inside-norms"
      viewBox={`0 0 1 ${norms.length}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path d={`M0 0${path}H0Z`} />
    </svg>
  );
}

/** Fills a canvas with the values: one colour for positive and one for negative ones. */
function draw(canvas: HTMLCanvasElement, layers: Inside['layers']): void {
  const { width, height } = canvas.getBoundingClientRect();
  const [across, down] = [width, height].map((length) => Math.max(1, Math.round(length * devicePixelRatio)));
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(across, down);
  const pixels = new Uint32Array(image.data.buffer);
  const rows = decimated(layers, across, down);
  const greatest = greatestIn(layers);
  const isGapped = down / rows.length >= GAPPED;
  for (let y = 0, before = -1; y < down; y++) {
    const row = Math.floor((y * rows.length) / down);
    const from = y * across;
    if (row === before) pixels.copyWithin(from, from - across, from);
    else fillRow(pixels.subarray(from, from + across), rows[row], greatest);
    before = row;
  }
  if (isGapped) clearGaps(pixels, across, down, rows.length);
  context.putImageData(image, 0, 0);
}

function fillRow(pixels: Uint32Array, values: readonly number[], greatest: number): void {
  const isGapped = pixels.length / values.length >= GAPPED;
  for (let x = 0, before = -1; x < pixels.length; x++) {
    const cell = Math.floor((x * values.length) / pixels.length);
    const isGap = isGapped && cell !== before && x > 0;
    before = cell;
    if (!isGap) pixels[x] = COLOURS[Math.round(HALF * (1 + values[cell] / greatest))];
  }
}

function clearGaps(pixels: Uint32Array, across: number, down: number, rows: number): void {
  for (let row = 1; row < rows; row++) {
    const y = Math.ceil((row * down) / rows);
    pixels.fill(0, y * across, (y + 1) * across);
  }
}

const HALF = 127;

/** The colours of values from -1 to 1, as RGBA bytes. */
const COLOURS = Uint32Array.from({ length: 2 * HALF + 1 }, (_, i) => {
  const value = i / HALF - 1;
  const [from, to] = [dark.background, value < 0 ? dark.negative : dark.positive].map(bytesOf);
  const mixed = from.map((byte, k) => Math.round(byte + (to[k] - byte) * Math.sqrt(Math.abs(value))));
  return new Uint32Array(Uint8Array.from([...mixed, 255]).buffer)[0];
});

/** Red, green and blue of a colour such as "#0e1016". */
function bytesOf(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
