/** One network filling the frame, like the picture that opens the article. It drifts slowly, in a seamless loop.
 *  Run: npm run render opening
 *  A wallpaper: npm run still opening -- --size 3840x2160 --out wallpaper.png */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A random neural network',
  figure: '1',
  seconds: 16,
  loop: true,
  size: [960, 540],
  supersample: 2, // its edges are sharper than pixels
  // Few units and large weights give bold shapes with glassy edges. Two inputs beyond x and y let it drift.
  network: { seed: 72, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
  view: { centre: [0.2, 0], halfWidth: 1.2 },
  slice: circle(-0.3), // begins at [-0.3, 0], where the picture has the most contrast
});
