/**
 * `npm run site -- [--url ADDRESS] [--out FOLDER] [scene...]`: writes the explorer, the gallery, the guide and the API
 * reference as static files to site/. Any host can serve them from any path. With scenes, the gallery has only their
 * pictures. It fails if a link is broken. Previews of links need the site's address: with it, the addresses of their
 * pictures are absolute.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { listScenes, loadScenes, ourScenes } from '../dist/cli/scenes.js';
import { byFigure } from '../dist/core/figures.js';
import { countWeights } from '../dist/core/network/spec.js';
import { writeLink } from '../dist/core/recipe/link.js';
import { stillOf } from '../dist/core/sweep/still.js';
import { available } from '../dist/core/wording/did-you-mean.js';
import { networks } from '../dist/explorer/state/networks.js';
import { makeFilm } from '../dist/jobs/film.js';
import { cacheFor, recipeOf } from '../dist/jobs/render.js';
import { Workshop } from '../dist/jobs/workshop.js';
import { probe } from '../dist/outputs/index.js';
import { evaluate } from '../dist/renderers/cpu/planes.js';
import { writeFigures } from './figures.js';
import { writeGuide } from './site/guide.js';
import { brokenLinks } from './site/links.js';
import { CARD, card, cardOf, galleryPage, pageOf, picturePage } from './site/pages.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const gallery = join(root, 'renders/gallery');
const thumbnailOf = (name) => join(gallery, 'thumbnails', `${name}.webp`);

/** Sweeps of larger networks take minutes without a GPU: their cards are enlarged thumbnails. */
const MOST_WEIGHTS = 200_000;

async function main() {
  const { values, positionals } = parseArgs({
    options: { url: { type: 'string' }, out: { type: 'string', default: join(root, 'site') } },
    allowPositionals: true,
  });
  const site = addressOf(values.url);
  const { out } = values;
  const found = await scenesNamed(positionals);
  const named = await Promise.all(networks.map(entryOfNetwork));
  const entries = await Promise.all(found.map(entryOfScene));
  const scenes = entries.filter((scene) => !named.some(({ name }) => name === scene.name)); // Glass is both
  await clear(out);
  for (const folder of ['pictures', 'films']) await mkdir(join(out, folder), { recursive: true });
  await cp(join(root, 'dist/pages/explorer'), join(out, 'explorer'), { recursive: true });
  await writeFigures(join(out, 'explorer')); // the scenes may have changed since the build
  await writeExplorerCard(join(out, 'explorer/index.html'), named[0], site);
  await copyFile(join(root, 'build/site/style.css'), join(out, 'style.css'));
  await writeFile(join(out, 'index.html'), galleryPage(named, scenes, site));
  for (const entry of [...named, ...scenes])
    await writeFile(join(out, pageOf(entry)), picturePage(entry, site));
  for (const { name } of scenes) {
    await copyFile(join(gallery, `${name}.webp`), join(out, 'films', `${name}.webp`));
    await copyFile(thumbnailOf(name), join(out, 'films', `${name}-still.webp`));
  }
  await copyFile(join(root, 'build/site/guide.css'), join(out, 'guide.css'));
  await writeGuide(root, out, (about) => card({ ...about, picture: cardOf(named[0]) }, site));
  await drawCards([...named, ...scenes], out);
  const broken = brokenLinks(out);
  if (broken.length > 0) throw new Error(`The site has broken links:\n${broken.join('\n')}`);
  console.log(`The site is in ${out}: upload it to any host, or serve it from any folder.`);
  if (!site) {
    console.log(
      'Most services show a preview of a link only if its picture has an absolute address: ' +
        'give that of your site, as in npm run site -- --url https://example.org/untrained/',
    );
  }
}

/** Removes an earlier site. @throws Error if the folder holds anything else. */
async function clear(folder) {
  const isSite = existsSync(join(folder, 'explorer/index.html'));
  if (existsSync(folder) && !isSite && (await readdir(folder)).length > 0)
    throw new Error(`${folder} holds other files, which would be removed: name an empty folder.`);
  await rm(folder, { recursive: true, force: true });
}

/** The site's address with a slash at its end. */
function addressOf(text) {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error(
      `--url is "${text}" but must be the address of a site, such as https://example.org/untrained/`,
    );
  return `${url.origin}${url.pathname.replace(/\/?$/, '/')}`;
}

/** Our scenes in the order of the article's figures, or those named. */
async function scenesNamed(names) {
  const all = listScenes().filter(
    ({ name, path }) => dirname(path) === ourScenes && existsSync(join(gallery, `${name}.webp`)),
  );
  const unknown = names.find((name) => !all.some((scene) => scene.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name);
    throw new Error(`There is no scene "${unknown}"${available(unknown, known, {})}`);
  }
  const chosen = all.filter(({ name }) => names.length === 0 || names.includes(name));
  const scenes = await loadScenes(chosen.map(({ path }) => path));
  const about = (scene) => ({
    name: scene.name,
    figure: (scene.kind === 'sweep' ? scene.sweep : scene).figure,
  });
  return scenes.sort((a, b) => byFigure(about(a), about(b)));
}

/** @returns An Entry (see site/pages.js), with the sweep or composed scene whose first frame its card shows. */
async function entryOfScene({ name, path, kind, sweep, title, figure }) {
  const film = probe(join(gallery, `${name}.webp`));
  const common = { name, command: `npm run render ${name}`, film };
  if (kind === 'composed') return { ...common, title, figure, composed: path };
  return { ...common, title: sweep.title, figure: sweep.figure, hash: await writeLink(sweep), sweep };
}

async function entryOfNetwork({ name, document: { sweep } }) {
  return { name: name.toLowerCase(), title: name, hash: await writeLink(sweep), sweep };
}

/** The explorer's own card. */
async function writeExplorerCard(path, first, site) {
  const title = 'Untrained: the explorer';
  const description = 'A neural network nobody trained. Drag it, or type a name.';
  const about = { title, description, page: 'explorer/index.html', picture: cardOf(first) };
  const before = await readFile(path, 'utf8');
  await writeFile(
    path,
    before.replace('<!-- card -->', () => card(about, site)),
  );
}

/** Draws the pictures of the cards. */
async function drawCards(entries, out) {
  const folder = await mkdtemp(join(tmpdir(), 'untrained-site-'));
  const workshop = new Workshop();
  try {
    const { path: ffmpeg } = await workshop.ffmpeg({});
    for (const [i, entry] of entries.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} of ${entries.length} pictures\x1b[K`);
      const still = await stillFor(entry, join(folder, `${entry.name}.png`), workshop);
      const fill = `scale=${CARD.width}:${CARD.height}:force_original_aspect_ratio=increase:flags=lanczos,crop=${CARD.width}:${CARD.height}`;
      const quality = ['-q:v', '3', '-pix_fmt', 'yuvj444p'];
      const words = ['-v', 'error', '-y', '-i', still, '-vf', fill, ...quality, join(out, cardOf(entry))];
      await promisify(execFile)(ffmpeg, words);
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  } finally {
    await workshop.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Draws an entry's picture. @returns The path of the PNG, or of the thumbnail if drawing it would take too long. */
async function stillFor({ name, sweep, composed }, path, workshop) {
  const size = [CARD.width, CARD.height];
  let source;
  if (composed) {
    source = { kind: 'composed', target: { kind: 'scene', path: composed }, size, still: { at: 0 } };
  } else {
    const still = await stillOf({ ...sweep, size }, 0, evaluate);
    if (countWeights(still.network) > MOST_WEIGHTS) return thumbnailOf(name);
    source = { kind: 'sweep', sweep: still };
  }
  const request = { source, outputs: [{ path }], recipe: recipeOf(source) };
  await makeFilm(request, workshop, { cache: cacheFor({ cache: true }), follow: true });
  return path;
}

await main().catch((error) => {
  console.error(`untrained: ${error.message}`);
  process.exitCode = 1;
});
