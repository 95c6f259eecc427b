/** The names of the backends, in a separate file so that the command line can list them without loading them. */
export const backends = ['auto', 'cpu', 'gpu'] as const;
/** A backend, or `auto`, which chooses one. */
export type BackendName = Extract<(typeof backends)[number], string>;
