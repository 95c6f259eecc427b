/** The article's sweeps, applied to whatever network is there. */
import { circle, tween, zoom } from '../../core/sweep/track.js';
import { currentValue, type ExplorerDocument, withEntries } from './document.js';
import { atRest } from './keyframes.js';
import type { Path } from './paths.js';

/** A sweep that can be applied to a network. */
export interface Preset {
  /** What moves. */
  readonly label: string;
  /** @throws UsageError for a network that it does not apply to. */
  readonly apply: (document: ExplorerDocument, t: number) => ExplorerDocument;
}

/** In the order of the article. */
export const presets: readonly Preset[] = [
  preset('Weight scale 0.4 to 0.8', 8, () => [
    [['network', 'weightScale'], tween(0.4, 0.8, { easing: 'easeInOutSine' })],
  ]),
  preset('Zoom from 40 inward', 10, (document, t) => {
    const end = Math.min(10, currentValue(document, ['view', 'halfWidth'], t) as number);
    return [[['view', 'halfWidth'], zoom(40, end, { easing: 'easeInOutSine' })]];
  }),
  preset('1 to 40 layers', 16, () => [[['network', 'layers'], tween(1, 40, { easing: 'linear' })]]),
  preset('A slice going round', 12, (document, t) => {
    const inputs = currentValue(document, ['network', 'inputs'], t) as number;
    const others = Array.from({ length: Math.max(4, inputs) - 4 }, () => 0);
    return [
      [['network', 'inputs'], Math.max(4, inputs)],
      [['slice'], [...circle(1), ...others]],
      [['loop'], true],
    ];
  }),
  preset('tanh to ReLU', 8, () => [
    [
      ['network', 'activation'],
      { from: 'tanh', to: 'relu', fraction: tween(0, 1, { easing: 'easeInOutSine' }) },
    ],
  ]),
];

function preset(
  label: string,
  seconds: number,
  entries: (document: ExplorerDocument, t: number) => [Path, unknown][],
): Preset {
  const apply = (document: ExplorerDocument, t: number) => {
    const still = atRest(document, t);
    return withEntries(still, [
      [['seconds'], seconds],
      [['loop'], false],
      [['pace'], undefined],
      ...entries(still, t),
    ]);
  };
  return { label, apply };
}
