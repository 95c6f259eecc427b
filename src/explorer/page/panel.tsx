/** @jsxImportSource preact */
/** The panel: its tabs, of which one is open. */
import { useId, useRef } from 'preact/hooks';
import { type Tab, tabs } from '../state/state.js';
import { ColourTab } from './colour-tab.js';
import { Icon } from './icons.js';
import { lazily } from './lazily.js';
import { NetworkTab } from './network-tab.js';
import { openTab } from './perform.js';
import { dispatch, state } from './store.js';

const CONTENTS = {
  network: NetworkTab,
  colour: ColourTab,
  breed: lazily(() => import('./breed.js').then(({ Breed }) => Breed)),
  inside: lazily(() => import('./inside.js').then(({ Inside }) => Inside)),
};
const LABELS: Record<Tab, string> = {
  network: 'Network',
  colour: 'Colour',
  breed: 'Breed',
  inside: 'Inside',
};

/** The panel on the right, or the button that opens it. */
export function Panel() {
  const { panel } = state.value.layout;
  const toggle = (
    <button
      type="button"
      class={`icon-button panel-toggle${panel ? '' : ' surface'}`}
      aria-label={panel ? 'Close the panel' : 'Open the panel'}
      title={panel ? 'Close the panel' : 'Open the panel'}
      aria-expanded={panel}
      onClick={() => dispatch({ type: 'layout', change: { panel: !panel } })}
    >
      <Icon name={panel ? 'close' : 'controls'} />
    </button>
  );
  // The toggle is the first child in both cases, so that it keeps the focus.
  return (
    <section class={panel ? 'panel surface' : 'panel-closed'} aria-label="Controls">
      {toggle}
      {panel && <Tabs />}
    </section>
  );
}

/** The tabs and the content of the one that is selected: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ */
export function Tabs() {
  const { tab } = state.value.layout;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const select = openTab;
  const move = (event: KeyboardEvent) => {
    const at = tabs.indexOf(tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at(to % tabs.length)!;
    select(next);
    list.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  };
  const Content = CONTENTS[tab];
  return (
    <>
      <div ref={list} class="tabs" role="tablist" aria-label="Controls" onKeyDown={move}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-${name}`}
            data-tab={name}
            aria-selected={name === tab}
            aria-controls={`${id}-panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => select(name)}
          >
            {LABELS[name]}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        <Content key={tab} />
      </div>
    </>
  );
}
