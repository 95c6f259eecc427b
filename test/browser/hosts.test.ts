/** Scenes' requests to hosts: answered from installed packages or by allowed hosts, and otherwise refused. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseHost } from '../../src/cli/arguments.js';
import { Hosts } from '../../src/sources/composed/hosts.js';
import { inProcess, temporaryFolder, untrained } from '../cli/untrained.js';
import { decode } from '../video/decode.js';

const folder = temporaryFolder();
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  if (request.url === '/moved') response.writeHead(302, { location: 'https://b.example/x' }).end();
  else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
  else if (request.url === '/none') response.writeHead(404).end();
  else if (request.url === '/here') response.writeHead(302, { location: '/text' }).end();
  else
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(`cookie: ${request.headers.cookie ?? 'none'}`);
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => void server.close());

/** Stands in for the network: every host is our own server, which expects only https. */
const network: typeof fetch = (input, options) => {
  const { protocol, pathname } = new URL(String(input));
  if (protocol !== 'https:') throw new Error(`${input} was asked without encryption`);
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`, options);
};
const offline: typeof fetch = () => Promise.reject(new Error('no network'));

const options = { allowHosts: ['a.example'], store: join(folder, 'answers'), fetch: network };

test('an allowed host is asked, its answer stored by its digest, and had again without a network', async () => {
  const hosts = new Hosts(folder, options);
  const { type, body } = await hosts.answer('https://a.example/here');
  expect([type, String(body)]).toEqual(['text/plain', 'cookie: none']);
  const [[address, digest]] = hosts.given;
  expect(address).toBe('https://a.example/here');
  expect(readdirSync(options.store)).toContain(digest);
  const again = new Hosts(folder, { ...options, fetch: offline });
  expect(String((await again.answer(address)).body)).toBe('cookie: none');
  // A film whose recipe names its responses needs no permission, since nothing is requested.
  const remade = new Hosts(folder, { store: options.store, answers: { [address]: digest }, fetch: offline });
  expect(String((await remade.answer(address)).body)).toBe('cookie: none');
  writeFileSync(join(options.store, digest), 'text/plain\nsomething else');
  await expect(remade.answer(`${address}?other`)).rejects.toThrow('--allow-host a.example');
  const damaged = new Hosts(folder, { store: options.store, answers: { [address]: digest }, fetch: offline });
  await expect(damaged.answer(address)).rejects.toThrow('--allow-host a.example');
});

test('other hosts are not asked, nor redirects to them followed', async () => {
  const hosts = new Hosts(folder, options);
  asked.length = 0;
  await expect(hosts.answer('https://b.example/')).rejects.toThrow('--allow-host b.example');
  await expect(hosts.answer('https://a.example:8443/')).rejects.toThrow('--allow-host a.example:8443');
  expect(asked).toEqual([]);
  await expect(hosts.answer('https://a.example/moved')).rejects.toThrow(
    'https://b.example, which is another host',
  );
  await expect(hosts.answer('https://a.example/round')).rejects.toThrow('more than 5 times');
  await expect(hosts.answer('https://a.example/none')).rejects.toThrow('it answered 404');
});

test('a host is a name, and nothing around it', () => {
  expect(parseHost('API.iconify.design')).toBe('api.iconify.design');
  for (const text of ['https://a.example', 'a.example/x', '*', '', 'a b', '*.a.example', 'u@a.example'])
    expect(parseHost(text), text).toBeUndefined();
});

function scene(name: string, body: string): string {
  const path = join(folder, `${name}.tsx`);
  const lines = [
    `import { Icon, Img, makeScene2D } from '@motion-canvas/2d';`,
    `import { CodeBlock } from '@motion-canvas/2d/lib/components/CodeBlock';`,
    `import { waitFor } from '@motion-canvas/core';`,
    `export default makeScene2D(function* (view) {`,
    body, // line 5
    `yield* waitFor(0.2);`,
    `});`,
  ];
  writeFileSync(path, lines.join('\n'));
  return path;
}

const still = (path: string, ...more: string[]) =>
  inProcess(['still', path, '--at', '0', '--size', '96x54', '--out', join(folder, 'still.png'), ...more]);

test('an icon whose set is not installed: one line with the place, the host, the option and what to install', async () => {
  const path = scene('lacking', `view.add(<Icon icon={'no-such-set:brain'} size={300} color={'white'} />);`);
  const { code, stderr } = await still(path, '--quiet');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/lacking\.tsx:5:\d+: .*https:\/\/api\.iconify\.design\/no-such-set\/brain\.svg/);
  expect(stderr).toContain(
    'npm install @iconify-json/no-such-set, or allow it with --allow-host api.iconify.design.',
  );
  expect(code).toBe(1);
});

test('a picture of any other host: likewise', async () => {
  const { code, stderr } = await still(
    scene('picture', `view.add(<Img src={'https://example.com/a.png'} />);`),
    '--quiet',
  );
  expect(stderr).toMatch(/picture\.tsx:5:\d+: .*https:\/\/example\.com\/a\.png.*--allow-host example\.com/);
  expect(code).toBe(1);
});

test('an icon whose set is installed is drawn from there, turned and coloured as it says', async () => {
  const set = join(folder, 'node_modules/@iconify-json/case');
  mkdirSync(set, { recursive: true });
  writeFileSync(join(set, 'package.json'), '{"name":"@iconify-json/case","version":"1.0.0"}');
  const icons = {
    prefix: 'case',
    icons: { left: { body: '<path fill="currentColor" d="M0 0h10v20H0z"/>' } },
    aliases: { right: { parent: 'left', hFlip: true }, top: { parent: 'left', rotate: 1 } },
    width: 20,
    height: 20,
  };
  writeFileSync(join(set, 'icons.json'), JSON.stringify(icons));
  const names = ['left', 'right', 'top'];
  const nodes = names.map(
    (name, i) => `<Icon icon={'case:${name}'} size={600} x={${640 * (i - 1)}} color={'#ff0000'} />`,
  );
  const path = scene('icons', `view.add(<>${nodes.join('')}</>);`);
  const { code, stderr } = await still(path, '--quiet');
  expect([code, stderr]).toEqual([0, '']);
  const { frames } = await decode(join(folder, 'still.png'), { width: 96, height: 54 });
  const red = (x: number, y: number) => frames[0][4 * (96 * y + x)] > 200;
  // At the left, right, top and bottom of each.
  const halves = [16, 48, 80].map((x) => [red(x - 8, 27), red(x + 8, 27), red(x, 18), red(x, 36)]);
  expect(halves.map(([left, right]) => [left, right]).slice(0, 2)).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(halves[2].slice(2)).toEqual([true, false]);
  // The film's recipe contains its responses.
  expect(readFileSync(join(folder, 'still.png'), 'latin1')).toMatch(
    /"answers":\{.*"https:\/\/api\.iconify\.design\/case\/top\.svg\?color=%23ff0000":"[0-9a-f]{64}"\}/,
  );
});

test('CodeBlock has what it loads from a host out of node_modules', async () => {
  const path = scene('block', `yield view.add(<CodeBlock fontSize={200} code={'const x = 1'} />);`);
  const { code, stderr } = await still(path, '--quiet');
  expect([code, stderr]).toEqual([0, '']);
  const { frames } = await decode(join(folder, 'still.png'), { width: 96, height: 54 });
  expect(frames[0].filter((byte, i) => i % 4 < 3 && byte > 60).length).toBeGreaterThan(50);
});

test('the command stores what an allowed host answers, and makes the film again without it', async () => {
  const cwd = join(folder, 'again');
  mkdirSync(join(cwd, 'scenes'), { recursive: true });
  writeFileSync(
    join(cwd, 'scenes', 'star.tsx'),
    `/** A star. */
import { Icon, makeScene2D } from '@motion-canvas/2d';
import { waitFor } from '@motion-canvas/core';
export default makeScene2D(function* (view) {
  view.add(<Icon icon={'mdi:star'} size={300} color={'white'} />);
  yield* waitFor(0.2);
});
`,
  );
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#fff" d="M2 2h20v20z"/></svg>';
  const stub = join(folder, 'stub.mjs');
  writeFileSync(
    stub,
    `globalThis.fetch = async () => new Response('${svg}', { headers: { 'content-type': 'image/svg+xml' } });`,
  );
  const env = { UNTRAINED_CACHE: join(folder, 'host-cache') };
  const online = {
    cwd,
    env: { ...env, NODE_OPTIONS: `--import ${JSON.stringify(pathToFileURL(stub).href)}` },
  };
  const small = ['--size', '64x36', '--fps', '10', '--quiet'];
  const allowed = ['render', 'star', ...small, '--allow-host', 'api.iconify.design', '--out', 'a.mp4'];
  expect(await untrained(allowed, online)).toMatchObject({ code: 0, stderr: '' });
  expect(await inProcess(['render', 'a.mp4', '--out', 'b.mp4', '--quiet'], { cwd, env })).toMatchObject({
    code: 0,
  });
  expect(readFileSync(join(cwd, 'b.mp4'))).toEqual(readFileSync(join(cwd, 'a.mp4')));
});
