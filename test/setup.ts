/**
 * Runs before each test file: results must not depend on the machine's configuration, and tests must not touch the
 * user's cache. To test with another ffmpeg or browser, set UNTRAINED_TEST_FFMPEG or UNTRAINED_TEST_BROWSER.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Variables that change what the command does or prints, or how npm and Node run. */
const SETTINGS =
  /^(FFMPEG_PATH|CHROME_PATH|UNTRAINED_(?!TEST_).*|NO_COLOR|FORCE_COLOR|CLICOLOR.*|DEBUG|NODE_OPTIONS|npm_.*|INIT_CWD)$/i;

for (const name of Object.keys(process.env)) if (SETTINGS.test(name)) delete process.env[name];

const { UNTRAINED_TEST_FFMPEG: ffmpeg = packagedFfmpeg(), UNTRAINED_TEST_BROWSER: browser } = process.env;
if (ffmpeg) process.env.FFMPEG_PATH = ffmpeg;
if (browser) process.env.CHROME_PATH = browser;

const cache = mkdtempSync(join(tmpdir(), 'untrained-test-cache-'));
process.env.UNTRAINED_CACHE = cache;
afterAll(() => rmSync(cache, { recursive: true, force: true, maxRetries: 3 }));

/** The ffmpeg that npm installs; undefined if there is none for this machine. */
function packagedFfmpeg(): string | undefined {
  try {
    return createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path;
  } catch {
    return undefined;
  }
}
