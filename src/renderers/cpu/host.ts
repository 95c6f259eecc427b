/** The interface that host.node.ts and host.browser.ts implement as "#host". */

/** A thread running thread.ts. */
export interface Thread {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}
