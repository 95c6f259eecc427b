/** GIF frames that hold only what changes. A palette for each frame would draw what stands still in other colours every time:
 *  it flickers, it costs most of the file, and it takes colours from what moves. */

import { promises as fs } from 'node:fs';
import { FileBytes } from '../files/read/bytes.js';
import { gifBlocks } from '../files/read/gif.js';
import { ticks } from './rate.js';

/**
 * A filter graph that makes transparent, and black, what is the same as in the frame before; of the first frame, nothing. It
 * goes between a stream and whatever comes next. Frames have to come at an even pace.
 * @param fps - The stream's.
 */
export function changedOnly(fps: number): string {
  const brighterOf = 'blend=all_mode=lighten';
  return [
    `setpts=${ticks('N', fps)},format=gbrp,split=3[all][now][late]`,
    `[late]setpts=${ticks('(N+1)', fps)}[before]`,
    '[now][before]blend=all_mode=difference:shortest=1,extractplanes=r+g+b[r][g][b]',
    // The first frame has none before it, and is white here, by way of a format that has not every step of grey.
    `[r][g]${brighterOf}[rg]`,
    `[rg][b]${brighterOf},lut=y='255*gt(val,0)',drawbox=enable='eq(n,0)':t=fill:color=white,` +
      `format=gray,lut=y='255*gt(val,127)',split=4[alpha][m1][m2][m3]`,
    '[m1][m2][m3]mergeplanes=0x001020:gbrp[mask]',
    '[all][mask]blend=all_mode=and,format=rgba[some]',
    '[some][alpha]alphamerge,',
  ].join(';');
}

/**
 * Has every frame of a GIF left where it is when the next comes, which then shows through where that one is transparent.
 * ffmpeg has transparent frames cleared away, which is right for films that are transparent, and it cannot be told otherwise.
 */
export async function keepShown(path: string): Promise<void> {
  const flags: { at: number; value: number }[] = [];
  const bytes = new FileBytes(path);
  try {
    for (const { kind, at } of gifBlocks(bytes))
      if (kind === 'control') flags.push({ at: at + 3, value: (bytes.u8(at + 3) & ~0x1c) | 0x04 });
  } finally {
    bytes.close();
  }
  const file = await fs.open(path, 'r+');
  try {
    for (const { at, value } of flags) await file.write(Buffer.of(value), 0, 1, at);
  } finally {
    await file.close();
  }
}
