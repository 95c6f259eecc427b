/** Times PyTorch with the same networks and points on the same device. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNetwork } from 'untrained';
import { differenceTo, inWords, pointsOf } from './frames.js';
import { type GpuBench, inSoftware } from './gpu-bench.js';
import { BATCH_MS, type NetworkFigures } from './gpu-network.js';
import { LeftOut, type Peer } from './peers.js';
import { fixed, median, some, table } from './table.js';
import { startTorch } from './torch.js';

/** Adds PyTorch's times to the figures of each network, if PyTorch is installed. */
export async function benchTorch(figures: NetworkFigures[], bench: GpuBench): Promise<void> {
  const rows = [['', 'median', 'shortest', 'ours is', 'pixels']];
  const notes: string[] = [];
  for (const network of figures) {
    const folder = await mkdtemp(join(tmpdir(), 'untrained-bench-'));
    let peers: Peer[] = [];
    try {
      if (bench.left() < 30_000) throw new LeftOut('time is up');
      const { frame } = network;
      const work = { network: buildNetwork(frame.network), points: pointsOf(frame), folder };
      peers = await startTorch(work, bench.software ? 'cpu' : 'cuda', () => bench.left());
      for (const [i, peer] of peers.entries()) {
        const times = await timesOf(peer, bench);
        const least = Math.min(...times);
        if (i === 0) network.eager = least;
        else network.compiled = least;
        const ratio = `${(least / network.ms).toFixed(2)} x as fast`;
        const pixels = inWords(differenceTo(network.rgba, await peer.brightness()));
        rows.push([`${network.name}: ${peer.name}`, fixed(median(times)), fixed(least), ratio, pixels]);
      }
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      const part = network.eager ? 'torch.compile' : 'PyTorch, eager,';
      const what = peers.length === 0 ? 'PyTorch' : `${network.name}: ${part}`;
      notes.push(`${what} was skipped: ${error.message}.`);
      if (peers.length === 0) break; // it would fail for the other networks too
    } finally {
      await Promise.all(peers.map((peer) => peer.close()));
      await rm(folder, { recursive: true, force: true });
    }
  }
  const rounds = some(bench.rounds, 'round');
  if (rows.length > 1) {
    console.log(
      `\nPyTorch, float32 without TF32: ms per frame by the device's clock, ${rounds}${inSoftware(bench)}`,
    );
    console.log(table(rows));
    for (const note of notes) console.log(`  ${note}`);
  } else for (const note of notes) console.log(`\n${note}`);
}

async function timesOf(peer: Peer, bench: GpuBench): Promise<number[]> {
  await peer.time(1); // warm up: compiles and allocates memory
  await peer.time(2);
  const frames = Math.min(
    500,
    Math.max(2, Math.ceil((bench.software ? 0 : BATCH_MS) / (await peer.time(2)))),
  );
  const times: number[] = [];
  for (let round = 0; round < bench.rounds; round++) times.push(await peer.time(frames));
  return times;
}
