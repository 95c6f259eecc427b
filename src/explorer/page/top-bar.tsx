/** @jsxImportSource preact */
/** The bars at the top: which network, and what to do with it. */
import { visits } from './address.js';
import { Icon, type IconName } from './icons.js';
import { Introduction, NameField } from './name.js';
import { perform } from './perform.js';
import { pressShare } from './press-share.js';
import { screen } from './screen.js';
import { state } from './store.js';

/** The name, the ways to other networks, and what this is. */
export function NetworkBar() {
  const { isAnyBefore, isAnyAfter } = visits.value;
  const { drawer } = state.value.layout;
  return (
    <div class="top-left">
      <div class="bar surface">
        <div class="bar-name">
          <NameField />
        </div>
        <BarButton icon="back" label="Previous network" isOff={!isAnyBefore} act={goBack} />
        <DiceButton />
        <BarButton icon="forward" label="Next network" isOff={!isAnyAfter} act={goForward} />
        <BarButton icon="gallery" label="Gallery" keys="G" isOpen={drawer} act={() => perform('gallery')} />
      </div>
      <Introduction />
    </div>
  );
}

/** Undo, and leaving with something. */
export function ActionBar() {
  const isWide = screen.value === 'wide';
  return (
    <div class="bar surface top-right">
      <UndoButtons />
      <BarButton icon="share" label="Share" hasText={isWide} act={pressShare} />
      <BarButton icon="save" label="Save" keys="S" hasText={isWide} act={() => perform('save')} />
    </div>
  );
}

/** The bar of small windows. The sheet has what this one has no room for. */
export function SmallBar() {
  const isCovered = screen.value === 'tall' && state.value.layout.panel; // by the sheet
  return (
    <div class="top-left">
      <div class="bar surface">
        <div class="bar-name">
          <NameField />
        </div>
        <DiceButton />
        <BarButton icon="share" label="Share" act={pressShare} />
      </div>
      {!isCovered && <Introduction />}
    </div>
  );
}

/** What does not fit into the bar of small windows. */
export function MoreButtons() {
  const { isAnyBefore, isAnyAfter } = visits.value;
  return (
    <div class="more-buttons row">
      <BarButton icon="back" label="Previous network" isOff={!isAnyBefore} act={goBack} />
      <BarButton icon="forward" label="Next network" isOff={!isAnyAfter} act={goForward} />
      <UndoButtons />
      <BarButton icon="gallery" label="Gallery" act={() => perform('gallery')} />
      <BarButton icon="save" label="Save" act={() => perform('save')} />
      <BarButton icon="help" label="Help" act={() => perform('help')} />
    </div>
  );
}

const goBack = () => history.back();
const goForward = () => history.forward();

const DiceButton = () => (
  <BarButton icon="dice" label="Roll the dice: another network" keys="R" act={() => perform('dice')} />
);

function UndoButtons() {
  const { undo, redo } = state.value;
  const hasText = screen.value === 'wide';
  return (
    <>
      <BarButton
        icon="undo"
        label="Undo"
        keys="Ctrl-Z"
        hasText={hasText}
        isOff={undo.length === 0}
        act={() => perform('undo')}
      />
      <BarButton
        icon="redo"
        label="Redo"
        keys="Ctrl-Shift-Z"
        hasText={hasText}
        isOff={redo.length === 0}
        act={() => perform('redo')}
      />
    </>
  );
}

interface BarButtonProps {
  icon: IconName;
  label: string;
  act: () => void;
  /** Its shortcut. */
  keys?: string;
  /** Whether the label is visible. */
  hasText?: boolean;
  /** Whether there is nothing to do. It keeps the focus, so that the keyboard does not lose its place. */
  isOff?: boolean;
  /** Whether what it opens is open. */
  isOpen?: boolean;
}

export function BarButton({ icon, label, act, keys, hasText, isOff, isOpen }: BarButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button bar-button${hasText ? ' has-text' : ''}`}
      title={keys ? `${label} (${keys})` : label}
      aria-label={label}
      aria-disabled={isOff ? 'true' : undefined}
      aria-expanded={isOpen}
      onClick={() => {
        if (!isOff) act();
      }}
    >
      <Icon name={icon} />
      {hasText && <span>{label}</span>}
    </button>
  );
}
