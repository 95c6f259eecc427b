/** What our GPU renderer is compared with: the same network at the same points in PyTorch, where a Python has it. */
import type { Peer } from './peers.js';
import { readBrightness, startPython, type Work, writeWork } from './python.js';

interface Hello {
  version: string;
  device: string;
  chunks: number;
}

/** The longest that anything may take, as compiling does, in milliseconds. */
const PATIENCE = 45_000;

/**
 * PyTorch, eager and compiled: two peers in one process. Their times are those of the device, without the way there and
 * back; so ours are to be taken without it as well.
 * @param device - `cuda`, or `cpu` to try this out.
 * @param left - Milliseconds left for it.
 */
export async function startTorch(work: Work, device: 'cuda' | 'cpu', left: () => number): Promise<Peer[]> {
  const sizes = await writeWork(work);
  const patience = () => Math.max(1000, Math.min(PATIENCE, left()));
  const python = await startPython<Hello>('torch_forward.py', [device, ...sizes], work.folder, {
    env: {
      // What it compiles goes with the folder, and it starts no processes that could outlive it.
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
