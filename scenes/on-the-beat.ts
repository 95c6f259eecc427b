/** A network that turns into another one on every beat. A seamless loop, like its music, which the build makes
 *  (build/music). The networks were chosen by eye. They are about equally bright, and fade quickly: slow fades flash.
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
      seeds: [101, 167, 120, 36, 42, 90, 182, 70],
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
