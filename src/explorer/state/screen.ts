/** How the page is arranged in a window. */

/**
 * - `tall`: a narrow window, as on a phone: a bar above, and a sheet below.
 * - `low`: a low window, as on a phone held sideways: the bar on the left, and the sheet on the right.
 * - `medium`: everything, but buttons without text, and the panel closed at first.
 * - `wide`: everything, and the panel open at first.
 */
export type Screen = 'tall' | 'low' | 'medium' | 'wide';

/** Narrower windows get a sheet instead of panels. In pixels at the usual text size, like all lengths here. */
const PANELS_FROM = 700;
/** Narrower windows get buttons without text. */
const LABELS_FROM = 900;
/** Lower windows have no room between the bars for a panel. */
const PANELS_FROM_HEIGHT = 480;
/** The pixels of 1rem at the usual text size. */
const USUAL_REM = 16;

/**
 * @param width - Of the window, in pixels, like all lengths here.
 * @param rem - The size of the page's text, in pixels: twice as large text needs twice as large a window.
 */
export function screenOf(width: number, height: number, rem = USUAL_REM): Screen {
  const [across, down] = [(width * USUAL_REM) / rem, (height * USUAL_REM) / rem];
  if (down < PANELS_FROM_HEIGHT && across > down) return 'low';
  if (across < PANELS_FROM) return 'tall';
  return across < LABELS_FROM ? 'medium' : 'wide';
}

/** Whether there is a sheet instead of panels. */
export const hasSheet = (screen: Screen): boolean => screen === 'tall' || screen === 'low';
