/** Vanish, hold or explode: how large the activations are, layer by layer, and what becomes of the picture. Without an
 *  activation function they vanish or explode, unless the weights' standard deviation is 1/√n; tanh limits the large
 *  ones. Section 7.1 of the article.
 *  Run: npm run render scenes/scaling.tsx */
import { makeScene2D } from '@motion-canvas/2d';
import {
  all,
  createRef,
  createSignal,
  easeInOutSine,
  linear,
  map,
  range,
  waitFor,
} from '@motion-canvas/core';
import {
  Axes,
  boxOf,
  Curve,
  cut,
  dress,
  Heading,
  type LabelSide,
  NetworkGrid,
  Probe,
  planeIn,
  shapeOf,
  withTeaser,
} from 'untrained/nodes';
import { between, powersOf } from './scaling/powers';

/** Without biases, as in that section of the article: the only input is the point. */
const network = { seed: 149, biasScale: 0, units: 30 };
const LAST = 40;
/** The ranges of the plot, as powers of ten: without an activation, and with tanh. */
const [LINEAR, TANH]: [number, number][] = [
  [-4.4, 5.4],
  [-2.3, 0.5],
];
/** The fractions of tanh for which the sizes are computed. */
const MIXTURES = range(11).map((i) => i / 10);

interface Shown {
  name: string;
  scale: { weightScale: number } | { initialisation: 'glorot' | 'he' };
  /** What becomes of it, and where the plot says so: without an activation, and with tanh. */
  fates: [string, string];
  layers: [number, number];
  sides: [LabelSide, LabelSide];
}
const shown: Shown[] = [
  {
    name: '±0.2',
    scale: { weightScale: 0.2 },
    fates: ['vanishes', 'vanishes'],
    layers: [13, 8],
    sides: ['right', 'right'],
  },
  {
    name: 'Glorot',
    scale: { initialisation: 'glorot' },
    fates: ['holds', 'fades'],
    layers: [33, 20],
    sides: ['below', 'below'],
  },
  {
    name: 'He',
    scale: { initialisation: 'he' },
    fates: ['grows', 'holds'],
    layers: [22, 26],
    sides: ['right', 'below'],
  },
  {
    name: '±1',
    scale: { weightScale: 1 },
    fates: ['explodes', 'saturates'],
    layers: [10, 26],
    sides: ['right', 'above'],
  },
];
/** Of each, by fraction of tanh: the sizes of its layers, as powers of ten. */
const POWERS = shown.map(({ scale }) =>
  MIXTURES.map((tanh) => powersOf({ ...network, ...scale, layers: LAST + 1 }, tanh)),
);

export default makeScene2D(
  withTeaser(function* (view) {
    const theme = yield* dress(view);
    const { colours, body, gap, stroke, radius, margin } = theme;
    const inks = [colours.negative, colours.heights[2], colours.accent, colours.ink];

    // The pictures are beside the plot, in a row below it, or in two rows if there is room.
    const whole = boxOf(view.size(), margin);
    const wide = shapeOf(view.size()) === 'wide';
    const columns = !wide && whole.height < 1.6 * whole.width ? 4 : 2;
    const [left, pictures] = wide
      ? cut(whole, 'columns', whole.width - whole.height, gap)
      : cut(whole, 'rows', whole.height - (columns === 4 ? 0.3 : 1) * whole.width, gap);
    const [head, plot] = cut(left, 'rows', 2.5 * body, 0.7 * gap);

    const heading = createRef<Heading>();
    /** The current layer, with a fraction. */
    const layer = createSignal(1);
    /** The fraction of tanh in the activation. */
    const mix = createSignal(0);
    const domain = createSignal(LINEAR);
    const powerAt = (powers: number[][], x: number) => {
      const step = mix() * (MIXTURES.length - 1);
      return between(
        powers.map((of) => between(of, x - 1)),
        step,
      );
    };

    view.add(
      <>
        <Heading ref={heading} title={'Vanish, hold or explode'} position={head.center} size={head.size} />
        <Axes
          {...planeIn(plot, theme, { characters: 6 })}
          domainX={[1, LAST]}
          domainY={domain}
          nameX={() => `layer ${Math.round(layer())}`}
          nameY={'typical output of a unit'}
          ticksX={2}
          ticksY={() => map(4, 2.1, mix())}
          writeY={(power) => (10 ** power).toLocaleString('en', { maximumSignificantDigits: 1 })}
        >
          {shown.map(({ name, fates, layers, sides }, i) => (
            <Curve
              graph={() => ({ f: (x: number) => powerAt(POWERS[i], x) })}
              until={layer}
              stroke={inks[i]}
              lineWidth={1.2 * stroke}
              label={() => `${name} ${fates[Math.round(mix())]}`}
              labelAt={() => map(layers[0], layers[1], mix())}
              labelSide={() => sides[Math.round(mix())]}
            />
          ))}
          <Probe at={layer} />
        </Axes>
        <NetworkGrid
          items={shown.map(({ scale, name }, i) => ({
            ...network,
            ...scale,
            activation: () => ({ from: 'identity', to: 'tanh', fraction: mix() }) as const,
            layers: () => layer() + 1, // plus the output layer
            radius,
            label: i % 3 === 0 ? `weights ${name}` : name,
            stroke: inks[i], // like its curve
            lineWidth: stroke,
          }))}
          columns={columns}
          labelPlace={columns === 4 ? 'under' : 'inside'}
          position={pictures.center}
          size={pictures.size}
          space={0.7 * gap}
        />
      </>,
    );

    yield* waitFor(0.3);
    yield* layer(14, 3, linear);
    yield heading().say('Without tanh, only one scale holds.');
    yield* layer(LAST, 5, linear);
    yield* waitFor(1.5);
    yield heading().say('With tanh, nothing explodes.');
    yield* all(mix(1, 4, easeInOutSine), domain(TANH, 4, easeInOutSine));
    yield* waitFor(2.5);
  }),
);
