/** The sound of films on the command line: options, messages, recipes, platforms, and files that cannot be used. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Recipe } from '../../src/core/recipe/recipe.js';
import { parseRecipe } from '../../src/core/recipe/recipe.js';
import { probe } from '../../src/outputs/index.js';
import { probeSound } from '../../src/sound/probe.js';
import { testFfmpeg } from '../video/decode.js';
import { inProcess, temporaryFolder } from './untrained.js';

const cwd = temporaryFolder();
const at = (name: string) => join(cwd, name);
const FILM = ['--size', '32x24', '--seconds', '0.5', '--fps', '10', '--backend', 'cpu', '--threads', '1'];
const SCENE = ['render', 'layer-size', '--set', 'layers=2', '--set', 'units=4', ...FILM];

/** A WAV of 16 bits with a tone. */
function wav({ seconds = 1, rate = 8000, channels = 1, amplitude = 0.1 }): Uint8Array {
  const frames = Math.round(seconds * rate);
  const data = new DataView(new ArrayBuffer(44 + 2 * channels * frames));
  const text = (offset: number, word: string) =>
    [...word].forEach((letter, i) => void data.setUint8(offset + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  data.setUint32(4, data.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  data.setUint32(16, 16, true);
  data.setUint16(20, 1, true);
  data.setUint16(22, channels, true);
  data.setUint32(24, rate, true);
  data.setUint32(28, 2 * channels * rate, true);
  data.setUint16(32, 2 * channels, true);
  data.setUint16(34, 16, true);
  text(36, 'data');
  data.setUint32(40, 2 * channels * frames, true);
  for (let i = 0; i < frames; i++) {
    const value = Math.round(32767 * amplitude * Math.sin((2 * Math.PI * 440 * i) / rate));
    for (let channel = 0; channel < channels; channel++)
      data.setInt16(44 + 2 * (channels * i + channel), value, true);
  }
  return new Uint8Array(data.buffer);
}

/** An M4A whose index, at its end, says that the samples are in another file (QuickTime's alias, with its path). */
function referring(m4a: Buffer, path: string): Buffer {
  const box = (name: string, ...content: Buffer[]) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.reduce((sum, { length }) => sum + length, 8));
    return Buffer.concat([size, Buffer.from(name), ...content]);
  };
  const zeros = (count: number) => Buffer.alloc(count);
  const name = Buffer.from(path.length % 2 === 0 ? path : `${path}\0`);
  const kind = Buffer.from([0, 2, name.length >> 8, name.length & 255]); // an absolute path
  const alias = [zeros(10), zeros(28), zeros(12), zeros(64), zeros(16), Buffer.from([0, 1, 0, 1]), zeros(16)];
  const entry = box('alis', zeros(4), ...alias, kind, name, Buffer.from([255, 255, 0, 0]));
  const count = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
  const table = box('dref', count, entry);
  const start = m4a.indexOf('dref') - 4;
  const end = start + m4a.readUInt32BE(start);
  const changed = Buffer.concat([m4a.subarray(0, start), table, m4a.subarray(end)]);
  for (const outer of ['dinf', 'minf', 'mdia', 'trak', 'moov']) {
    const at = changed.indexOf(outer) - 4;
    changed.writeUInt32BE(changed.readUInt32BE(at) + table.length - (end - start), at);
  }
  return changed;
}

const digest = (name: string) =>
  createHash('sha256')
    .update(readFileSync(at(name)))
    .digest('hex');
const recipeOf = (name: string): Recipe => parseRecipe(probe(at(name)).note!);
const said = async (...words: string[]) => {
  const { code, stderr } = await inProcess(words, { cwd });
  return `${code}: ${stderr.replace(/^(reading|encoding) .*\n|^\d+\/\d+ frames.*\n/gm, '').trim()}`;
};

beforeAll(() => {
  writeFileSync(at('tone.wav'), wav({}));
  writeFileSync(at('other.wav'), wav({ amplitude: 0.2 }));
  writeFileSync(at('loud.wav'), wav({ amplitude: 1, channels: 2 }));
  writeFileSync(at('eight.wav'), wav({ channels: 8, rate: 192_000, seconds: 0.6 }));
  writeFileSync(at('hour.wav'), wav({ seconds: 3600, rate: 1000 }));
});

test('a film has the sound and its digest; a GIF says that it has none', async () => {
  const settings = ['--audio-offset', '-0.1', '--audio-gain', '-3', '--audio-fade-out', '0.2'];
  const outputs = ['--out', 'a.mp4', '--out', 'a.gif', '--recipe', 'a.json'];
  expect(await said(...SCENE, '--audio', 'tone.wav', ...settings, ...outputs)).toBe(
    '0: Warning: "a.gif" has no sound, because .gif files cannot: write .mp4, .webm or .mov to hear it.\n' +
      'tone.wav lasts 1 s: the film has only 0.1 to 0.6 s.',
  );
  expect(probe(at('a.mp4')).audio).toEqual({ codec: 'AAC', channels: 2, rate: 48_000 });
  const audio = { sha256: digest('tone.wav'), offset: -0.1, gain: -3, fadeOut: 0.2 };
  expect(recipeOf('a.mp4').audio).toEqual(audio);
  expect(recipeOf('a.gif').audio).toEqual(audio);
  expect(parseRecipe(readFileSync(at('a.json'), 'utf8')).audio).toEqual(audio);
  for (const name of ['a.mp4', 'a.gif', 'a.json'])
    expect(readFileSync(at(name), 'latin1')).not.toContain('tone');
  const { stdout } = await inProcess(['info', 'a.mp4'], { cwd });
  expect(stdout).toContain(
    `\nSound: AAC, 48 kHz, stereo; from the file with SHA-256 ${audio.sha256}, without its first 0.1 s, at -3 dB, faded out for 0.2 s.\n`,
  );
});

describe('made again', () => {
  const CPU = ['--backend', 'cpu', '--threads', '1'];

  test('from a film, its sound is kept unless the film is retimed', async () => {
    expect(await said('render', 'a.mp4', '--out', 'b.webm', '--size', '48x32', '--quiet', ...CPU)).toBe(
      '0: ',
    );
    expect(probe(at('b.webm'))).toMatchObject({
      width: 48,
      audio: { codec: 'Opus', channels: 2, rate: 48_000 },
    });
    expect(recipeOf('b.webm').audio).toEqual(recipeOf('a.mp4').audio);
    expect(await said('render', 'a.mp4', '--out', 'part.mp4', '--frames', '2-3', '--quiet', ...CPU)).toBe(
      '0: ',
    );
    const ask = 'choose a sound with --audio FILE, or none with --no-audio.';
    const whole = 'The sound of a.mp4 does not fit the new film, which';
    const part = 'The sound of part.mp4 does not fit the new film, which';
    expect(await said('render', 'a.mp4', '--seconds', '1')).toBe(
      `2: untrained: ${whole} lasts 1 s instead of 0.5 s: ${ask}`,
    );
    expect(await said('render', 'a.mp4', '--pace', 'even')).toBe(
      `2: untrained: ${whole} has another pace: ${ask}`,
    );
    expect(await said('render', 'part.mp4', '--frames', '0-4')).toBe(
      `2: untrained: ${part} shows 0 to 0.5 s instead of 0.2 to 0.4 s: ${ask}`,
    );
    expect(await said('render', 'a.mp4', '--audio-gain', '3')).toBe(
      '2: untrained: The sound of a.mp4 is kept as it is: leave out --audio-gain, or replace it with --audio FILE.',
    );
    expect(await said('render', 'a.mp4', '--no-audio', '--out', 'silent.mp4', '--quiet', ...CPU)).toBe('0: ');
    expect(probe(at('silent.mp4')).audio).toBeUndefined();
    expect(recipeOf('silent.mp4').audio).toBeUndefined();
  });

  test('from a recipe or a GIF, the sound is asked for, and its settings are kept', async () => {
    for (const name of ['a.json', 'a.gif']) {
      expect(await said('render', name, '--out', 'c.mp4')).toBe(
        `2: untrained: ${name} names a sound by its SHA-256 but does not contain it: choose a sound with --audio FILE, or none with --no-audio.`,
      );
    }
    const words = ['render', 'a.json', '--out', 'c.mp4', ...CPU];
    expect(await said(...words, '--audio', 'other.wav', '--audio-gain', '0', '--strict')).toBe(
      '1: untrained: other.wav is not the sound that a.json was made with, as its SHA-256 differs: it may not fit. (With --strict, warnings are errors.)',
    );
    expect(await said(...words, '--audio', 'tone.wav', '--audio-gain', '0', '--strict', '--quiet')).toBe(
      '0: ',
    );
    expect(recipeOf('c.mp4').audio).toEqual({ sha256: digest('tone.wav'), offset: -0.1, fadeOut: 0.2 });
  });
});

test('what is unusual about a sound is said in one line', async () => {
  expect(await said(...SCENE, '--audio', 'eight.wav', '--out', 'd.mov')).toBe(
    '0: eight.wav has 8 channels: they are mixed down to stereo.\neight.wav has a sample rate of 192 kHz: it is resampled to 48 kHz.',
  );
  expect(await said(...SCENE, '--audio', 'hour.wav', '--out', 'd.mp4')).toBe(
    '0: hour.wav lasts 3600 s: the film has only its first 0.5 s.',
  );
});

test.each([
  [
    '--audio-gain applies only to the sound of --audio: add --audio FILE, or leave out --audio-gain.',
    '--audio-gain',
    '-3',
  ],
  [
    '--audio-fade-in cannot be used with --no-audio, since there is no sound: leave one out.',
    ...['--no-audio', '--audio-fade-in', '1'],
  ],
  [
    '--audio-gain is "61" but must be a number from -60 to 60 dB.',
    '--audio',
    'tone.wav',
    '--audio-gain',
    '61',
  ],
  [
    'tone.wav would start at 1 s, and the film lasts 0.5 s: use a lower --audio-offset.',
    ...['--audio', 'tone.wav', '--audio-offset', '1'],
  ],
  [
    'tone.wav lasts 1 s, and --audio-offset -1.5 skips all of it: use a higher offset.',
    ...['--audio', 'tone.wav', '--audio-offset', '-1.5'],
  ],
  ['missing.wav does not exist: give a sound file.', '--audio', 'missing.wav'],
])('%s', async (message, ...words) => {
  const { code, stderr } = await inProcess([...SCENE, '--out', 'refused.mp4', ...words], { cwd });
  expect(stderr).toContain(`untrained: ${message}`);
  expect(code).toBe(2);
  expect(existsSync(at('refused.mp4'))).toBe(false);
});

test('with --strict, a file that cannot have the sound is refused before anything is drawn', async () => {
  const outputs = ['--out', 'strict.mp4', '--out', 'strict.webp'];
  expect(await said(...SCENE, '--audio', 'tone.wav', ...outputs, '--strict')).toMatch(
    /^1: untrained: "strict.webp" has no sound, because .webp files cannot: .*\(With --strict, warnings are errors.\)$/,
  );
  expect(readdirSync(cwd).filter((name) => name.includes('strict'))).toEqual([]);
  expect(await said(...SCENE, '--no-audio', '--out', 'no.webp', '--strict', '--quiet')).toBe('0: ');
});

test('rows of a batch have sounds of their own', async () => {
  const film = {
    scene: 'layer-size',
    set: 'layers=2;units=4',
    size: '32x24',
    seconds: 0.5,
    fps: 10,
    threads: 1,
  };
  const rows = [
    { ...film, out: 'row1.mp4', audio: 'tone.wav', 'audio-offset': -0.5 },
    { ...film, out: 'row2.mp4', audio: false },
    { ...film, out: 'row3.mp4', audio: 'missing.wav' },
  ];
  writeFileSync(at('rows.json'), JSON.stringify(rows));
  const { code, stderr } = await inProcess(
    ['batch', 'rows.json', '--audio', 'other.wav', '--audio-gain', '-2', '--quiet'],
    {
      cwd,
    },
  );
  expect(stderr).toBe('untrained: Row 3: missing.wav does not exist: give a sound file.\n');
  expect(code).toBe(1);
  expect(recipeOf('row1.mp4').audio).toEqual({ sha256: digest('tone.wav'), offset: -0.5, gain: -2 });
  expect(probe(at('row2.mp4')).audio).toBeUndefined();
});

test('for a platform, loud sound is turned down, and there are no edit lists where they are refused', async () => {
  const words = ['--for', 'reel', '--audio', 'loud.wav', '--out', 'reel.mp4'];
  expect(await said(...SCENE, ...words)).toContain(
    ' dB to -14 LUFS, the loudness for Instagram reel (unverified: third-party pages, 2026-11).',
  );
  const { audio, editLists } = probe(at('reel.mp4'));
  expect({ audio, editLists }).toEqual({
    audio: { codec: 'AAC', channels: 2, rate: 48_000 },
    editLists: false,
  });
  expect(recipeOf('reel.mp4').audio!.gain).toBeLessThan(-8);
  const { loudness } = await probeSound(at('reel.mp4'), await testFfmpeg(), { loudness: true });
  expect(loudness).toBeGreaterThan(-15);
  expect(loudness).toBeLessThan(-13.5);
});

test('a plan needs a store for its sound', async () => {
  const words = [
    'plan',
    ...SCENE.slice(1),
    '--audio',
    'tone.wav',
    '--out',
    'planned.mp4',
    '--plan',
    'plan.json',
  ];
  expect(await said(...words, '--quiet')).toBe(
    '2: untrained: "planned.mp4" has sound, which is encoded now: add --store with the folder or s3://bucket/prefix for the ' +
      'segments, or leave the sound out with --no-audio.',
  );
  const { code, stdout } = await inProcess([...words, '--store', 'shared'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain('untrained join plan.json --store shared');
  expect(readFileSync(at('plan.json'), 'utf8')).not.toContain('tone');
  expect(
    (await inProcess(['render', '--plan', 'plan.json', '--store', 'shared', '--quiet'], { cwd })).code,
  ).toBe(0);
  expect((await inProcess(['join', 'plan.json', '--store', 'shared', '--quiet'], { cwd })).code).toBe(0);
  expect(probe(at('planned.mp4')).audio).toMatchObject({ codec: 'AAC' });
});

describe('sound files that cannot be used', () => {
  const other = 'give another file, or convert it again.';
  const readable = 'give a .wav, .mp3, .m4a, .ogg, .flac or .opus, or a film with sound.';
  const playlist = 'is a playlist, or names other files: give the sound file itself.';
  const outcome = async (path: string) =>
    probeSound(path, await testFfmpeg(), { seconds: 1 }).then(
      ({ codec, damage }) => `${codec}${damage ? ', damaged' : ''}`,
      ({ message }: Error) => message.replace(cwd, '').replace(/^[/\\]/, ''),
    );

  test.each<[name: string, content: string | Uint8Array, outcome: string]>([
    ['empty.wav', '', 'empty.wav is empty: give a sound file.'],
    ['list.m3u8', '#EXTM3U\n#EXTINF:1,\ntone.wav\n', `list.m3u8 ${playlist}`],
    ['list.mp3', '\n#EXTM3U\ntone.wav\n', `list.mp3 ${playlist}`],
    ['list.txt', "ffconcat version 1.0\nfile 'tone.wav'\n", `list.txt ${playlist}`],
    ['old.wav', "file 'tone.wav'\n", `old.wav ${playlist}`],
    ['disc.cue', 'FILE "tone.wav" WAVE\n', `disc.cue ${playlist}`],
    ['dash.mpd', '<?xml version="1.0"?><MPD/>', `dash.mpd ${playlist}`],
    ['text.wav', 'hello', `text.wav is not a sound file that Untrained can read: ${readable}`],
    ['header.wav', wav({ seconds: 0 }), `header.wav has no samples: ${other}`],
    ['cut.wav', wav({}).slice(0, 30), `cut.wav is damaged (no 'data' tag found): ${other}`],
    ['-odd %d "name\'.wav', wav({ seconds: 0.1 }), 'pcm_s16le'],
    [
      'wide.wav',
      wav({ channels: 9 }),
      'wide.wav has 9 channels, and at most 8 can be mixed down: convert it to stereo.',
    ],
    [
      'slow.wav',
      wav({ rate: 1 }),
      'slow.wav has a sample rate of 1 Hz, which must be from 1000 to 768000 Hz: convert it to 48000 Hz.',
    ],
  ])('%s', async (name, content, expected) => {
    writeFileSync(at(name), content);
    expect(await outcome(at(name))).toBe(expected);
  });

  test('folders, pipes, films without sound, damaged files and those of other kinds', async () => {
    mkdirSync(at('folder.wav'));
    expect(await outcome(at('folder.wav'))).toBe('folder.wav is a folder: give a sound file.');
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [at('pipe.wav')]);
      expect(await outcome(at('pipe.wav'))).toBe('pipe.wav is not a file: give a sound file.');
    }
    expect(await outcome(at('silent.mp4'))).toBe(
      'silent.mp4 has no sound: give a file with sound, or leave out --audio.',
    );
    const { path } = await testFfmpeg();
    execFileSync(path, ['-v', 'error', '-y', '-i', at('tone.wav'), at('whole.flac'), at('whole.m4a')]);
    const flac = readFileSync(at('whole.flac'));
    for (let i = flac.length >> 1; i < flac.length; i += 50) flac[i] ^= 0xff;
    writeFileSync(at('damaged.flac'), flac);
    expect(await outcome(at('damaged.flac'))).toBe('flac, damaged');
    writeFileSync(at('cut.m4a'), readFileSync(at('whole.m4a')).subarray(0, 2000));
    expect(await outcome(at('cut.m4a'))).toBe(`cut.m4a is damaged (moov atom not found): ${other}`);
    execFileSync(path, [
      '-v',
      'error',
      '-y',
      '-i',
      at('tone.wav'),
      '-c:a',
      'adpcm_swf',
      '-ar',
      '11025',
      at('x.mkv'),
    ]);
    expect(await outcome(at('x.mkv'))).toBe(
      'x.mkv has sound in adpcm_swf, which Untrained does not decode: convert it to .wav.',
    );
  });

  test('an MP4 whose sound is in another file', async () => {
    const { path } = await testFfmpeg();
    execFileSync(path, ['-v', 'error', '-y', '-i', at('tone.wav'), at('inside.m4a')]);
    writeFileSync(at('outside.m4a'), referring(readFileSync(at('inside.m4a')), at('inside.m4a')));
    expect(await outcome(at('inside.m4a'))).toBe('aac');
    expect(await outcome(at('outside.m4a'))).toBe(
      'outside.m4a has its sound in another file, which is not opened: give the sound file itself.',
    );
  });

  test('what is decoded is bounded, whatever the file says', async () => {
    const { heard, seconds } = await probeSound(at('hour.wav'), await testFfmpeg(), {
      from: 2,
      seconds: 0.5,
    });
    expect(heard).toBeCloseTo(0.5, 2);
    expect(seconds).toBe(3600);
  });
});
