/** Layers growing from 10 units to 400, in the steps of figure 15: from a gradient to bold shapes to static. It opens
 *  with the shapes of 80 units. Growing unit by unit, the static would flash.
 *  Run: npm run render layer-size */
import { steps, sweep } from 'untrained';

export default sweep({
  title: 'Layers growing from 10 units to 400: from a gradient to static',
  figure: '15',
  seconds: 8.4,
  size: [240, 240],
  network: {
    seed: 568,
    layers: 14,
    units: steps([80, 10, 20, 40, 80, 120, 400], { each: 1.2 }),
    weightScale: 0.45,
  },
  view: { centre: [0, 0], halfWidth: 1 },
  levels: [0.35, 0.65], // with 10 units, all values are about 0.5
});
