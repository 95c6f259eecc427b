/** The one slider: the film's time, named after what moves; or the weight scale of a network that does not move. */
import { networkParameters } from '../core/network/parameters.js';
import { positionOn, stepped, valueOn } from '../core/parameters/slider.js';
import { currentValue, entryAt, type Picture } from '../explorer/state/document.js';
import { withSetting } from '../explorer/state/settings.js';
import { element } from './elements.js';
import type { Film } from './film.js';
import { mainMoving, short, valueText, WEIGHT_SCALE } from './moving.js';

/** The parts of the film that keys move by: arrows, and page up and down. */
const [STEP, PAGE] = [1 / 50, 1 / 10];

/** What a slider is about. */
interface Subject {
  label: string;
  /** The value, for people. */
  text: string;
  /** The value and where in the film that is. */
  longText: string;
  /** From 0 to 1. */
  position: number;
  set(position: number): void;
  /** Moves it by a number of steps. */
  step(steps: number, shift: boolean): void;
}

export interface Slider {
  root: HTMLElement;
  /** Shows the film as it is now. */
  update(): void;
}

/** @param hold - Called when a pointer takes hold of the slider, and when it lets go. */
export function makeSlider(film: Film, hold: (on: boolean) => void): Slider {
  const input = element('input', { type: 'range', id: 'slider', min: 0, max: 1, step: 'any' });
  const label = element('label', { for: 'slider' });
  const value = element('output', { for: 'slider' });
  const root = element(
    'div',
    { class: 'slider' },
    element('div', { class: 'slider-text' }, label, value),
    input,
  );
  let subject: Subject | undefined;

  const update = () => {
    subject = subjectOf(film);
    root.hidden = subject === undefined;
    if (!subject) return;
    const { position, text, longText } = subject;
    if (label.textContent !== subject.label) label.textContent = subject.label;
    if (value.textContent !== text) value.textContent = text;
    if (Math.abs(Number(input.value) - position) > 1e-6) input.value = String(position);
    input.style.setProperty('--part', position.toFixed(4));
    if (input.getAttribute('aria-valuetext') !== longText) input.setAttribute('aria-valuetext', longText);
  };
  const pressed = (event: KeyboardEvent) => {
    const steps = KEYS[event.key];
    const end = event.key === 'Home' ? 0 : event.key === 'End' ? 1 : undefined;
    if (event.ctrlKey || event.metaKey || event.altKey || !subject) return;
    if (end === undefined && steps === undefined) return;
    event.preventDefault();
    if (end === undefined) subject.step(steps, event.shiftKey);
    else subject.set(end);
  };
  input.addEventListener('input', () => subject?.set(Number(input.value)));
  input.addEventListener('keydown', pressed);
  input.addEventListener('pointerdown', () => hold(true));
  for (const type of ['pointerup', 'pointercancel', 'change', 'blur'])
    input.addEventListener(type, () => hold(false));
  return { root, update };
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -PAGE / STEP,
  PageUp: PAGE / STEP,
};

function subjectOf(film: Film): Subject | undefined {
  const moving = mainMoving(film.document);
  if (!moving) return stillSubject(film);
  const { sweep, time } = film;
  const { seconds, fps } = sweep;
  const clock = `${time.toFixed(1)} s`;
  const text = valueText(picture(film), moving.path) ?? clock;
  return {
    label: moving.label,
    text,
    longText: `${text === clock ? '' : `${text}, `}${time.toFixed(1)} of ${Number(seconds.toFixed(1))} s`,
    position: time / seconds,
    set: (position) => film.seek(position * seconds),
    step: (steps, shift) => film.seek(time + steps * (shift ? 1 / fps : STEP * seconds)),
  };
}

/** The picture, or an empty one if a parameter has an invalid value: the page says so elsewhere. */
function picture(film: Film): Picture {
  try {
    return film.picture;
  } catch {
    return {} as Picture;
  }
}

/** The weight scale; undefined for weights from a file, which have none. */
function stillSubject(film: Film): Subject | undefined {
  const { path, label } = WEIGHT_SCALE;
  const { document, time } = film;
  if (entryAt(document, ['network', 'weights']) !== undefined) return undefined;
  const { ui, range } = networkParameters.weightScale;
  const scale = currentValue(document, path, time) as number;
  const set = (value: number) =>
    film.edit(withSetting(document, path, Math.min(range[1], Math.max(range[0], value))));
  return {
    label,
    text: short(scale),
    longText: short(scale),
    position: positionOn(ui, scale),
    set: (position) => set(valueOn(ui, position)),
    step: (steps, shift) => set(stepped(ui, scale, steps, shift)),
  };
}
