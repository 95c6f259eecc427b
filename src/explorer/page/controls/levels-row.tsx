/** @jsxImportSource preact */
/** The levels: two numbers, and a button that fits them to the picture, or to all pictures of a film together. */
import { useState } from 'preact/hooks';
import { UsageError } from '../../../core/errors.js';
import type { Parameter } from '../../../core/parameters/parameter.js';
import { measureLevels, picturesOf } from '../../../core/sweep/levels.js';
import { evaluateValues } from '../../../renderers/cpu/planes.js';
import type { Path } from '../../state/paths.js';
import { dispatch, state } from '../store.js';
import { setValue, useIsSet } from './current.js';
import { PointRow } from './point-row.js';

export function LevelsRow({ path, parameter }: { path: Path; parameter: Parameter }) {
  const isSet = useIsSet(path);
  const [isFitting, setFitting] = useState(false);
  const measure = async () => {
    const { document } = state.peek();
    setFitting(true);
    try {
      const levels = await measureLevels(picturesOf(document.sweep), evaluateValues);
      if (state.peek().document === document) setValue(path, levels); // else the user has gone on
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      dispatch({ type: 'message', text: error.message });
    } finally {
      setFitting(false);
    }
  };
  return (
    <PointRow path={path} parameter={parameter} names={['low', 'high']}>
      <button
        type="button"
        class="button"
        title="Fit the levels to the picture"
        onClick={() => void measure()}
      >
        {isFitting ? 'Fitting…' : 'Fit'}
      </button>
      {isSet && (
        <button type="button" class="button" onClick={() => setValue(path, undefined)}>
          Reset
        </button>
      )}
    </PointRow>
  );
}
