/** A walk between four networks, in a seamless loop: each melts into the next, and the last into the first. They were
 *  chosen by eye among the best of 240 (untrained sheet --best), and drift a little while they are held.
 *  Run: npm run render walk */
import { circle, sweep, walk } from 'untrained';

export default sweep({
  title: 'A walk between four networks',
  seconds: 16,
  loop: true,
  pace: 'between-pauses', // the pictures between two networks change fastest half-way
  size: [960, 540],
  supersample: 2, // their edges are sharper than pixels
  network: {
    seed: walk([36, 167, 15, 182], { hold: 0.12 }),
    inputs: 4,
    layers: 20,
    units: 16,
    weightScale: 0.95,
  },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2),
});
