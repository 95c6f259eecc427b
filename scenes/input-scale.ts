/** A zoom into a network: from far away, where it looks like a star, until it is a gradient.
 *  Run: npm run render input-scale */
import { sweep, zoom } from 'untrained';

export default sweep({
  title: 'A network from [-40, 40]² inward to a half-width of 0.1',
  figure: '18',
  seconds: 12,
  network: { seed: 18, layers: 27, units: 30, weightScale: 0.6 },
  view: { centre: [0, 0], halfWidth: zoom(40, 0.1, { easing: 'easeInOutSine' }) },
});
