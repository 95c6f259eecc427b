/** Uses the browser's debugger to find where a page hangs: in a loop, or in a generator that waits for a promise. */

import type { CDPSession, Page } from 'playwright-core';
import type { Places } from './failure.js';

/** The time that the debugger has to respond, in milliseconds. */
const TIMEOUT_MS = 1000;

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}

export class HangWatch {
  private readonly files = new Map<string, string>(); // the files of scripts, by script ID

  private asking = false;

  private constructor(private readonly session: CDPSession) {
    session.on('Debugger.scriptParsed', ({ scriptId, url }) => {
      this.files.set(scriptId, new URL(url, 'http://127.0.0.1').pathname.split('/').slice(2).join('/'));
    });
  }

  /** Starts watching a page. It must not be busy yet: a page in a loop responds only to an attached debugger. */
  static async of(page: Page): Promise<HangWatch> {
    const watch = new HangWatch(await page.context().newCDPSession(page));
    // Do not stop at `debugger` statements.
    watch.session.on('Debugger.paused', () => {
      if (!watch.asking) watch.session.send('Debugger.resume').catch(() => {});
    });
    await watch.session.send('Debugger.enable');
    return watch;
  }

  /** Restores the page's full speed. From now on, waiting generators are still found, but loops are not. */
  async relax(): Promise<void> {
    await this.session.send('Debugger.disable');
  }

  /** The innermost position in the user's sources, or undefined if it cannot be determined. */
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

/** Pauses the running code and returns its stack. Undefined if no code runs, because the page waits for a promise. */
async function inLoop(session: CDPSession): Promise<Location[] | undefined> {
  const paused = new Promise<Location[]>((resolve) => {
    session.once('Debugger.paused', ({ callFrames }) => resolve(callFrames.map(({ location }) => location)));
  });
  await within(session.send('Debugger.pause'));
  const stack = await within(paused).catch(() => undefined);
  if (!stack) await within(session.send('Debugger.disable')); // otherwise our next evaluation would pause
  return stack;
}

/** The positions at which generators are suspended. */
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

function within<T>(promise: Promise<T>, ms = TIMEOUT_MS): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('No answer')), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
