/** examples/cluster/slurm.sh on Slurm itself: a controller and a node on this machine, started for the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../cli/untrained.js';
import {
  environment,
  freePorts,
  killed,
  missingAmong,
  planFilm,
  processes,
  run,
  SEGMENTS,
  skippedWithout,
  stored,
  userFolder,
} from './cluster.js';

const SCRIPT = resolve('examples/cluster/slurm.sh');
const missing = missingAmong(['slurmctld', 'slurmd', 'sbatch', 'scontrol']);
const title = `on Slurm${skippedWithout('Slurm', missing)}`;
const folder = temporaryFolder();
const PATIENCE = { timeout: 100_000, interval: 100 };

describe.skipIf(missing.length > 0)(title, () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm();
  });
  afterAll(() => slurm?.stop());

  test('an array renders a film, and a task that is killed is requeued; then a job joins it', async () => {
    const cwd = userFolder(folder);
    const store = join(cwd, 'segments');
    const film = await planFilm(cwd);

    // A part of an array: the shard's number is that of its task, and there are still three.
    const args = ['plan.json', 'segments', 'film.mp4', '3'];
    const part = await slurm.ask('sbatch', ['--parsable', '--array=2', SCRIPT, ...args], cwd);
    await vi.waitFor(async () => expect(await slurm.job(part)).toContain('JobState=COMPLETED'), PATIENCE);
    expect(stored(store)).toBe(SEGMENTS / 3);

    // All of it. A task is killed as soon as it draws.
    const [join_] = (await slurm.ask('sh', [SCRIPT, ...args], cwd)).match(/\d+$/) ?? [];
    await vi.waitFor(() => {
      const drawing = slurm.processes().find(({ args }) => /\buntrained$/.test(args[1]));
      expect(drawing !== undefined && killed(drawing.pid), 'a task was killed').toBe(true);
    }, PATIENCE);
    // Slurm would wait for two minutes.
    const task = await vi.waitFor(async () => {
      const all = (await slurm.ask('scontrol', ['--oneliner', 'show', 'job'], cwd)).split('\n');
      const requeued = all.find((line) => / JobState=PENDING .* Restarts=1 /.test(line));
      return /^JobId=(\d+)/.exec(requeued ?? '')![1];
    }, PATIENCE);
    await slurm.ask('scontrol', ['update', `JobId=${task}`, 'StartTime=now'], cwd);

    await vi.waitFor(async () => expect(await slurm.job(join_!)).toContain('JobState=COMPLETED'), PATIENCE);
    expect(stored(store)).toBe(SEGMENTS);
    expect(readFileSync(join(cwd, 'film.mp4')).equals(film)).toBe(true);
  }, 300_000);
});

interface Slurm {
  /** Runs one of its programs. Returns what it prints. */
  ask(program: string, args: readonly string[], cwd: string): Promise<string>;
  /** What Slurm knows about a job. */
  job(id: string): Promise<string>;
  /** Its processes, and those of its jobs. */
  processes(): ReturnType<typeof processes>;
  stop(): Promise<void>;
}

/** Starts a controller and a node, as whoever runs the tests. */
async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'untrained-slurm-')); // Slurm takes no spaces
  const [controller, node] = await freePorts(2);
  const host = hostname().split('.', 1)[0];
  const user = userInfo().username;
  const settings = {
    ClusterName: 'test',
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: controller,
    SlurmdPort: node,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: 'auth/none',
    CredType: 'cred/none',
    ProctrackType: 'proctrack/pgid',
    TaskPlugin: 'task/none',
    JobAcctGatherType: 'jobacct_gather/none',
    AccountingStorageType: 'accounting_storage/none',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_Core',
    SchedulerParameters: 'sched_interval=1,batch_sched_delay=0,bf_interval=1',
    SlurmdParameters: 'config_overrides', // the node has as many cores as it says
    StateSaveLocation: join(folder, 'state'),
    SlurmdSpoolDir: join(folder, 'spool'),
    SlurmctldPidFile: join(folder, 'slurmctld.pid'),
    SlurmdPidFile: join(folder, 'slurmd.pid'),
    ReturnToService: 2,
    KillWait: 2,
    NodeName: `${host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN`,
    PartitionName: 'main Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
  };
  const file = join(folder, 'slurm.conf');
  writeFileSync(
    file,
    Object.entries(settings).reduce((text, [key, value]) => `${text}${key}=${value}\n`, ''),
  );
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  const env = { ...environment(), SLURM_CONF: file };

  const children: ChildProcess[] = [];
  const start = (program: string, args: string[]) => {
    const log = openSync(join(folder, `${program}.log`), 'w');
    children.push(spawn(program, ['-D', ...args], { env, cwd: folder, stdio: ['ignore', log, log] }));
    closeSync(log);
  };
  const ask = async (program: string, args: readonly string[], cwd: string) => {
    const { code, output } = await run(program, args, { cwd, env });
    expect(code, `${program} ${args.join(' ')}: ${output}`).toBe(0);
    return output.trim();
  };
  const ours = () => processes().filter(({ variables }) => variables.includes(`SLURM_CONF=${file}`));
  const stop = async () => {
    await vi.waitFor(() => {
      for (const { pid } of ours()) killed(pid);
      expect(ours()).toEqual([]);
    }, PATIENCE);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };

  try {
    start('slurmctld', []);
    start('slurmd', ['-N', host]);
    await vi.waitFor(async () => {
      const logs = children.some(({ exitCode }) => exitCode !== null) ? logsIn(folder) : '';
      expect(await ask('sinfo', ['--noheader', '--format=%T'], folder), logs).toBe('idle');
    }, PATIENCE);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ask,
    job: (id) => ask('scontrol', ['--oneliner', 'show', 'job', id], folder),
    processes: ours,
    stop,
  };
}

const logsIn = (folder: string) =>
  ['slurmctld', 'slurmd'].map((name) => readFileSync(join(folder, `${name}.log`), 'utf8')).join('');
