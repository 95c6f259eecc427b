/** The scene of bench/composed.ts: six seconds of a title, a formula, a curve being drawn, and a network with 4 layers
 *  of 16 units whose weights grow. The variable `network` false leaves the network out, to measure its cost. */
import { Latex, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { all, createRef, useScene } from '@motion-canvas/core';
import { Axes, Curve, NetworkField } from 'untrained/nodes';

export default makeScene2D(function* (view) {
  const withNetwork = useScene().variables.get('network', true)();
  const field = createRef<NetworkField>();
  const curve = createRef<Curve>();
  view.fill('#0e1014');
  view.add(
    <>
      <Txt text={'Weights that grow'} fontSize={72} fill={'#fff'} y={-430} />
      <Latex tex={'y = \\sigma(W_4 \\tanh(W_3 \\cdots x))'} fontSize={56} fill={'#fff'} y={430} />
      <Axes size={[640, 480]} x={-450} labelSize={30} lineWidth={3}>
        <Curve ref={curve} end={0} stroke={'#fa5'} lineWidth={6} />
      </Axes>
      {withNetwork ? (
        <NetworkField ref={field} size={600} x={450} seed={18} layers={4} units={16} weightScale={0.6} />
      ) : (
        <Rect size={600} x={450} fill={'#345'} />
      )}
    </>,
  );
  yield* all(curve().end(1, 6), ...(withNetwork ? [field().weightScale(1.2, 6)] : []));
});
