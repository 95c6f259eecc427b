/** A page that loads modules of the build, under the explorer's Content-Security-Policy, in Chromium. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { CONTENT_SECURITY_POLICY } from '../../src/explorer/policy.js';

export interface BuiltPage {
  page: Page;
  /** What went wrong in the page. */
  trouble: string[];
  /** The scripts that the page has requested, by their paths. */
  requested: string[];
  close(): Promise<void>;
}

/**
 * Opens a page with this module, whose imports are relative to the root of this package.
 * @param entry - Sets `window.ready` at its end.
 * @param flags - Further flags for the browser.
 */
export async function openBuiltPage(entry: string, flags?: readonly string[]): Promise<BuiltPage> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: 'entry.js' },
    ...{ bundle: true, splitting: true, format: 'esm', target: 'es2022', write: false, outdir: '/' },
    ...{ conditions: ['browser'], tsconfigRaw: '{}', entryNames: 'main', logLevel: 'warning' },
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.replaceAll('\\', '/'), contents]));
  const requested: string[] = [];
  const server = createServer(({ url = '/' }, response) => {
    const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY };
    if (url === '/') {
      response.writeHead(200, { ...headers, 'content-type': 'text/html' });
      response.end('<!doctype html><body><script type="module" src="main.js"></script>');
      return;
    }
    requested.push(url);
    const body = files.get(url);
    response.writeHead(body ? 200 : 404, { ...headers, 'content-type': 'text/javascript' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchBrowser(await findBrowser(), undefined, flags);
  const page = await browser.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  const close = async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  };
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.ready', undefined, { timeout: 30_000 });
  } catch (error) {
    await close();
    throw new Error(`The page did not start: ${trouble.join('\n')}`, { cause: error });
  }
  return { page, trouble, requested, close };
}
