/** Running browsers, kept for the next use. */
import { type Browser, findBrowser } from './find-browser.js';
import { type Running, startBrowser } from './launch.js';

/** A browser in use. */
export interface OpenBrowser {
  browser: Browser;
  running: Running;
}

export class Browsers {
  private readonly started = new Map<string, Promise<OpenBrowser>>();

  /**
   * Starts a browser, or gives the one that runs.
   * @param path - The program; found automatically by default.
   * @param timeout - How long it may take to answer, in seconds.
   */
  start(path: string | undefined, timeout: number): Promise<OpenBrowser> {
    const key = path ?? '';
    const known = this.started.get(key);
    if (known) return known;
    const starting = findBrowser(path).then(async (browser) => {
      const running = await startBrowser(browser, timeout);
      running.process.once('disconnected', () => this.forget(key, starting));
      return { browser, running };
    });
    starting.catch(() => this.forget(key, starting));
    this.started.set(key, starting);
    return starting;
  }

  /** Ends a browser that can no longer be trusted: it does not respond, or its user was interrupted. */
  async end({ running }: OpenBrowser): Promise<void> {
    for (const [key, starting] of this.started)
      if ((await starting.catch(() => undefined))?.running === running) this.started.delete(key);
    await running.close();
  }

  /** Ends all of them. May be called more than once. */
  async close(): Promise<void> {
    const all = [...this.started.values()];
    this.started.clear();
    await Promise.all(all.map((starting) => starting.then(({ running }) => running.close()).catch(() => {})));
  }

  private forget(key: string, starting: Promise<OpenBrowser>): void {
    if (this.started.get(key) === starting) this.started.delete(key);
  }
}
