/** The scenes that are sweeps, for the explorer's gallery: gallery.json and a picture of each. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listScenes, loadScene, loadScenes, ourScenes } from '../dist/cli/scenes.js';
import { byFigure } from '../dist/core/figures.js';

const thumbnails = fileURLToPath(new URL('../renders/gallery/thumbnails', import.meta.url));

/**
 * Writes them to a folder. The pictures are in its folder `gallery`. Scenes without a picture are left out, and so are
 * those that cannot be loaded: the user may be working on them.
 */
export async function writeFigures(into) {
  const paths = listScenes()
    .filter(({ name, path }) => dirname(path) === ourScenes && existsSync(join(thumbnails, `${name}.webp`)))
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.ts'));
  await loadScenes(paths).catch(() => {}); // all in one process; loadScene then finds them loaded
  const loaded = await Promise.allSettled(paths.map((path) => loadScene(path)));
  const found = loaded.flatMap(({ value }) => (value ? [value] : []));
  const about = ({ name, sweep: { figure } }) => ({ name, figure });
  found.sort((a, b) => byFigure(about(a), about(b)));
  await mkdir(join(into, 'gallery'), { recursive: true });
  const figures = found.map(async ({ name, sweep }) => {
    const picture = `gallery/${name}.webp`;
    await copyFile(join(thumbnails, `${name}.webp`), join(into, picture));
    return { name, title: sweep.title, figure: sweep.figure, picture, sweep };
  });
  await writeFile(join(into, 'gallery.json'), JSON.stringify(await Promise.all(figures)));
}
