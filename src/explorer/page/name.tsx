/** @jsxImportSource preact */
/** The name of the network: a number or a text. Each keystroke draws another network. */
import { useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { networks } from '../state/networks.js';
import { LONGEST_SEED, seedOf, seedText } from '../state/seeds.js';
import { withSeed } from '../state/settings.js';
import { shownDocument, useGesture, useValue } from './controls/current.js';
import { attempt, dispatch, state } from './store.js';

const SEED = ['network', 'seed'];

export function NameField() {
  const seed = useValue(SEED);
  const isDrawn = useComputed(() => shownDocument.value.sweep.network.weights === undefined).value;
  const draft = useSignal<string | undefined>(undefined);
  const gesture = useGesture();
  const hasChanged = useRef(false);
  const type = (text: string) => {
    draft.value = text;
    const next = seedOf(text);
    if (next === undefined) return; // the network of the last letter stays
    hasChanged.current = true;
    attempt(() => withSeed(state.peek().document, next, networks[0].document), gesture.hold());
  };
  /** A finished name is a network that Back returns to. */
  const finish = () => {
    gesture.release();
    draft.value = undefined;
    if (hasChanged.current) dispatch({ type: 'visit' });
    hasChanged.current = false;
  };
  return (
    <div class="name">
      <input
        type="text"
        class="field name-field"
        aria-label="Name of the network"
        aria-description="A number or a word. Each keystroke draws another network."
        placeholder="name or number"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={LONGEST_SEED}
        value={draft.value ?? (isDrawn ? seedText(seed) : '')}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && finish()}
        onBlur={finish}
      />
    </div>
  );
}

/** What the page is, until the user has changed anything. */
export function Introduction() {
  const isNew = useComputed(() => state.value.undo.length === 0 && state.value.visits === 0).value;
  const wasUsed = useRef(false);
  wasUsed.current ||= !isNew;
  if (wasUsed.current) return null;
  return <p class="introduction surface">A neural network nobody trained. Drag it, or type a name.</p>;
}
