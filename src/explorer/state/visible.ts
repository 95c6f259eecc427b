/**
 * Pictures that can be seen. A weight scale that keeps χ is not always enough: the values of deep networks of relus
 * become alike whatever the scale, since they are never negative and χ never exceeds 1. Then the levels are fitted. If
 * the outputs are constants all the same, each layer is normalised, which removes what its values have in common. And χ
 * leaves out the jumps of a sawtooth, which then needs a slightly larger scale.
 */
import type { EvaluateValues } from '../../core/frame/evaluate.js';
import { isWorthSeeing } from '../../core/frame/interest.js';
import { levelsOf } from '../../core/frame/levels.js';
import { chiAt, withChi } from './chaos.js';
import { type ExplorerDocument, entryAt, type Picture, pictureAt, withEntries } from './document.js';
import { nameOf, type Path } from './paths.js';
import type { Entry } from './settings.js';
import { type Brightness, interestIn, isQuick, SKETCH } from './sketch.js';

const LEVELS: Path = ['levels'];
const NORMALISATION: Path = ['network', 'normalisation'];
const WEIGHT_SCALE: Path = ['network', 'weightScale'];

/** What evaluates networks, at once and on the calling thread. */
export interface Evaluators {
  brightness: Brightness;
  values: EvaluateValues;
}

/**
 * What makes a document's picture visible: nothing if it is already, or if it is too large to find out.
 * @param chi - The measure that its network should have.
 */
export function revealing(
  document: ExplorerDocument,
  chi: number,
  t: number,
  { brightness, values }: Evaluators,
): Entry[] {
  if (!isQuick(at(document, t))) return [];
  const levelled = () => withLevels(document, t, values);
  const isNormal = (entryAt(document, NORMALISATION) ?? 'none') !== 'none';
  const normal = () => (isNormal ? document : normalised(document, chi, t));
  const attempts = [
    () => document,
    levelled,
    normal,
    () => withLevels(normal(), t, values),
    () => withLargerScale(document),
  ];
  for (const attempt of attempts) {
    const next = attempt();
    if (isVisible(next, t, brightness)) return changes(document, next);
  }
  return changes(document, levelled());
}

/** With normalised layers, χ hardly depends on the scale of relus: a scale that is as good as another stays. */
function normalised(document: ExplorerDocument, chi: number, t: number): ExplorerDocument {
  const normal = withEntries(document, [[NORMALISATION, 'layer']]);
  const own = chiAt(normal, t);
  return own !== undefined && Math.abs(Math.log(own / chi)) < ALIKE ? normal : withChi(normal, chi, t);
}

/** Measures whose logarithms differ by less than this are about the same. */
const ALIKE = 0.1;

/** How much larger the weight scale may become. */
const LARGER = 1.3;

function withLargerScale(document: ExplorerDocument): ExplorerDocument {
  const scale = entryAt(document, WEIGHT_SCALE);
  if (typeof scale !== 'number') return document;
  return withEntries(document, [[WEIGHT_SCALE, Number((LARGER * scale).toPrecision(4))]]);
}

/** The document without what revealing() added, where it is still there. */
export function withoutAdded(document: ExplorerDocument, added: readonly Entry[]): ExplorerDocument {
  const ours = added.filter(
    ([path, value]) =>
      nameOf(path) !== nameOf(WEIGHT_SCALE) &&
      JSON.stringify(entryAt(document, path)) === JSON.stringify(value),
  );
  return ours.length === 0
    ? document
    : withEntries(
        document,
        ours.map(([path]) => [path, undefined]),
      );
}

const at = (document: ExplorerDocument, t: number): Picture =>
  pictureAt({ ...document, sweep: { ...document.sweep, pace: 'tracks' } }, t, () => []);

const isVisible = (document: ExplorerDocument, t: number, brightness: Brightness): boolean =>
  isWorthSeeing(interestIn(at(document, t), brightness));

/** Levels that the user has set stay as they are. */
function withLevels(document: ExplorerDocument, t: number, values: EvaluateValues): ExplorerDocument {
  if (entryAt(document, LEVELS) !== undefined) return document;
  const levels = levelsOf({ ...at(document, t), size: [...SKETCH], supersample: 1 }, values);
  return withEntries(document, [[LEVELS, levels]]);
}

/** The entries of these parameters that differ. */
function changes(before: ExplorerDocument, after: ExplorerDocument): Entry[] {
  return [LEVELS, NORMALISATION, WEIGHT_SCALE]
    .filter((path) => entryAt(before, path) !== entryAt(after, path))
    .map((path) => [path, entryAt(after, path)]);
}
