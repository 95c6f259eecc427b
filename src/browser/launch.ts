/** Starts a browser that draws: nothing on screen, nothing from the network but what we serve ourselves. */

import { createRequire } from 'node:module';
import type { Browser as Process } from 'playwright-core';
import { RenderError } from '../errors.js';
import { WIDE_SIMD_IN_PAGES } from '../frame/cpu/host.node.js';
import type { Browser } from './find-browser.js';

// Imported, it would take half as long again: Node reads all of a CommonJS package for the names that it exports.
const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof import('playwright-core');

const FLAGS = [
  // No name has an address but our own. What a page asks of other hosts, its own policy refuses first (server.ts).
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--disable-background-networking', // the browser asks for updates and the like
  '--force-color-profile=srgb', // a screen's own profile is none of a film's business
  '--font-render-hinting=none', // letters that move must not jump from pixel to pixel
  '--enable-unsafe-webgpu', // WebGPU where there is a GPU, on Linux too
  '--disable-accelerated-2d-canvas', // frames are read back: on the CPU they are where we need them
  ...WIDE_SIMD_IN_PAGES,
];

/** @throws RenderError when it does not start, with what it said. */
export async function launchBrowser(browser: Browser): Promise<Process> {
  try {
    return await chromium.launch({
      executablePath: browser.path,
      env: { ...(process.env as Record<string, string>), ...browser.env },
      args: FLAGS,
      handleSIGINT: false, // the command line does, and has more to clear up
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    const said = String((error as Error).message)
      .split('\n')
      .map((line) => line.replace(/^.*?\[err\] /, '').trim())
      .find((line) => /error|cannot|not found|denied/i.test(line) && !/^browserType/.test(line));
    throw new RenderError(
      `The browser ${browser.path} did not start${said ? ` (${said})` : ''}: name another with --browser or CHROME_PATH.`,
      { cause: error },
    );
  }
}
