/** examples/cluster/parallel.sh: GNU parallel itself, with machines that a substitute for ssh reaches on this one. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/untrained.js';
import {
  environment,
  missingAmong,
  planFilm,
  run,
  SEGMENTS,
  skippedWithout,
  stored,
  userFolder,
} from './cluster.js';

const SCRIPT = resolve('examples/cluster/parallel.sh');
const missing = missingAmong(['bash', 'parallel']);
const title = `with GNU parallel${skippedWithout('GNU parallel', missing)}`;
const folder = temporaryFolder();

/**
 * Machines whose names begin with "off" cannot be reached. All others are this one. A server sets SHELL for those who
 * log in, and without it GNU parallel reports success for commands that it has not started.
 */
const SSH = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
machine=$1
shift
[ "$1" != -- ] || shift
case $machine in off*) echo "ssh: connect to host $machine: No route to host" >&2; exit 255 ;; esac
cd /
SHELL=/bin/sh exec sh -c "$*"
`;

describe.skipIf(missing.length > 0)(title, () => {
  test('shards that fail are tried on other machines, and only those are repeated later', async () => {
    const cwd = userFolder(folder);
    const programs = join(cwd, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'ssh'), SSH, { mode: 0o755 });
    const home = { HOME: cwd, PARALLEL_HOME: join(cwd, '.parallel') };
    const env = { ...environment(), ...home, PATH: `${programs}:${environment().PATH}` };
    const film = await planFilm(cwd);
    const render = (machines: string) =>
      run('bash', [SCRIPT, 'plan.json', 'segments', 'film.mp4', machines, '2'], { cwd, env });

    const none = await render('off1');
    expect(none.code, none.output).toBe(2); // the number of shards that failed
    expect(exitsIn(cwd)).toEqual({ 1: 255, 2: 255 });
    expect(stored(join(cwd, 'segments'))).toBe(0);
    expect(existsSync(join(cwd, 'film.mp4'))).toBe(false);

    const all = await render('off1,render1,:');
    expect(all.code, all.output).toBe(0);
    expect(exitsIn(cwd)).toEqual({ 1: 0, 2: 0 });
    expect(stored(join(cwd, 'segments'))).toBe(SEGMENTS);
    expect(readFileSync(join(cwd, 'film.mp4')).equals(film)).toBe(true);

    // All shards are done: it joins the film again, without starting any.
    const log = readFileSync(join(cwd, 'plan.json.joblog'), 'utf8');
    const again = await render('off1');
    expect(again.code, again.output).toBe(0);
    expect(readFileSync(join(cwd, 'plan.json.joblog'), 'utf8')).toBe(log);
    expect(readFileSync(join(cwd, 'film.mp4')).equals(film)).toBe(true);

    // The log lists shards as finished whose segments are no longer there: they are rendered again.
    rmSync(join(cwd, 'segments'), { recursive: true });
    const repaired = await render('render1,:');
    expect(repaired.code, repaired.output).toBe(0);
    expect(stored(join(cwd, 'segments'))).toBe(SEGMENTS);
    expect(readFileSync(join(cwd, 'film.mp4')).equals(film)).toBe(true);
  }, 300_000);
});

/** The last exit code of each shard in the log of GNU parallel. */
function exitsIn(cwd: string): Record<string, number> {
  const [, ...lines] = readFileSync(join(cwd, 'plan.json.joblog'), 'utf8').trim().split('\n');
  // Seq, Host, Starttime, JobRuntime, Send, Receive, Exitval, Signal, Command
  const rows = lines.map((line) => line.split('\t'));
  return Object.fromEntries(rows.map(([shard, , , , , , exit]) => [shard, Number(exit)]));
}
