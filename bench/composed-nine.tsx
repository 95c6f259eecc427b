/** A scene of bench/composed.ts with nine networks of 6 layers of 16 units, whose weights grow for six seconds. */
import { makeScene2D, Txt } from '@motion-canvas/2d';
import { all } from '@motion-canvas/core';
import { NetworkField } from 'untrained/nodes';

const SIDE = 290;

export default makeScene2D(function* (view) {
  view.fill('#0e1014');
  const fields = Array.from({ length: 9 }, (_, i) => {
    const place = { x: ((i % 3) - 1) * (SIDE + 40), y: (Math.floor(i / 3) - 1) * (SIDE + 60) };
    view.add(<Txt text={`${i + 1}`} fontSize={32} fill={'#fff'} x={place.x} y={place.y + SIDE / 2 + 24} />);
    return (
      <NetworkField size={SIDE} seed={i} layers={6} units={16} weightScale={0.4} {...place} />
    ) as NetworkField;
  });
  view.add(fields);
  yield* all(...fields.map((field, i) => field.weightScale(0.6 + 0.1 * i, 6)));
});
