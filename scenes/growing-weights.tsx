/** One network whose weights grow, with its title and the weight scale on screen: the sweep of weight-scale.ts, composed.
 *  Figure 20.
 *  Run: npm run render scenes/growing-weights.tsx */
import { Circle, Latex, Line, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { createRef, Vector2, waitFor } from '@motion-canvas/core';
import { frameAt } from 'untrained';
import { boxOf, cut, dress, NetworkField, shapeOf, squareIn } from 'untrained/nodes';
import sweep from './weight-scale';

/** The article's figure 20, whose sweep goes from 0.4 to 0.8. */
const [FROM, TO] = [0.4, 0.8];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, body, small, gap } = theme;

  // Wide: the picture, and the words beside it. Otherwise the title above the picture, and the scale below it.
  const whole = boxOf(view.size(), theme.margin);
  const beside = () => {
    const [left, right] = cut(whole, 'columns', whole.height, 2 * gap);
    const [upper, lower] = cut(right, 'rows', 0.42 * right.height);
    return [upper, left, lower];
  };
  const stacked = () => {
    const [upper, rest] = cut(whole, 'rows', 3.4 * body, gap);
    return [upper, ...cut(rest, 'rows', rest.height - 4.4 * body)];
  };
  const [head, middle, scaleBox] = shapeOf(view.size()) === 'wide' ? beside() : stacked();
  const picture = squareIn(middle);

  const field = createRef<NetworkField>();
  const number = () => field().weightScale();
  const trackWidth = 0.86 * scaleBox.width;
  const along = () => trackWidth * ((number() - FROM) / (TO - FROM) - 0.5);

  view.add(
    <>
      <NetworkField ref={field} size={picture.size} position={picture.center} radius={theme.radius} />
      <Txt
        text={'Growing weights'}
        fontSize={title}
        fontWeight={600}
        fill={colours.ink}
        position={[head.center.x, head.center.y - 0.75 * body]}
      />
      <Txt
        text={'27 layers of 30 units'}
        fontSize={small}
        fill={colours.quiet}
        position={[head.center.x, head.center.y + 0.85 * body]}
      />
      <Rect position={scaleBox.center.addY(0.4 * body)}>
        <Txt
          text={() => `s = ${number().toFixed(3)}`}
          fontSize={1.5 * body}
          fontWeight={500}
          fill={colours.ink}
          y={-1.3 * body}
        />
        <Rect y={0.2 * body}>
          <Line
            points={[
              [-trackWidth / 2, 0],
              [trackWidth / 2, 0],
            ]}
            stroke={colours.line}
            lineWidth={theme.stroke}
            lineCap={'round'}
          />
          <Line
            points={() => [new Vector2(-trackWidth / 2, 0), new Vector2(along(), 0)]}
            stroke={colours.accent}
            lineWidth={theme.stroke}
            lineCap={'round'}
          />
          <Circle size={4 * theme.stroke} fill={colours.accent} x={along} />
        </Rect>
        <Latex tex={'w \\in [-s,\\ s]'} fill={colours.quiet} fontSize={small} y={1.2 * body} />
        <Txt
          text={`${FROM}`}
          fontSize={0.9 * small}
          fill={colours.quiet}
          position={[-trackWidth / 2, 1.2 * body]}
        />
        <Txt
          text={`${TO}`}
          fontSize={0.9 * small}
          fill={colours.quiet}
          position={[trackWidth / 2, 1.2 * body]}
        />
      </Rect>
    </>,
  );

  field().take(frameAt(sweep, 0));
  yield* waitFor(1);
  yield* field().play(sweep);
  yield* waitFor(2);
});
