/** A tour of the whole article in two minutes, from one unit to the scale of random weights. Figures 1 to 20.
 *  Run: npm run render scenes/tour.tsx -- --size 960x540
 *
 *  Each part is another scene, or an excerpt of it, laid out in the area above the caption and played faster. */
import { Layout, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import {
  all,
  cancel,
  chain,
  createRef,
  createSignal,
  linear,
  type ThreadGenerator,
  waitFor,
} from '@motion-canvas/core';
import type { Sweep } from 'untrained';
import { boxOf, cut, dress, NetworkField, SceneView, type SceneViewProps, shapeOf } from 'untrained/nodes';
import channels from './channels';
import crossSection from './cross-section';
import growingDepth from './growing-depth';
import growingWeights from './growing-weights';
import growingWidth from './growing-width';
import opening from './opening';
import relu from './relu';
import reluAndTanh from './relu-and-tanh';
import rows from './rows';
import sCurves from './s-curves';
import sSurfaces from './s-surfaces';
import scaling from './scaling';
import singleUnit from './single-unit';
import star from './star';
import typicalNetworks from './typical-networks';
import zoomingIn from './zooming-in';

type Scene = SceneViewProps['scene'];
/** A scene, the excerpt to play in seconds of its own time, its duration in the tour in seconds, and its caption. */
type Part = [scene: Scene, from: number, to: number, seconds: number, words: string];
const PARTS: Part[] = [
  [singleUnit, 0.5, 16.5, 9, 'A unit adds up its inputs, and bends the sum.'],
  [sCurves, 0, 17, 8, 'The next layer adds up what is bent, and bends it again.'],
  [sSurfaces, 0, 21, 8.5, 'With two inputs, curves are surfaces; from above, pictures.'],
  [channels, 0, 12, 6.5, 'Three outputs are a colour.'],
  [typicalNetworks, 0, 13, 6.5, 'One layer makes gradients, two make corners.'],
  [rows, 0.5, 16, 7, 'Every layer more bends what is there already.'],
  [growingDepth, 0, 25.5, 11, 'Deep networks have calm places and wild ones.'],
  [relu, 7, 21, 7, 'Relu keeps its slope where the others level out.'],
  [reluAndTanh, 5, 18, 7, 'It makes a patchwork of straight gradients.'],
  [growingWidth, 0, 11, 7, 'More units in a layer make detail everywhere.'],
  [zoomingIn, 0.5, 21, 9.5, 'Inputs matter: from afar it is a star, from nearby a gradient.'],
  [star, 2.5, 22.5, 8.5, 'Of finitely many straight pieces, only the endless ones reach so far.'],
  [growingWeights, 0.5, 8.5, 7, 'The scale of the weights decides between a blur and noise.'],
  [scaling, 0.5, 22, 10, 'The sweet spot lies between vanishing and exploding.'],
];
/** The durations of the first and the last picture, and of each fade, in seconds. */
const [FIRST, LAST, FADE] = [7, 7, 0.4];
const TOTAL = PARTS.reduce((sum, [, , , seconds]) => sum + seconds, FIRST + LAST);

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, title, small, margin } = theme;
  const whole = boxOf(view.size());
  const room = (shapeOf(view.size()) === 'wide' ? 1.4 : 2.6) * small + 0.6 * margin;
  const [stage, foot] = cut(whole, 'rows', whole.height - room);
  const words = createRef<Txt>();
  const progress = createSignal(0);

  view.add(
    <>
      <Txt
        ref={words}
        opacity={0}
        position={foot.center.addY(-0.3 * margin)}
        width={foot.width - 2 * margin}
        fontSize={small}
        lineHeight={'125%'}
        fill={colours.ink}
        textAlign={'center'}
        textWrap
      />
      <Rect
        offset={[-1, 1]}
        position={whole.bottomLeft}
        size={() => [progress() * whole.width, 0.12 * small]}
        fill={colours.accent}
        zIndex={1}
      />
    </>,
  );

  yield progress(1, TOTAL, linear);
  yield* filling(opening, FIRST, ['A random neural network', 'Each pixel is its answer to x and y.']);
  for (const part of PARTS) yield* play(part);
  yield* filling(crossSection, LAST, [
    'Untrained',
    'after “A Visual Exploration of Random Neural Networks” by Tyler Neylon',
  ]);

  /** Fades a part in and out while it plays. */
  function* play([scene, from, to, seconds, text]: Part): ThreadGenerator {
    const part = createRef<SceneView>();
    view.add(<SceneView ref={part} scene={scene} size={stage.size} position={stage.center} opacity={0} />);
    words().text(text);
    yield* all(
      part().play({ from, to, speed: (to - from) / seconds }),
      comeAndGo(part(), seconds),
      comeAndGo(words(), seconds),
    );
    part().remove();
  }

  /**
   * Fills the frame with a sweep, then dims it behind a title. The first one is visible from the beginning, the last
   * one until the end.
   */
  function* filling(sweep: Sweep, seconds: number, [first, second]: string[]): ThreadGenerator {
    const field = createRef<NetworkField>();
    const veil = createRef<Rect>();
    const line = {
      width: whole.width - 2 * margin,
      fill: colours.ink,
      textAlign: 'center',
      textWrap: true,
    } as const;
    const isFirst = sweep === opening;
    view.add(
      <>
        <NetworkField ref={field} size={view.size()} opacity={isFirst ? 1 : 0} />
        <Rect ref={veil} size={view.size()} fill={`${colours.background}90`} opacity={0}>
          <Layout layout direction={'column'} alignItems={'center'} gap={0.6 * title}>
            <Txt text={first} fontSize={1.5 * title} fontWeight={600} lineHeight={'115%'} {...line} />
            <Txt text={second} fontSize={small} lineHeight={'125%'} {...line} />
          </Layout>
        </Rect>
      </>,
    );
    const moving = yield field().play(sweep);
    if (!isFirst) yield* field().opacity(1, FADE);
    yield* waitFor(0.3 * seconds);
    yield* veil().opacity(1, 2 * FADE);
    yield* waitFor(0.7 * seconds - 3 * FADE);
    if (!isFirst) return;
    yield* all(field().opacity(0, FADE), veil().opacity(0, FADE));
    cancel(moving);
    field().remove();
    veil().remove();
  }
});

function comeAndGo(node: Rect | Txt, seconds: number): ThreadGenerator {
  return chain(node.opacity(1, FADE), waitFor(seconds - 2 * FADE), node.opacity(0, FADE));
}
