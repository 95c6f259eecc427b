/** The networks that the explorer starts with. They were chosen by eye. */
import { circle } from '../../core/sweep/track.js';
import { documentOf, type ExplorerDocument, FILM_SIZE } from './document.js';

/** A network to begin with. */
export interface NamedNetwork {
  name: string;
  document: ExplorerDocument;
}

const glass = { inputs: 4, layers: 20, units: 16, weightScale: 0.95 };
const drift = { seconds: 24, loop: true, slice: circle(0.2), size: FILM_SIZE } as const;

/** Glass, with which the explorer opens, and two others. */
export const networks: readonly [NamedNetwork, ...NamedNetwork[]] = [
  {
    name: 'Glass',
    document: documentOf({
      ...drift,
      network: { seed: 70, ...glass },
      view: { centre: [0.2, 0], halfWidth: 1.2 },
      palette: 'oklch',
    }),
  },
  {
    name: 'Landscape',
    document: documentOf({
      ...drift,
      network: { seed: 89, ...glass },
      view: { centre: [0.2, 0], halfWidth: 1.2 },
      palette: 'oklch',
    }),
  },
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
