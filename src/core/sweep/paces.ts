/** The names of a sweep's paces; see `pace` in sweep.ts. */
export const paces = ['even', 'between-pauses', 'tracks'] as const;
/** The name of a pace. */
export type PaceName = Extract<(typeof paces)[number], string>;

/** Whether a pace retimes a sweep, so that its pictures have to be measured first. */
export function retimes(pace: PaceName | undefined): pace is 'even' | 'between-pauses' {
  return pace === 'even' || pace === 'between-pauses';
}
