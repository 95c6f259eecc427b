/** @jsxImportSource preact */
/** A switch with its label. */
import { useId } from 'preact/hooks';

interface SwitchRowProps {
  label: string;
  explanation: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function SwitchRow({ label, explanation, isOn, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div class="control row">
      <label for={id} class="control-label" title={explanation}>
        {label}
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        class="switch"
        aria-description={explanation}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
