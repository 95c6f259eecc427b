/** A drifting network that shimmers like mother-of-pearl. A seamless loop.
 *  Run: npm run render nacre */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A drifting network like mother-of-pearl',
  seconds: 24,
  loop: true,
  size: [960, 540],
  supersample: 2, // its edges are sharper than pixels
  palette: 'oklch',
  network: { seed: 65, inputs: 4, layers: 27, units: 30, weightScale: 0.62 },
  view: { centre: [1, 0], halfWidth: 2.6 },
  slice: circle(0.4),
});
