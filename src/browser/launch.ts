/** Starts a browser that draws: nothing on screen, nothing from the network but what we serve ourselves. */

import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { CDPSession, Browser as Process } from 'playwright-core';
import { RenderError } from '../core/errors.js';
import { WIDE_SIMD_IN_PAGES } from '../renderers/cpu/host.node.js';
import { whyRefused } from '../system/folders.js';
import { DEFAULT_TIMEOUT, StalledError, within } from '../system/patience.js';
import type { Browser } from './browser.js';

// Imported, it would take half as long again: Node reads all of a CommonJS package for the names that it exports.
const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof import('playwright-core');

const FLAGS = [
  // No name has an address but our own. What a page asks of other hosts is refused before it comes to that (page.ts).
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-background-networking', // the browser asks for updates and the like
  '--force-color-profile=srgb', // a screen's own profile is none of a film's business
  '--font-render-hinting=none', // letters that move must not jump from pixel to pixel
  '--enable-unsafe-webgpu', // WebGPU where there is a GPU, on Linux too
  '--disable-accelerated-2d-canvas', // frames are read back: on the CPU they are where we need them
  ...WIDE_SIMD_IN_PAGES,
];

/** A running browser. */
export interface Running {
  readonly process: Process;
  /** The process ID, if the browser reports it. */
  readonly pid: number | undefined;
  /** Whether the browser itself responds, regardless of its pages. */
  answers(): Promise<boolean>;
  /** Ends it and all of its processes, stopped ones too, and removes its files. */
  close(): Promise<void>;
}

/** The longest that a working browser takes to respond, in seconds. */
const ANSWER_SECONDS = 1;
/** How long one may take to end by itself, in seconds. */
const CLOSE_SECONDS = 3;

/**
 * Starts it.
 * @param timeout - How long it may take to answer, in seconds.
 * @throws RenderError with the browser's own message, if it does not start.
 */
export async function startBrowser(browser: Browser, timeout = DEFAULT_TIMEOUT): Promise<Running> {
  const process = await launchBrowser(browser, timeout);
  const silent = `The browser ${browser.path} has not responded for ${timeout} s`;
  try {
    const session = await within(timeout, process.newBrowserCDPSession(), silent);
    const pid = await within(timeout, pidOf(session), silent);
    const answers = () =>
      within(ANSWER_SECONDS, session.send('Browser.getVersion'), silent).then(
        () => true,
        () => false,
      );
    return {
      process,
      pid,
      answers,
      async close() {
        if (pid !== undefined && !(await answers())) killAll(pid);
        const closing = process.close().catch(() => {});
        await within(CLOSE_SECONDS, closing, silent).catch(() => pid !== undefined && killAll(pid));
        await within(CLOSE_SECONDS, closing, silent).catch(() => {}); // its files
      },
    };
  } catch (error) {
    void process.close().catch(() => {});
    throw error;
  }
}

async function pidOf(session: CDPSession): Promise<number | undefined> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo').catch(() => ({ processInfo: [] }));
  return processInfo.find(({ type }) => type === 'browser')?.id;
}

/** Kills a browser that no longer responds. Its processes form a group with its process ID. */
function killAll(pid: number): void {
  for (const id of [-pid, pid]) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // There is no such group, as on Windows, or it has gone.
    }
  }
}

/** @throws RenderError with the browser's own message, if it does not start. */
export async function launchBrowser(browser: Browser, timeout = DEFAULT_TIMEOUT): Promise<Process> {
  try {
    return await chromium.launch({
      timeout: 1000 * timeout,
      executablePath: browser.path,
      env: { ...(process.env as Record<string, string>), ...browser.env },
      args: FLAGS,
      handleSIGINT: false, // the command line does, and has more to clear up
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') {
      throw new StalledError(
        `The browser ${browser.path} has not started after ${timeout} s: allow more time with --timeout, or choose another ` +
          'with --browser or CHROME_PATH.',
        { cause: error },
      );
    }
    throw new RenderError(whyNotStarted(browser.path, error as Error), { cause: error });
  }
}

/** The relevant line of Playwright's message: an error from the system or the browser, or how the browser ended. */
export function whyNotStarted(path: string, error: Error): string {
  const { TMPDIR = tmpdir() } = process.env;
  const lines = stripVTControlCharacters(String(error.message)).split('\n');
  const own = lines.flatMap((line) => /\[err\] (.*)/.exec(line)?.[1].trim() ?? []); // what the browser wrote to stderr
  const [, code] = /\b(E[A-Z]{3,}): .*(?:mkdtemp|mkdir|open|write)/.exec(lines[0]) ?? []; // Playwright's, of its own files
  const [, status, signal] = /did exit: exitCode=(\w+), signal=(\w+)/.exec(lines.join(' ')) ?? [];
  const said = own.find((line) => /error|cannot|not found|denied|no space|read-only/i.test(line));
  if (code) {
    const reason = whyRefused(Object.assign(error, { code }));
    return `The browser ${path} did not start because ${reason} (${code}, in ${TMPDIR}): set TMPDIR to a writable folder.`;
  }
  const next = 'choose another with --browser or CHROME_PATH';
  if (said) return `The browser ${path} did not start (${said}): ${next}.`;
  if (signal && signal !== 'null') {
    const how = /SIG(TRAP|ABRT|SEGV|BUS|ILL)/.test(signal) ? 'crashed' : 'was killed';
    return `The browser ${path} ${how} while starting (${signal}): make sure that there is free memory and free space in ${TMPDIR}, then run the command again.`;
  }
  if (status && status !== 'null')
    return `The browser ${path} exited while starting, with exit code ${status}: ${next}.`;
  return `The browser ${path} did not start: ${next}.`;
}
