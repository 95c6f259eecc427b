/** Which output a file name means, and the errors and warnings before a frame is drawn. Messages are in snapshots. */

import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { checkOutput, framePath, parseOutput, warningsFor } from '../../src/outputs/index.js';

const film = { width: 64, height: 48, fps: 25, frames: 50 };

/** The message of the UsageError that `act` throws. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('parseOutput', () => {
  test.each([
    ['renders/moire.mp4', 'mp4', false],
    ['MOIRE.MP4', 'mp4', false],
    ['a.b.gif', 'gif', false],
    ['50%d off.webm', 'webm', false],
    ['a.webp', 'webp', false],
    ['a.MOV', 'mov', false],
    ['a.png', 'png', false],
    ['frames/%04d.png', 'png', true],
    ['frames/%%-%d.png', 'png', true],
    ['100%/a.png', 'png', false],
  ] as const)('%s is %s, sequence %s', (path, format, sequence) => {
    expect(parseOutput(path)).toEqual({ path, format, sequence });
  });

  test('refusals', () => {
    const paths = ['film.mp3', 'film.mkv', 'film.flv9', 'film', '.mp4', 'renders/', '..', ''];
    const messages = [...paths, 'a%04d-%d.png', 'a%4i.png'].map((path) => refusal(() => parseOutput(path)));
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      ""film.mp3" ends in .mp3, and the formats are .mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png. Did you mean ".mp4"?
      "film.mkv" ends in .mkv, and the formats are .mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png. Did you mean ".mov"?
      "film.flv9" ends in .flv9, and the formats are .mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png: try .mp4.
      "film" has no extension to choose the format (.mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png): try "film.mp4".
      ".mp4" has no extension to choose the format (.mp4, .gif, .webm, .webp, .avif, .mov, .apng, .png): try "film.mp4".
      "renders/" is a folder, not a file: try "renders/film.mp4".
      ".." is a folder, not a file: try "../film.mp4".
      The film has no file name: try "film.mp4".
      "a%04d-%d.png" has a % that is not one frame number: write %d or %04d once, as in "frame-%04d.png", and %% for a literal %.
      "a%4i.png" has a % that is not one frame number: write %d or %04d once, as in "frame-%04d.png", and %% for a literal %."
    `);
  });
});

test('framePath inserts the number, and leaves folders alone', () => {
  expect(framePath('100%d/%04d.png', 7)).toBe('100%d/0007.png');
  expect(framePath('%%%d.png', 7)).toBe('%7.png');
  expect(framePath('f%02d.png', 123)).toBe('f123.png');
});

test('checkOutput refuses what the format cannot hold', () => {
  const odd = { ...film, width: 301, height: 199 };
  expect(refusal(() => checkOutput(parseOutput('a.mp4'), odd))).toMatchInlineSnapshot(
    `"The frame is 301x199, and MP4 (yuv420p) needs both sides even: try --size 302x200."`,
  );
  expect(refusal(() => checkOutput(parseOutput('a.webm'), odd))).toMatchInlineSnapshot(
    `"The frame is 301x199, and WebM (yuv420p) needs both sides even: try --size 302x200."`,
  );
  expect(refusal(() => checkOutput(parseOutput('a.webp'), { ...film, width: 20_000 }))).toMatchInlineSnapshot(
    `"The frame is 20000x48, and WebP holds at most 16383 pixels per side: make it smaller with --size, or write .mp4, .gif, .webm, .avif, .mov, .apng or .png."`,
  );
  expect(refusal(() => checkOutput(parseOutput('x/a.png'), film))).toMatchInlineSnapshot(
    `""x/a.png" is one picture, and the film has 50 frames: write "x/a-%04d.png" for all of them, or use \`untrained still\` for one."`,
  );
});

test('checkOutput accepts the rest', () => {
  const odd = { ...film, width: 301, height: 199 };
  for (const path of ['a.gif', 'a.webp', 'a.mov', '%d.png']) checkOutput(parseOutput(path), odd);
  for (const path of ['a.mp4', 'a.webm']) checkOutput(parseOutput(path), film);
  checkOutput(parseOutput('a.png'), { ...film, frames: 1 });
});

describe('warningsFor', () => {
  const warnings = (path: string, fps: number, frames = 50) =>
    warningsFor(parseOutput(path), { ...film, fps, frames });

  test('a GIF whose rate is not whole hundredths of a second', () => {
    expect(warnings('a.gif', 30)).toMatchInlineSnapshot(`
      [
        "A GIF counts time in hundredths of a second, so at 30 fps its frames last 3 or 4 in turn: 25 or 50 fps would be exact.",
      ]
    `);
    expect(warnings('a.gif', 60)).toMatchInlineSnapshot(`
      [
        "A GIF at 60 fps would have frames of one hundredth of a second, which browsers slow down to ten: it gets every 2nd frame, at 30 fps.",
      ]
    `);
    expect(warnings('a.gif', 8)).toMatchInlineSnapshot(`
      [
        "A GIF counts time in hundredths of a second, so at 8 fps its frames last 12 or 13 in turn: 5 or 10 fps would be exact.",
      ]
    `);
  });

  test.each([10, 12.5, 20, 25, 50])('none at %f fps', (fps) => expect(warnings('a.gif', fps)).toEqual([]));
  test('none for a still, nor for other formats', () => {
    expect(warnings('a.gif', 30, 1)).toEqual([]);
    expect(warnings('a.mp4', 60)).toEqual([]);
  });
});
