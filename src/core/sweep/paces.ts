/** The names of a sweep's paces; see `pace` in sweep.ts. */
export const paces = ['even', 'tracks'] as const;
/** The name of a pace. */
export type PaceName = Extract<(typeof paces)[number], string>;
