/** One network growing from a single layer to forty, each layer fading in after the previous one.
 *  Run: npm run render depth */
import { sweep, tween } from 'untrained';

export default sweep({
  title: 'One network growing from 1 layer to 40',
  figure: '10 to 12',
  seconds: 16,
  brightness: 'steady',
  network: {
    seed: 16,
    layers: tween(1, 40, { easing: 'easeInOutSine', during: [0, 15] }),
    units: 30,
    weightScale: 0.62,
  },
  view: { centre: [1, 0], halfWidth: 3 },
});
