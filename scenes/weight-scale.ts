/** The same 27-layer network while its weights grow: from a smooth wash to a riot of detail. It opens with its best
 *  moment, and rests there again before the noise.
 *  Run: npm run render weight-scale */
import { keyframes, sweep } from 'untrained';

export default sweep({
  title: 'Weights growing from 0.4 to 0.8: from blur to noise',
  figure: '20',
  seconds: 7.5,
  size: [320, 320],
  supersample: 2, // large weights make details smaller than pixels
  pace: 'between-pauses',
  network: {
    seed: 18,
    layers: 27,
    units: 30,
    weightScale: keyframes([
      [0.6, 0.62],
      [1.1, 0.4],
      [1.3, 0.4],
      [4.1, 0.62],
      [5.1, 0.62],
      [7.2, 0.8],
    ]),
  },
  view: { centre: [1, 0], halfWidth: 2.6 },
});
