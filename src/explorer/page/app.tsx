/** @jsxImportSource preact */
/** The page: the canvas, and above it either bars and panels or, in small windows, a bar and a sheet. */
import { useEffect, useRef } from 'preact/hooks';
import { hasSheet } from '../state/screen.js';
import { isBare } from './address.js';
import { BigSlider } from './big-slider.js';
import { isFaded, watchFading } from './fading.js';
import { Icon } from './icons.js';
import { watchKeyboard } from './keyboard.js';
import { lazily } from './lazily.js';
import { Messages } from './messages.js';
import { Panel } from './panel.js';
import { perform } from './perform.js';
import { Regime } from './regime.js';
import { screen, watchScreen } from './screen.js';
import { Sheet } from './sheet.js';
import { isCovered, Stage } from './stage.js';
import { dispatch, state } from './store.js';
import { TimelineSlot } from './timeline-slot.js';
import { ActionBar, BarButton, NetworkBar, SmallBar } from './top-bar.js';
import { ViewLabel } from './view-label.js';

const Drawer = lazily(() => import('./drawer.js').then(({ Drawer }) => Drawer));
const BreedGrid = lazily(() => import('./breed.js').then(({ BreedGrid }) => BreedGrid));
const DropTarget = lazily(() => import('./drop.js').then(({ DropTarget }) => DropTarget));
const DIALOGS = {
  share: lazily(() => import('./share.js').then(({ ShareDialog }) => ShareDialog)),
  save: lazily(() => import('./save.js').then(({ SaveDialog }) => SaveDialog)),
  help: lazily(() => import('./help.js').then(({ Help }) => Help)),
};

export function App() {
  useEffect(() => watchKeyboard(document.querySelector<HTMLElement>('.stage')!), []);
  return (
    <>
      <Stage />
      {!isBare && <Controls />}
    </>
  );
}

/** Everything but the picture. */
function Controls() {
  const root = useRef<HTMLDivElement>(null);
  const { layout } = state.value;
  const isSmall = hasSheet(screen.value);
  useEffect(() => {
    const stops = [watchScreen(), watchFading(root.current!, '.big')];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const Dialog = layout.dialog && DIALOGS[layout.dialog];
  return (
    <>
      {isCovered.value && (
        <div class="cover">
          <BreedGrid />
        </div>
      )}
      <div ref={root} class="page" data-screen={screen.value} data-faded={isFaded.value}>
        {layout.hidden ? <ShowButton /> : isSmall ? <SmallPage /> : <LargePage />}
      </div>
      {Dialog && <Dialog />}
      <DropTarget />
    </>
  );
}

/** Bars above and below, the drawer on the left and the panel on the right: none covers another. */
function LargePage() {
  const { drawer } = state.value.layout;
  return (
    <>
      <div class="upper">
        <div class="side fades">
          <NetworkBar />
          {drawer && <GalleryDrawer />}
        </div>
        <div class="side fades">
          <ActionBar />
          <Panel />
        </div>
      </div>
      <Messages />
      {!isCovered.value && <TimelineSlot />}
      <div class="bottom">
        <div class="place surface row fades">
          <BarButton icon="help" label="Help" keys="?" act={() => perform('help')} />
          <div class="place-texts">
            <ViewLabel />
            <Regime />
          </div>
        </div>
        <div class="big surface">
          <BigSlider />
        </div>
      </div>
    </>
  );
}

function SmallPage() {
  const { drawer } = state.value.layout;
  return (
    <>
      <header class="top fades">
        <SmallBar />
        <Messages />
      </header>
      <Sheet />
      {drawer && <GalleryDrawer />}
    </>
  );
}

function GalleryDrawer() {
  return (
    <div class="drawer-slot surface fades">
      <button
        type="button"
        class="icon-button drawer-close"
        aria-label="Close the gallery"
        onClick={() => dispatch({ type: 'layout', change: { drawer: false } })}
      >
        <Icon name="close" />
      </button>
      <Drawer />
    </div>
  );
}

/** All that is left when the controls are hidden. */
function ShowButton() {
  return (
    <button
      type="button"
      class="button surface show-button fades"
      onClick={() => dispatch({ type: 'layout', change: { hidden: false } })}
    >
      Show the controls
    </button>
  );
}
