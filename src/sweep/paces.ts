/** How a sweep's time may run, by name; sweep.ts says what each means. */
export const paces = ['even', 'tracks'] as const;
