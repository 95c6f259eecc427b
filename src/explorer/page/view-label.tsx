/** @jsxImportSource preact */
/** What part of the plane is visible, as text to copy or to type; and what the plane is doing. */
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { readView, viewText } from '../state/view-text.js';
import { planeStatus } from './current-plane.js';
import { picture } from './picture.js';
import { dispatch } from './store.js';

/** Why zooming does not go further. */
const LIMITS = {
  smooth: 'Zooming ends here: there is no finer detail.',
  grainy: 'Zooming ends here: this is the limit of float32 precision.',
} as const;

export function ViewLabel() {
  const isTyping = useSignal(false);
  const text = useComputed(() => viewText(picture.value.view)).value;
  const isDrawing = useComputed(() => planeStatus.value?.drawing === true).value;
  const limit = useComputed(() => planeStatus.value?.limit).value;
  return (
    <div class="view-label">
      <span
        class={isDrawing ? 'view-label-dot is-drawing' : 'view-label-dot'}
        title={isDrawing ? 'The picture is becoming sharper' : 'The picture is as sharp as it gets'}
      />
      {isTyping.value ? (
        <ViewField
          text={text}
          onEnd={() => {
            isTyping.value = false;
          }}
        />
      ) : (
        <button
          type="button"
          class="view-label-text"
          title="Copy the view, or type another one"
          onClick={() => {
            isTyping.value = true;
          }}
        >
          {text}
        </button>
      )}
      {limit && (
        <p class="view-label-limit" role="status">
          {LIMITS[limit]}
        </p>
      )}
    </div>
  );
}

/** All of the text is selected, so that it can be copied at once. */
function ViewField({ text, onEnd }: { text: string; onEnd: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const first = useRef(text);
  useEffect(() => {
    field.current!.focus();
    field.current!.select();
  }, []);
  const accept = (typed: string) => {
    if (typed === first.current) return onEnd();
    const view = readView(typed);
    if (typeof view === 'string') return dispatch({ type: 'message', text: view });
    dispatch({ type: 'look', view });
    onEnd();
  };
  return (
    <input
      ref={field}
      class="field view-label-field"
      aria-label="View: x, y and half-width"
      autocomplete="off"
      spellcheck={false}
      defaultValue={first.current}
      onKeyDown={(event) => {
        if (event.key === 'Enter') accept(event.currentTarget.value);
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onEnd();
      }}
      onBlur={onEnd}
    />
  );
}
