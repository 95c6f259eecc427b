/** Where a page hangs: in a loop, or in a generator that waits for a promise. Asks the browser's debugger. */

import type { CDPSession, Page } from 'playwright-core';
import type { Places } from './failure.js';

/** How long the debugger may take to answer, in milliseconds. */
const PATIENCE_MS = 1000;

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}

export class HangWatch {
  private readonly files = new Map<string, string>(); // of scripts, by their ids

  private asking = false;

  private constructor(private readonly session: CDPSession) {
    session.on('Debugger.scriptParsed', ({ scriptId, url }) => {
      this.files.set(scriptId, new URL(url, 'http://127.0.0.1').pathname.split('/').slice(2).join('/'));
    });
  }

  /** Begins to watch a page, which must not be busy yet: one that loops answers only a debugger it knows already. */
  static async of(page: Page): Promise<HangWatch> {
    const watch = new HangWatch(await page.context().newCDPSession(page));
    // A `debugger` statement pauses a page for a developer.
    watch.session.on('Debugger.paused', () => {
      if (!watch.asking) watch.session.send('Debugger.resume').catch(() => {});
    });
    await watch.session.send('Debugger.enable');
    return watch;
  }

  /** Gives the page its full speed. From now on loops are not found, but what generators wait for still is. */
  async relax(): Promise<void> {
    await this.session.send('Debugger.disable');
  }

  /** The innermost place in the user's sources, or undefined if it cannot be found out. */
  async where(places: Places): Promise<string | undefined> {
    this.asking = true;
    const found =
      (await inLoop(this.session).catch(() => undefined)) ??
      (await inGenerator(this.session).catch(() => undefined));
    for (const { scriptId, lineNumber, columnNumber = 0 } of found ?? []) {
      const file = this.files.get(scriptId) ?? '';
      const shown = places.ofUser({ file, line: lineNumber + 1, column: columnNumber + 1 });
      if (shown) return shown;
    }
    return undefined;
  }
}

/** Stops whatever runs. Nothing does in a page that waits, and then nothing stops. */
async function inLoop(session: CDPSession): Promise<Location[] | undefined> {
  const paused = new Promise<Location[]>((resolve) => {
    session.once('Debugger.paused', ({ callFrames }) => resolve(callFrames.map(({ location }) => location)));
  });
  await within(session.send('Debugger.pause'));
  const stack = await within(paused).catch(() => undefined);
  if (!stack) await within(session.send('Debugger.disable')); // or it would stop at our next question
  return stack;
}

/** Asks the suspended generators where they are. */
async function inGenerator(session: CDPSession): Promise<Location[]> {
  const { result } = await within(
    session.send('Runtime.evaluate', { expression: 'window.untrained.waiting()' }),
  );
  const { result: items } = await within(
    session.send('Runtime.getProperties', { objectId: result.objectId!, ownProperties: true }),
  );
  const locations: Location[] = [];
  for (const { name, value } of items) {
    if (!/^\d+$/.test(name) || !value?.objectId) continue;
    const { internalProperties = [] } = await within(
      session.send('Runtime.getProperties', { objectId: value.objectId, ownProperties: true }),
    );
    const location = internalProperties.find((property) => property.name === '[[GeneratorLocation]]');
    if (location?.value?.value) locations.push(location.value.value as Location);
  }
  return locations;
}

function within<T>(promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
