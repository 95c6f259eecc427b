/** The names of the backends, kept apart so that the command line can list them without loading them. */
export const backends = ['auto', 'cpu', 'gpu'] as const;
