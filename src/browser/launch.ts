/** Starts a headless browser with no network access except to our own server. */

import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { CDPSession, Browser as Process } from 'playwright-core';
import { RefusedError, type RenderError, TransientError } from '../core/errors.js';
import { WIDE_SIMD_IN_PAGES } from '../renderers/cpu/host.node.js';
import { whyRefused } from '../system/folders.js';
import { DEFAULT_TIMEOUT, StalledError, within } from '../system/patience.js';
import type { Browser } from './browser.js';

// With import, loading would take 1.5 times as long: Node scans a whole CommonJS package for the names it exports.
const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof import('playwright-core');

const FLAGS = [
  // Only our own host resolves. Requests to other hosts are normally refused before that (page.ts).
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-background-networking', // such as checks for updates
  '--force-color-profile=srgb', // a film must not depend on the screen's colour profile
  '--font-render-hinting=none', // moving letters must not jump from pixel to pixel
  '--enable-unsafe-webgpu', // enables WebGPU on Linux too
  '--disable-accelerated-2d-canvas', // frames are read back, which is faster from the CPU's memory
  ...WIDE_SIMD_IN_PAGES,
];

/** A running browser. */
export interface Running {
  readonly process: Process;
  /** The process ID, if the browser reports it. */
  readonly pid: number | undefined;
  /** What draws WebGL and WebGPU in its pages: the name of a GPU, or of a software adapter. */
  readonly graphics: string;
  /** Whether the browser's main process responds, whatever its pages do. */
  answers(): Promise<boolean>;
  /** Ends the browser and all its processes, even stopped (SIGSTOP) ones, and removes its files. */
  close(): Promise<void>;
}

/** The longest time that a working browser takes to respond, in seconds. */
const ANSWER_SECONDS = 1;
/** The time allowed for a graceful exit, in seconds. */
const CLOSE_SECONDS = 3;

/**
 * Starts a browser.
 * @param timeout - The time allowed for it to start and to respond, in seconds.
 * @throws TransientError with the browser's own message, if it does not start; RefusedError if it never will.
 */
export async function startBrowser(browser: Browser, timeout = DEFAULT_TIMEOUT): Promise<Running> {
  const process = await launchBrowser(browser, timeout);
  const silent = `The browser ${browser.path} has not responded for ${timeout} s`;
  try {
    const session = await within(timeout, process.newBrowserCDPSession(), silent);
    const pid = await within(timeout, pidOf(session), silent);
    const graphics = await within(timeout, graphicsOf(session), silent);
    const answers = () =>
      within(ANSWER_SECONDS, session.send('Browser.getVersion'), silent).then(
        () => true,
        () => false,
      );
    return {
      process,
      pid,
      graphics,
      answers,
      async close() {
        if (pid !== undefined && !(await answers())) killAll(pid);
        const closing = process.close().catch(() => {});
        await within(CLOSE_SECONDS, closing, silent).catch(() => pid !== undefined && killAll(pid));
        await within(CLOSE_SECONDS, closing, silent).catch(() => {}); // it removes its files
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

async function graphicsOf(session: CDPSession): Promise<string> {
  const { gpu } = await session.send('SystemInfo.getInfo').catch(() => ({ gpu: undefined }));
  return gpu?.devices.map(({ deviceString }) => deviceString).join(', ') || 'none';
}

/** Kills a browser that no longer responds. Its processes form a group with its process ID. */
function killAll(pid: number): void {
  for (const id of [-pid, pid]) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // There is no such group (on Windows), or it has exited.
    }
  }
}

/**
 * @param flags - Further flags for the browser.
 * @throws TransientError with the browser's own message, if it does not start; RefusedError if it never will.
 */
export async function launchBrowser(
  browser: Browser,
  timeout = DEFAULT_TIMEOUT,
  flags: readonly string[] = [],
): Promise<Process> {
  try {
    return await chromium.launch({
      timeout: 1000 * timeout,
      executablePath: browser.path,
      env: { ...(process.env as Record<string, string>), ...browser.env },
      args: [...FLAGS, ...flags],
      handleSIGINT: false, // the command handles signals, because it has more to clean up
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') {
      throw new StalledError(
        `The browser ${browser.path} has not started after ${timeout} s: allow more time with --timeout, ` +
          'or choose another with --browser or CHROME_PATH.',
        { cause: error },
      );
    }
    throw whyNotStarted(browser.path, error as Error);
  }
}

/** What a browser prints that will never start here: a library is missing, or it may not run as this user. */
const NEVER = /shared librar|sandbox|exec format|bad cpu type|no such file/i;

/** Explains Playwright's error: an error of the system or the browser, or how the browser's process ended. */
export function whyNotStarted(path: string, error: Error): RenderError {
  const { message, lasting } = reasonFor(path, error);
  return new (lasting ? RefusedError : TransientError)(message, { cause: error });
}

function reasonFor(path: string, error: Error): { message: string; lasting?: boolean } {
  const { TMPDIR = tmpdir() } = process.env;
  const lines = stripVTControlCharacters(String(error.message)).split('\n');
  const stderr = lines.flatMap((line) => /\[err\] (.*)/.exec(line)?.[1].trim() ?? []);
  // An error of Playwright's own files.
  const [, code] = /\b(E[A-Z]{3,}): .*(?:mkdtemp|mkdir|open|write)/.exec(lines[0]) ?? [];
  const [, status, signal] = /did exit: exitCode=(\w+), signal=(\w+)/.exec(lines.join(' ')) ?? [];
  const reported = stderr.find((line) => /error|cannot|not found|denied|no space|read-only/i.test(line));
  if (code) {
    const reason = whyRefused(Object.assign(error, { code }));
    const message =
      `The browser ${path} did not start because ${reason} (${code}, in ${TMPDIR}): ` +
      'set TMPDIR to a writable folder.';
    return { message };
  }
  const next = 'choose another with --browser or CHROME_PATH';
  if (reported) {
    const message = `The browser ${path} did not start (${reported}): ${next}.`;
    return { message, lasting: NEVER.test(reported) };
  }
  if (signal && signal !== 'null') {
    const how = /SIG(TRAP|ABRT|SEGV|BUS|ILL)/.test(signal) ? 'crashed' : 'was killed';
    const message =
      `The browser ${path} ${how} while starting (${signal}): make sure that there is free memory and free space ` +
      `in ${TMPDIR}, then run the command again.`;
    return { message };
  }
  if (status && status !== 'null')
    return { message: `The browser ${path} exited while starting, with exit code ${status}: ${next}.` };
  return { message: `The browser ${path} did not start: ${next}.` };
}
