import { Latex, makeScene2D } from '@motion-canvas/2d';
import { createRef, waitFor } from '@motion-canvas/core';
import { Axes, Curve, dress, Probe } from 'untrained/nodes';

/** tanh is drawn, and bends into relu; beside it a network of one input, read at x = 2. */
export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { width, height } = view.size();
  const curve = createRef<Curve>();
  view.add(
    <>
      <Axes size={[0.36 * width, 0.6 * height]} x={-0.23 * width} labelSize={theme.small} lineWidth={2}>
        <Curve ref={curve} end={0} stroke={theme.colours.accent} lineWidth={theme.stroke} />
      </Axes>
      <Axes
        size={[0.36 * width, 0.6 * height]}
        x={0.25 * width}
        domainY={[0, 1]}
        nameX={'x'}
        nameY={'output'}
        writeY={(y) => `${100 * y}%`}
        lineWidth={2}
      >
        <Curve
          graph={{ network: { seed: 7, layers: 6, weightScale: 0.8 } }}
          stroke={theme.colours.negative}
          area={0.3}
          until={3}
          label={'grey'}
          labelAt={-2}
        />
        <Probe at={2} />
      </Axes>
      <Latex tex={'y = \\tanh(x)'} fill={theme.colours.ink} fontSize={theme.body} y={-0.42 * height} />
    </>,
  );
  yield* curve().end(1, 1);
  yield* curve().graph('relu', 1);
  yield* waitFor(0.2);
});
