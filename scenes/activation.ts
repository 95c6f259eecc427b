/** tanh blends into ReLU in all hidden layers at once: curves become a patchwork of straight gradients. The weights
 *  shrink a little meanwhile, since ReLU does not limit sums as tanh does. Few units make large facets.
 *  Run: npm run render activation */
import { sweep, tween } from 'untrained';

const during: [number, number] = [0.5, 7];

export default sweep({
  title: 'tanh turns into ReLU: curves become facets',
  figure: '14',
  seconds: 8,
  network: {
    seed: 105,
    layers: 11,
    units: 16,
    weightScale: tween(0.8, 0.75, { easing: 'easeInOutSine', during }),
    biasScale: 0.4,
    firstLayerBias: true,
    activation: { from: 'tanh', to: 'relu', fraction: tween(0, 1, { easing: 'easeInOutSine', during }) },
  },
  view: { centre: [0, 0], halfWidth: 2 },
});
