/** The names of a sweep's paces; see `pace` in sweep.ts. */
export const paces = ['even', 'tracks'] as const;
