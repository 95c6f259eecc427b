/** The files about the project agree with the package. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../src/cli/program.js';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const yaml = (path: string) => parse(readFileSync(path, 'utf8'));

/** What CFF 1.2.0 requires, with the form of its version and licence. */
test('CITATION.cff has the required fields, and the version and licence of the package', () => {
  const citation = yaml('CITATION.cff');
  expect(citation).toMatchObject({
    'cff-version': '1.2.0',
    type: 'software',
    message: expect.any(String),
    title: 'Untrained',
    version: manifest.version,
    license: manifest.license,
  });
  const fields = 'cff-version message type title version abstract authors license keywords references'.split(
    ' ',
  );
  expect(Object.keys(citation).filter((key) => !fields.includes(key))).toEqual([]);
  for (const { authors } of [citation, ...citation.references]) {
    expect(authors.length).toBeGreaterThan(0);
    for (const author of authors) expect(typeof (author.name ?? author['family-names'])).toBe('string');
  }
  for (const { type, title } of citation.references)
    expect([typeof type, typeof title]).toEqual(['string', 'string']);
});

test('CHANGELOG.md begins with what is not released, and has the version of the package', () => {
  const versions = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(versions[0]).toBe('Unreleased');
  expect(versions).toContain(manifest.version);
});

/** The rules of GitHub's schema for forms (docs.github.com). */
test.each(readdirSync('.github/ISSUE_TEMPLATE').filter((name) => name !== 'config.yml'))(
  '%s is a form',
  (name) => {
    const form = yaml(`.github/ISSUE_TEMPLATE/${name}`);
    expect([typeof form.name, typeof form.description]).toEqual(['string', 'string']);
    const fields = form.body.filter(({ type }: { type: string }) => type !== 'markdown');
    expect(fields.length).toBeGreaterThan(0);
    const ids = fields.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, id, attributes } of fields) {
      expect(['textarea', 'input', 'dropdown', 'checkboxes']).toContain(type);
      expect(id).toMatch(/^[\w-]+$/);
      expect(attributes.label).toEqual(expect.any(String));
    }
  },
);

test('a report of an error must have the output of doctor, which has that option', () => {
  const { body } = yaml('.github/ISSUE_TEMPLATE/bug.yml');
  const doctor = body.find(({ id }: { id: string }) => id === 'doctor');
  expect(doctor.attributes.label).toContain('npx untrained doctor --json');
  expect(doctor.validations.required).toBe(true);
  const command = buildProgram(new AbortController().signal).commands.find((one) => one.name() === 'doctor');
  expect(command?.options.map(({ long }) => long)).toContain('--json');
});
