/** The scenes that are sweeps, for the explorer's gallery: gallery.json and a picture of each. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listScenes, loadScene, ourScenes } from '../dist/cli/scenes.js';

const thumbnails = fileURLToPath(new URL('../renders/gallery/thumbnails', import.meta.url));

/** Writes them to a folder. The pictures are in its folder `gallery`. */
export async function writeFigures(into) {
  const found = await Promise.all(
    listScenes()
      .filter(({ path }) => path.startsWith(ourScenes) && path.endsWith('.ts'))
      .map(({ path }) => loadScene(path)),
  );
  const number = ({ sweep }) => Number.parseInt(sweep.figure ?? '999', 10);
  found.sort((a, b) => number(a) - number(b) || a.name.localeCompare(b.name, 'en'));
  await mkdir(join(into, 'gallery'), { recursive: true });
  const figures = found.map(async ({ name, sweep }) => {
    const picture = `gallery/${name}.webp`;
    await copyFile(join(thumbnails, `${name}.webp`), join(into, picture));
    return { name, title: sweep.title, figure: sweep.figure, picture, sweep };
  });
  await writeFile(join(into, 'gallery.json'), JSON.stringify(await Promise.all(figures)));
}
