/**
 * `npm run gallery [scene...]`: a small WebP of every scene, or of those named, into renders/gallery, and the table of
 * them into scenes/README.md. Without a GPU it takes some minutes; wide networks are drawn smaller, to keep it so.
 */
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { available } from '../dist/core/wording/did-you-mean.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FPS = 10;
/** WebP at 50: by eye good at this size, and all of them together stay under 6 MB. */
const QUALITY = 'draft';
const COMPOSED = { size: '320x180', fps: FPS };
const SWEEP = { size: '180x180', fps: FPS };
/** 400 units are a hundred times the work of 30. */
const SMALLER = { 'layer-size': '96x96', 'layer-size-zoom': '96x96', opening: '320x180' };

/** What is long is shorter, or has fewer frames. Slow planes show blocks of the frame before at a lower quality. */
const OWN = {
  opening: ['--seconds', '8', '--quality', QUALITY],
  depth: ['--seconds', '10', '--quality', QUALITY],
  'zooming-in': ['--frames', '20-169', '--quality', QUALITY],
  'growing-width': ['--every', '2', '--quality', QUALITY],
  star: ['--every', '2', '--quality', 'standard'],
  tour: ['--frames', '0-310', '--every', '2', '--quality', 'standard'],
};

/** Runs the command, and gives what it printed. */
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
const scenes = (await untrained('list', '--json'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ name }) => files.includes(`${name}.ts`) || files.includes(`${name}.tsx`));
const asked = process.argv.slice(2);
const allNames = scenes.map(({ name }) => name);
const unknown = asked.find((name) => !allNames.includes(name));
if (unknown !== undefined) throw new Error(`There is no scene "${unknown}"${available(unknown, allNames)}`);

const number = ({ figure }) => Number.parseInt(figure ?? '99', 10);
scenes.sort((a, b) => number(a) - number(b) || a.name.localeCompare(b.name, 'en'));
for (const { name } of scenes.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const { size, fps } = kindOf(name) === 'composed' ? COMPOSED : SWEEP;
  const out = `renders/gallery/${name}.webp`;
  const started = performance.now();
  const look = ['--size', SMALLER[name] ?? size, '--fps', `${fps}`, ...(OWN[name] ?? ['--quality', QUALITY])];
  await untrained('render', name, ...look, '--out', out, '--quiet');
  const kilobytes = Math.round((await stat(`${root}${out}`)).size / 1000);
  console.log(`${name.padEnd(18)} ${kilobytes} kB, ${Math.round((performance.now() - started) / 1000)} s`);
}

const rows = scenes.map(({ name, title, figure = '' }) =>
  [
    `![${name}](../renders/gallery/${name}.webp)`,
    `**${name}**<br>${title}`,
    figure,
    `\`npm run render ${name}\``,
  ].join(' | '),
);
const page = `${root}scenes/README.md`;
const text = await readFile(page, 'utf8');
const [before] = text.split('| scene |');
await writeFile(
  page,
  `${before}| scene | what it shows | figure | command |\n| --- | --- | --- | --- |\n${rows.map((row) => `| ${row} |`).join('\n')}\n`,
);
