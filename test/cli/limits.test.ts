/** That small limits of the system are told in one line. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './untrained.js';

const folder = temporaryFolder();

test.runIf(process.platform === 'linux')('a limit of 64 open files is no riddle', () => {
  const command = `ulimit -n 64; exec "${process.execPath}" "${resolve('dist/cli/main.js')}" still depth --size 16 --out a.png --no-cache --quiet`;
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  if (status === 0) expect(existsSync(join(folder, 'a.png'))).toBe(true);
  else expect(stderr).toMatch(/^untrained: More files would have to be open .* "ulimit -n 1024"\.\n$/);
});
