/** Starts a browser that draws: nothing on screen, nothing from the network but what we serve ourselves. */

import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { chromium, type Browser as Process } from 'playwright-core';
import { RenderError } from '../errors.js';
import { whyRefused } from '../folders.js';
import { WIDE_SIMD_IN_PAGES } from '../frame/cpu/host.node.js';
import type { Browser } from './find-browser.js';

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
    throw new RenderError(whyNotStarted(browser.path, error as Error), { cause: error });
  }
}

/** One line of Playwright's many: what the system or the browser said, or how the browser ended. */
export function whyNotStarted(path: string, error: Error): string {
  const { TMPDIR = tmpdir() } = process.env;
  const lines = stripVTControlCharacters(String(error.message)).split('\n');
  const own = lines.flatMap((line) => /\[err\] (.*)/.exec(line)?.[1].trim() ?? []); // what the browser wrote to stderr
  const [, code] = /\b(E[A-Z]{3,}): .*(?:mkdtemp|mkdir|open|write)/.exec(lines[0]) ?? []; // Playwright's, of its own files
  const [, status, signal] = /did exit: exitCode=(\w+), signal=(\w+)/.exec(lines.join(' ')) ?? [];
  const said = own.find((line) => /error|cannot|not found|denied|no space|read-only/i.test(line));
  if (code) {
    const reason = whyRefused(Object.assign(error, { code }));
    return `The browser ${path} did not start, since ${reason} (${code}, in ${TMPDIR}): set TMPDIR to a folder that can be written to.`;
  }
  const next = 'name another with --browser or CHROME_PATH';
  if (said) return `The browser ${path} did not start (${said}): ${next}.`;
  if (signal && signal !== 'null') {
    const how = /SIG(TRAP|ABRT|SEGV|BUS|ILL)/.test(signal) ? 'crashed' : 'was killed';
    return `The browser ${path} ${how} as it started (${signal}): make sure that there is room in memory and in ${TMPDIR}, and run the command again.`;
  }
  if (status && status !== 'null')
    return `The browser ${path} ended as it started, with exit code ${status}: ${next}.`;
  return `The browser ${path} did not start: ${next}.`;
}
