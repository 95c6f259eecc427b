/** Layers growing from 10 units to 400: from a gradient to bold shapes to exploding static. It opens with the shapes of
 *  40 units, and takes them apart.
 *  Run: npm run render layer-size */
import { keyframes, sweep } from 'untrained';

export default sweep({
  title: 'Layers growing from 10 units to 400: from a gradient to static',
  figure: '15',
  seconds: 8,
  size: [240, 240],
  network: {
    seed: 568,
    layers: 14,
    units: keyframes([
      [0.6, 40],
      [1.6, 10, 'easeInOutSine'],
      [7.4, 400, 'easeInCubic'],
    ]),
    weightScale: 0.45,
  },
  view: { centre: [0, 0], halfWidth: 1 },
  levels: [0.35, 0.65], // with 10 units, all values are about 0.5
});
