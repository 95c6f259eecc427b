/** The networks that the explorer starts with. They were chosen by eye. */
import { circle } from '../../core/sweep/track.js';
import { documentOf, type ExplorerDocument, FILM_SIZE } from './document.js';

/** A network to begin with. */
export interface NamedNetwork {
  name: string;
  document: ExplorerDocument;
}

/** A network of Glass's shape, seen by a plane that drifts through its other two inputs. */
function drifting(seed: number): ExplorerDocument {
  return documentOf({
    seconds: 24,
    loop: true,
    size: FILM_SIZE,
    network: { seed, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
    view: { centre: [0.2, 0], halfWidth: 1.2 },
    slice: circle(0.2),
    palette: 'oklch',
  });
}

/** Glass, with which the explorer opens, and two others. */
export const networks: readonly [NamedNetwork, ...NamedNetwork[]] = [
  { name: 'Glass', document: drifting(70) },
  { name: 'Landscape', document: drifting(89) },
  {
    name: 'Nacre',
    document: documentOf({
      seconds: 8,
      size: FILM_SIZE,
      network: { seed: 65, layers: 27, units: 30, weightScale: 0.62 },
      view: { centre: [1, 0], halfWidth: 2.6 },
      palette: 'oklch',
    }),
  },
];
