/** The names of the paces at which a sweep may run; sweep.ts explains them. */
export const paces = ['even', 'tracks'] as const;
