/** What the slider is named after: the parameter that moves, or the most important one of several. */
import { networkParameters } from '../core/network/parameters.js';
import { type ExplorerDocument, entriesIn, isMoving, type Picture } from '../explorer/state/document.js';
import { nameOf, type Path, parameterAt } from '../explorer/state/paths.js';

/** Most important first: what changes the picture's character, then where and how it is seen. Others follow. */
const IMPORTANCE = [
  ...['layers', 'units', 'weightScale', 'activation', 'outputActivation', 'residual', 'seed', 'weights'].map(
    (name) => `network.${name}`,
  ),
  ...['network.biasScale', 'network.fold', 'view.halfWidth', 'slice', 'view.rotation', 'view.centre'],
  ...['shown', 'levels'],
];

/** What moves. */
export interface Moving {
  path: Path;
  /** "Weight scale". */
  label: string;
}

/** The parameter that moves, or the most important of several; undefined if nothing does. */
export function mainMoving(document: ExplorerDocument): Moving | undefined {
  const paths = entriesIn(document)
    .filter(({ entry }) => isMoving(entry))
    .map(({ path }) => wholeOf(path));
  const rank = (path: Path) => {
    const place = IMPORTANCE.indexOf(nameOf(path));
    return place < 0 ? IMPORTANCE.length : place;
  };
  const [first] = paths.sort((a, b) => rank(a) - rank(b));
  return first && { path: first, label: parameterAt(first)?.label ?? 'Time' };
}

/** The parameter that the value at a path is a part of: ['slice', 0] is a part of the slice. */
function wholeOf([head, name]: Path): Path {
  return head === 'network' || head === 'view' ? [head, name] : [head];
}

/** A parameter's value in a picture, for people; undefined if there are no few words for it. */
export function valueText(picture: Picture, path: Path): string | undefined {
  const value = path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[key],
    picture,
  );
  const parameter = parameterAt(path);
  const unit = parameter && 'unit' in parameter && parameter.kind === 'number' ? parameter.unit : undefined;
  const text = textOf(value);
  return text !== undefined && typeof value === 'number' && unit === 'degrees' ? `${text}°` : text;
}

/** The most values of a list that are shown. */
const FEW = 3;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return short(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const texts = value.map(textOf);
    const isShort = value.length <= FEW && texts.every((text) => text !== undefined);
    return isShort ? texts.join(', ') : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if ('fraction' in value) return mixText(value as { from: unknown; to: unknown; fraction: number });
  const parts = Object.values(value).map(textOf);
  return parts.length === 1 ? parts[0] : undefined; // such as a tile's side
}

function mixText({
  from,
  to,
  fraction,
}: {
  from: unknown;
  to: unknown;
  fraction: number;
}): string | undefined {
  const [a, b] = [from, to].map((side) => (typeof side === 'object' ? 'file' : textOf(side)));
  if (fraction <= 0 || a === b) return a;
  return fraction >= 1 ? b : `${a} → ${b}, ${Math.round(100 * fraction)}%`;
}

/** A number with at most three significant digits, and a true minus sign. */
export function short(value: number): string {
  const rounded = Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(3));
  return String(rounded).replace('-', '−');
}

/** The slider of a network that does not move. */
export const WEIGHT_SCALE = {
  path: ['network', 'weightScale'],
  label: networkParameters.weightScale.label,
} as const satisfies Moving;
