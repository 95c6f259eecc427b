/** One network whose weights grow, with its title and the weight scale on screen: plays the sweep of weight-scale.ts.
 *  Figure 20.
 *  Run: npm run render scenes/growing-weights.tsx */
import { Latex, makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { frameAt } from 'untrained';
import { aroundPicture, dress, Gauge, NetworkField, Title } from 'untrained/nodes';
import sweep from './weight-scale';

/** The network at the beginning and at the end. */
const [first, last] = [0, sweep.seconds].map((t) => frameAt(sweep, t).network);
const [FROM, TO] = [first, last].map(({ weightScale }) => weightScale as number);

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, small } = theme;
  const [head, picture, foot] = aroundPicture(view.size(), theme);
  const field = createRef<NetworkField>();
  const number = () => field().weightScale();

  view.add(
    <>
      <NetworkField ref={field} size={picture.size} position={picture.center} radius={theme.radius} />
      <Title
        title={'Growing weights'}
        notes={[`${first.layers} layers of ${first.units} units`]}
        position={head.center}
        width={head.width}
      />
      <Gauge
        position={foot.center.addY(0.4 * body)}
        width={0.86 * foot.width}
        place={() => (number() - FROM) / (TO - FROM)}
        text={() => `s = ${number().toFixed(3)}`}
        from={`${FROM}`}
        to={`${TO}`}
      >
        <Latex tex={'w \\in [-s,\\ s]'} fill={colours.quiet} fontSize={small} y={1.2 * body} />
      </Gauge>
    </>,
  );

  field().take(frameAt(sweep, 0));
  yield* waitFor(1);
  yield* field().play(sweep);
  yield* waitFor(2);
});
