/** `info` and `render` refuse malicious files: in one line, quickly, with 2, and without terminal escape sequences. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScene, recipeIn } from '../../src/cli/scenes.js';
import { UsageError } from '../../src/core/errors.js';
import { probe } from '../../src/outputs/index.js';
import { inProcess, temporaryFolder } from './untrained.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

const be = (value: number, length: number) => {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
};
const bytes = (...parts: (Buffer | string | number)[]) =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.of(part)
        : typeof part === 'string'
          ? Buffer.from(part, 'latin1')
          : part,
    ),
  );

/** An MP4 box. `size` is the size that it claims. */
const box = (name: string, data: Buffer, size = data.length + 8) => bytes(be(size, 4), name, data);
const large = (name: string, size: bigint) => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(size);
  return bytes(be(1, 4), name, length);
};
/** An MP4 with one track, whose time table claims `rows` rows. */
function mp4({ codec = 'avc1', rows = 1, note = '' } = {}): Buffer {
  const stsd = box(
    'stsd',
    bytes(be(0, 4), be(1, 4), box(codec, bytes(Buffer.alloc(24), be(64, 2), be(48, 2)))),
  );
  const stts = box('stts', bytes(be(0, 4), be(rows, 4), be(5, 4), be(1, 4)));
  const hdlr = box('hdlr', bytes(Buffer.alloc(8), 'vide'));
  const mdhd = box('mdhd', bytes(Buffer.alloc(12), be(25, 4), be(5, 4)));
  const mdia = box('mdia', bytes(mdhd, hdlr, box('minf', box('stbl', bytes(stsd, stts)))));
  const comment = box('\xa9cmt', box('data', bytes(Buffer.alloc(8), note)));
  const udta = box('udta', box('meta', bytes(be(0, 4), box('ilst', comment))));
  return bytes(box('ftyp', Buffer.alloc(8)), box('moov', bytes(box('trak', mdia), udta)));
}

/** A WebM element. A length of 0xff is unknown, and extends to the end. */
const element = (id: number, data: Buffer, size: Buffer = bytes(be(0x08, 1), be(data.length, 4))) => {
  const name = Buffer.from(id.toString(16).padStart(2, '0'), 'hex');
  return bytes(name, size, data);
};
function webm({
  codec = 'V_VP9',
  duration = 200,
  scale = be(1_000_000, 3),
  note = '',
  frames = 0,
} = {}): Buffer {
  const time = Buffer.alloc(8);
  time.writeDoubleBE(duration);
  const info = element(0x1549a966, bytes(element(0x2ad7b1, scale), element(0x4489, time)));
  const video = element(0xe0, bytes(element(0xb0, be(64, 2)), element(0xba, be(48, 2))));
  const tracks = element(0x1654ae6b, element(0xae, bytes(element(0x86, bytes(codec)), video)));
  const tag = element(0x67c8, bytes(element(0x45a3, bytes('COMMENT')), element(0x4487, bytes(note))));
  const blocks = Array.from({ length: frames }, () => element(0xa3, bytes()));
  const tags = element(0x1254c367, element(0x7373, tag));
  return bytes(element(0x1a45dfa3, bytes()), element(0x18538067, bytes(info, tracks, ...blocks, tags)));
}

const gif = (...blocks: Buffer[]) => bytes('GIF89a', 64, 0, 48, 0, 0, 0, 0, ...blocks, 0x3b);
const comment = (note: string) => bytes(0x21, 0xfe, note.length, note, 0);
const png = (...chunks: Buffer[]) => bytes('\x89PNG\r\n\x1a\n', ...chunks);
const chunk = (name: string, data: Buffer, length = data.length) =>
  bytes(be(length, 4), name, data, be(0, 4));
const header = chunk('IHDR', bytes(be(0xffffffff, 4), be(0xffffffff, 4), 8, 2, 0, 0, 0));
const riff = (...chunks: Buffer[]) => bytes('RIFF', be(0, 4), 'WEBP', ...chunks);
/** This many megabytes of a repeated pattern. */
const filled = (megabytes: number, ...unit: number[]) => Buffer.alloc(megabytes << 20, Buffer.from(unit));

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('in-process: a file that', () => {
  test.each<[string, string, Buffer]>([
    [
      'has a box beyond its end',
      'a.mp4',
      bytes(box('ftyp', Buffer.alloc(8)), box('moov', bytes(), 0x7fffffff)),
    ],
    ['has a box of 2^62 bytes', 'a.mp4', bytes(box('ftyp', Buffer.alloc(8)), large('moov', 2n ** 62n))],
    ['has a box of 0 bytes', 'a.mp4', bytes(box('ftyp', Buffer.alloc(8)), large('moov', 0n))],
    ['claims four billion times', 'a.mp4', mp4({ rows: 0xffffffff })],
    [
      'consists of empty boxes',
      'a.mp4',
      bytes(box('ftyp', bytes()), box('moov', filled(32, 0, 0, 0, 8, 97, 98, 99, 100))),
    ],
    [
      'consists of empty tracks',
      'a.mp4',
      bytes(box('ftyp', bytes()), box('moov', filled(32, 0, 0, 0, 8, 0x74, 0x72, 0x61, 0x6b))),
    ],
    ['has almost no duration', 'a.webm', webm({ duration: 1e-310, frames: 3 })],
    ['has a huge duration', 'a.webm', webm({ duration: 1e308, scale: be(0xffffffffffff, 6) })],
    [
      'consists of empty elements',
      'a.webm',
      bytes(element(0x1a45dfa3, bytes()), element(0x18538067, filled(32, 0xec, 0x80), be(0xff, 1))),
    ],
    [
      'nests endlessly',
      'a.webm',
      bytes(element(0x1a45dfa3, bytes()), filled(1, 0x18, 0x53, 0x80, 0x67, 0xff)),
    ],
    ['has a name of nine bytes', 'a.webm', bytes(element(0x1a45dfa3, bytes()), 0, 0x80)],
    ['consists of comments', 'a.gif', gif(filled(32, 0x21, 0xfe, 1, 65, 0))],
    ['consists of one-pixel pictures', 'a.gif', gif(filled(32, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0))],
    ['is one endless block', 'a.gif', gif(bytes(0x21, 0xfe), filled(32, 1, 65))],
    ['ends in the middle of a block', 'a.gif', gif(bytes(0x21, 0xfe, 255, 'a'))],
    ['has a chunk of 4 GB', 'a.png', png(header, chunk('tEXt', bytes('Comment\0'), 0xffffffff))],
    ['consists of empty chunks', 'a.png', png(header, filled(32, 0, 0, 0, 0, 97, 98, 99, 100, 0, 0, 0, 0))],
    ['has pictures without data', 'a.webp', riff(filled(32, 0x41, 0x4e, 0x4d, 0x46, 0, 0, 0, 0))],
    ['has a chunk beyond its end', 'a.webp', riff(bytes('XMP ', Buffer.of(255, 255, 255, 255)))],
    ['has a recipe of brackets', 'a.gif', gif(comment('{"untrained":1,"sweep":{"seconds":[[[[[[[[[['))],
    [
      'has a recipe for prototypes',
      'a.gif',
      gif(comment('{"untrained":1,"__proto__":{"sweep":1},"constructor":1}')),
    ],
    [
      'has a recipe of huge numbers',
      'a.gif',
      gif(comment('{"untrained":1,"sweep":{"seconds":1e999,"fps":-1e308}}')),
    ],
    [
      'has a recipe that clears the screen',
      'a.png',
      png(
        header,
        chunk('tEXt', bytes('Comment\0{"untrained":1,"\x1b[2J\\u009b2J":1}')),
        chunk('IEND', bytes()),
      ),
    ],
  ])('%s', (_, name, data) => {
    writeFileSync(at(name), data);
    const memory = process.memoryUsage().rss;
    const error = errorOf(() => recipeIn(at(name), probe(at(name)))); // within two minutes
    expect(error).toBeInstanceOf(UsageError);
    const message = (error as Error).message;
    expect(message).toMatch(/^[^\p{C}]+\.(png|mp4|gif|webm|webp)[^\p{C}]+$/u);
    expect(process.memoryUsage().rss - memory).toBeLessThan(200e6);
    expect('sweep' in {}).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('is a named pipe, which would block', async () => {
    execFileSync('mkfifo', [at('pipe.mp4'), at('pipe.json')]);
    expect(() => probe(at('pipe.mp4'))).toThrow('pipe.mp4 is not a file: check the file.');
    await expect(loadScene(at('pipe.json'))).rejects.toThrow('pipe.json: It is not a file: check its path.');
  });

  test('is a recipe of 2 GB', async () => {
    writeFileSync(at('huge.json'), '{');
    truncateSync(at('huge.json'), 2 ** 31); // a sparse file
    await expect(loadScene(at('huge.json'))).rejects.toThrow(
      'It has 2147483648 bytes, but a recipe has at most 67108864',
    );
  });
});

test('by the command: one line or the facts, without terminal escape sequences', async () => {
  mkdirSync(at('films'));
  const files = {
    'codec.webm': webm({ codec: `V_\x1b]0;title\x07${'x'.repeat(5000)}` }),
    'codec.mp4': mp4({ codec: '\x1b[2J' }),
    'scene.mp4': mp4({ note: '{"untrained":1,"scene":"\\u001b[2J\\n\\u009b2J\\u202edlrow"}' }),
    'title.webm': webm({
      note: '{"untrained":1,"sweep":{"seconds":1,"title":"\\u009b2J\\u202e\\u2028\\ud83c\\udf19"}}',
    }),
    'made.gif': gif(comment('{"untrained":1,"scene":"a","made":{"version":"\\u001b[1m","backend":"\\r"}}')),
    'endless.mp4': mp4({ rows: 0xffffffff }),
    'frames.gif': gif(comment('{"untrained":1,"sweep":{"seconds":1},"frames":[5,9007199254740991]}')),
    'every.gif': gif(comment('{"untrained":1,"sweep":{"seconds":1},"every":1e9}')),
  };
  const said: string[] = [];
  for (const [name, data] of Object.entries(files)) {
    writeFileSync(join(at('films'), name), data);
    // title.webm can be rendered.
    for (const command of [['info'], name === 'title.webm' ? ['info', '--json'] : ['render']]) {
      const { code, stdout, stderr } = await inProcess([...command, name], { cwd: at('films') });
      expect(stdout + stderr).toMatch(/^(\P{C}|\n)*$/u);
      expect(stderr.split('\n').length, stderr).toBeLessThanOrEqual(2);
      if (name === 'title.webm' && command[1])
        expect(JSON.parse(stdout).recipe.sweep.title).toBe('\u009b2J\u202e\u2028\u{1F319}');
      if (command[1] === undefined)
        said.push(`${command[0]} ${name}: ${code} ${(stderr + stdout).split('\n')[0]}`);
    }
  }
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "info codec.webm: 0 codec.webm  webm (V_?]0;title?xxxxxxxx), 64x48, 0 fps, 0 frames, 0.2 s, 6 kB
    render codec.webm: 2 untrained: codec.webm carries no recipe: it was not made by Untrained, or it has been converted since.
    info codec.mp4: 0 codec.mp4  mp4 (?[2J), 64x48, 25 fps, 5 frames, 0.2 s, 1 kB
    render codec.mp4: 2 untrained: codec.mp4 carries no recipe: it was not made by Untrained, or it has been converted since.
    info scene.mp4: 0 scene.mp4  mp4 (avc1), 64x48, 25 fps, 5 frames, 0.2 s, 1 kB
    render scene.mp4: 2 untrained: scene.mp4 shows the composed scene "?[2J??2J?dlrow", but there is no scene with that name here, and the film does not contain its code: render the scene by its path.
    info title.webm: 0 title.webm  webm (V_VP9), 64x48, 0 fps, 0 frames, 0.2 s, 1 kB
    info made.gif: 0 made.gif  gif, 64x48, 1 kB
    render made.gif: 2 untrained: made.gif shows the composed scene "a", but there is no scene with that name here, and the film does not contain its code: render the scene by its path.
    info endless.mp4: 2 untrained: endless.mp4 is cut short or damaged: check the file.
    render endless.mp4: 2 untrained: endless.mp4 is cut short or damaged: check the file.
    info frames.gif: 0 frames.gif  gif, 64x48, 1 kB
    render frames.gif: 2 untrained: Frames 5-9007199254740991 are not within the sweep, which has frames 0-24: choose a range within those.
    info every.gif: 2 untrained: every.gif: every is 1000000000 but must be at most 1000.
    render every.gif: 2 untrained: every.gif: every is 1000000000 but must be at most 1000."
  `);
}, 240_000);
