/** Where a page hangs: in a loop, or in a generator that waits for a promise. Asks the browser's debugger. */

import type { CDPSession, Page } from 'playwright-core';
import type { BundlePlace, Places } from './failure.js';

/** How long the debugger may take to answer, in milliseconds. */
const PATIENCE_MS = 2000;

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}

/** The innermost place in the user's sources, or undefined if it cannot be found out. */
export async function whereItHangs(page: Page, places: Places): Promise<string | undefined> {
  try {
    const session = await within(page.context().newCDPSession(page));
    const files = new Map<string, string>(); // of scripts, by their ids
    session.on('Debugger.scriptParsed', ({ scriptId, url }) => {
      files.set(scriptId, new URL(url, 'http://127.0.0.1').pathname.split('/').slice(2).join('/'));
    });
    const found =
      (await inLoop(session).catch(() => undefined)) ?? (await inGenerator(session).catch(() => undefined));
    for (const { scriptId, lineNumber, columnNumber = 0 } of found ?? []) {
      const place: BundlePlace = {
        file: files.get(scriptId) ?? '',
        line: lineNumber + 1,
        column: columnNumber + 1,
      };
      const shown = places.ofUser(place);
      if (shown) return shown;
    }
  } catch {
    // The page is beyond asking.
  }
  return undefined;
}

/** Stops whatever runs. Nothing does in a page that waits, and then nothing stops. */
async function inLoop(session: CDPSession): Promise<Location[] | undefined> {
  const paused = new Promise<Location[]>((resolve) => {
    session.once('Debugger.paused', ({ callFrames }) => resolve(callFrames.map(({ location }) => location)));
  });
  await within(session.send('Debugger.enable'));
  await within(session.send('Debugger.pause'));
  const stack = await within(paused, 500).catch(() => undefined);
  if (!stack) await within(session.send('Debugger.disable')).catch(() => {}); // or it would stop at our next question
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
