/** @jsxImportSource preact */
/** A choice among thumbnails: each shows the network of the page as it would be. */
import { useId } from 'preact/hooks';
import { UsageError } from '../../../core/errors.js';
import { evaluate } from '../../../renderers/cpu/planes.js';
import { type Picture, pictureAt } from '../../state/document.js';
import type { Path } from '../../state/paths.js';
import { state } from '../store.js';
import { documentWith, shownDocument } from './current.js';
import { Thumbnail } from './thumbnail.js';

interface ThumbnailChoiceProps {
  label: string;
  explanation: string;
  path: Path;
  choices: readonly string[];
  /** The choice that is set, if it is one of them. */
  value: string | undefined;
  /** The value that stands for a choice, now. */
  valueFor: (choice: string) => unknown;
  onChange: (choice: string) => void;
}

export function ThumbnailChoice(props: ThumbnailChoiceProps) {
  const { label, explanation, path, choices, value, valueFor, onChange } = props;
  const name = useId();
  return (
    <fieldset class="control">
      <legend class="control-label" title={explanation}>
        {label}
      </legend>
      <div class="thumbnail-grid">
        {choices.map((choice) => (
          <label key={choice} class="thumbnail-choice">
            <input
              type="radio"
              class="visually-hidden"
              name={name}
              checked={choice === value}
              onChange={() => onChange(choice)}
            />
            <Thumbnail picture={() => pictureWith(path, valueFor(choice))} version={shownDocument.value} />
            <span class="thumbnail-name">{choice}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What the page would show with another value; undefined if it is not valid. */
function pictureWith(path: Path, value: unknown): Picture | undefined {
  try {
    const document = documentWith(path, value);
    const { time } = state.peek();
    return pictureAt({ ...document, sweep: { ...document.sweep, pace: 'tracks' } }, time, evaluate);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
