/** What the user's system asks of pages. */
import { prefersLessMotion } from './screen.js';

/** Whether pages may move by themselves: not if the user prefers less motion, or pays for data. */
export function maySelfMove(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return !prefersLessMotion() && !connection?.saveData;
}
