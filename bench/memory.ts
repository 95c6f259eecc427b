/** How much memory a browser takes at the beginning and the end of a long composed film of small frames (Linux). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { built } from './built.js';

const FRAMES = 3000;
/** Frames after which all that is kept on purpose is there: pictures, fonts, compiled code. */
const SETTLED = 500;

/** A scene that makes nodes and removes them all the time, at 64x36. */
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
    console.log(`
Memory of the browser over a composed film of ${FRAMES} frames of 64x36, MB
  after ${SETTLED} frames ${settled.toFixed(0)}, at the end ${rssBelow(process.pid).toFixed(0)} (expected: at most half as much again)`);
  } finally {
    await source.close();
    await studio.close();
  }
}

/** What the processes that a process has started hold, all together, in MB. */
function rssBelow(pid: number): number {
  let sum = 0;
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== pid) continue;
      sum += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1000 + rssBelow(Number(name));
    } catch {
      // It has gone meanwhile.
    }
  }
  return sum;
}
