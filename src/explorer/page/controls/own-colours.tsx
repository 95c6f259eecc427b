/** @jsxImportSource preact */
/** A colour map of the user's own: 2 to 64 colours. */
import type { Palette } from '../../../core/frame/palette.js';
import type { Path } from '../../state/paths.js';
import { setValue, useGesture, useValue } from './current.js';

/** What a map of one's own begins with. */
const FIRST = ['#101820', '#3f6fb5', '#f4d9a8'];
/** As many as are comfortable to edit; typed scenes may have more. */
const MOST = 12;

export function OwnColours({ path }: { path: Path }) {
  const palette = useValue(path) as Palette;
  const gesture = useGesture();
  const own = typeof palette === 'object' && 'colours' in palette ? palette : undefined;
  const set = (colours: readonly string[]) =>
    setValue(path, { colours, output: own?.output ?? 1 }, gesture.next());
  if (!own) {
    return (
      <button type="button" class="button" onClick={() => set(FIRST)}>
        Your own colours
      </button>
    );
  }
  const { colours } = own;
  return (
    <fieldset class="control">
      <legend class="control-label">Your own colours</legend>
      <div class="control-chips">
        {colours.map((colour, i) => (
          <input
            key={i}
            type="color"
            class="control-colour"
            aria-label={`Colour ${i + 1} of ${colours.length}`}
            value={colour.length === 4 ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour}
            onInput={(event) => set(colours.with(i, event.currentTarget.value))}
          />
        ))}
        <button
          type="button"
          class="button"
          aria-label="Add a colour"
          aria-disabled={colours.length >= MOST}
          onClick={() => colours.length < MOST && set([...colours, colours.at(-1)!])}
        >
          +
        </button>
        <button
          type="button"
          class="button"
          aria-label="Remove the last colour"
          aria-disabled={colours.length <= 2}
          onClick={() => colours.length > 2 && set(colours.slice(0, -1))}
        >
          −
        </button>
      </div>
    </fieldset>
  );
}
