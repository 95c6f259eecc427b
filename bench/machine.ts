/** Describes the machine, and warns if other programs are using it. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { some } from './table.js';

export async function printMachine(): Promise<void> {
  const cores = `${some(availableParallelism(), 'core')} (${cpus()[0]?.model.trim()})`;
  console.log(`Node ${process.versions.node}, ${cores}`);
  const busy = await busyCores();
  if (busy > 0.3)
    console.log(
      `Other programs keep ${busy.toFixed(1)} cores busy: times will be too long, and ratios less reliable.`,
    );
}

/** The number of cores that are busy while this process is idle. */
async function busyCores(): Promise<number> {
  const now = () =>
    cpus().map(({ times: { idle, user, nice, sys, irq } }) => ({ idle, work: user + nice + sys + irq }));
  const before = now();
  await sleep(1000);
  const shares = now().map(({ idle, work }, i) => {
    const worked = work - before[i].work;
    return worked / Math.max(1, worked + idle - before[i].idle);
  });
  return shares.reduce((sum, share) => sum + share, 0);
}

/** The version and clocks that NVIDIA's driver reports, right after work. Undefined on other GPUs. */
export function nvidiaClocks(): string | undefined {
  const fields = ['driver_version', 'clocks.sm', 'clocks.max.sm', 'power.draw'];
  try {
    const query = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader'];
    const output = execFileSync('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });
    const [driver, clock, most, power] = output.toString().split('\n')[0].split(', ');
    return `driver ${driver}, multiprocessors at ${clock} of at most ${most}, ${power}`;
  } catch {
    return undefined;
  }
}
