/** What both hosts of the CPU renderer, host.node.ts and host.browser.ts, provide as "#host". */

/** A thread running thread.ts. */
export interface Thread {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}
