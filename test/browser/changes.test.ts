/** Changed composed scenes: unchanged frames are not drawn again, and the film is the same as without the cache. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess, temporaryFolder } from '../cli/untrained.js';

const folder = temporaryFolder();

/** A film of 75 frames at 25 fps, in two segments: a network, a surface and a formula; `last` shows in the second. */
function scene(name: string, last: string): string {
  const path = join(folder, `${name}.tsx`);
  writeFileSync(
    path,
    `import { Latex, makeScene2D, Path, Txt } from '@motion-canvas/2d';
import { createRef, linear } from '@motion-canvas/core';
import { HeightMap, NetworkField } from 'untrained/nodes';
export default makeScene2D(function* (view) {
  const field = createRef<NetworkField>();
  view.add(<NetworkField ref={field} size={500} x={-500} seed={18} layers={4} units={8} weightScale={0.6} />);
  view.add(<HeightMap size={500} x={500} seed={3} layers={2} units={8} detail={24} turn={() => 30 + 60 * field().weightScale()} />);
  view.add(<Latex tex={'y = \\\\sigma(x)'} fontSize={64} fill={'white'} y={400} />);
  view.add(<Path data={'M 0 0 L 100 50'} stroke={'red'} lineWidth={9} opacity={0.5} />);
  yield* field().weightScale(1.2, 2, linear);
  ${last}
});
`,
  );
  return path;
}

/** Renders a scene, and returns the film and the number of frames that were drawn for it. */
async function render(path: string, cache: string): Promise<{ film: Buffer; drawn: number }> {
  const out = join(folder, 'film.mp4');
  const env = { UNTRAINED_CACHE: cache === 'off' ? 'off' : join(folder, cache) };
  const { code, stdout, stderr } = await inProcess(
    ['render', path, '--size', '96x54', '--out', out, '--json'],
    { env },
  );
  expect(code, stderr).toBe(0);
  const { drawn } = JSON.parse(stdout.trim().split('\n').pop()!);
  return { film: readFileSync(out), drawn };
}

const caption = (text: string) =>
  `const caption = createRef<Txt>();
  view.add(<Txt ref={caption} text={'${text}'} fill={'white'} fontSize={80} y={-400} opacity={0} />);
  yield* caption().opacity(1, 1);`;

test('a caption at the end that is changed is all that is drawn', async () => {
  const path = scene('captioned', caption('The end'));
  expect((await render(path, 'captions')).drawn).toBe(75);
  scene('captioned', caption('The very end'));
  const changed = await render(path, 'captions');
  expect(changed.drawn).toBe(25);
  const anew = await render(path, 'off');
  expect(anew.drawn).toBe(75);
  expect(changed.film.equals(anew.film)).toBe(true);
  scene('captioned', caption('The end')); // unchanged
  expect((await render(path, 'captions')).drawn).toBe(0);
});

test('what cannot be followed is drawn again, all of it', async () => {
  // The scene reads pixels, so everything that it shows may depend on them.
  const reading = `const own = document.createElement('canvas').getContext('2d');
  const read = () => own.getImageData(0, 0, 1, 1).data[3] + field().weightScale();
  view.add(<Txt text={() => String(read())} fill={'white'} />);
  yield* field()`;
  const change = (text: string) => {
    const path = scene('reading', caption(text));
    writeFileSync(path, readFileSync(path, 'utf8').replace('yield* field()', reading));
    return path;
  };
  expect((await render(change('one'), 'reading')).drawn).toBe(75);
  expect((await render(change('two'), 'reading')).drawn).toBe(75);
});
