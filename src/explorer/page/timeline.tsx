/** @jsxImportSource preact */
/** The timeline: absent until something moves; a bar to play and scrub, and keyframes when it is edited. */
import { useEffect, useRef } from 'preact/hooks';
import { retimes } from '../../core/sweep/paces.js';
import { moves, withEntry } from '../state/document.js';
import { keyedPaths, lasting, withLoop } from '../state/keyframes.js';
import { nameOf, type Path, placedParameters } from '../state/paths.js';
import { presets } from '../state/presets.js';
import { Icon } from './icons.js';
import { KeyRow, labelOf } from './key-row.js';
import { pickSound } from './set-sound.js';
import { muteSound, removeSound, sound } from './sound.js';
import { attempt, dispatch, state } from './store.js';

export function Timeline() {
  const { document, layout } = state.value;
  if (!moves(document) && !layout.timeline && keyedPaths(document).length === 0) return null;
  return (
    <section class={`timeline${layout.timeline ? ' is-edited' : ''}`} aria-label="Timeline">
      <Transport />
      {layout.timeline && <Editor />}
    </section>
  );
}

/** Play, scrub, loop. */
function Transport() {
  const { document, time, playing, layout } = state.value;
  const { seconds, loop } = document.sweep;
  const text = `${time.toFixed(1)} of ${Number(seconds.toFixed(1))} s`;
  return (
    <div class="timeline-transport row">
      <button
        type="button"
        class="icon-button"
        aria-label={playing ? 'Pause' : 'Play'}
        title={`${playing ? 'Pause' : 'Play'} (Space)`}
        onClick={() => play(!playing)}
      >
        <svg viewBox="0 0 16 16" class="icon timeline-play" aria-hidden="true">
          <path d={playing ? 'M4.5 3v10M11.5 3v10' : 'M4.5 2.8v10.4l8.5-5.2Z'} />
        </svg>
      </button>
      <input
        type="range"
        class="slider timeline-scrubber"
        aria-label="Time"
        aria-valuetext={text}
        min={0}
        max={seconds}
        step={0.04}
        value={time}
        style={{ '--part': time / seconds }}
        onPointerDown={() => dispatch({ type: 'play', on: false })}
        onInput={({ currentTarget }) => dispatch({ type: 'seek', time: Number(currentTarget.value) })}
      />
      <output class="timeline-time">{text}</output>
      <SoundButton />
      <label class="row">
        <input
          type="checkbox"
          class="switch"
          checked={loop}
          onChange={() => attempt(() => withLoop(document, !loop))}
        />
        Loop
      </label>
      <button
        type="button"
        class="button"
        aria-expanded={layout.timeline}
        onClick={() => dispatch({ type: 'layout', change: { timeline: !layout.timeline } })}
      >
        {layout.timeline ? 'Done' : 'Edit timeline'}
      </button>
    </div>
  );
}

/** Mutes the sound, if there is one. */
function SoundButton() {
  const { value } = sound;
  if (!value) return null;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label="Mute"
      aria-pressed={value.muted}
      title={`${value.muted ? 'Play' : 'Mute'} ${value.name}`}
      onClick={() => muteSound(!value.muted)}
    >
      <Icon name={value.muted ? 'muted' : 'sound'} />
    </button>
  );
}

/** From the end, a film with an end plays from its beginning. */
function play(on: boolean): void {
  const { time, document } = state.peek();
  if (on && time >= document.sweep.seconds) dispatch({ type: 'seek', time: 0 });
  dispatch({ type: 'play', on });
}

/** The keyframes of each parameter that has some, and what concerns the whole film. */
function Editor() {
  const { document } = state.value;
  const paths = keyedPaths(document);
  const rows = useRef<HTMLDivElement>(null);
  const { length } = paths;
  useEffect(() => {
    rows.current?.scrollTo(0, rows.current.scrollHeight); // to the parameter that was just added
  }, [length]);
  return (
    <>
      <div class="timeline-rows" ref={rows}>
        {paths.map((path) => (
          <KeyRow key={nameOf(path)} path={path} />
        ))}
        {paths.length === 0 && (
          <p class="hint">
            {moves(document) && 'The current motion does not use keyframes. '}
            To add a keyframe, press ◇ beside a parameter, or choose it below. Then go to another time, change
            its value and press ◇ again.
          </p>
        )}
      </div>
      <Settings paths={paths} />
    </>
  );
}

function Settings({ paths }: { paths: Path[] }) {
  const { document, time } = state.value;
  const { seconds, pace, loop } = document.sweep;
  const used = new Set(paths.map(nameOf));
  const free = placedParameters.filter(
    ({ path, parameter }) =>
      parameter.moves && 'range' in parameter && parameter.kind === 'number' && !used.has(nameOf(path)),
  );
  return (
    <div class="timeline-settings row">
      <select
        class="menu"
        aria-label="Add a keyframe"
        value=""
        onChange={({ currentTarget }) => {
          const chosen = free.find(({ path }) => nameOf(path) === currentTarget.value);
          if (chosen) dispatch({ type: 'key', path: chosen.path });
          currentTarget.value = '';
        }}
      >
        <option value="">Add keyframe…</option>
        {free.map(({ path }) => (
          <option key={nameOf(path)} value={nameOf(path)}>
            {labelOf(path)}
          </option>
        ))}
      </select>
      <select
        class="menu"
        aria-label="Sweeps of the article"
        value=""
        onChange={({ currentTarget }) => {
          const chosen = presets.find(({ label }) => label === currentTarget.value);
          currentTarget.value = '';
          if (!chosen) return;
          attempt(() => chosen.apply(document, time));
          dispatch({ type: 'seek', time: 0 });
          dispatch({ type: 'play', on: true });
        }}
      >
        <option value="">Sweeps of the article…</option>
        {presets.map(({ label }) => (
          <option key={label}>{label}</option>
        ))}
      </select>
      <label class="row">
        Length
        <input
          class="field timeline-seconds"
          type="number"
          min={0.1}
          max={3600}
          step="any"
          value={seconds}
          onChange={({ currentTarget }) => attempt(() => lasting(document, Number(currentTarget.value)))}
        />
        s
      </label>
      <label class="row" title="The picture changes at a constant rate">
        <input
          type="checkbox"
          class="switch"
          checked={retimes(pace)}
          onChange={() => attempt(() => withEntry(document, ['pace'], retimes(pace) ? undefined : 'even'))}
        />
        Even pace
      </label>
      <SoundChoice />
      {loop && <span class="hint">The film loops: its end meets its beginning.</span>}
    </div>
  );
}

/** Adds a sound that plays along with the film, or removes it. */
function SoundChoice() {
  const { value } = sound;
  const [label, act] = value
    ? ([`Remove ${value.name}`, removeSound] as const)
    : (['Add sound…', pickSound] as const);
  return (
    <button type="button" class="button timeline-sound" title={label} onClick={act}>
      {label}
    </button>
  );
}
