/** A plane moving along a closed path through the input space of a network with four inputs. A seamless loop.
 *  Run: npm run render cross-section */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A moving slice through a network with four inputs',
  figure: '2',
  seconds: 8,
  loop: true,
  network: { seed: 8, inputs: 4, layers: 14, units: 30, weightScale: 0.65 },
  view: { centre: [0, 0], halfWidth: 2.4 },
  slice: circle(1),
});
