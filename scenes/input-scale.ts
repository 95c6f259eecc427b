/** A zoom into a network: from far away, where it looks like a star, until it is a gradient. It zooms in on a place
 *  where the gradient is colourful.
 *  Run: npm run render input-scale */
import { sweep, zoom } from 'untrained';

export default sweep({
  title: 'Input scale: a star from afar, a gradient up close',
  figure: '18',
  seconds: 10,
  supersample: 2, // from afar, its rays are thinner than pixels
  pace: 'even',
  network: { seed: 18, layers: 27, units: 30, weightScale: 0.6 },
  view: { centre: [-0.52, 1.34], halfWidth: zoom(40, 0.1) },
});
