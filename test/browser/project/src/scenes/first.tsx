import { Circle, Img, makeScene2D } from '@motion-canvas/2d';
import { createRef, useRandom, useScene, waitUntil } from '@motion-canvas/core';
import square from '../square.svg';

/** A file that is imported, one that is public, a variable, chance, and a time event that the editor has moved. */
export default makeScene2D(function* (view) {
  const circle = createRef<Circle>();
  yield view.add(
    <>
      <Circle ref={circle} size={40} fill={useScene().variables.get('colour', 'white')} />
      <Img src={square} x={-50} size={20} />
      <Img src={'/square.svg'} x={50} size={20} />
    </>,
  );
  circle().y(useRandom().nextInt(-20, 20));
  yield* circle().scale(2, 0.5);
  yield* waitUntil('later');
});
