/** Counts in messages. */

/** "1 frame", "25 frames". */
export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
