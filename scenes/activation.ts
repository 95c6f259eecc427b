/** tanh turning into relu in all hidden layers at once: whorls become facets.
 *  Run: npm run render activation */
import { sweep, tween } from 'untrained';

export default sweep({
  title: 'A network of 11 layers, its activation turning from tanh to relu',
  figure: '14',
  seconds: 8,
  network: {
    seed: 1,
    layers: 11,
    width: 30,
    weightScale: 0.5,
    activation: {
      from: 'tanh',
      to: 'relu',
      fraction: tween(0, 1, { easing: 'easeInOutSine', during: [0.5, 7] }),
    },
  },
  view: { centre: [1, 0], halfWidth: 2 },
});
