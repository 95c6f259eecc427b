/** A plane moves through a network with four inputs: x and y span the picture, and the other two follow a closed path,
 *  drawn in its corner. The article's figure 2; a seamless loop. Run: npm run render scenes/moving-slice.tsx */
import { Circle, Line, makeScene2D, Rect } from '@motion-canvas/2d';
import { createRef, createSignal, linear, range, Vector2 } from '@motion-canvas/core';
import { Axes, boxOf, cut, dress, LowerThird, NetworkField, planeIn } from 'untrained/nodes';

const network = { seed: 50, inputs: 4, layers: 14, units: 20, weightScale: 0.82, centre: 0, halfWidth: 2 };
const SECONDS = 12;
/** The values of the third and the fourth input, for `turn` from 0 to 1. Any closed path would do. */
const path = (turn: number) => {
  const angle = 2 * Math.PI * turn;
  return new Vector2(0.9 * Math.cos(angle), 0.9 * Math.sin(angle) * (1 + 0.35 * Math.cos(angle)));
};
const written = (value: number) => (Math.round(100 * value) / 100 || 0).toFixed(2).replace('-', '−');

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, small, radius, stroke } = theme;
  const turn = createSignal(0);
  const here = () => path(turn());
  const axes = createRef<Axes>();
  const at = (x: number, y: number) => axes().toLocal(x, y);

  // The path is drawn in the upper right corner.
  const frame = boxOf(view.size(), small);
  const [, right] = cut(frame, 'columns', frame.width - 9.5 * small);
  const [corner] = cut(right, 'rows', 8.6 * small);

  view.add(
    <>
      <NetworkField {...network} slice={() => [here().x, here().y]} size={view.size()} />
      <Rect position={corner.center} size={corner.size} radius={radius} fill={`${colours.background}b0`} />
      <Axes
        ref={axes}
        {...planeIn(corner.expand(-0.6 * small), theme, { characters: 0 })}
        domainX={[-1.6, 1.6]}
        domainY={[-1, 1]}
        ticksX={1}
        ticksY={1}
        writeX={() => ''}
        writeY={() => ''}
        nameX={() => `input 3: ${written(here().x)}`}
        nameY={() => `input 4: ${written(here().y)}`}
        labelColour={colours.ink}
        stroke={colours.quiet}
      >
        <Line
          points={() => range(121).map((i) => at(path(i / 120).x, path(i / 120).y))}
          closed
          stroke={colours.ink}
          lineWidth={0.6 * stroke}
        />
        <Line
          // To both axes, which show its coordinates.
          points={() => [at(here().x, 0), at(here().x, here().y), at(0, here().y)]}
          stroke={colours.accent}
          lineWidth={0.6 * stroke}
        />
        <Circle size={4.5 * stroke} fill={colours.accent} position={() => at(here().x, here().y)} />
      </Axes>
      <LowerThird title={'A moving slice'} note={'Inputs 1 and 2 are the picture’s x and y.'} />
    </>,
  );

  yield* turn(1, SECONDS, linear);
});
