/**
 * `npm run gallery [scene...]`: renders a small WebP of all scenes, or of those named, to renders/gallery, with their
 * first frames in its folder `thumbnails` for lists of scenes, and writes the table in scenes/README.md. Without a GPU
 * it takes many minutes, although wide networks are drawn at a smaller size.
 */
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { available } from '../dist/core/wording/did-you-mean.js';
import { ourScenes, writeSceneTable } from './docs/scenes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FPS = 10;
/** WebP quality 50, which looks good at this size. Films that are still larger than LARGEST get less. */
const QUALITY = 'draft';
/** In bytes: keeps all films and thumbnails together under 8 MB. */
const LARGEST = 190_000;
const COMPOSED = { size: '320x180', fps: FPS };
const SWEEP = { size: '180x180', fps: FPS };
/** The first pictures of the README are wide. 400 units per layer are more than a hundred times the work of 30. */
const SIZES = {
  'layer-size': '96x96',
  'layer-size-zoom': '96x96',
  glass: '320x180',
  nacre: '320x180',
  opening: '320x180',
};

/** Long scenes are shortened, or have fewer frames. */
const OPTIONS = {
  opening: ['--seconds', '8'],
  glass: ['--seconds', '12'],
  nacre: ['--seconds', '12'],
  depth: ['--seconds', '10'],
  'growing-width': ['--every', '2'],
  tour: ['--frames', '0-310', '--every', '2'],
};

/** A thumbnail's size. Noise makes higher quality expensive. */
const THUMBNAIL = { size: '320x180', quality: 'standard' };

/** Runs the command and returns its stdout. */
function untrained(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      windowsHide: true,
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`untrained ${args.join(' ')} ended with ${code}.`)),
    );
  });
}

const files = await readdir(`${root}scenes`);
const kindOf = (name) => (files.includes(`${name}.tsx`) ? 'composed' : 'sweep');
const scenes = await ourScenes(root);
const requested = process.argv.slice(2);
const allNames = scenes.map(({ name }) => name);
const unknown = requested.find((name) => !allNames.includes(name));
if (unknown !== undefined)
  throw new Error(`There is no scene "${unknown}"${available(unknown, allNames, {})}`);

for (const { name } of scenes.filter(({ name }) => requested.length === 0 || requested.includes(name))) {
  const { size, fps } = kindOf(name) === 'composed' ? COMPOSED : SWEEP;
  const out = `renders/gallery/${name}.webp`;
  const started = performance.now();
  const film = [
    '--size',
    SIZES[name] ?? size,
    '--fps',
    `${fps}`,
    '--quality',
    QUALITY,
    ...(OPTIONS[name] ?? []),
  ];
  await untrained('render', name, ...film, '--out', out, '--quiet');
  if ((await stat(`${root}${out}`)).size > LARGEST)
    await untrained('render', name, ...film, '--max-size', `${LARGEST / 1000}kB`, '--out', out, '--quiet');
  const { size: small, quality } = THUMBNAIL;
  const thumbnail = ['--frames', '0-0', '--size', small, '--quality', quality, '--quiet'];
  await untrained('render', name, ...thumbnail, '--out', `renders/gallery/thumbnails/${name}.webp`);
  const kilobytes = Math.round((await stat(`${root}${out}`)).size / 1000);
  console.log(`${name.padEnd(18)} ${kilobytes} kB, ${Math.round((performance.now() - started) / 1000)} s`);
}

await writeSceneTable(root);
