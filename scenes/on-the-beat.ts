/** A network that turns into another one on every beat. A seamless loop, like its music (build/music).
 *  The seeds are in this order because brightness then changes least in the fades; slow fades would flash.
 *  Run: npm run render on-the-beat */
import { beats, circle, sweep } from 'untrained';

export default sweep({
  title: 'Another network on every beat',
  seconds: 8,
  loop: true,
  size: [960, 540],
  supersample: 2, // their edges are sharper than pixels
  palette: 'oklch',
  network: {
    seed: beats('../dist/music/on-the-beat.wav', {
      seeds: [101, 42, 90, 167, 182, 70, 36, 120],
      fade: 0.1,
    }),
    inputs: 4,
    layers: 20,
    units: 16,
    weightScale: 0.95,
  },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2),
});
