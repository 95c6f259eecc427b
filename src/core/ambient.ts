/** Host types, spelled out so that our declarations need neither Node's types nor the DOM's. */

/** Environment variables by name, as in `process.env`. */
export type Environment = Record<string, string | undefined>;

/** The host's AbortSignal if its types are available, or else the part of it that we use. */
export type StopSignal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: 'abort', listener: () => void): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
