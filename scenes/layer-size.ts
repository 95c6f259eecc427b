/** Layers growing from 10 units to 400: from a few bold shapes to exploding static.
 *  Run: npm run render layer-size */
import { sweep, tween } from 'untrained';

export default sweep({
  title: 'A network of 14 layers, their size growing from 10 units to 400',
  figure: '15',
  seconds: 8,
  size: [240, 240],
  network: { seed: 568, layers: 14, units: tween(10, 400, { easing: 'easeInOutSine' }), weightScale: 0.45 },
  view: { centre: [0, 0], halfWidth: 1 },
});
