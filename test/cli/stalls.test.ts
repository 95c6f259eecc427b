/** Programs that hang: the command names them in one line, leaves nothing, and does not wait forever. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testFfmpeg } from '../video/decode.js';
import { temporaryFolder, untrained } from './untrained.js';

const folder = temporaryFolder();
const SMALL = ['--size', '32x32', '--seconds', '1', '--pace', 'tracks', '--quiet'];

/** An ffmpeg that does something else first if its arguments match a shell pattern. */
async function ffmpegThat(name: string, when: string, does: string): Promise<string> {
  const { path } = await testFfmpeg();
  const script = join(folder, name);
  writeFileSync(
    script,
    `#!/bin/sh
case "$*" in ${when}) echo $$ >> '${script}.pids'; ${does};; esac
exec '${path}' "$@"
`,
  );
  chmodSync(script, 0o755);
  return script;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// At once, because they mostly wait.
describe.skipIf(process.platform === 'win32').concurrent('an ffmpeg that hangs', () => {
  test.each([
    ['when asked for its version', '*-version*', /which did not respond for 1 s/, 'mp4'],
    ['while encoding', '*pipe:0*', /no progress for 1 s after \d+ of 25 frames of ".*film\.mp4"/, 'mp4'],
    ['while joining', '*concat*', /no progress for 1 s after 25 of 25 frames of ".*film\.mp4"/, 'mp4'],
    ['while choosing a palette', '*sample.nut*', /no progress for 1 s after 25 of 25 frames/, 'gif'],
  ])('%s', async (name, when, says, format) => {
    const ffmpeg = await ffmpegThat(name.replaceAll(' ', '-'), when, 'kill -STOP $$');
    const into = join(folder, `of ${name}`);
    const film = ['render', 'weight-scale', ...SMALL, '--out', join(into, `film.${format}`)];
    const { code, stderr } = await untrained([...film, '--ffmpeg', ffmpeg, '--timeout', '1']);
    expect(stderr).toMatch(says);
    expect(stderr).toContain('--timeout');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(75);
    const pids = readFileSync(`${ffmpeg}.pids`, 'utf8').trim().split('\n').map(Number);
    expect(pids.filter(isAlive)).toEqual([]);
    if (existsSync(into)) expect(readdirSync(into)).toEqual([]);
  });

  test('is waited for if it is only slow', async () => {
    // For about 5 seconds. With a timeout of 1 second, the version check may fail on a busy machine.
    const ffmpeg = await ffmpegThat('slow', '*concat*', 'i=0; while [ $i -lt 6000000 ]; do i=$((i+1)); done');
    const film = join(folder, 'slow.mp4');
    const args = ['render', 'weight-scale', ...SMALL, '--out', film, '--ffmpeg', ffmpeg, '--timeout', '3'];
    expect(await untrained(args)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(film)).toBe(true);
  });
});
