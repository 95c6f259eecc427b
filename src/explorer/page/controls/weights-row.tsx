/** @jsxImportSource preact */
/** Weights from a file of the user's, in place of random ones. */
import { useState } from 'preact/hooks';
import { UsageError } from '../../../core/errors.js';
import type { Parameter } from '../../../core/parameters/parameter.js';
import type { Path } from '../../state/paths.js';
import { dispatch } from '../store.js';
import { setValue, useIsSet } from './current.js';
import { explanation } from './wording.js';

/** The endings that the file dialog offers. What the file holds decides whether it is read. */
const ENDINGS = '.json,.npz,.safetensors,.onnx';

export function WeightsRow({ path, parameter }: { path: Path; parameter: Parameter }) {
  const isSet = useIsSet(path);
  const [isReading, setReading] = useState(false);
  const open = async (file: File) => {
    setReading(true);
    try {
      const { MOST_BYTES, readWeights } = await import('../../../files/weights/read.js');
      if (file.size > MOST_BYTES) {
        throw new UsageError(`${file.name} has ${file.size} bytes, but at most ${MOST_BYTES} are read.`);
      }
      setValue(path, await readWeights(file.name, new Uint8Array(await file.arrayBuffer())));
    } catch (error) {
      const text =
        error instanceof UsageError ? error.message : `${file.name} cannot be read: choose it again.`;
      dispatch({ type: 'message', text });
    } finally {
      setReading(false);
    }
  };
  return (
    <div class="control row">
      <span class="control-label" title={explanation(parameter)}>
        {isSet ? 'Your own weights' : parameter.label}
      </span>
      {isSet && (
        <button type="button" class="button" onClick={() => setValue(path, undefined)}>
          Remove
        </button>
      )}
      <label class="button control-file">
        {isReading ? 'Reading…' : 'From a file'}
        <input
          type="file"
          class="visually-hidden"
          accept={ENDINGS}
          aria-description={explanation(parameter)}
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) void open(file);
            currentTarget.value = '';
          }}
        />
      </label>
    </div>
  );
}
