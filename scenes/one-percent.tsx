/** One percent: two identical networks, until one weight of one of them is changed a little.
 *  Run: npm run render one-percent
 *
 *  100% different means: as different as networks that have nothing to do with each other. */
import { brightness, Line, makeScene2D, Node, Rect, Txt } from '@motion-canvas/2d';
import {
  all,
  clamp,
  createRef,
  createSignal,
  easeInOutCubic,
  easeInOutSine,
  range,
  useScene,
  Vector2,
  waitFor,
} from '@motion-canvas/core';
import {
  buildNetwork,
  differenceBetween,
  networkSchema,
  type PaletteInput,
  weightCount,
  withWeightTimes,
} from 'untrained';
import { dress, LowerThird, NetworkDiagram, NetworkField, withTeaser } from 'untrained/nodes';

/** The numbers of layers that are shown, and half the width of the view at the first and the last. */
const LAYERS = [5, 6, 7, 8, 10, 12, 15, 18, 22, 26, 30, 35, 40];
const [FIRST, LAST, WIDE, NEAR] = [LAYERS[0], LAYERS[LAYERS.length - 1], 1.5, 0.02];
const centre = [1, 0.6] as [number, number];
const halfWidthAt = (layers: number) => WIDE * (NEAR / WIDE) ** ((layers - FIRST) / (LAST - FIRST));
const NOTE = '100%: as different as unrelated networks.';
/** What the weight is multiplied with, and the differences of colours. */
const [CHANGE, AMPLIFIED] = [1.01, 10];

interface Step {
  layers: number;
  changed: ReturnType<typeof withWeightTimes>;
  /** The difference of the changed network from the original, as a share of that of unrelated ones. */
  different: number;
}

/** The steps of the last seed: Motion Canvas runs a scene several times, and measuring them takes a second. */
let measured: { seed: unknown; steps: Step[] } | undefined;
function stepsOf(seed: unknown, measure: () => Step[]): Step[] {
  if (measured === undefined || measured.seed !== seed) measured = { seed, steps: measure() };
  return measured.steps;
}

export default makeScene2D(
  withTeaser(function* (view) {
    const { colours, small, gap, radius, stroke } = yield* dress(view);
    const { variables } = useScene();
    const seed = variables.get('seed', 3)();
    const network = { units: 30, weightScale: 1 };
    const look = {
      centre,
      levels: [0, 1.2] as [number, number],
      palette: variables.get<PaletteInput>('palette', 'oklch')(),
    };
    const built = (layers: number, of: number | string) =>
      buildNetwork(networkSchema.parse({ ...network, layers, seed: of }));

    // The largest weight of the first layer, among those that the diagram shows.
    const { weights } = built(FIRST, seed).hidden[0];
    const strongest = range(8).reduce(
      (most, i) => (Math.abs(weights[i]) > Math.abs(weights[most]) ? i : most),
      0,
    );
    const [unit, input] = [Math.floor(strongest / 2), strongest % 2];
    const steps = stepsOf(seed, () =>
      LAYERS.map((layers) => {
        const original = built(layers, seed);
        const changed = withWeightTimes(original, { layer: 1, unit: unit + 1, input: input + 1 }, CHANGE);
        const unrelated = range(2).map((k) => built(layers, `${seed}, ${k}`));
        const along = range(12).map((i) => ((i + 0.5) / 6 - 1) * halfWidthAt(layers));
        const points = along.flatMap((x) => along.map((y) => [centre[0] + x, centre[1] + y]));
        return { layers, changed, different: differenceBetween(original, changed, unrelated, points) };
      }),
    );
    const countAt = (layers: number) => weightCount(built(layers, seed)).toLocaleString('en-US');
    const percent = ({ different }: (typeof steps)[number]) =>
      `${(100 * different).toFixed(different < 0.0995 ? 1 : 0)}% different.`;
    const said = (at: (typeof steps)[number]) => `${at.layers} layers: ${percent(at)}`;

    /** Progress through the steps, and the size of the third picture: 0 is none, 1 a third of the frame. */
    const [step, third] = [createSignal(0), createSignal(0)];
    const across = view.width() >= view.height();
    const whole = across ? view.width() : view.height();
    const half = across ? new Vector2(whole / 2, view.height()) : new Vector2(view.width(), whole / 2);
    /** A part of the frame, between two fractions of it. */
    const part = (from: () => number, to: () => number, label: string, pictures: Node | Node[]) => {
      const [length, middle] = [() => (to() - from()) * whole, () => ((from() + to() - 1) / 2) * whole];
      return (
        <Rect
          clip
          size={() => (across ? [length(), view.height()] : [view.width(), length()])}
          position={() => (across ? [middle(), 0] : [0, middle()])}
        >
          {pictures}
          <Rect
            layout
            padding={[0.3 * small, 0.5 * small]}
            radius={radius}
            fill={`${colours.background}b0`}
            offset={[-1, -1]}
            position={() => [
              gap - (across ? length() : view.width()) / 2,
              gap - (across ? view.height() : length()) / 2,
            ]}
          >
            <Txt text={label} fontSize={small} fill={colours.ink} />
          </Rect>
        </Rect>
      );
    };
    /** The pictures at all steps, each fading in over the one before it. */
    const stack = (isChanged: boolean) =>
      steps.map(({ layers, changed }, i) => (
        <NetworkField
          {...look}
          {...(isChanged ? { weights: changed } : { ...network, seed, layers })}
          halfWidth={halfWidthAt(layers)}
          size={half}
          supersample={2}
          opacity={() => (step() >= i + 1 ? 0 : clamp(0, 1, step() - i + 1))}
        />
      )) as Node[];
    const side = () => 0.5 - third() / 6;
    const card = createRef<Rect>();
    const diagram = createRef<NetworkDiagram>();
    const pulse = createSignal(0);
    const words = createRef<LowerThird>();

    view.add(
      <>
        {part(() => 0, side, 'original', stack(false))}
        {part(side, () => 2 * side(), 'one weight +1%', stack(true))}
        {part(
          () => 2 * side(),
          () => 1,
          `difference ×${AMPLIFIED}`,
          (
            <Node cache filters={[brightness(AMPLIFIED)]}>
              {stack(false)}
              <Node cache compositeOperation={'difference'}>
                {stack(true)}
              </Node>
            </Node>
          ) as Node,
        )}
        <Rect
          ref={card}
          size={[0.5 * view.width(), 0.5 * view.height()]}
          radius={radius}
          fill={`${colours.background}e0`}
        >
          <NetworkDiagram
            ref={diagram}
            {...network}
            seed={seed}
            layers={FIRST}
            most={8}
            size={[0.44 * view.width(), 0.44 * view.height()]}
          />
          <Line
            points={() => [diagram().placeOf(0, input)!, diagram().placeOf(1, unit)!]}
            stroke={'white'}
            lineWidth={() => 2.4 * stroke * pulse()}
            lineCap={'round'}
            opacity={pulse}
          />
        </Rect>
        <LowerThird ref={words} title={`One weight of ${countAt(FIRST)}, changed by 1%.`} />
      </>,
    );

    for (let i = 0; i < 3; i++) yield* pulse(1, 0.35, easeInOutSine).to(0, 0.35, easeInOutSine);
    yield* all(card().opacity(0, 0.4), third(1, 0.8, easeInOutCubic), words().say(said(steps[0]), NOTE));
    yield* waitFor(1.6);
    words().title(() => said(steps[Math.round(step())]));
    for (const i of range(1, steps.length)) {
      yield* step(i, 0.22, easeInOutSine);
      yield* waitFor(0.22);
    }
    yield* waitFor(1);
    const end = `${LAST} layers, ${countAt(LAST)} weights: ${percent(steps[steps.length - 1])}`;
    yield* all(third(0, 0.8, easeInOutCubic), words().say('Chaos.', end));
    yield* waitFor(1.2);
  }),
);
