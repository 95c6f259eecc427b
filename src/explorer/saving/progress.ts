/** How far long work in the page has come. */

export interface Progress {
  /** How much is done, in frames or rows. */
  done: number;
  of: number;
  /** An estimate of the remaining time, in seconds; undefined at first. */
  secondsLeft: number | undefined;
}

export interface Work {
  /** Cancels the work, which then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How long work must have taken before the rest of it is estimated, in milliseconds. */
const LEAST = 1000;

/** Returns a function that reports progress. @param of - How much there is to do. */
export function reporting(of: number, { onProgress }: Work): (done: number) => void {
  const started = performance.now();
  return (done) => {
    const spent = performance.now() - started;
    const secondsLeft = done > 0 && spent >= LEAST ? ((spent / done) * (of - done)) / 1000 : undefined;
    onProgress?.({ done, of, secondsLeft });
  };
}

/**
 * Lets the page draw and handle input. Unlike timers, messages are not slowed down in hidden tabs.
 * @throws The signal's reason if it is aborted.
 */
export async function nextTask(signal?: AbortSignal): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
  port1.close();
  signal?.throwIfAborted();
}
