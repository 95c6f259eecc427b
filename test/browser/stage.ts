/** A page with scenes, for tests that compare pixels: bundled, served on 127.0.0.1, opened in Chromium. */
import { existsSync, promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { moduleOf } from '../../build/wgsl.js';
import type { Browser } from '../../src/browser/browser.js';
import { findBrowser } from '../../src/browser/find-browser.js';
import { setGenericFonts } from '../../src/browser/fonts.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { unpackChromium } from '../../src/browser/unpack-chromium.js';
import type { DrawnFrame, FrameRequest, Moment } from './page.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const at = (path: string) => join(root, path);

export interface DrawnPixels extends Omit<DrawnFrame, 'rgba'> {
  rgba: Uint8Array;
}

export interface TestStage {
  draw(request: Omit<FrameRequest, 'frames'> & { frame: Moment }): Promise<DrawnPixels>;
  /** Draws several frames in one run of the scene. */
  drawAll(request: FrameRequest): Promise<DrawnPixels[]>;
  /** Reloads the page, which discards everything cached in it. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the scenes in these files. Each is named after its file, without the extension. */
export async function openStage(files: string[]): Promise<TestStage> {
  const names = files.map((file) => basename(file, extname(file)));
  const { page, open, close } = await openPage(
    [
      `import { framesOf } from '${at('test/browser/page.ts')}';`,
      ...files.map((file, i) => `import scene${i} from '${at(file)}';`),
      `window.drawFrames = framesOf({ ${names.map((name, i) => `'${name}': scene${i}`).join(', ')} });`,
    ].join('\n'),
    'drawFrames',
  );
  async function drawAll(request: FrameRequest): Promise<DrawnPixels[]> {
    const drawn = await page.evaluate(
      (it) => (window as unknown as { drawFrames(r: FrameRequest): Promise<DrawnFrame[]> }).drawFrames(it),
      request,
    );
    return drawn.map((one) => ({ ...one, rgba: new Uint8Array(Buffer.from(one.rgba, 'base64')) }));
  }
  return {
    draw: async ({ frame, ...request }) => (await drawAll({ ...request, frames: [frame] }))[0],
    drawAll,
    reload: open,
    close,
  };
}

/**
 * Opens a page with this module, and waits until the module has defined its function on the window.
 * @param flags - Further flags for the browser.
 */
export async function openPage(
  entry: string,
  given: string,
  flags?: readonly string[],
): Promise<{ page: Page; open(): Promise<void>; close(): Promise<void> }> {
  const folder = await bundle(entry);
  const server = await serve(folder);
  const found = await storedBrowser();
  const browser = await launchBrowser(found, undefined, flags);
  const page = await browser.newPage();
  await setGenericFonts(page, found);
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  const open = async () => {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    await page.waitForFunction(`window.${given}`, undefined, { timeout: 30_000 }).catch((error) => {
      throw new Error(`The page did not start: ${trouble.join('\n')}`, { cause: error });
    });
  };
  await open();
  return {
    page,
    open,
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

/** The browser from npm, if there is one: the stored pictures use its fonts, whatever else is installed. */
async function storedBrowser(): Promise<Browser> {
  const unpacked = await unpackChromium();
  return unpacked ? { ...unpacked, source: '@sparticuz/chromium' } : findBrowser();
}

/** Bundles with esbuild: Vite takes ten times as long. */
async function bundle(entry: string): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'untrained-stage-'));
  await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: 'stage-entry.js' },
    outfile: join(folder, 'stage.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    define: { 'import.meta.hot': 'undefined' },
    tsconfigRaw: {
      compilerOptions: {
        experimentalDecorators: true,
        useDefineForClassFields: false,
        jsx: 'react-jsx',
        jsxImportSource: '@motion-canvas/2d/lib',
      },
    },
    alias: { untrained: at('src/index.ts'), 'untrained/nodes': at('src/nodes/index.ts') },
    plugins: [
      {
        name: 'wgsl',
        setup: ({ onLoad, onResolve }) => {
          onResolve({ filter: /\.wgsl\.js$/ }, ({ path, resolveDir }) => {
            const file = join(resolveDir, path.slice(0, -'.js'.length));
            return existsSync(file) ? { path: file } : undefined; // in dist/ there are modules instead
          });
          onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({ contents: moduleOf(path) }));
        },
      },
    ],
    logLevel: 'error',
  });
  await fs.writeFile(
    join(folder, 'index.html'),
    '<!doctype html><body><script>untrainedWideSimd = true</script><script type="module" src="/stage.js"></script>',
  );
  return folder;
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.woff2': 'font/woff2',
  '.css': 'text/css',
};

async function serve(folder: string) {
  const server = createServer(async (request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url!, 'http://host').pathname));
    const body = path.startsWith(folder) ? await fs.readFile(path).catch(() => undefined) : undefined;
    response.writeHead(body ? 200 : 404, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
