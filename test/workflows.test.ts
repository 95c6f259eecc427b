/** The workflows of .github: what they run exists, and they may do no more than they need. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = '.github/workflows';
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(`${folder}/${name}`, 'utf8'),
}));
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const textOf = (name: string) => workflows.find((workflow) => workflow.name === name)!.text;

/** The texts of a workflow's jobs. */
const jobsOf = (text: string) =>
  text
    .split(/^jobs:\n/m)[1]
    .split(/^ {2}(?=[\w-]+:\n)/m)
    .slice(1);

test('there is one for tests, one for every night, one for the site and one for releases', () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual([
    'nightly.yml',
    'release.yml',
    'site.yml',
    'test.yml',
  ]);
  expect(textOf('test.yml')).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  expect(textOf('test.yml')).toContain('node: [20, 22, 24, 26]');
});

test.each(workflows)('$name is cautious, and names what exists', ({ text }) => {
  expect(text).not.toContain('\t');
  expect(text.split('\n').filter((line) => /^( {2})* \S/.test(line))).toEqual([]); // indented by two
  expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
  expect(text).toMatch(/^concurrency:\n {2}group: /m);
  const jobs = jobsOf(text);
  expect(jobs.length).toBeGreaterThan(0);
  for (const job of jobs) {
    expect(job).toMatch(/^ {4}runs-on: /m);
    expect(job).toMatch(/^ {4}timeout-minutes: \d+$/m);
  }
  const used = [...text.matchAll(/^.*\buses: (.*)$/gm)].map(([, action]) => action);
  expect(used.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  const checkouts = used.filter((action) => action.startsWith('actions/checkout@')).length;
  expect(text.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts);
  for (const [, name] of text.matchAll(/\bnpm run ([\w:-]+)/g)) expect(scripts).toHaveProperty(name);
});

test('only the jobs that publish may write', () => {
  const writers = workflows.flatMap(({ name, text }) =>
    jobsOf(text)
      .filter((job) => /: write/.test(job))
      .map((job) => `${name} ${/^[\w-]+/.exec(job)![0]}: ${job.match(/[\w-]+(?=: write)/g)!.join(', ')}`),
  );
  expect(writers.sort()).toEqual(['release.yml publish: id-token', 'site.yml deploy: pages, id-token']);
  expect(textOf('release.yml')).toContain('npm publish --provenance');
});

test('a release needs a tag that is the version, a section in the changelog, and a repository', async () => {
  const module = new URL('../build/release-check.js', import.meta.url).href;
  const {
    problemOf,
  }: { problemOf: (tag: string, manifest: object, changelog?: string) => string | undefined } = await import(
    module
  );
  const manifest = { version: '0.2.0', repository: 'github:example/untrained' };
  const log = '# Changes\n\n## 0.2.0\n\n- More.\n\n## 0.1.0\n';
  expect(problemOf('v0.2.0', manifest, log)).toBeUndefined();
  expect(problemOf('v0.2.0', manifest, '## [0.2.0] - 2026-12-01\n')).toBeUndefined();
  expect(problemOf('v0.2.1', manifest, log)).toMatch(/^The tag is "v0.2.1" but must be v0.2.0/);
  expect(problemOf('0.2.0', manifest, log)).toMatch(/^The tag is "0.2.0"/);
  expect(problemOf('v0.2.0', manifest, '## 0.1.0\n')).toMatch(/has no section "## 0.2.0"/);
  expect(problemOf('v0.2.0', manifest, undefined)).toMatch(/has no section/);
  expect(problemOf('v0.2.0', { ...manifest, repository: undefined }, log)).toMatch(/has no "repository"/);
});
