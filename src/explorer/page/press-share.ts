/** The button Share. Its module is loaded before it is pressed: browsers only share while they handle a press. */
import { planeStatus } from './current-plane.js';
import { dispatch } from './store.js';

let sharing: typeof import('./sharing.js') | undefined;

/** Loads what Share needs, once the first picture is there and the page is idle, and keeps it ready. */
export function prepareSharing(): void {
  let begun = false;
  const stop = planeStatus.subscribe((status) => {
    if (begun || !status?.shown) return;
    begun = true;
    queueMicrotask(() => stop()); // the first call comes before subscribe() returns
    loadWhenIdle();
  });
}

function loadWhenIdle(): void {
  const load = () =>
    void import('./sharing.js').then((loaded) => {
      sharing = loaded;
      loaded.keepReady();
    });
  if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: 5000 });
  else setTimeout(load, 2000); // Safari
}

/** Opens the system's share sheet on phones, and the page's dialog elsewhere. Call it while a press is handled. */
export function pressShare(): void {
  if (sharing?.sharesAtOnce()) void sharing.shareNow();
  else dispatch({ type: 'layout', change: { dialog: 'share' } });
}
