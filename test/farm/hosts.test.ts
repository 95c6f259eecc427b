/** Plans of scenes that load from hosts, or from installed packages: all parts of a film have the same responses. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ComposedRequest, hostsOf, type Job } from '../../src/jobs/job.js';
import { readPlanFile } from '../../src/jobs/plan-file.js';
import { Hosts } from '../../src/sources/composed/hosts.js';
import { inProcess, temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder, name);
const small = ['--size', '64x36', '--fps', '5', '--quiet'];

/** Stands in for all hosts. */
let colour = 'red';
let status = 200;
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url!);
  response
    .writeHead(status, { 'content-type': 'image/svg+xml' })
    .end(
      `<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect width="99" height="99" fill="${colour}"/></svg>`,
    );
});
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const network = globalThis.fetch;
  vi.stubGlobal('fetch', (input: URL, options: RequestInit) => {
    expect(input.protocol).toBe('https:');
    const { port } = server.address() as AddressInfo;
    return network(`http://127.0.0.1:${port}${input.pathname}`, options);
  });

  const set = inFolder('node_modules/@iconify-json/case');
  mkdirSync(set, { recursive: true });
  writeFileSync(join(set, 'package.json'), '{"name":"@iconify-json/case","version":"1.0.0"}');
  writeFileSync(
    join(set, 'icons.json'),
    JSON.stringify({ icons: { left: { body: '<path fill="currentColor" d="M0 0h10v16H0z"/>' } } }),
  );
});
afterAll(() => void server.close());
beforeEach(() => {
  asked.length = 0;
  colour = 'red';
  status = 200;
});

/** Writes a scene of 11 seconds, which are three segments, that shows one thing at first and another one later. */
function scene(name: string, first: string, later: string): string {
  const path = inFolder(`${name}.tsx`);
  writeFileSync(
    path,
    `import { Icon, Img, makeScene2D, Rect } from '@motion-canvas/2d';
    import { createRef, waitFor } from '@motion-canvas/core';
    export default makeScene2D(function* (view) {
      const rect = createRef<Rect>();
      view.add(<Rect ref={rect} y={300} size={200} fill={'#e06040'} />);
      view.add(${first});
      yield* rect().width(1600, 8);
      view.add(${later});
      yield* waitFor(3);
    });`,
  );
  return path;
}
const picture = (name: string, x: number) =>
  `<Img src={'https://a.example/${name}.svg'} size={400} x={${x}} />`;
const icon = (colour: string, x: number) =>
  `<Icon icon={'case:left'} size={400} x={${x}} color={'${colour}'} />`;

const run = async (args: string[], cache = 'off') => {
  const { code, stdout, stderr } = await inProcess(args, { cwd: folder, env: { UNTRAINED_CACHE: cache } });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  return { code, stdout, stderr: stderr.trim() };
};
const succeed = async (args: string[], cache?: string) => {
  const { code, stdout, stderr } = await run(args, cache);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};
const shard = (plan: string, store: string, number: string, ...more: string[]) => [
  ...['render', '--plan', plan, '--shard', number, '--store', store, '--quiet', ...more],
];
const plannedAnswers = async (plan: string) => {
  const [job] = (await readPlanFile(inFolder(plan))).jobs;
  return Object.keys((job.source as ComposedRequest).answers ?? {});
};

test('pictures from a host: the shards load those that were planned, and refuse others', async () => {
  const path = scene('pictures', picture('one', -500), picture('two', 500));
  const allowed = ['--allow-host', 'a.example'];
  const [whole, joined] = ['whole.mp4', 'joined.mp4'].map(inFolder);
  await succeed(['render', path, ...small, ...allowed, '--out', 'whole.mp4']);
  expect(asked).toEqual(['/one.svg', '/two.svg']);
  // An earlier response, which the host has replaced, is not planned: other machines could not load it.
  const [cache, store] = ['cache', 'cache/answers'].map(inFolder);
  colour = 'blue';
  await new Hosts(folder, { allowHosts: ['a.example'], store }).answer('https://a.example/one.svg');
  expect(readdirSync(store)).toHaveLength(2);
  colour = 'red';
  const plan = ['plan', path, ...small, ...allowed, '--out', 'joined.mp4', '--plan', 'plan.json'];
  expect(await succeed([...plan, '--json'], cache)).toContain('--allow-host a.example');
  expect(await plannedAnswers('plan.json')).toEqual([
    'https://a.example/one.svg',
    'https://a.example/two.svg',
  ]);

  const refused = await run(shard('plan.json', 'store', '1/2'));
  expect(refused).toMatchObject({
    code: 3,
    stderr:
      "untrained: The plan's scene loads from a.example, which is not allowed here: allow it with --allow-host a.example.",
  });
  await succeed(shard('plan.json', 'store', '1/2', ...allowed));
  colour = 'blue';
  const changed = await run(shard('plan.json', 'store', '2/2', ...allowed));
  expect(changed.code).toBe(3);
  expect(changed.stderr).toMatch(
    /^untrained: pictures\.tsx:\d+:\d+: https:\/\/a\.example\/one\.svg no longer returns what it did when the film was planned: plan it again\.$/,
  );
  expect(readdirSync(inFolder('store')).filter((name) => /^[0-9a-f]{40}$/.test(name))).toHaveLength(1);
  // A machine that has the response asks for nothing.
  asked.length = 0;
  await succeed(shard('plan.json', 'store', '2/2', ...allowed), cache);
  expect(asked).toEqual([]);
  await succeed(['join', 'plan.json', '--store', 'store', '--quiet']);
  expect(readFileSync(joined).equals(readFileSync(whole))).toBe(true);
});

test('icons from an installed package: planned and drawn without a network', async () => {
  const path = scene('icons', icon('white', -500), icon('#00ff00', 500));
  await succeed(['render', path, ...small, '--out', 'icons.mp4']);
  const whole = readFileSync(inFolder('icons.mp4'));
  writeFileSync(inFolder('icons.mp4'), '');
  await succeed(['plan', path, ...small, '--out', 'icons.mp4', '--plan', 'icons.json']);
  expect(await plannedAnswers('icons.json')).toEqual([
    'https://api.iconify.design/case/left.svg?color=%2300ff00',
    'https://api.iconify.design/case/left.svg?color=%23ffffff',
  ]);
  for (const number of ['2/2', '1/2']) await succeed(shard('icons.json', 'icon-store', number));
  await succeed(['join', 'icons.json', '--store', 'icon-store', '--quiet']);
  expect(readFileSync(inFolder('icons.mp4')).equals(whole)).toBe(true);
  expect(asked).toEqual([]);
});

test('what was not planned is not requested, and what may come back is tried again', async () => {
  const address = 'https://a.example/one.svg';
  const hosts = (answers: Record<string, string>, ...allowHosts: string[]) =>
    new Hosts(folder, { planned: true, answers, allowHosts });
  const refusal = (message: RegExp) => ({ name: 'RefusedError', message: expect.stringMatching(message) });
  const digest = '0'.repeat(64);
  await expect(hosts({}, 'a.example').answer(address)).rejects.toMatchObject(
    refusal(/one\.svg, but did not when the film was planned: plan it again with --allow-host a\.example\.$/),
  );
  await expect(hosts({ [address]: digest }).answer(address)).rejects.toMatchObject(
    refusal(/one\.svg, which is not stored here: allow it with --allow-host a\.example\.$/),
  );
  const lacking = 'https://api.iconify.design/no-such-set/brain.svg';
  await expect(hosts({ [lacking]: digest }).answer(lacking)).rejects.toMatchObject(
    refusal(/run npm install @iconify-json\/no-such-set, as where the film was planned\.$/),
  );
  const other = 'https://api.iconify.design/case/left.svg';
  await expect(hosts({ [other]: digest }).answer(other)).rejects.toMatchObject(
    refusal(/left\.svg differs in the package that is installed here: install the same version/),
  );
  expect(asked).toEqual([]);
  status = 503;
  await expect(hosts({ [address]: digest }, 'a.example').answer(address)).rejects.toMatchObject({
    name: 'TransientError',
  });
});

test('installed packages need no permission, but asking their hosts does', () => {
  const job = (request: Partial<ComposedRequest>) => ({ source: { kind: 'composed', ...request } }) as Job;
  const answers = { 'https://api.iconify.design/a/b.svg': '', 'https://a.example/': '' };
  expect(hostsOf(job({ answers }))).toEqual(['a.example']);
  expect(hostsOf(job({ answers, allowHosts: ['esm.sh'] }))).toEqual(['esm.sh', 'a.example']);
});
