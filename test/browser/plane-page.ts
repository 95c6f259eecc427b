/** A page with nothing but a plane, for tests and benchmarks. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { FrameDescription } from '../../src/core/frame/description.js';
import type { FrameRenderer } from '../../src/core/frame/renderer.js';
import type { Plane, PlaneStatus } from '../../src/explorer/plane/plane.js';
import type { ExplorerDocument, Picture } from '../../src/explorer/state/document.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ADDRESS = 'http://127.0.0.1/';

/** What the page offers to functions that run in it. */
export interface PlanePage {
  plane: Plane;
  renderer: Promise<FrameRenderer>;
  statuses: PlaneStatus[];
  /** The parts that threads have drawn, and when. */
  parts: { frame: FrameDescription; samples: number; at: number }[];
  documents: Record<string, ExplorerDocument>;
  pictureAt(document: ExplorerDocument, t: number): Picture;
  view: typeof import('../../src/explorer/state/view.js');
  watchGestures: typeof import('../../src/explorer/plane/gestures.js').watchGestures;
  /** The pixels of the canvas, RGBA8. */
  pixels(): Uint8ClampedArray;
}

declare global {
  interface Window {
    planePage: PlanePage;
  }
}

const SOURCE = `
import { Plane } from './dist/explorer/plane/plane.js';
import { watchGestures } from './dist/explorer/plane/gestures.js';
import * as view from './dist/explorer/state/view.js';
import { pictureAt } from './dist/explorer/state/document.js';
import { networks } from './dist/explorer/state/networks.js';
import { evaluate } from './dist/renderers/cpu/planes.js';
import { createRenderer } from './dist/renderers/create-renderer.js';
const canvas = document.querySelector('canvas');
const statuses = [];
const parts = [];
const renderer = createRenderer({ backend: 'cpu' }).then((renderer) => {
  const { renderParts } = renderer;
  renderer.renderParts = (frame, list, drawn, signal) =>
    renderParts.call(renderer, frame, list, (part, rgba) => {
      parts.push({ frame, samples: part.width * part.height * frame.supersample ** 2, at: performance.now() });
      drawn(part, rgba);
    }, signal);
  return renderer;
});
const plane = new Plane(canvas, {
  renderer,
  onChange: (status) => statuses.push(status),
});
globalThis.planePage = {
  plane, renderer, statuses, parts, view, watchGestures,
  documents: Object.fromEntries(networks.map(({ name, document }) => [name, document])),
  pictureAt: (document, t) => pictureAt(document, t, evaluate),
  pixels: () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data,
};
`;

/** Opens a page with a plane of this size. It needs dist/. */
export async function openPlane(browser: Browser, [width, height]: [number, number]): Promise<Page> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    target: 'esnext',
    conditions: ['browser'],
    tsconfigRaw: '{}',
    write: false,
    logLevel: 'warning',
  });
  const page = await browser.newPage({ viewport: { width, height } });
  const html = `<!doctype html><style>body { margin: 0 } canvas { display: block }</style>
<canvas width="${width}" height="${height}"></canvas><script type="module" src="main.js"></script>`;
  await page.route('**/*', (route) =>
    route.request().url().endsWith('main.js')
      ? route.fulfill({ contentType: 'text/javascript', body: outputFiles[0].text })
      : route.fulfill({ contentType: 'text/html', body: html }),
  );
  await page.goto(ADDRESS);
  await page.waitForFunction(() => window.planePage);
  return page;
}
