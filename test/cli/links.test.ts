/** Links on the command line: they work wherever a scene can be named, and only their hash is read. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLink, writeLink } from '../../src/core/recipe/link.js';
import { circle, sweep, writeRecipe } from '../../src/index.js';
import { imageData } from '../png.js';
import { type Child, inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const glass = sweep({
  title: 'Glass, ../seen from *here*',
  seconds: 2,
  fps: 10,
  size: [32, 18],
  loop: true,
  network: { seed: 70, inputs: 4, layers: 5, units: 6 },
  slice: circle(0.2),
});
// Nothing listens there: a command that fetched the page would fail.
const hash = await writeLink(glass);
const link = `http://127.0.0.1:1/any/path/${hash}&bare&t=3`;

test('render makes the film of a link, named after its title and seed', async () => {
  const { code, stdout, stderr } = await inProcess(['render', link], { cwd: folder });
  expect(stderr.replace(/^.*frames.*\n/gm, '')).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('20 frames');
  const files = readdirSync(join(folder, 'renders')).sort();
  expect(files).toEqual(['glass-seen-from-here-70.gif', 'glass-seen-from-here-70.mp4']);
});

test('still draws what it draws from the recipe', async () => {
  const recipe = join(folder, 'recipe.json');
  writeFileSync(recipe, writeRecipe(glass));
  const pictures = [];
  for (const scene of [link, hash, recipe]) {
    const out = join(folder, `still ${pictures.length}.png`);
    const { code, stderr } = await inProcess(['still', scene, '--at', '0.7', '--out', out]);
    expect([stderr, code]).toEqual(['', 0]);
    pictures.push(imageData(readFileSync(out)).toString('hex'));
  }
  expect(pictures[0]).toBe(pictures[2]);
  expect(pictures[1]).toBe(pictures[2]);
});

test('info prints the recipe, and sheet and batch accept a link', async () => {
  const described = await inProcess(['info', link, '--json']);
  expect(JSON.parse(described.stdout)).toMatchObject({
    type: 'info',
    format: 'link',
    recipe: { sweep: glass },
  });
  const said = await inProcess(['info', link]);
  expect(said.stdout).toMatch(
    /^Glass, \.\.\/seen from \*here\* {2}link, 32x18, 10 fps, 20 frames, 2 s\nTo render it: /,
  );
  const out = join(folder, 'sheet.png');
  const sheet = await inProcess(['sheet', link, '--seeds', '1-2', '--size', '16x9', '--quiet', '--out', out]);
  expect([sheet.stderr, sheet.code]).toEqual(['', 0]);
  const rows = join(folder, 'rows.json');
  writeFileSync(rows, JSON.stringify([{ scene: link, frames: '0-1' }]));
  const batch = await inProcess(['batch', rows, '--quiet'], { cwd: folder });
  expect([batch.stderr, batch.code]).toEqual(['', 0]);
  expect(existsSync(join(folder, 'renders/link-row1.mp4'))).toBe(true);
});

test.each([
  ['render', 'https://example.org/explorer/', /holds no recipe: copy a link with Share/],
  ['still', '#u1=AAAA', /The link is damaged/],
  ['info', '#u9=AAAA', /has version 9/],
  ['edit', link, /The editor opens files, and this is a link: open it with .*explore/],
  ['explore', 'tour', /tour is a composed scene, but the explorer opens only sweeps: use .*edit/],
  ['explore', 'nowhere.json', /nowhere\.json/],
])('%s refuses what it cannot open, in one line', async (command, scene, message) => {
  const { code, stdout, stderr } = await inProcess([command, scene]);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

interface Answer {
  status?: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Requests a path exactly as written: fetch() would resolve its dots. */
function ask(origin: string, path: string, method = 'GET', headers = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(origin);
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', failed).end();
  });
}

test('explore serves the page to this machine, and nothing else, until it is stopped', async () => {
  const recipe = join(folder, 'opened.json');
  writeFileSync(recipe, writeRecipe(glass));
  let child: Child | undefined;
  let served = '';
  const address = new Promise<string>((found) => {
    const watch = (started: Child, text: string) => {
      child = started;
      served += text;
      const [, url] = /^The explorer is at (\S+) until you press Ctrl-C\.\n/.exec(served) ?? [];
      if (url) found(url);
    };
    void untrained(['explore', recipe, '--no-open', '--port', '9310'], { watch }).then((outcome) => {
      ended = outcome;
      found('');
    });
  });
  let ended: Awaited<ReturnType<typeof untrained>> | undefined;
  const url = new URL(await address);
  expect((await readLink(url.href)).sweep).toEqual(glass);

  const page = await ask(url.origin, '/');
  expect(page.status).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; /),
    'x-content-type-options': 'nosniff',
  });
  expect(page.body).toContain('src="data:image/jpeg;base64,');
  const [, script] = /src="(main\.js[^"]*)"/.exec(page.body)!;
  const head = await ask(url.origin, `/${script}`, 'HEAD');
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-type': /javascript/ } });
  const statuses = [
    await ask(url.origin, '/', 'POST'),
    await ask(url.origin, '/', 'GET', { host: 'example.org' }),
    await ask(url.origin, '/', 'GET', { origin: 'https://example.org' }),
    ...(await Promise.all(
      ['/../package.json', '/%2e%2e/manifest.json', '/chunks', '/..%2fmanifest.json', '//etc/passwd'].map(
        (path) => ask(url.origin, path),
      ),
    )),
  ].map(({ status }) => status);
  expect(statuses).toEqual([405, 403, 403, 404, 404, 404, 404, 404]);

  child?.kill('SIGINT');
  await expect.poll(() => ended?.code, { timeout: 20_000 }).toBe(0);
});
