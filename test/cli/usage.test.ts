/** The text of help, lists and refusals, word for word. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess, temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const inFolder = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test.each([
  [['--help']],
  [['explore', '--help']],
  [['edit', '--help']], // options.test.ts checks the help of commands that draw
  [['list']],
])('%j reads well', async (args) => {
  const { code, stdout } = await inProcess(args);
  expect(code).toBe(0);
  expect(stdout).toMatchSnapshot();
});

test.each([
  [['rendr']],
  [['render', '--widht', '3']],
  [['render', 'weight-scael']],
  [['render', 'nowhere.ts']],
  [['render', 'scene.tsx']],
  [['render', '--size', '0x10']],
  [['render', '--size', 'large']],
  [['render', '--size', '541x541']],
  [['render', '--size', '99999x10']],
  [['render', '--fps', 'NaN']],
  [['render', '--fps', '1000']],
  [['render', '--seconds', '-1']],
  [['render', '--seconds', '100000']],
  [['render', '--frames', '5-1']],
  [['render', '--frames', '0-5000']],
  [['render', '--frames', 'all']],
  [['render', '--supersample', '9']],
  [['render', '--palette', 'virdis']],
  [['render', '--palette', 'oklch', '--set', 'outputs=1']],
  [['render', 'star', '--palette', 'oklch']],
  [['render', '--threads', '0']],
  [['render', '--backend', 'gpu', '--threads', '2']],
  [['render', '--backend', 'abacus']],
  [['render', '--set', 'weightScale']],
  [['render', '--set', 'wieghtScale=1']],
  [['render', '--set', 'layers=NaN']],
  [['render', '--set', 'layers=1..x']],
  [['render', '--set', 'activation=tahn']],
  [['render', '--set', 'width=100000']],
  [['render', '--set', 'layers=1000', '--set', 'width=8000']],
  [['render', '--set', 'centre=1,2,3']],
  [['render', '--set', 'slice=1,2']],
  [['render', '--out', 'film.mvo']],
  [['render', '--out', 'film']],
  [['render', '--out', 'film.png']],
  [['render', '--gif', 'none']],
  [['render', '--pace', 'odd']],
  [['render', '--set', 'pace=odd']],
  [['render', 'growing-weights', '--pace', 'even']],
  [['still', '--at', '100']],
  [['still', '--out', 'still.mp4']],
  [['sheet']],
  [['sheet', '--seeds', '5-1']],
  [['sheet', '--seeds', ',']],
  [['sheet', '--seeds', '1-3', '--seed', '2']],
  [['sheet', '--seeds', '1-3', '--frames', '1', '--columns', '2']],
  [['sheet', '--seeds', '1-1000', '--size', '2000']],
  [['sheet', '--seeds', '1', '--at', '100']],
  [['sheet', '--seeds', '1', '--out', 'sheet.mp4']],
  [['sheet', '--best', '0']],
  [['sheet', '--best', '4', '--seeds', '1-3']],
  [['sheet', '--best', '4', '--seed', '3']],
  [['sheet', '--best', '4', '--shown', '2']],
  [['sheet', 'star', '--best', '4']],
  [['sheet', '--frames', 'all']],
  [['sheet', '--frames', '900']],
  [['sheet', '--frames', '0-90000000']],
  [['sheet', '--frames', '1', '--at', '2']],
  [['sheet', '--seeds', '1', '--every', '2']],
  [['batch']],
  [['batch', 'nowhere.json']],
  [['batch', 'rows.json', '--out', 'film.mp4']],
])('%j is refused with 2, in one line', async (args) => {
  const { code, stdout, stderr } = await inProcess(args);
  expect(stdout).toBe('');
  expect(stderr).toMatchSnapshot();
  expect(code).toBe(2);
});

test.each([
  ['broken.json', '{"untrained": 1'],
  ['empty.ts', 'export const nothing = 1;'],
  ['throwing.ts', 'throw new Error("on purpose");'],
  ['wrong.ts', 'export default { seconds: 2, network: { layers: "many" } };'],
  ['syntax.ts', 'export default {'],
])('the scene %s is refused with 2 and its own name', async (name, text) => {
  const { code, stderr } = await inProcess(['render', inFolder(name, text)]);
  expect(stderr.replaceAll(folder, 'FOLDER')).toMatchSnapshot();
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

test('--json reports errors to programs too', async () => {
  const { code, stdout } = await inProcess(['render', 'nothing-like-it', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'error',
    message: expect.stringContaining('nothing-like-it'),
  });
  expect(code).toBe(2);
});

test('doctor lists what it found, in this order', async () => {
  const { code, stdout } = await untrained(['doctor', '--json'], { env: { PATH: '', CHROME_PATH: '' } });
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(findings.map(({ what }) => what)).toEqual([
    'node',
    'cores',
    'gpu',
    'backend',
    'ffmpeg',
    'encoders',
    'formats',
    'browser',
    'cache',
  ]);
});

// On other systems the driver is part of the system.
test.runIf(process.platform === 'linux')(
  'an unusable GPU is refused with 2, in one line, and doctor says why',
  async () => {
    const env = { VK_DRIVER_FILES: '/nowhere/driver.json', LD_LIBRARY_PATH: '' };
    const { code, stderr } = await untrained(['still', '--backend', 'gpu'], { env });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(
      /^untrained: (No Vulkan driver is|The Vulkan loader .* is not) installed\. .*--backend cpu/,
    );
    expect(code).toBe(2);
    const doctor = await untrained(['doctor'], { env });
    expect(doctor.stdout).toMatch(/^-- {2}gpu {6}none\. .* installed\. \S/m);
    expect(doctor.stderr).toBe('');
  },
);

test('doctor exits with 1 when no ffmpeg works, and says what to do about it and about a browser', async () => {
  const nowhere = ['--browser', '/nowhere/browser', '--ffmpeg', '/nowhere/ffmpeg'];
  const { code, stdout } = await untrained(['doctor', ...nowhere]);
  expect(stdout).toMatch(/^-- {2}ffmpeg {3}.*"\/nowhere\/ffmpeg".* give the path of an ffmpeg/m);
  expect(stdout).toMatch(/^-- {2}browser {2}.*"\/nowhere\/browser".* give the path of a Chrome/m);
  expect(code).toBe(1);
});
