/** Low system limits are reported in one line. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './untrained.js';

const folder = temporaryFolder();

test.runIf(process.platform === 'linux').each([40, 50, 64])(
  'a limit of %i open files is reported clearly',
  (limit) => {
    const command = `ulimit -n ${limit}; exec "${process.execPath}" "${resolve('dist/cli/main.js')}" still depth --size 16 --out a.png --no-cache --quiet`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
    if (status === 0) expect(existsSync(join(folder, 'a.png'))).toBe(true);
    else expect(stderr).toMatch(/^untrained: .*ulimit -n 1024.*\n$/);
  },
);
