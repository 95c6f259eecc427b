/** Leaving the explorer with its dialogs, as a user does: sharing, copying, saving, and dropping files on it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../src/browser/find-browser.js';
import { launchBrowser } from '../../src/browser/launch.js';
import { readLink, writeLink } from '../../src/core/recipe/link.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { sweep } from '../../src/core/sweep/sweep.js';
import { tween } from '../../src/core/sweep/track.js';
import { type ExplorerServer, serveExplorer } from '../../src/explorer/server.js';
import { recipeText, sceneCode } from '../../src/explorer/state/code.js';
import { exporters } from '../../src/exporters/index.js';
import { probe, probeExport } from '../../src/outputs/index.js';

const small = sweep({
  title: 'Small',
  seconds: 1,
  fps: 10,
  size: [64, 36],
  network: { seed: 7, layers: 4, units: 6, weightScale: tween(1, 2) },
  view: { centre: [0, 0], halfWidth: 2 },
});

let server: ExplorerServer;
let browser: Chromium;
let link: string;
beforeAll(async () => {
  const folder = fileURLToPath(new URL('../../dist/pages/explorer', import.meta.url));
  server = await serveExplorer(4700, { folder });
  browser = await launchBrowser(await findBrowser());
  link = server.url + (await writeLink(small));
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** One page for all tests, each of which leaves its dialogs closed. */
let page: Page;
beforeAll(async () => {
  const context = await browser.newContext({
    ...{ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  await page.goto(link);
  await page.locator('.stage').focus();
});
/** A test that fails leaves its dialog open, which would fail all that follow. */
afterEach(async () => {
  if (await page.getByRole('dialog').count()) await close();
});
const close = async () => {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
};

const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
/** What the page says. */
const message = (text: string | RegExp) =>
  page.getByRole('status').filter({ hasText: text }).first().waitFor();

describe('sharing', () => {
  test('copies the link, the picture, and every kind of code', async () => {
    await press('Share');
    await press('Copy link');
    await message('The link is copied.');
    expect((await readLink(await clipboard())).sweep).toEqual(small);

    await page.locator('.share-preview img').waitFor();
    await press('Copy picture');
    await message('The picture is copied.');
    const types = await page.evaluate(async () =>
      (await navigator.clipboard.read()).flatMap(({ types }) => types),
    );
    expect(types).toContain('image/png');

    const texts: Record<string, string> = {};
    for (const name of ['Scene', 'Recipe', 'Command', 'Motion Canvas']) {
      await page.getByText(name, { exact: true }).click();
      await page.getByRole('textbox', { name, exact: true }).waitFor();
      await press(/^Copy$/);
      await message(/^Copied\.$/); // a string would also match "The picture is copied."
      texts[name] = await clipboard();
    }
    expect(texts.Scene).toBe(sceneCode(small));
    expect(texts.Recipe).toBe(recipeText(small));
    expect(texts.Command).toBe(`npx untrained render "${link}"\n`);
    expect(texts['Motion Canvas']).toContain('<NetworkField');

    await close();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Share');
  });

  test('opens the share sheet of a phone at once, with picture and link', async () => {
    const phone = await browser.newContext({
      ...{ viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' },
    });
    await phone.addInitScript(() => {
      Object.assign(window, { shared: [] });
      Object.assign(navigator, {
        canShare: () => true,
        async share({ url, files }: ShareData) {
          const { isActive } = navigator.userActivation;
          (window as unknown as { shared: object[] }).shared.push({
            url,
            files: (files ?? []).map(({ name }) => name),
            isActive,
          });
        },
      });
    });
    const page = await phone.newPage();
    await page.goto(link);
    await page.locator('.stage[data-state=sharp]').waitFor();
    // Until the picture has been drawn, the button shares the link, or opens the dialog.
    const last = () =>
      page.evaluate(() => (window as unknown as { shared: { files: string[] }[] }).shared.at(-1));
    for (let attempt = 0; attempt < 20 && !(await last())?.files.length; attempt++) {
      await page.waitForTimeout(500);
      if (await page.getByRole('dialog').count()) await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Share', exact: true }).tap();
    }
    expect(await last()).toEqual({ url: link, files: ['small.png'], isActive: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
    await phone.close();
  });
});

describe('saving', () => {
  test('makes a film with the keyboard alone', async () => {
    await page.locator('.stage').focus();
    await page.keyboard.press('s');
    await page.getByRole('combobox', { name: 'Format' }).selectOption('webm');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Make film' }).press('Enter');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('small.webm');
    const { note, ...film } = probe(await download.path());
    expect(film).toMatchObject({ width: 64, height: 36, frames: 10 });
    expect(parseRecipe(note!).sweep).toEqual(small);
    await message(/small\.webm is saved \(\d+ kB\)\./);
    await close();
  });

  test('makes a picture of any size', async () => {
    await press('Save');
    await page.getByText('Picture', { exact: true }).click();
    await page.getByRole('spinbutton', { name: 'Width in pixels' }).fill('70');
    await page.getByRole('spinbutton', { name: 'Height in pixels' }).fill('50');
    const downloading = page.waitForEvent('download');
    await press('Save picture');
    const { note, ...picture } = probe(await (await downloading).path());
    expect(picture).toMatchObject({ width: 70, height: 50 });
    expect(parseRecipe(note!).sweep).toMatchObject({ size: [70, 50], supersample: 2, network: { seed: 7 } });
    await close();
  });

  test('exports a page with the keyboard alone, and the page carries the recipe', async () => {
    await page.locator('.stage').focus();
    await page.keyboard.press('s');
    await page.getByRole('radio', { name: 'Film' }).focus();
    await page.keyboard.press('ArrowRight');
    const form = page.getByRole('combobox', { name: 'Format' });
    expect(await form.locator('option').allTextContents()).toEqual(exporters.map(({ title }) => title));
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export', exact: true }).press('Enter');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('small.html');
    const { note } = probeExport(await download.path());
    expect(parseRecipe(note!).sweep).toEqual(small);
    await page
      .getByRole('dialog')
      .getByText(/small\.html is saved \(\d+ kB\)\./)
      .waitFor();
    await close();
  });

  test('exports all files of a form, or says in the dialog why it cannot', async () => {
    const wide = sweep({
      ...{ title: 'Small', seconds: 1, size: [64, 36] },
      network: { seed: 7, layers: 8, units: 30, weightScale: tween(1, 2) },
    });
    await page.goto(server.url + (await writeLink(wide)));
    await press('Save');
    await page.getByText('Export', { exact: true }).first().click();
    const form = page.getByRole('combobox', { name: 'Format' });
    await form.selectOption('svg');
    await press('Export');
    const said = page.getByRole('dialog').getByRole('status');
    await said.filter({ hasText: 'network.features are x, y' }).waitFor();
    expect(await form.inputValue()).toBe('svg');

    const names: string[] = [];
    page.on('download', (download) => names.push(download.suggestedFilename()));
    await form.selectOption('shadertoy');
    await press('Export');
    await said
      .filter({ hasText: /^Saved: small\.glsl \(\d+ kB\), small\.buffer-a\.glsl \(\d+ kB\)\.$/ })
      .waitFor();
    await expect.poll(() => names).toEqual(['small.glsl', 'small.buffer-a.glsl']);
    page.removeAllListeners('download');
    await close();
    await page.goto(link);
  });

  test('can be cancelled', async () => {
    await page.locator('.stage').focus();
    await page.keyboard.press('s');
    await page.getByRole('combobox', { name: 'Size' }).selectOption({ label: '4K (3840 × 2160)' });
    await press('Make film');
    await page.getByRole('progressbar').waitFor();
    await press('Cancel');
    await page.getByRole('button', { name: 'Make film' }).waitFor();
    await close();
  });
});

describe('dropping', () => {
  /** Drops a file on the page, once it takes files. */
  const drop = (name: string, text: string) =>
    page.waitForFunction(
      ([name, text]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        const send = (type: string) => {
          const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
          return !document.body.dispatchEvent(event);
        };
        return send('dragenter') && send('dragover') && send('drop');
      },
      [name, text] as const,
    );

  test.each([
    ['other.json', (recipe: string) => recipe],
    ['other.html', (recipe: string) => `<title>{"untrained":</title><script>${recipe}</script>`],
  ])('opens the recipe in %s, which becomes an entry of the history', async (name, fileOf) => {
    const other = sweep({ seconds: 2, title: 'é', network: { seed: name } });
    await drop(name, fileOf(JSON.stringify({ untrained: 2, sweep: other })));
    const hash = await writeLink(other);
    await page.waitForURL(server.url + hash);
    await page.goBack();
    await page.waitForURL(link);
  });

  test('says in one sentence what is wrong with a file', async () => {
    await drop('bad.png', 'GIF');
    await message('bad.png is not a film or picture that Untrained can read: check the file.');
    expect(page.url()).toBe(link);
  });
});

describe('without what browsers may lack, the page', () => {
  test('leaves texts to be selected where the browser does not let the page copy', async () => {
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    });
    await press('Share');
    await press('Copy link');
    await message(/does not let the page copy: select the link/);
    await page.getByRole('textbox', { name: 'Link' }).focus();
    expect(await page.evaluate(() => String(getSelection()))).toBe(link);
    await press('Copy picture');
    await message(/does not let the page copy pictures/);
    await close();
  });

  test('offers the command where the browser cannot make films', async () => {
    await page.evaluate(() => {
      Object.defineProperty(window, 'VideoEncoder', { value: undefined });
    });
    await page.locator('.stage').focus();
    await page.keyboard.press('s');
    await page.getByText('This browser cannot make films. This command makes one:').waitFor();
    expect(await page.getByRole('textbox', { name: 'Command' }).inputValue()).toContain(
      'npx untrained render "',
    );
  });
});

test('the page loads mediabunny only for films', () => {
  const main = readFileSync(new URL('../../dist/pages/explorer/main.js', import.meta.url), 'utf8');
  expect(main).not.toContain('mediabunny');
});
