/** Colour out of three numbers: a network's outputs as grey pictures, then in red, green and blue, then added together.
 *  The article's figure 6. Run: npm run render scenes/channels.tsx */
import { makeScene2D, Node, Rect, Txt } from '@motion-canvas/2d';
import { all, createRef, delay, easeInOutCubic, waitFor } from '@motion-canvas/core';
import { boxOf, cut, dress, Heading, NetworkField, shapeOf, split, squareIn } from 'untrained/nodes';

const network = { seed: 49, layers: 2, units: 10, weightScale: 1.6, halfWidth: 2 };
const LIGHTS = [
  { name: 'red', light: '#ff0000', ink: '#ff6b61' },
  { name: 'green', light: '#00ff00', ink: '#5fdc7d' },
  { name: 'blue', light: '#0000ff', ink: '#6aa5ff' },
];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, title, gap, radius } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);
  const room = 2.2 * body; // for a picture's name below it

  // Three in a row, in a triangle, or in a column; when combined, they are as large as fits.
  const places = {
    wide: () => split(rest, 'columns', 3, gap),
    square: () => {
      const [upper, lower] = split(rest, 'rows', 2, gap);
      return [upper, ...split(lower, 'columns', 2, gap)];
    },
    tall: () => split(rest, 'rows', 3, gap),
  }
    [shapeOf(view.size())]()
    .map((box) => cut(box, 'rows', box.height - room)[0]);
  const side = Math.min(...places.map((box) => squareIn(box).width));
  const whole = squareIn(cut(rest, 'rows', rest.height - room)[0]);

  const panels = LIGHTS.map(() => createRef<Rect>());
  const tints = LIGHTS.map(() => createRef<Rect>());
  const inside = (i: number) => panels[i]().size().sub(3);
  const names = LIGHTS.map(() => createRef<Txt>());
  const sum = createRef<Txt>();

  view.add(
    <>
      <Heading title={'Three outputs, one colour'} position={head.center} width={head.width} />
      {/* A separate canvas, so that the lights add up with one another but not with the background. */}
      <Node cache>
        {LIGHTS.map(({ light }, i) => (
          <Rect
            ref={panels[i]}
            size={side}
            position={places[i].center}
            radius={radius}
            fill={'#000000'} // behind the light's edges, which would glow otherwise
            opacity={0}
            compositeOperation={'lighter'}
          >
            <NetworkField {...network} shown={{ output: i + 1 }} size={() => inside(i)} radius={radius} />
            <Rect
              ref={tints[i]}
              size={() => inside(i)}
              radius={radius}
              fill={light}
              opacity={0}
              compositeOperation={'multiply'}
            />
          </Rect>
        ))}
      </Node>
      {LIGHTS.map((_, i) => (
        <Txt
          ref={names[i]}
          text={`output ${i + 1}`}
          fontSize={body}
          fill={colours.quiet}
          position={places[i].center.addY(side / 2 + 0.62 * room)}
          opacity={0}
        />
      ))}
      <Txt
        ref={sum}
        text={'red + green + blue'}
        fontSize={body}
        fill={colours.quiet}
        position={whole.center.addY(whole.height / 2 + 0.62 * room)}
        opacity={0}
      />
    </>,
  );

  // Shows each output as brightness; then each in its own light.
  const show = (i: number, seconds: number) =>
    all(panels[i]().opacity(1, seconds), names[i]().opacity(1, seconds));
  yield* show(0, 0);
  yield* waitFor(0.5);
  yield* all(...[1, 2].map((i) => delay(0.5 * (i - 1), show(i, 0.8))));
  yield* waitFor(1.2);
  yield* all(...LIGHTS.map((_, i) => delay(0.5 * i, lightUp(i))));
  yield* waitFor(1.2);

  // Moves them on top of one another, where they add up.
  yield* all(
    ...names.map((name) => name().opacity(0, 0.6)),
    ...panels.map((panel) =>
      all(panel().position(whole.center, 3, easeInOutCubic), panel().size(whole.size, 3, easeInOutCubic)),
    ),
    delay(2.2, sum().opacity(1, 0.8)),
  );
  yield* waitFor(3);

  function* lightUp(i: number) {
    const { name, ink } = LIGHTS[i];
    yield* all(tints[i]().opacity(1, 1), names[i]().fill(ink, 1), names[i]().text(name, 0));
  }
});
