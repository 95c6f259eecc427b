/** Your name as a neural network: every letter that is typed makes another one.
 *  Run: npm run render your-name
 *
 *  Your own film: npm run render your-name -- --set name="Ada" --for reel
 *  A sheet of names: npm run sheet your-name -- --seeds Ada,Mateo,Omar --at 0 */
import { makeScene2D, Node, Rect } from '@motion-canvas/2d';
import {
  all,
  clamp,
  createRef,
  createSignal,
  easeInOutCubic,
  easeInOutSine,
  useScene,
  Vector2,
  waitFor,
} from '@motion-canvas/core';
import type { PaletteInput } from 'untrained';
import { dress, LowerThird, NetworkField, type NetworkFieldProps, TypedText } from 'untrained/nodes';

const NAMES = ['Ada', 'Mateo', 'Omar', 'Fatima', 'Yuki', 'Chloe', 'Kofi', 'Priya', 'Liam', 'Ingrid'];
/** Of those tried with 40 names, the one whose dullest picture has the most to see. */
const network = {
  layers: 11,
  units: 24,
  weightScale: 0.62,
  biasScale: 0.3,
  normalisation: 'layer',
  inputs: 3,
  slice: [1],
  centre: 0,
  halfWidth: 1.8,
} satisfies NetworkFieldProps;

export default makeScene2D(function* (view) {
  yield* dress(view);
  const { variables } = useScene();
  const palette = variables.get<PaletteInput>('palette', 'oklch')();
  const given = variables.get<unknown>('name', '')() || variables.get<unknown>('seed', '')();
  const mine = `${given}`.trim().replace(/\s+/g, ' ').slice(0, 60);
  const names = mine ? [mine] : NAMES.slice(1, 5);
  const others = NAMES.filter((name) => name !== names.at(-1)).slice(-8);

  const field = createRef<NetworkField>();
  /** The picture of one letter more, while it fades in: on the way between two seeds, pictures would flash. */
  const next = createRef<NetworkField>();
  const text = createRef<TypedText>();
  const veil = createRef<Rect>();
  const words = createRef<LowerThird>();
  /** The size of a picture: 1 fills the frame, and a third shows nine. */
  const zoom = createSignal(1);
  /** Opacity of the names. */
  const named = createSignal(1);
  const size = view.size();
  /** Names are in the middle of their pictures, but among nine they are higher, above the caption. */
  const y = () => 0.42 * size.height * (zoom() - 1);

  view.add(
    <>
      <Node scale={zoom}>
        <NetworkField
          ref={field}
          {...network}
          seed={mine || NAMES[0]}
          palette={palette}
          size={size}
          resolution={() => 1 / zoom()}
        />
        <NetworkField ref={next} {...network} palette={palette} size={size} opacity={0} />
        <TypedText ref={text} text={mine || NAMES[0]} size={size.mul(0.86)} y={y} opacity={named} />
        {others.map((name, i) => {
          const cell = i < 4 ? i : i + 1; // the middle one is taken
          const place = new Vector2((cell % 3) - 1, Math.floor(cell / 3) - 1).mul(size);
          return (
            <Node position={place}>
              <NetworkField
                {...network}
                seed={name}
                palette={palette}
                size={size}
                resolution={() => 1 / (3 * zoom())}
                supersample={2}
              />
              <TypedText text={name} size={size.mul(0.86)} y={y} opacity={named} />
            </Node>
          );
        })}
      </Node>
      <Rect ref={veil} size={size} fill={'black'} opacity={0} />
      <LowerThird ref={words} />
    </>,
  );

  yield* waitFor(1.1);
  for (const name of names) yield* type(name);
  yield* all(zoom(1 / 3, 1.2, easeInOutCubic), words().say('Every name is a neural network.'));
  yield* waitFor(1.6);
  if (mine) {
    yield* all(zoom(1, 1.2, easeInOutCubic), words().say('This one is mine.'));
    yield* waitFor(2);
  } else {
    const question = createRef<TypedText>();
    view.add(<TypedText ref={question} size={size.mul(0.6)} />);
    yield* all(named(0, 0.4), veil().opacity(0.5, 0.4), words().say('Yours?'));
    yield* blink(question());
    question().caret(1);
    yield* waitFor(0.5);
  }

  /** Types a name, and lets each letter make another network. */
  function* type(name: string) {
    text().text(name).typed(0).caret(1);
    const letters = text().letters();
    const each = clamp(0.18, 0.4, (mine ? 3 : 0.8) / letters.length);
    for (let k = 1; k <= letters.length; k++) {
      text().typed(k);
      next().seed(letters.slice(0, k).join(''));
      yield* next().opacity(1, each, easeInOutSine);
      field().seed(next().seed());
      next().opacity(0);
    }
    text().caret(0);
    yield* waitFor(mine ? 0.8 : 0.5);
  }

  function* blink(cursor: TypedText) {
    cursor.caret(1);
    yield* waitFor(0.5);
    cursor.caret(0);
    yield* waitFor(0.5);
  }
});
