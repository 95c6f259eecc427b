/** Three outputs make one colour: a network's outputs as grey pictures, then in red, green and blue, then added together.
 *  The article's figure 6. Run: npm run render scenes/channels.tsx */
import { makeScene2D, Node, Rect, Txt } from '@motion-canvas/2d';
import { all, createRefArray, delay, easeInOutCubic, Vector2, waitFor } from '@motion-canvas/core';
import { boxOf, dress, LowerThird, NetworkField, shapeOf, split, withTeaser } from 'untrained/nodes';

const network = { seed: 233, layers: 3, units: 10, weightScale: 1.6, halfWidth: 2 };
const LIGHTS = [
  { name: 'red', light: '#ff0000', ink: '#ff6b61' },
  { name: 'green', light: '#00ff00', ink: '#5fdc7d' },
  { name: 'blue', light: '#0000ff', ink: '#8fbcff' },
];

export default makeScene2D(
  withTeaser(function* (view) {
    const { colours, body, gap, radius } = yield* dress(view);
    const along = shapeOf(view.size()) === 'wide' ? 'columns' : 'rows';
    const places = split(boxOf(view.size(), gap), along, 3, gap);
    const panels = createRefArray<Rect>();
    const tints = createRefArray<Rect>();
    const names = createRefArray<Txt>();
    const caption = new LowerThird({ title: 'One network, three outputs' });

    view.add(
      <>
        {/* A separate canvas, so that the lights add up with one another but not with the background. */}
        <Node cache>
          {LIGHTS.map(({ light }, i) => (
            <Rect
              ref={panels}
              size={places[i].size}
              position={places[i].center}
              radius={radius}
              fill={'#000000'} // behind the light's edges, which would glow otherwise
              opacity={0}
              compositeOperation={'lighter'}
            >
              <NetworkField
                {...network}
                shown={{ output: i + 1 }}
                size={() => panels[i].size().sub(3)}
                radius={() => panels[i].radius()}
              />
              <Rect
                ref={tints}
                size={() => panels[i].size().sub(3)}
                fill={light}
                opacity={0}
                compositeOperation={'multiply'}
              />
            </Rect>
          ))}
        </Node>
        {LIGHTS.map((_, i) => (
          <Txt
            ref={names}
            text={`output ${i + 1}`}
            fontSize={body}
            fontWeight={600}
            fill={colours.ink}
            shadowColor={'#000000c0'}
            shadowBlur={0.4 * body}
            offset={[-1, -1]}
            position={places[i].topLeft.add(0.5 * body)}
            opacity={0}
          />
        ))}
        {caption}
      </>,
    );

    // Shows each output as brightness; then each in its own light.
    yield* all(
      ...LIGHTS.map((_, i) => delay(0.25 * i, all(panels[i].opacity(1, 0.4), names[i].opacity(1, 0.4)))),
    );
    yield* waitFor(1.2);
    yield* all(...LIGHTS.map((_, i) => delay(0.4 * i, lightUp(i))));
    yield* waitFor(1);

    // Moves them on top of one another, where they add up and fill the frame.
    yield* all(
      ...names.map((name) => name.opacity(0, 0.6)),
      ...panels.map((panel) =>
        all(
          panel.position(Vector2.zero, 3, easeInOutCubic),
          panel.size(view.size().add(3), 3, easeInOutCubic),
          panel.radius(0, 3),
        ),
      ),
      delay(2, caption.say('Three outputs make one colour.', 'red + green + blue', 0.8)),
    );
    yield* waitFor(3);

    function* lightUp(i: number) {
      const { name, ink } = LIGHTS[i];
      yield* all(
        tints[i].opacity(1, 1),
        names[i].fill(ink, 1),
        delay(0.5, () => names[i].text(name)),
      );
    }
  }),
);
