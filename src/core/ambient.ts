/** Types of the host, spelled out: our declarations need neither Node's types nor the DOM's. */

/** Variables, by name, as in `process.env`. */
export type Environment = Record<string, string | undefined>;

/** The host's AbortSignal where its types are known, and else as much of it as we use. */
export type StopSignal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: 'abort', listener: () => void): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
