/** @jsxImportSource preact */
/** How the page is used: with a mouse or fingers, and with the keyboard. */
import { editingShortcuts, type Shortcut, shortcuts } from '../state/shortcuts.js';
import { Dialog } from './dialog.js';
import { dispatch, state } from './store.js';

const GESTURES = [
  ['Drag', 'Move over the plane'],
  ['Wheel, or two fingers', 'Zoom around the cursor or the fingers'],
  ['Double click or double tap', 'Zoom in at that point (with Shift: out)'],
] as const;

export function Help() {
  const { shortcuts: isOn } = state.value.layout;
  return (
    <Dialog title="Help" onClose={() => dispatch({ type: 'layout', change: { dialog: undefined } })}>
      <p class="help-intro">
        Each point of the picture is the input of a neural network with random weights, and its colour is the
        output. Nobody trained it: what the picture shows depends on its seed, its layers and units, its
        activation, and above all on the scale of its weights.
      </p>
      <h3>Mouse and fingers</h3>
      <dl class="help-list">
        {GESTURES.map(([gesture, label]) => (
          <div key={gesture}>
            <dt>{gesture}</dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <h3>Keyboard</h3>
      <Keys list={editingShortcuts} />
      <label class="row help-switch">
        <input
          type="checkbox"
          class="switch"
          checked={isOn}
          onChange={() => dispatch({ type: 'layout', change: { shortcuts: !isOn } })}
        />
        These shortcuts work while the picture has focus: click it, or press Esc
      </label>
      <Keys list={shortcuts} />
    </Dialog>
  );
}

function Keys({ list }: { list: readonly Shortcut[] }) {
  return (
    <dl class="help-list">
      {list.map(({ keys, label }) => (
        <div key={label}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  );
}
