/** One pixel's path through the network. Its position lights up layer after layer, its colour comes out, and then
 *  those of all other pixels. Run: npm run render scenes/one-pixel.tsx */
import { Layout, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  easeInOutSine,
  easeInSine,
  linear,
  useScene,
  waitFor,
} from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import { boxOf, cut, dress, NetworkDiagram, PixelPainting, shapeOf, withTeaser } from 'untrained/nodes';

/** Pixels along the shorter side of the picture: a few at first, at last as many as the film has. */
const [FEW, MORE] = [9, [18, 36, 72, 144, null]];
/** The second pixel and the next ones take less and less time, in seconds. */
const FASTER = [0.4, 0.25, 0.15, 0.1];
/** Of the outputs, where they are red, green and blue. */
const LIGHTS = ['#ff3b30', '#34e35a', '#3d7bff'];

const written = (value: number) => value.toFixed(2).replace('-', '−');

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, title, body, gap, margin, radius, stroke } = theme;
    const { variables } = useScene();
    const palette = variables.get<PaletteInput>('palette', 'rgb')();
    const network = { seed: variables.get('seed', 72)(), layers: 8, units: 8, weightScale: 1.35, palette };

    // The picture fills one end of the frame; the words, the network and its colour are beside or below it.
    const frame = boxOf(view.size());
    const wide = shapeOf(view.size()) === 'wide';
    const [picture, side] = wide
      ? cut(frame, 'columns', frame.height)
      : cut(frame, 'rows', Math.min(frame.width, 0.56 * frame.height));
    const [words, rest] = cut(side.expand(-0.8 * margin), 'rows', (wide ? 4.3 : 3.2) * body, wide ? gap : 0);
    const [plan, colour] = wide
      ? cut(rest, 'rows', 0.76 * rest.height, gap)
      : cut(rest, 'columns', 0.74 * rest.width, gap);

    const painting = createRef<PixelPainting>();
    const diagram = createRef<NetworkDiagram>();
    const caption = createSignal('A pixel’s position goes in.');
    const pixels = createSignal(0);
    const point = () => painting().inputOf(Math.round(painting().at()));
    const numbers = () => {
      const count = Math.floor(pixels());
      if (count === 0) return `x = ${written(point().x)}, y = ${written(point().y)}`;
      return `${count.toLocaleString('en')} ${count === 1 ? 'pixel' : 'pixels'}`;
    };
    const line = { fontWeight: 600, lineHeight: '120%', width: words.width, textWrap: true } as const;

    view.add(
      <>
        <PixelPainting
          ref={painting}
          {...network}
          centre={[0.6, -0.8]}
          halfWidth={3}
          position={picture.center}
          size={picture.size}
          fill={'#171a22'}
          pixels={FEW}
          painted={0}
          crosshair={1}
        />
        <Layout layout direction={'column'} gap={0.3 * gap} offset={[-1, -1]} position={words.topLeft}>
          <Txt text={caption} fontSize={0.75 * title} fill={colours.ink} {...line} />
          <Txt text={numbers} fontSize={body} fill={colours.accent} />
        </Layout>
        <NetworkDiagram
          ref={diagram}
          {...network}
          centre={point}
          position={plan.center}
          size={plan.size}
          unitSize={0.9 * body}
          edgeWidth={0.9 * stroke}
          signals={1}
          reach={0}
          outputColours={palette === 'rgb' ? LIGHTS : null}
        />
        <Rect
          position={colour.center}
          size={colour.size}
          radius={radius}
          fill={() => diagram().colour()}
          opacity={() => 10 * diagram().reach() - 9}
        />
      </>,
    );

    // The first pixel, layer after layer.
    yield* diagram().reach(1, 0.9, linear);
    caption('A colour comes out.');
    painting().painted(1);
    yield* waitFor(0.7);

    // The next ones, faster and faster.
    caption('And again, for every pixel.');
    pixels(1);
    for (const [i, seconds] of FASTER.entries()) {
      yield* painting().at(i + 1, 0.4 * seconds, easeInOutSine);
      yield* diagram()
        .reach(0, 0)
        .to(1, 0.6 * seconds, linear);
      painting().painted(i + 2);
      pixels(i + 2);
    }
    const last = painting().count() - 1;
    yield* all(
      painting().at(last, 2.8, easeInSine),
      painting().painted(last + 1, 2.8, easeInSine),
      pixels(last + 1, 2.8, easeInSine),
    );

    // The same with smaller and smaller ones.
    painting().painted(Number.POSITIVE_INFINITY).crosshair(0);
    for (const finer of MORE) {
      yield* waitFor(0.24);
      painting().pixels(finer);
      pixels(painting().count());
    }
    caption('One pass for each pixel.');
    yield* waitFor(2.2);
  }),
);
