/** The sweep of weight-scale.ts with its title, and the weight scale on screen: one network whose weights grow.
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
  const { colours, title, body, small, gap, margin } = theme;

  // Wide: the picture left, words right. Otherwise the title above the picture and the number below it.
  const whole = boxOf(view.size(), margin);
  const wide = shapeOf(view.size()) === 'wide';
  const headRoom = 3.4 * body;
  const footRoom = 4.4 * body;
  const [above, under] = cut(whole, 'rows', wide ? 0 : headRoom, wide ? 0 : gap);
  const picture = wide
    ? squareIn(cut(whole, 'columns', whole.height)[0])
    : squareIn(cut(under, 'rows', under.height - footRoom)[0]);
  const words = wide ? cut(whole, 'columns', whole.height, 2 * gap)[1] : undefined;
  const head = words ? cut(words, 'rows', 0.42 * words.height)[0] : above;
  const scaleBox = words
    ? cut(words, 'rows', 0.42 * words.height)[1]
    : cut(under, 'rows', under.height - footRoom)[1];

  const field = createRef<NetworkField>();
  const everything = createRef<Rect>();
  const number = () => field().weightScale();
  const trackWidth = 0.86 * scaleBox.width;
  const along = () => trackWidth * ((number() - FROM) / (TO - FROM) - 0.5);

  view.add(
    <Rect ref={everything} opacity={0}>
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
    </Rect>,
  );

  field().take(frameAt(sweep, 0));
  yield* everything().opacity(1, 0.8);
  yield* waitFor(0.5);
  yield* field().play(sweep);
  yield* waitFor(2);
});
