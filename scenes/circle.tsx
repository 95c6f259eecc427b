/** A circle goes in. Three networks carry a circle of inputs through their layers, with small weights, at the edge of
 *  chaos and with large weights. After Poole et al., arXiv:1606.05340.
 *  Run: npm run render scenes/circle.tsx */
import { Gradient, Layout, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { type BBox, createSignal, linear, useScene, waitFor } from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import {
  boxOf,
  cut,
  dress,
  Heading,
  ManifoldCurve,
  NetworkField,
  shapeOf,
  split,
  squareIn,
  withTeaser,
} from 'untrained/nodes';

const [LAYERS, UNITS] = [16, 30];
/**
 * For weights and biases that are uniform on [-s, s] and 30 units per layer, mean-field theory (χ = 1) puts the edge of
 * chaos at s = 0.43; 16 layers cannot tell 0.45 from it. Each outcome is seen from some layer on.
 */
const PANELS = [
  { weightScale: 0.25, weights: 'Small weights:', outcome: 'it vanishes.', seen: 4 },
  { weightScale: 0.45, weights: 'At the edge:', outcome: 'it bends.', seen: 10 },
  { weightScale: 0.9, weights: 'Large weights:', outcome: 'it tangles.', seen: 7 },
];
/** The radius of the circle, in input units; and what the panels show, so that the circle nearly fills them. */
const [RADIUS, EXTENT] = [1, 0.82];

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, title, body, small, gap, margin } = theme;
    const { variables } = useScene();
    const network = {
      seed: variables.get('seed', 5)(),
      palette: variables.get<PaletteInput>('palette', 'oklch')(),
      units: UNITS,
      centre: 0,
    };
    const [head, rest] = cut(boxOf(view.size(), 0.6 * margin), 'rows', 1.3 * title, 0.6 * gap);
    const boxes = {
      wide: () => split(rest, 'columns', 3, 0.6 * gap),
      square: () => {
        const [upper, lower] = split(rest, 'rows', 2, 0.6 * gap);
        return [...split(upper, 'columns', 2, 0.6 * gap), lower];
      },
      tall: () => split(rest, 'rows', 3, 0.6 * gap),
    }[shapeOf(view.size())]();

    /** Through the hidden layers, and then to the output, which is the picture. */
    const layer = createSignal(0);
    const bloom = createSignal(0);

    /** A panel's picture, the curve before it, and the words beside or below the curve. */
    const panel = (box: BBox, i: number) => {
      const { weightScale, weights, outcome, seen } = PANELS[i];
      const across = shapeOf(box) === 'wide';
      const inside = boxOf(box.size);
      const [first, second] = across
        ? cut(inside, 'columns', inside.width - inside.height)
        : cut(inside, 'rows', inside.height - 4.2 * body);
      const [words, place] = across ? [first, second] : [second, first];
      const scrim = new Gradient({
        from: across ? [words.left, 0] : words.bottomLeft,
        to: across ? [words.right, 0] : words.topLeft.addY(-body),
        stops: [
          { offset: 0, color: `${colours.background}f0` },
          { offset: 0.6, color: `${colours.background}c0` },
          { offset: 1, color: `${colours.background}00` },
        ],
      });
      return (
        <Rect position={box.center} size={box.size} radius={theme.radius} clip>
          <NetworkField
            {...network}
            weightScale={weightScale}
            layers={() => 1 + layer()}
            halfWidth={RADIUS}
            size={box.size}
            opacity={() => 0.25 + 0.75 * bloom()}
          />
          <ManifoldCurve
            {...network}
            weightScale={weightScale}
            layers={LAYERS}
            layer={layer}
            halfWidth={RADIUS}
            extent={EXTENT}
            position={place.center}
            size={squareIn(place).size}
            curveWidth={1.3 * theme.stroke}
            outline={'#000000a0'}
          />
          <Rect size={box.size} fill={scrim} />
          <Layout
            layout
            direction={'column'}
            position={across ? [words.left + 0.8 * body, 0] : words.bottomLeft.add([0.8 * body, -0.6 * body])}
            offset={across ? [-1, 0] : [-1, 1]}
          >
            <Txt text={`within ±${weightScale}`} fontSize={small} fill={colours.quiet} />
            <Txt text={weights} fontSize={body} fontWeight={600} fill={colours.ink} />
            <Txt
              text={outcome}
              fontSize={body}
              fontWeight={600}
              fill={colours.accent}
              opacity={() => layer() - seen}
            />
          </Layout>
        </Rect>
      );
    };

    const isOut = () => layer() >= LAYERS - 1;
    view.add(
      <>
        <Heading
          title={() => (isOut() ? 'A picture comes out' : 'A circle goes in')}
          value={() => `layer ${isOut() ? LAYERS : Math.floor(layer())} of ${LAYERS}`}
          position={head.center}
          width={head.width}
        />
        {boxes.map(panel)}
      </>,
    );

    yield* waitFor(0.5);
    yield* layer(LAYERS - 1, 9, linear);
    yield* bloom(1, 1.5);
    yield* waitFor(2.3);
  }),
);
