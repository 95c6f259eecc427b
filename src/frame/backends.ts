/** What can draw, by name: for the command line, which should not have to load any of it to say so. */
export const backends = ['auto', 'cpu', 'gpu'] as const;
