/** A thirtyfold zoom into the static of 400 units per layer, which proves to be a smooth function.
 *  Run: npm run render layer-size-zoom */
import { sweep, zoom } from 'untrained';

export default sweep({
  title: 'Zoom in thirtyfold, and the static of 400 units is smooth',
  figure: '16',
  seconds: 15, // faster, the static would flash
  fps: 20,
  size: [160, 160],
  network: { seed: 568, layers: 14, units: 400, weightScale: 0.45 },
  view: { centre: [0, 0], halfWidth: zoom(1, 1 / 30, { easing: 'easeInOutSine', during: [0.4, 14.4] }) },
});
