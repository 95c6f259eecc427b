/** A drifting network whose shapes have edges like cut glass: bold colours, since it has few units and large weights.
 *  A seamless loop, and the network with which the explorer opens.
 *  Run: npm run render glass */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A drifting network like glass',
  seconds: 24,
  loop: true,
  size: [960, 540],
  supersample: 2, // its edges are sharper than pixels
  palette: 'oklch',
  network: { seed: 70, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(0.2),
});
