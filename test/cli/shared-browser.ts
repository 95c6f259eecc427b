/** One browser for all commands in a test's process: starting one takes two cores a second. */
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, LaunchOptions } from 'playwright-core';
import { afterAll } from 'vitest';

const require = createRequire(import.meta.url);
/** Of the same module instance that the command uses, so that patches apply to it; loaded when a command runs. */
const ownChromium = () => (require('playwright-core') as typeof import('playwright-core')).chromium;

/** How long pages may take to close, in milliseconds. Pages that hang never close. */
const CLOSE_MS = 1000;

const browsers = new Map<string, Browser>();

afterAll(async () => {
  await Promise.all([...browsers.values()].map((browser) => browser.close()));
  browsers.clear();
});

/** Makes Playwright return the same browser for the same program and options. Returns a function that undoes this. */
export function shareBrowser(): () => void {
  const chromium = ownChromium();
  const { launch } = chromium;
  chromium.launch = async (options: LaunchOptions = {}) => {
    const { executablePath, args, env } = options;
    const key = JSON.stringify([
      executablePath,
      args,
      env?.LD_LIBRARY_PATH,
      env?.FONTCONFIG_FILE,
      env?.XDG_CACHE_HOME,
    ]);
    let browser = browsers.get(key);
    if (!browser?.isConnected()) {
      browser = await launch.call(chromium, options);
      browsers.set(key, browser);
    }
    return lent(browser);
  };
  return () => {
    chromium.launch = launch;
  };
}

/** A browser whose `close` closes only the borrower's pages, or the whole browser if they do not close. */
function lent(browser: Browser): Browser {
  const contexts: BrowserContext[] = [];
  const unlisten: (() => void)[] = [];
  const own = {
    async newContext(...options: Parameters<Browser['newContext']>) {
      const context = await browser.newContext(...options);
      contexts.push(context);
      return context;
    },
    async newPage(...options: Parameters<Browser['newPage']>) {
      const page = await browser.newPage(...options);
      contexts.push(page.context());
      return page;
    },
    on(event: 'disconnected', listener: () => void) {
      browser.on(event, listener);
      unlisten.push(() => browser.off(event, listener));
    },
    async close() {
      for (const stop of unlisten) stop();
      const closing = Promise.all(contexts.map((context) => context.close()));
      const late = new Promise((done) => setTimeout(done, CLOSE_MS, 'late').unref());
      const ended = await Promise.race([closing, late]).catch(() => 'late');
      if (ended === 'late') await browser.close();
    },
  };
  return new Proxy(browser, {
    get(target, name) {
      if (name in own) return own[name as keyof typeof own];
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
