/** One network whose outputs are lightness, chroma and hue instead of red, green and blue. A seamless loop.
 *  Run: npm run render oklch
 *  In other colours: npm run render oklch -- --palette magma --out magma.mp4 */
import { circle, sweep } from 'untrained';

export default sweep({
  title: 'A network that paints in lightness, chroma and hue',
  seconds: 12,
  loop: true,
  palette: 'oklch',
  network: { seed: 21, inputs: 4, layers: 16, units: 24, weightScale: 0.7 },
  view: { centre: [0, 0], halfWidth: 2.4 },
  slice: circle(-0.6), // begins at [-0.6, 0], where the picture has the most contrast
});
