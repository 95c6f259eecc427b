/** @jsxImportSource preact */
/** The values of the inputs beyond the features: a pad for the first two, and sliders for the others. */
import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Parameter } from '../../../core/parameters/parameter.js';
import { positionOn, stepped, valueOn } from '../../../core/parameters/slider.js';
import { featuresOf, freeInputs } from '../../state/document.js';
import type { Path } from '../../state/paths.js';
import { withSetting } from '../../state/settings.js';
import { attempt, state } from '../store.js';
import { setValue, shownDocument, useGesture, useValue } from './current.js';
import { NumberField } from './number-field.js';
import { PlayButton } from './play-button.js';
import { SliderRow } from './slider-row.js';
import { explanation, short } from './wording.js';

type Numbers = Extract<Parameter, { range: unknown }>;

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The pad, with a field for each of its two numbers. */
export function SlicePad({ path, parameter }: { path: Path; parameter: Numbers }) {
  const { ui } = parameter;
  const pad = useRef<HTMLDivElement>(null);
  const gesture = useGesture();
  const features = useComputed(() => featuresOf(shownDocument.value).length).value;
  const at = [useValue([...path, 0]) as number, useValue([...path, 1]) as number].map((v = 0) => v);
  const names = [`x${features + 1}`, `x${features + 2}`];
  const set = (values: readonly number[], own: string) => {
    attempt(() => {
      const { document } = state.peek();
      return values.reduce((next, value, i) => withSetting(next, [...path, i], value), document);
    }, own);
  };
  const follow = (event: PointerEvent) => {
    const { left, top, width, height } = pad.current!.getBoundingClientRect();
    const along = (part: number) => valueOn(ui, Math.min(1, Math.max(0, part)));
    set([along((event.clientX - left) / width), along(1 - (event.clientY - top) / height)], gesture.next());
  };
  const pressed = (event: KeyboardEvent) => {
    const steps = KEYS[event.key];
    if (!steps || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const changed = at.map((value, i) => stepped(ui, value, steps[i], event.shiftKey));
    const axis = steps[0] === 0 ? 1 : 0;
    setValue([...path, axis], changed[axis], gesture.next());
  };
  const text = names.map((name, i) => `${name} ${short(at[i])}`).join(', ');
  return (
    <fieldset class="control">
      <legend class="control-label" title={explanation(parameter)}>
        {parameter.label}
      </legend>
      <div class="row">
        <div
          ref={pad}
          class="slice-pad"
          role="slider"
          tabIndex={0}
          aria-label={`${parameter.label}: ${names.join(' and ')}`}
          aria-description="The arrow keys move it; with Shift, faster."
          aria-valuenow={at[0]}
          aria-valuetext={text}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            gesture.hold();
            follow(event);
          }}
          onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && follow(event)}
          onLostPointerCapture={gesture.release}
          onKeyDown={pressed}
          onDblClick={() => set([0, 0], gesture.next())}
        >
          <span
            class="slice-pad-dot"
            style={{ left: `${100 * positionOn(ui, at[0])}%`, top: `${100 * (1 - positionOn(ui, at[1]))}%` }}
          />
        </div>
        <div class="slice-pad-fields">
          {names.map((name, i) => (
            <div class="row" key={name}>
              <span class="hint" aria-hidden="true">
                {name}
              </span>
              <NumberField path={[...path, i]} label={name} />
              <PlayButton path={[...path, i]} label={name} />
            </div>
          ))}
        </div>
      </div>
    </fieldset>
  );
}

/** Sliders for the numbers that the pad does not have. */
export function SliceSliders({ path, parameter }: { path: Path; parameter: Numbers }) {
  const count = useComputed(() => freeInputs(shownDocument.value)).value;
  const features = useComputed(() => featuresOf(shownDocument.value).length).value;
  return (
    <>
      {Array.from({ length: Math.max(0, count - 2) }, (_, i) => (
        <SliderRow
          key={i}
          path={[...path, i + 2]}
          label={`x${features + i + 3}`}
          explanation={explanation(parameter)}
        />
      ))}
    </>
  );
}
