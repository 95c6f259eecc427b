/** The fonts of text, and warnings about text that cannot be drawn. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { openPage } from '../../src/browser/page.js';
import { unpackChromium } from '../../src/browser/unpack-chromium.js';
import { startServer } from '../../src/sources/composed/server.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';
import { decode } from '../video/decode.js';

const folder = temporaryFolder();
const unpacked = await unpackChromium();
const nothing = {
  files: new Map([['film.js', '']]),
  imports: {},
  styles: [],
  styleSources: [],
  sources: new Map<string, string>(),
  music: new Set<string>(),
  heard: { sounds: {}, files: new Map<string, string>() },
  publicFolder: '/nowhere',
};

function scene(name: string, body: string): string {
  const path = join(folder, `${name}.tsx`);
  const lines = [
    `import { Code, Latex, makeScene2D, Txt } from '@motion-canvas/2d';`,
    `import { createRef, waitFor } from '@motion-canvas/core';`,
    `export default makeScene2D(function* (view) {`,
    body, // line 4
    `});`,
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** The warnings, from "scene.tsx:4" on. */
async function warnings(path: string, env = {}, ...more: string[]): Promise<string[]> {
  const out = join(folder, 'film.mp4');
  const small = ['--size', '96x54', '--fps', '10', '--json', '--out', out];
  const { code, stdout, stderr } = await inProcess(['render', path, ...small, ...more], { env });
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trim().split('\n');
  const found = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'warning');
  return found.map(({ message }: { message: string }) => message.replace(/^.*[/\\](?=\w+\.tsx)/, ''));
}

/** A browser on a machine without fonts. */
function bareBrowser(): string {
  const fonts = join(folder, 'fonts');
  const path = join(folder, 'bare-browser');
  mkdirSync(fonts, { recursive: true });
  for (const file of ['SourceCodeVF-Upright', 'SourceSerif4-Regular'])
    copyFileSync(resolve(`fonts/generic/${file}.ttf`), join(fonts, `${file}.ttf`));
  const own = join(dirname(unpacked!.path), 'fonts/fonts');
  const dirs = [fonts, own].map((dir) => `<dir>${dir}</dir>`).join('');
  writeFileSync(join(folder, 'bare.conf'), `<?xml version="1.0"?><fontconfig>${dirs}</fontconfig>`);
  const variables = { ...unpacked!.env, FONTCONFIG_FILE: join(folder, 'bare.conf') };
  const set = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  writeFileSync(path, ['#!/bin/sh', ...set, `exec '${unpacked!.path}' "$@"`].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

test.skipIf(!unpacked)('each generic family of the browser from npm is a typeface of its own', async () => {
  const browser = await findBrowser(undefined, {
    env: {},
    platform: 'linux',
    unpack: async () => unpacked,
  });
  const process = await launchBrowser(browser);
  const server = await startServer(nothing, async () => {});
  try {
    const page = await openPage(process, browser, server.origin);
    const generic = 'serif sans-serif monospace system-ui ui-serif ui-sans-serif ui-monospace cursive'.split(
      ' ',
    );
    const session = await page.context().newCDPSession(page);
    await page.setContent(generic.map((family) => `<p style="font-family: ${family}">iM</p>`).join(''));
    await session.send('DOM.enable');
    await session.send('CSS.enable');
    const { root } = await session.send('DOM.getDocument', { depth: -1 });
    const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'p' });
    const drawn = nodeIds.map((nodeId) => session.send('CSS.getPlatformFontsForNode', { nodeId }));
    const families = (await Promise.all(drawn)).map(({ fonts }) =>
      fonts.map(({ familyName }) => familyName).join(),
    );
    const [serif, sans, mono] = ['Source Serif 4', 'Open Sans', 'SourceCodeVF'];
    expect(families).toEqual([serif, sans, mono, sans, serif, sans, mono, sans]);
    const widths = await page.evaluate(() => {
      const context = document.createElement('canvas').getContext('2d')!;
      return ['', 'bold '].map((style) => {
        context.font = `${style}40px monospace`;
        return [...'iM|.W0'].map((letter) => context.measureText(letter).width);
      });
    });
    for (const row of widths) expect(new Set(row).size).toBe(1);
  } finally {
    await process.close();
    await server.close();
  }
});

/** The first and last column with ink in each row of letters. */
async function inkedColumns(path: string, width: number, height: number): Promise<boolean[]> {
  const { frames } = await decode(path, { width, height });
  const columns = Array.from({ length: width }, () => false);
  for (let i = 0; i < width * height; i++) if (frames[0][4 * i] > 40) columns[i % width] = true;
  return columns;
}

test('columns of code line up, whatever the letters', async () => {
  // Ten columns of a letter and a space: with a proportional font, narrow ones would end far before wide ones.
  const rows = ['i i i i i i i i i i', 'M M M M M M M M M M', '. | ; : l 1 I j t f'];
  const ends: number[] = [];
  for (const [i, row] of rows.entries()) {
    const path = scene(
      `code${i}`,
      `view.add(<Code fontSize={60} fill={'white'} code={${JSON.stringify(`|${row}|`)}} />);`,
    );
    const out = join(folder, 'code.png');
    const { code, stderr } = await inProcess(['still', path, '--size', '480x270', '--quiet', '--out', out]);
    expect([code, stderr]).toEqual([0, '']);
    const columns = await inkedColumns(out, 480, 270);
    ends.push(columns.lastIndexOf(true) - columns.indexOf(true));
  }
  expect(Math.max(...ends) - Math.min(...ends)).toBeLessThanOrEqual(1);
});

const LINES = `
  const lines = ['Größe ½ → ∞ ≈', 'π∑√ αβγ Ж', '日本語 한국어', 'مرحبا', '😀 🧠'];`.trim();
const EACH =
  "lines.forEach((text, i) => view.add(<Txt text={text} y={i * 90} fontFamily={i === 1 ? 'serif' : 'No Such Font, sans-serif'} />));yield* waitFor(0.3);";

test.skipIf(!unpacked)(
  'on a machine without fonts: each character that has none, and each font that is not there, once and with its place',
  async () => {
    const path = scene('bare', `${LINES}${EACH}`);
    const told = await warnings(path, { CHROME_PATH: bareBrowser() });
    expect(told.map((line) => line.replace(/:4:\d+:/, ':4:'))).toEqual([
      'bare.tsx:4: the font "No Such Font" is not available, so another is used: install it, or load its file with @font-face or FontFace.',
      'bare.tsx:4: no available font has 日 本 語 한 국 어 م ر ح ب ا 😀 🧠, so a gap or a box is drawn: install a font that does, or load one with @font-face or FontFace.',
    ]);
  },
);

test('text of every kind, and text that comes later, is told of; what is drawn is not', async () => {
  const path = scene(
    'kinds',
    [
      `const later = createRef<Txt>();`,
      `view.add(<Txt ref={later} text={'e\\u0304 a\\u200db c\\u00add \\n\\t ok \\ufe0f'} />);`,
      `view.add(<Code code={'x = "\\ue123"'} />);`,
      `view.add(<Latex tex={'x + \\\\text{\\u65e5}'} />);`,
      `view.add(<Txt fontFamily={'Menlo-X, "Consolas X", monospace'} text={'ok'} />);`,
      `view.add(<Txt fontFamily={'system-ui, "Never Asked For"'} text={'ok'} />);`,
      `view.add(<Txt text={'no family of its own'} />);`,
      `yield* waitFor(0.1); later().text('\\ue124'); yield* waitFor(0.1); later().text('\\ue125'); yield* waitFor(0.2);`,
    ].join('\n'),
  );
  const told = (await warnings(path)).map((line) =>
    line.replace(/^(kinds\.tsx:\d+):\d+/, '$1').replace(/, so.*$/, ''),
  );
  expect(told.sort()).toEqual([
    'kinds.tsx:5: no available font has U+E124',
    'kinds.tsx:5: no available font has U+E125',
    'kinds.tsx:6: no available font has U+E123',
    'kinds.tsx:7: "日" is left out: Motion Canvas draws SVGs and formulas as shapes, without characters that its own font lacks. Use a Txt node for this text.',
    'kinds.tsx:8: the font "Menlo-X" or "Consolas X" is not available',
  ]);
});

test('a film that is taken from the cache warns as it did when it was drawn', async () => {
  const path = scene('kept', `view.add(<Txt text={'\\ue126'} />);yield* waitFor(0.2);`);
  const env = { UNTRAINED_CACHE: join(folder, 'cache') };
  const first = await warnings(path, env);
  expect(first).toHaveLength(1);
  expect(await warnings(path, env)).toEqual(first);
});

test('a family that a scene declares is there, even where it has few of the letters', async () => {
  copyFileSync('fonts/generic/SourceSerif4-Regular.ttf', join(folder, 'face.ttf'));
  const path = scene(
    'declared',
    [
      `const face = new FontFace('Case Face', \`url(\${file})\`, { unicodeRange: 'U+400-4FF' });`,
      `document.fonts.add(face);`,
      `view.add(<Txt fontFamily={'Case Face'} text={'abc Ж'} />);yield* waitFor(0.2);`,
    ].join('\n'),
  );
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, `import file from './face.ttf';\n${source}`);
  expect(await warnings(path)).toEqual([]);
});
