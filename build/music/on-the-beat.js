/** The music of scenes/on-the-beat.ts: a bass drum on every beat, and chords between them. 8 seconds. */
import { echo, hall, highpass, hiss, kick, Loop, lowpass, waves } from './synthesiser.js';

const bass = waves(
  [
    [1, 1, 0.5],
    [2, 0.5, 0.2],
    [3, 0.3, 0.12],
    [4, 0.15, 0.08],
  ],
  { attack: 0.006, release: 0.05 },
);
const stab = waves(
  [
    [0.9982, 0.4, 0.35],
    [1.0018, 0.4, 0.35],
    [2.002, 0.22, 0.22],
    [3.001, 0.14, 0.14],
    [4.004, 0.08, 0.1],
    [5.006, 0.05, 0.08],
  ],
  { attack: 0.006, release: 0.25 },
);
const bell = waves(
  [
    [1, 0.5, 0.6],
    [2.01, 0.2, 0.35],
    [3.98, 0.1, 0.2],
    [6.2, 0.04, 0.09],
  ],
  { attack: 0.002, release: 0.6 },
);

const KICK = 'x . . . x . . . x . . . x . . . '.repeat(4);
const CLAP = '. . . . x . . . . . . . x . . . '.repeat(4);
const HAT = '. . x . . . x . . . x . . . x . '.repeat(4);
const SHAKER = 'x x . x x x . x x x . x x x . x '.repeat(4);
const BASS = `
  .  .  D2 .  .  .  D2 .  .  .  D2 -  .  A1 C2 -
  .  .  Bb1 . .  .  Bb1 . .  .  Bb1 - .  F2 D2 -
  .  .  F2 .  .  .  F2 .  .  .  F2 -  .  C2 A1 -
  .  .  C2 .  .  .  C2 .  .  .  C2 -  .  E2 C2 - `;
const STAB = `
  .  .  .  D4+F4+A4+C5 -  .  .  .  .  .  D4+F4+A4+C5 -  .  .  .  .
  .  .  .  D4+F4+Bb3+A4 -  .  .  .  .  .  D4+F4+Bb3+A4 -  .  .  .  .
  .  .  .  C4+E4+F4+A4 -  .  .  .  .  .  C4+E4+F4+A4 -  .  .  .  .
  .  .  .  C4+E4+G4+A4 -  .  .  .  .  .  C4+E4+G4+D5 -  .  .  .  . `;
const BELL = `
  A5 .  .  F5 .  .  C5 .  .  .  .  .  D5 .  .  .
  .  .  .  F5 .  .  D5 .  .  .  .  .  C5 .  .  .
  A5 .  .  G5 .  .  E5 .  .  .  .  .  F5 .  .  .
  .  .  .  G5 .  .  E5 .  .  .  .  .  D5 .  E5 . `;

export const onTheBeat = () =>
  new Loop({ bpm: 120, bars: 4 })
    .play(STAB, stab, 0.25, highpass(220), lowpass(3800), echo(0.375, 0.35), hall(0.4))
    .play(BELL, bell, 0.27, highpass(400), echo(0.375, 0.45), hall(0.35))
    .play(BASS, bass, 0.42)
    .duck(KICK, 0.6, 0.11)
    .play(SHAKER, hiss({ decay: 0.016, accents: [0.8, 0.5, 0.7, 0.6], attack: 0.004 }), 0.3, highpass(6000))
    .play(HAT, hiss({ decay: 0.05 }), 0.38, highpass(7000))
    .play(CLAP, hiss({ decay: 0.055, attack: 0.002 }), 1.35, lowpass(4500), highpass(700), hall(0.5))
    .play(KICK, kick(), 0.68)
    .wav(0.9, 0.95);
