/** A network that pulses with a bass line. A seamless loop, like its music (build/music).
 *  Run: npm run render bass-line */
import { circle, listen, sweep } from 'untrained';

export default sweep({
  title: 'A network that pulses with a bass line',
  seconds: 10,
  loop: true,
  size: [960, 540],
  supersample: 2, // its edges are sharper than pixels
  palette: 'oklch',
  network: {
    seed: 167,
    inputs: 4,
    layers: 20,
    units: 16,
    // Every note unfolds the picture.
    weightScale: listen('../dist/music/bass-line.wav', { band: 'bass', from: 0.7, to: 1.02, smooth: 0.3 }),
  },
  view: { centre: [0.15, 0], halfWidth: 1.25 },
  slice: circle(0.2),
});
