/** @jsxImportSource preact */
/** The page's icons: lines on a square of 24 units. They are decoration; the buttons they are in have names. */

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  undo: 'M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  redo: 'M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3',
  share: 'M12 15V3m0 0L8 7m4-4l4 4M6 11H5v10h14V11h-1',
  save: 'M12 3v12m0 0l-4-4m4 4l4-4M4 17v4h16v-4',
  gallery: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  controls: 'M4 7h9m6 0h1M4 17h1m6 0h9M16 4.5v5M8 14.5v5',
  close: 'M6 6l12 12M18 6L6 18',
  help: 'M9 9a3 3 0 1 1 4.5 2.6c-.9.5-1.5 1.2-1.5 2.4m0 3.5v.1',
  play: 'M8 5v14l11-7z',
  pause: 'M8 5v14M16 5v14',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  keyframe: 'M12 5l7 7-7 7-7-7z',
  lock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11',
  unlock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.6-1.6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  fullScreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  home: 'M4 11l8-7 8 7M6.5 9v11h11V9',
  reset: 'M4 5v5h5M4.6 10A8 8 0 1 1 4 13',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11',
  muted: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  more: 'M5 12h.1M12 12h.1M19 12h.1',
} as const;

/** The names of icons. */
export type IconName = keyof typeof PATHS | 'dice';

/** An icon in the colour of the text around it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {name === 'dice' ? <Dice /> : <path d={PATHS[name]} fill={name === 'play' ? 'currentColor' : 'none'} />}
    </svg>
  );
}

/** A die that shows five. */
function Dice() {
  const dots = [
    [8.5, 8.5],
    [15.5, 8.5],
    [12, 12],
    [8.5, 15.5],
    [15.5, 15.5],
  ];
  return (
    <>
      <rect x="4" y="4" width="16" height="16" rx="3.5" />
      {dots.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r="1.1" fill="currentColor" stroke="none" />
      ))}
    </>
  );
}
