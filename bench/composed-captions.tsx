/** A scene of bench/composed.ts without networks: six and a half seconds of captions that appear and rest, a formula,
 *  and two curves that are drawn one after the other. Two fifths of its frames are the same as the one before. */
import { Latex, makeScene2D, Txt } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { Axes, Curve } from 'untrained/nodes';

export default makeScene2D(function* (view) {
  const [caption, first, second] = [createRef<Txt>(), createRef<Curve>(), createRef<Curve>()];
  view.fill('#0e1014');
  view.add(
    <>
      <Txt text={'Two activations'} fontSize={72} fill={'#fff'} y={-430} />
      <Latex tex={'y = \\sigma(W_4 \\tanh(W_3 \\cdots x))'} fontSize={56} fill={'#fff'} x={480} />
      <Axes size={[860, 640]} x={-380} labelSize={30} lineWidth={3}>
        <Curve ref={first} until={-4} stroke={'#fa5'} lineWidth={6} />
        <Curve ref={second} graph={'relu'} until={-4} stroke={'#5af'} lineWidth={6} />
      </Axes>
      <Txt ref={caption} fontSize={52} fill={'#ccc'} y={440} opacity={0} />
    </>,
  );
  const say = function* (text: string) {
    caption().text(text).opacity(0);
    yield* caption().opacity(1, 0.4);
    yield* waitFor(0.6);
  };
  yield* say('A unit adds up its inputs, and bends the sum.');
  yield* first().until(4, 1.8);
  yield* say('The hyperbolic tangent bends it smoothly.');
  yield* second().until(4, 1.8);
  yield* say('A rectifier has a corner.');
});
