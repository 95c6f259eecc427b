/** The peer of our GPU renderer: the same network at the same points in PyTorch, if a Python has it. */
import type { Peer } from './peers.js';
import { readBrightness, startPython, type Work, writeWork } from './python.js';

interface Hello {
  version: string;
  device: string;
  chunks: number;
}

/** The time limit for each request, some of which compile, in milliseconds. */
const PATIENCE = 45_000;

/**
 * Starts PyTorch, eager and compiled: two peers in one process. They measure device time without transfers, so compare
 * them with our device time.
 * @param device - `cuda`, or `cpu` for a test.
 * @param left - The remaining time in milliseconds.
 */
export async function startTorch(work: Work, device: 'cuda' | 'cpu', left: () => number): Promise<Peer[]> {
  const sizes = await writeWork(work);
  const patience = () => Math.max(1000, Math.min(PATIENCE, left()));
  const python = await startPython<Hello>('torch_forward.py', [device, ...sizes], work.folder, {
    env: {
      // Compiled code is deleted with the folder, and no processes are started that could outlive this one.
      TORCHINDUCTOR_CACHE_DIR: `${work.folder}/inductor`,
      TRITON_CACHE_DIR: `${work.folder}/triton`,
      TORCHINDUCTOR_COMPILE_THREADS: '1',
    },
    patience: patience(),
  });
  const { version, device: name, chunks } = python.hello;
  const parts = chunks > 1 ? `, in ${chunks} parts` : '';
  const peer = (kind: 'eager' | 'compile', title: string): Peer => ({
    name: `${title} (${name}${parts})`,
    time: async (count) => (await python.ask<{ ms: number }>(`${kind} ${count}`, patience())).ms,
    brightness: () => readBrightness(work),
    close: async () => python.end(),
  });
  return [peer('eager', `PyTorch ${version}, eager`), peer('compile', 'torch.compile')];
}
