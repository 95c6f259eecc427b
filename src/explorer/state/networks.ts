/** The networks that the explorer starts with. They were chosen by eye. Glass and Nacre are also scenes. */
import { circle } from '../../core/sweep/track.js';
import { documentOf, type ExplorerDocument, FILM_SIZE } from './document.js';

/** A network to begin with. */
export interface NamedNetwork {
  name: string;
  document: ExplorerDocument;
}

/** Networks are seen by a plane that drifts through their other two inputs. */
const drift = { seconds: 24, loop: true, size: FILM_SIZE, palette: 'oklch' as const };

/** A network of Glass's shape. */
function likeGlass(seed: number): ExplorerDocument {
  return documentOf({
    ...drift,
    network: { seed, inputs: 4, layers: 20, units: 16, weightScale: 0.95 },
    view: { centre: [0.2, 0], halfWidth: 1.2 },
    slice: circle(0.2),
  });
}

/** Glass, with which the explorer opens, and two others. */
export const networks: readonly [NamedNetwork, ...NamedNetwork[]] = [
  { name: 'Glass', document: likeGlass(70) },
  { name: 'Landscape', document: likeGlass(89) },
  {
    name: 'Nacre',
    document: documentOf({
      ...drift,
      network: { seed: 65, inputs: 4, layers: 27, units: 30, weightScale: 0.62 },
      view: { centre: [1, 0], halfWidth: 2.6 },
      slice: circle(0.4),
    }),
  },
];
