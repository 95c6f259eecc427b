import { makeScene2D } from '@motion-canvas/2d';
import { createRef } from '@motion-canvas/core';
import { ChaosGauge, dress, NetworkDiagram, TypedText } from 'untrained/nodes';

/** Gauges of an ordered and a chaotic network and of one without χ; and a name in two lines, half typed. */
export default makeScene2D(function* (view) {
  yield* dress(view);
  const { width, height } = view.size();
  const diagram = createRef<NetworkDiagram>();
  const gauge = { width: 0.36 * width, x: -0.25 * width };
  view.add(
    <>
      <NetworkDiagram ref={diagram} layers={4} weightScale={0.8} opacity={0} />
      <ChaosGauge {...gauge} y={-0.3 * height} network={{ layers: 20, weightScale: 0.3 }} />
      <ChaosGauge {...gauge} network={() => diagram().network()} />
      <ChaosGauge {...gauge} y={0.3 * height} network={{ layers: 1 }} />
      <TypedText
        size={[0.46 * width, 0.9 * height]}
        x={0.25 * width}
        text={'Ada Lovelace'}
        typed={6.9}
        caret={1}
      />
    </>,
  );
  yield;
});
