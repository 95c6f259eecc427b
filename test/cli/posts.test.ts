/** Files ready to post, made by the command: platforms, budgets, and recipes read back from films. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noteOf } from '../../src/core/recipe/note.js';
import { platformNames, platformOf, probe } from '../../src/outputs/index.js';
import { decode } from '../video/decode.js';
import { picture, render } from '../video/films.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const fresh = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const SMALL = ['--size', '64x64', '--seconds', '0.6', '--quiet'];

/** Runs the command, which must succeed. */
async function run(cwd: string, ...args: string[]) {
  const outcome = await inProcess(args, { cwd });
  expect(outcome.stderr).toBe('');
  expect(outcome.code).toBe(0);
  return outcome.stdout;
}

const hash = (path: string) => createHash('sha1').update(readFileSync(path)).digest('hex');

test('one rendering for every platform, each file named after it', async () => {
  const cwd = fresh('everywhere');
  // Others accept only films of one size, or longer ones.
  const some = platformNames.filter((name) => !platformOf(name).film && name !== 'pinterest');
  const stdout = await run(
    cwd,
    ...['render', 'cross-section', '--size', '64x64', '--seconds', '0.6', '--json'],
    ...some.flatMap((platform) => ['--for', platform]),
  );
  const files = some.map((platform) => `cross-section-${platform}.mp4`);
  expect(readdirSync(join(cwd, 'renders')).sort()).toEqual([...files].sort());
  for (const file of files) {
    expect(probe(join(cwd, 'renders', file))).toMatchObject({ codec: 'avc1', width: 64, frames: 15 });
  }
  const results = stdout.split('\n').filter((line) => line.includes('"result"'));
  expect(results).toHaveLength(1);
  expect(results[0]).toContain('of 8.0 GB, 0.6 s of 1200 s');
  expect(stdout).toContain('unverified');
});

test('a platform determines size, rate and budget, unless they are given', async () => {
  const cwd = fresh('chosen');
  // One frame only, because it is full size.
  await run(
    cwd,
    'render',
    'cross-section',
    '--for',
    'instagram',
    '--set',
    'layers=2',
    '--frames',
    '0',
    '--fps',
    '12',
    '--quiet',
  );
  expect(probe(join(cwd, 'renders/cross-section-instagram.mp4'))).toMatchObject({
    width: 1080,
    height: 1350,
    fps: 12,
  });
});

test('stickers and emoji have the format, the size and the bytes that are accepted', async () => {
  const cwd = fresh('stickers');
  const names = ['telegram-sticker', 'whatsapp-sticker', 'discord-emoji'];
  const flags = names.flatMap((name) => ['--for', name]);
  await run(cwd, 'render', 'cross-section', '--set', 'layers=2', '--seconds', '0.2', '--quiet', ...flags);
  const [telegram, whatsapp, discord] = [
    'telegram-sticker.webm',
    'whatsapp-sticker.webp',
    'discord-emoji.gif',
  ].map((name) => probe(join(cwd, `renders/cross-section-${name}`)));
  expect(telegram).toMatchObject({ width: 512, height: 512, codec: 'V_VP9' });
  expect(telegram.audio).toBeUndefined();
  expect(telegram.bytes).toBeLessThanOrEqual(256_000);
  expect(whatsapp).toMatchObject({ width: 512, height: 512 });
  expect(whatsapp.bytes).toBeLessThanOrEqual(500_000);
  expect(discord).toMatchObject({ width: 128, height: 128 });
  expect(discord.bytes).toBeLessThanOrEqual(262_144);
});

test("films beyond a platform's limits are refused before anything is drawn", async () => {
  const cwd = fresh('refused');
  const outcome = async (...args: string[]) => {
    const { code, stderr } = await inProcess(['render', 'cross-section', ...args, '--size', '64'], {
      cwd,
    });
    return `${code} ${stderr.trim()}`;
  };
  expect([
    await outcome('--for', 'x', '--seconds', '1300'),
    await outcome('--for', 'x', '--for', 'discord', '--out', 'a.mp4'),
    await outcome('--for', 'myspace'),
    await outcome('--max-size', 'small'),
    await outcome('--crf', '20', '--out', 'a.gif'),
    await outcome('--loops', '2', '--out', 'a.gif'),
    await outcome('--poster', 'a.jpg', '--out', 'a.mp4'),
  ]).toMatchInlineSnapshot(`
    [
      "2 untrained: The film lasts 1300 s, and X accepts 0.5 to 1200 s (xdevplatform/docs, 2026-11): use --seconds 1200.",
      "2 untrained: There are 1 --out for 2 --for: give one for each, in the same order, or none.",
      "2 untrained: --for is "myspace", which is not a known platform. Available: x, instagram, reel, story, tiktok, shorts, linkedin, bluesky, mastodon, discord, github, reddit, threads, pinterest, telegram, telegram-sticker, whatsapp, whatsapp-sticker, discord-emoji.",
      "2 untrained: --max-size is "small" but must be a size such as 8MB, 500kB or 10MiB.",
      "2 untrained: --crf applies only to .mp4, .webm and .avif, and no output has that format: leave it out, or use --quality.",
      "2 untrained: --loops applies only to .mp4, and "a.gif" repeats anyway: leave it out.",
      "2 untrained: A still is a PNG, but "a.jpg" is not: name it .png, or use render for a film.",
    ]
  `);
  expect(readdirSync(cwd)).toEqual([]);
});

test('a file within its budget is made, or none', async () => {
  const cwd = fresh('budget');
  const stdout = await run(
    cwd,
    'render',
    'cross-section',
    ...SMALL.slice(0, 4),
    '--out',
    'a.gif',
    '--max-size',
    '20kB',
    '--json',
  );
  expect(statSync(join(cwd, 'a.gif')).size).toBeLessThanOrEqual(20_000);
  expect(stdout).toContain(' to fit"');
  const { code, stderr } = await inProcess(
    ['render', 'cross-section', ...SMALL, '--out', 'b.mp4', '--max-size', '1kB'],
    { cwd },
  );
  expect(stderr).toMatch(
    /^untrained: "b\.mp4" cannot be made smaller than \d+ kB: allow that with --max-size \d+kB/,
  );
  expect(code).toBe(1);
  expect(readdirSync(cwd)).toEqual(['a.gif']);
});

test('every format carries a recipe that makes the same frames again, and larger ones', async () => {
  const cwd = fresh('recipes');
  const names = ['a.mp4', 'a.webm', 'a.gif', 'a.webp'];
  await run(
    cwd,
    'render',
    'cross-section',
    ...SMALL,
    '--seed',
    'größe',
    '--frames',
    '2-9',
    '--every',
    '2',
    ...names.flatMap((out) => ['--out', out]),
  );
  await run(
    cwd,
    'render',
    'cross-section',
    ...SMALL,
    '--seed',
    'größe',
    '--frames',
    '2-9',
    '--every',
    '2',
    '--out',
    'first-%d.png',
  );
  await run(cwd, 'still', 'cross-section', '--seed', 'größe', '--size', '64x64', '--out', 's.png', '--quiet');
  for (const name of names) {
    await run(cwd, 'render', name, '--out', 'again-%d.png', '--quiet');
    for (const i of [2, 4, 6, 8]) // as the scene counts them
      expect(hash(join(cwd, `again-${i}.png`)), name).toBe(hash(join(cwd, `first-${i}.png`)));
    expect(existsSync(join(cwd, 'again-3.png'))).toBe(false);
    await run(cwd, 'render', name, '--size', '128x96', '--quiet');
    const film = { width: 128, height: 96, frames: 4 };
    expect(probe(join(cwd, `renders/a-128x96.${name.slice(2)}`)), name).toMatchObject(film);
  }
  await run(cwd, 'render', 's.png', '--size', '128x128', '--quiet');
  expect(probe(join(cwd, 'renders/s-128x128.png'))).toMatchObject({ width: 128 });
  const stdout = await run(cwd, 'info', 'a.gif');
  expect(stdout).toContain('a.gif  gif, 64x64, 12.5 fps, 4 frames, 0.32 s');
  expect(stdout).toMatch(/^Made by Untrained \d\S* on (cpu|gpu)\.$/m);
  const json = JSON.parse(await run(cwd, 'info', 'a.mp4', '--json'));
  expect(json).toMatchObject({ type: 'info', frames: 4, recipe: { untrained: 2, frames: [2, 9], every: 2 } });
});

test('a film without a recipe, or a damaged one, gives one line and exit code 2', async () => {
  const cwd = fresh('strangers');
  await run(cwd, 'render', 'cross-section', ...SMALL, '--out', 'a.gif');
  const bytes = readFileSync(join(cwd, 'a.gif'), 'latin1');
  writeFileSync(join(cwd, 'b.gif'), bytes.replace('"seconds":', '"sec\u001b[2J":'), 'latin1');
  writeFileSync(join(cwd, 'c.gif'), bytes.slice(0, -300), 'latin1');
  writeFileSync(join(cwd, 'd.gif'), bytes.replace('{"untrained":2', '{"unknown":123'), 'latin1');
  copyFileSync(join(cwd, 'd.gif'), join(cwd, 'e.mp4'));
  const said: string[] = [];
  for (const name of ['b.gif', 'c.gif', 'd.gif', 'e.mp4', 'f.gif']) {
    for (const command of ['info', 'render']) {
      const { code, stdout, stderr } = await inProcess([command, name], { cwd });
      // Versions of ffmpeg differ in the bytes they write, and in where the recipe is.
      const text = (stdout + stderr).trim().replace(/\d+ kB/, '… kB');
      said.push(`${command} ${name}: ${code} ${text}`);
    }
  }
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "info b.gif: 2 untrained: b.gif: The recipe is not JSON (line 1, column 98: a string is not closed, or has an escape or a line break that JSON does not allow): fix it, or write it again with --recipe.
    render b.gif: 2 untrained: b.gif: The recipe is not JSON (line 1, column 98: a string is not closed, or has an escape or a line break that JSON does not allow): fix it, or write it again with --recipe.
    info c.gif: 2 untrained: c.gif is cut short or damaged: check the file.
    render c.gif: 2 untrained: c.gif is cut short or damaged: check the file.
    info d.gif: 0 d.gif  gif, 64x64, 25 fps, 15 frames, 0.6 s, … kB
    It carries no recipe: it was not made by Untrained, or it has been converted since.
    render d.gif: 2 untrained: d.gif carries no recipe: it was not made by Untrained, or it has been converted since.
    info e.mp4: 0 e.mp4  gif, 64x64, 25 fps, 15 frames, 0.6 s, … kB
    It carries no recipe: it was not made by Untrained, or it has been converted since.
    render e.mp4: 2 untrained: e.mp4 carries no recipe: it was not made by Untrained, or it has been converted since.
    info f.gif: 2 untrained: f.gif does not exist: check the file.
    render f.gif: 2 untrained: There is no file f.gif: check its path."
  `);
});

test('a poster is one frame beside the film: the first of a loop, the last of others', async () => {
  const cwd = fresh('poster');
  for (const [scene, frame] of [
    ['cross-section', '0'],
    ['depth', '14'],
  ]) {
    await run(cwd, 'render', scene, ...SMALL, '--out', 'a.mp4', '--poster', 'p.png');
    await run(cwd, 'render', scene, ...SMALL, '--frames', frame, '--out', 'f.png');
    // The recipes differ, not the pictures.
    const picture = (name: string) => {
      const bytes = readFileSync(join(cwd, name));
      return createHash('sha1')
        .update(bytes.subarray(0, bytes.indexOf('tEXt') - 4))
        .digest('hex'); // and its length
    };
    expect(picture('p.png')).toBe(picture('f.png'));
  }
});

test('a composed scene has no background with --transparent, and its file carries its recipe', async () => {
  const cwd = fresh('transparent');
  const size = ['--size', '64x36', '--frames', '60', '--quiet'];
  await run(cwd, 'render', 's-curves', '--transparent', ...size, '--out', 'a.png');
  const [frame] = (await decode(join(cwd, 'a.png'), { width: 64, height: 36 })).frames;
  const alphas = frame.filter((_, at) => at % 4 === 3);
  expect(alphas.filter((alpha) => alpha === 0).length).toBeGreaterThan(64 * 18);
  expect(alphas.some((alpha) => alpha > 0)).toBe(true);
  expect(await run(cwd, 'info', 'a.png')).toContain('It shows "s-curves", one of the scenes here.');
  // The scene is found by its name, and drawn the same, but larger.
  await run(cwd, 'render', 'a.png', '--size', '128x72', '--out', 'b.png', '--quiet');
  const [larger] = (await decode(join(cwd, 'b.png'), { width: 128, height: 72 })).frames;
  expect(larger.filter((alpha, at) => at % 4 === 3 && alpha === 0).length).toBeGreaterThan(128 * 36);
  expect(probe(join(cwd, 'b.png')).note).toContain('"frames":[60,60]');
});

test('a film of a composed scene that is not here is refused in one line', async () => {
  const cwd = fresh('elsewhere');
  const note = noteOf({ scene: '\u001b[31m../../elsewhere', variables: { n: 1 } });
  await render(join(cwd, 'a.gif'), [picture(0)], { note });
  const { code, stderr } = await inProcess(['render', 'a.gif'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatchInlineSnapshot(`
    "untrained: a.gif shows the composed scene "?[31m../../elsewhere", but there is no scene with that name here, and the film does not contain its code: render the scene by its path.
    "
  `);
});
