/** Keeps creating and removing nodes. */
import { Circle, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { createRef, createSignal } from '@motion-canvas/core';

export default makeScene2D(function* (view) {
  const t = createSignal(0);
  for (let i = 0; i < 300; i++) {
    const group = createRef<Rect>();
    view.add(
      <Rect ref={group} width={() => view.width() / 2} height={200} fill={'#345'}>
        {Array.from({ length: 10 }, (_, k) => (
          <Circle x={() => 20 * k + t()} size={() => view.height() / 20} fill={'red'} />
        ))}
        <Txt text={() => `number ${t().toFixed(2)}`} fontSize={50} fill={'white'} />
      </Rect>,
    );
    yield* t(i, 0.4);
    group().remove();
  }
});
