/** The article's figures that scenes re-create, and the order in which scenes are listed everywhere. */

/** What determines a scene's place in a list. */
interface Listed {
  name: string;
  /** The article's figures that it re-creates, such as "7 and 8" or "10 to 12". */
  figure?: string | undefined;
}

/**
 * Compares scenes for sorting: first those that re-create figures of the article, in its order, so that a film of one
 * figure comes before those that go on from there; then the others. Within these, by name.
 */
export function byFigure(a: Listed, b: Listed): number {
  const [[firstA, lastA], [firstB, lastB]] = [endsOf(a), endsOf(b)];
  return firstA - firstB || lastA - lastB || a.name.localeCompare(b.name, 'en');
}

/** A scene's figures as text: "figure 3", "figures 7 and 8". */
export const figuresIn = (figure: string): string => `${/\D/.test(figure) ? 'figures' : 'figure'} ${figure}`;

/** The first and the last figure. */
function endsOf({ figure = '' }: Listed): [number, number] {
  const numbers = figure.match(/\d+/g)?.map(Number) ?? [Number.MAX_SAFE_INTEGER];
  return [Math.min(...numbers), Math.max(...numbers)];
}
