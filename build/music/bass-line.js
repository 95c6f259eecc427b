/** The music of scenes/bass-line.ts: a slow bass line under soft chords. 10 seconds. */
import { echo, hall, highpass, hiss, Loop, lowpass, waves } from './synthesiser.js';

const bass = waves(
  [
    [1, 1, 0.5],
    [2, 0.65, 0.32],
    [3, 0.45, 0.25],
    [4, 0.28, 0.26],
    [5, 0.19, 0.2],
    [6, 0.13, 0.15],
    [8, 0.07, 0.1],
  ],
  { attack: 0.012, release: 0.12 },
);
/** Each pair of partials is slightly out of tune, so that the chord moves. */
const pad = waves(
  [
    [0.9985, 0.5, 0],
    [1.0015, 0.5, 0],
    [1.997, 0.16, 0],
    [2.003, 0.16, 0],
    [3.002, 0.06, 0],
  ],
  { attack: 0.7, release: 0.9 },
);
const pluck = waves(
  [
    [1, 0.6, 0.5],
    [2, 0.22, 0.3],
    [3.01, 0.12, 0.18],
    [5.03, 0.06, 0.08],
  ],
  { attack: 0.003, release: 0.5 },
);

const BASS = `
  A1 -  -  -  -  .  A1 -  -  .  E2 -  .  .  G2 -
  F1 -  -  -  -  .  F1 -  -  .  C2 -  .  .  E2 -
  D2 -  -  -  -  .  D2 -  -  .  A1 -  .  .  C2 -
  E1 -  -  -  -  .  E1 -  -  .  B1 -  .  .  G1 - `;
const PAD = `
  A3+C4+E4+G4 - - - - - - - - - - - - - - -
  A3+C4+E4+F3 - - - - - - - - - - - - - - -
  A3+C4+D4+F4 - - - - - - - - - - - - - - -
  G3+B3+D4+E4 - - - - - - - - - - - - - - - `;
const PLUCK = `
  .  .  E5 .  .  .  B4 .  C5 .  .  .  G4 .  .  .
  .  .  E5 .  .  .  C5 .  A4 .  .  .  .  .  G4 .
  .  .  F5 .  .  .  E5 .  C5 .  .  .  A4 .  .  .
  .  .  D5 .  .  .  B4 .  G4 .  .  .  .  .  D5 . `;
const SHAKER = 'x . x x x . x x x . x x x . x x '.repeat(4);
const RIM = '. . . . x . . . . . . . x . . . '.repeat(4);

export const bassLine = () =>
  new Loop({ bpm: 96, bars: 4 })
    .play(PAD, pad, 0.107, lowpass(2600), highpass(180), hall(0.35))
    .play(PLUCK, pluck, 0.34, highpass(250), echo((3 / 4) * (60 / 96), 0.42), hall(0.25))
    .play(SHAKER, hiss({ decay: 0.022, accents: [1, 0.5, 0.65, 0.5], attack: 0.008 }), 0.32, highpass(5000))
    .play(RIM, hiss({ decay: 0.035 }), 1, lowpass(3500), highpass(900), hall(0.5))
    .play(BASS, bass, 0.5)
    .wav(0.98, 0.95);
