/** A plane through a network of four inputs: x and y are the picture, and the other two move along a closed path, drawn
 *  beside it. The article's figure 2; a seamless loop. Run: npm run render scenes/moving-slice.tsx */
import { Circle, Latex, Line, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { createSignal, linear, range, Vector2 } from '@motion-canvas/core';
import { Axes, boxOf, cut, dress, Heading, NetworkField, shapeOf, squareIn } from 'untrained/nodes';

const network = { seed: 50, inputs: 4, layers: 14, units: 20, weightScale: 0.82, centre: 0, halfWidth: 2 };
const SECONDS = 12;
/** The diagram shows the plane of the two slice inputs from -REACH to REACH. */
const REACH = 1.2;
/** The point in the plane of the two slice inputs, for `turn` from 0 to 1. Any closed path would do. */
const path = (turn: number) => {
  const angle = 2 * Math.PI * turn;
  return new Vector2(0.9 * Math.cos(angle), 0.9 * Math.sin(angle) * (1 + 0.35 * Math.cos(angle)));
};

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap, radius, stroke } = theme;
  const [head, rest] = cut(boxOf(view.size(), theme.margin), 'rows', 1.5 * title, gap);

  // The diagram and the numbers are beside the picture, one above the other, or else below it, side by side.
  const wide = shapeOf(view.size()) === 'wide';
  const [picture, panel] = wide
    ? cut(rest, 'columns', 0.7 * rest.width, 1.5 * gap)
    : cut(rest, 'rows', rest.height - Math.min(11 * body, 0.3 * rest.height), 1.5 * gap);
  const [mapBox, numbers] = wide
    ? cut(panel, 'rows', panel.width)
    : cut(panel, 'columns', 1.3 * panel.height, gap);
  const map = squareIn(mapBox).expand(-1.5 * small);

  const turn = createSignal(0);
  const here = () => path(turn());
  const place = ({ x, y }: Vector2) => new Vector2(x, -y).scale(map.width / 2 / REACH);
  /** Lines from the point to both axes, which show its coordinates. */
  const guides = ({ x, y }: Vector2) => [
    [place(new Vector2(x, 0)), place(new Vector2(x, y))],
    [place(new Vector2(0, y)), place(new Vector2(x, y))],
  ];
  const number = (value: number) => (Math.round(100 * value) / 100 || 0).toFixed(2).replace('-', '−');

  view.add(
    <>
      <Heading title={'A moving slice'} value={'4 inputs'} position={head.center} width={head.width} />
      <NetworkField
        {...network}
        slice={() => [here().x, here().y]}
        size={picture.size}
        position={picture.center}
        radius={radius}
      />
      <Axes
        position={map.center}
        size={map.size}
        domainX={[-REACH, REACH]}
        domainY={[-REACH, REACH]}
        ticksX={3}
        labelSize={0}
      >
        <Line
          points={range(121).map((i) => place(path(i / 120)))}
          closed
          stroke={colours.quiet}
          lineWidth={0.5 * stroke}
        />
        <Line
          points={() => guides(here())[0]}
          stroke={colours.accent}
          lineWidth={0.4 * stroke}
          opacity={0.6}
        />
        <Line
          points={() => guides(here())[1]}
          stroke={colours.accent}
          lineWidth={0.4 * stroke}
          opacity={0.6}
        />
        <Circle size={4 * stroke} fill={colours.accent} position={() => place(here())} />
      </Axes>
      {['x_3', 'x_4'].map((name, i) => (
        <Latex
          tex={name}
          fill={colours.quiet}
          fontSize={1.1 * small}
          position={i === 0 ? [map.right + small, map.center.y] : [map.center.x, map.top - 0.8 * small]}
        />
      ))}
      {['x_3', 'x_4'].map((name, i) => (
        <Rect position={numbers.center.add([-0.3 * body, (1.6 * i - 0.8) * body])}>
          <Latex
            tex={`${name} =`}
            fill={colours.quiet}
            fontSize={1.1 * body}
            offset={[1, 0]}
            x={-0.1 * body}
          />
          <Txt
            text={() => number(i === 0 ? here().x : here().y)}
            fill={colours.ink}
            fontSize={1.1 * body}
            offset={[1, 0]}
            x={3.5 * body}
          />
        </Rect>
      ))}
    </>,
  );

  yield* turn(1, SECONDS, linear);
});
