/** Measures a browser's memory at the beginning and the end of a long composed film with small frames (Linux only). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { built } from './built.js';
import { record } from './history.js';

const FRAMES = 3000;
/** The number of frames after which caches are full: pictures, fonts, compiled code. */
const SETTLED = 500;

/** Renders a scene that keeps creating and removing nodes, at 64x36. */
export async function benchMemory(): Promise<void> {
  const { openComposed } = await built.composed();
  const path = fileURLToPath(new URL('memory-scene.tsx', import.meta.url));
  const { Studio } = await built.studio();
  const studio = new Studio();
  const options = { size: [64, 36] as [number, number], formats: ['yuv420p'] as const };
  const source = await openComposed({ kind: 'scene', path }, options, studio);
  let settled = 0;
  let frames = 0;
  try {
    for await (const _ of source.frames([[0, FRAMES - 1]]))
      if (++frames === SETTLED) settled = rssBelow(process.pid);
    const end = rssBelow(process.pid);
    record('memory', `after ${SETTLED} frames`, [settled], { unit: 'MB' });
    record('memory', 'at the end', [end], { unit: 'MB' });
    record('memory', 'growth', [end / settled], { unit: 'x', expected: 1.5 });
    console.log(`
Memory of the browser during a composed film of ${FRAMES} frames of 64x36, MB
  after ${SETTLED} frames ${settled.toFixed(0)}, at the end ${end.toFixed(0)} (expected: at most 1.5 times)`);
  } finally {
    await source.close();
    await studio.close();
  }
}

/** The resident memory of all descendants of a process, in MB. */
function rssBelow(pid: number): number {
  let sum = 0;
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== pid) continue;
      sum += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1000 + rssBelow(Number(name));
    } catch {
      // It has exited in the meantime.
    }
  }
  return sum;
}
