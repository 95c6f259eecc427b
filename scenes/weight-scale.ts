/** The same 27-layer network while its weights grow: from a smooth wash to a riot of detail.
 *  Run: npm run render weight-scale */
import { sweep, tween } from 'untrained';

export default sweep({
  title: 'One network of 27 layers of 30 units, its weight scale growing from 0.4 to 0.8',
  figure: '20',
  seconds: 6,
  network: {
    seed: 18,
    layers: 27,
    units: 30,
    weightScale: tween(0.4, 0.8, { easing: 'easeInOutSine', during: [0, 5.4] }),
  },
  view: { centre: [1, 0], halfWidth: 2.6 },
});
