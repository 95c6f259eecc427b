/** @jsxImportSource preact */
/** A text field with its label. Enter, or leaving the field, accepts what was typed. */
import { useId, useState } from 'preact/hooks';

interface TextRowProps {
  label: string;
  explanation: string;
  /** The accepted text. */
  value: string;
  placeholder?: string;
  maxLength?: number;
  /** Accepts a text. @returns Why it cannot be accepted. */
  onAccept: (text: string) => string | undefined;
}

export function TextRow({ label, explanation, value, placeholder, maxLength, onAccept }: TextRowProps) {
  const id = useId();
  const [draft, setDraft] = useState<string | undefined>();
  const [isInvalid, setInvalid] = useState(false);
  const accept = () => {
    if (draft === undefined) return;
    const problem = onAccept(draft.trim());
    setInvalid(problem !== undefined);
    if (problem === undefined) setDraft(undefined);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter') accept();
    if (event.key !== 'Escape' || draft === undefined) return;
    event.stopPropagation();
    setDraft(undefined);
    setInvalid(false);
  };
  return (
    <div class="control row">
      <label for={id} class="control-label" title={explanation}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        class="field control-text"
        autocomplete="off"
        spellcheck={false}
        aria-description={explanation}
        aria-invalid={isInvalid}
        placeholder={placeholder}
        maxLength={maxLength}
        value={draft ?? value}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={pressed}
        onBlur={accept}
      />
    </div>
  );
}
