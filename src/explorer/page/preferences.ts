/** What the user's system asks of pages. */

/** Whether the user prefers less motion. */
export const prefersLessMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Whether pages may move by themselves: not if the user prefers less motion, or pays for data. */
export function maySelfMove(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return !prefersLessMotion() && !connection?.saveData;
}
