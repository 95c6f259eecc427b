/** tanh blends into relu in all hidden layers at once: curves become a patchwork of straight gradients. The weights
 *  shrink a little meanwhile, since relu does not limit sums as tanh does.
 *  Run: npm run render activation */
import { sweep, tween } from 'untrained';

const during: [number, number] = [0.5, 7];

export default sweep({
  title: 'A network of 11 layers, its activation turning from tanh to relu',
  figure: '14',
  seconds: 8,
  network: {
    seed: 3,
    layers: 11,
    units: 30,
    weightScale: tween(0.6, 0.5, { easing: 'easeInOutSine', during }),
    biasScale: 0.1,
    firstLayerBias: true,
    activation: { from: 'tanh', to: 'relu', fraction: tween(0, 1, { easing: 'easeInOutSine', during }) },
  },
  view: { centre: [0, 0], halfWidth: 2 },
});
