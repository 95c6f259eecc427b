/** A tour of the whole article in a little over two minutes, from one unit to the scale of random weights.
 *  Figures 1 to 20. Run: npm run render scenes/tour.tsx -- --size 960x540
 *
 *  Each part is another scene, or an excerpt of it, played faster. */
import { Layout, makeScene2D, type Node, Rect, Txt } from '@motion-canvas/2d';
import { all, chain, createRef, type ThreadGenerator, waitFor } from '@motion-canvas/core';
import type { Sweep } from 'untrained';
import { dress, type Excerpt, NetworkField, SceneView, type SceneViewProps } from 'untrained/nodes';
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

/** What to play, in the order of the article. */
const PARTS: [scene: SceneViewProps['scene'], excerpt: Excerpt][] = [
  [singleUnit, { speed: 1.3 }],
  [sCurves, { speed: 2 }],
  [sSurfaces, { speed: 2 }],
  [channels, { speed: 1.6 }],
  [typicalNetworks, { speed: 1.6 }],
  [rows, { speed: 2 }],
  [growingDepth, { speed: 2.6 }],
  [relu, { from: 1, speed: 1.6 }],
  [reluAndTanh, { speed: 2.2 }],
  [growingWidth, { speed: 2 }],
  [zoomingIn, { speed: 2.4 }],
  [star, { speed: 2.2 }],
  [growingWeights, { speed: 1.6 }],
  [scaling, { speed: 2 }],
];
/** How long the first and the last picture move, how long each part rests at its end, and how long it dissolves. */
const [FIRST, LAST, REST, DISSOLVE] = [4, 5, 0.8, 0.6];

export default makeScene2D(function* (view) {
  const { colours, title, small, margin } = yield* dress(view);
  /** What is on screen. */
  let shown: Node | undefined;

  yield* fill(opening, FIRST, 'A random neural network', 'Each pixel is its answer to x and y.');
  for (const [scene, excerpt] of PARTS) {
    const part = createRef<SceneView>();
    view.add(<SceneView ref={part} scene={scene} size={view.size()} />);
    yield* all(dissolveTo(part()), part().play(excerpt));
    yield* waitFor(REST);
  }
  yield* fill(
    crossSection,
    LAST,
    'Untrained',
    'after “A Visual Exploration of Random Neural Networks”',
    'by Tyler Neylon',
  );

  /** Lets a node appear on top of what is on screen, which it replaces. */
  function* dissolveTo(node: Node): ThreadGenerator {
    const before = shown;
    shown = node;
    if (!before) return;
    node.opacity(0);
    yield* node.opacity(1, DISSOLVE);
    before.remove();
  }

  /** Plays a sweep that fills the frame, and then dims it behind a title. */
  function* fill(sweep: Sweep, seconds: number, first: string, ...others: string[]): ThreadGenerator {
    const [whole, field, veil] = [createRef<Rect>(), createRef<NetworkField>(), createRef<Rect>()];
    const line = {
      width: view.width() - 2 * margin,
      fill: colours.ink,
      textAlign: 'center',
      textWrap: true,
    } as const;
    view.add(
      <Rect ref={whole} size={view.size()}>
        <NetworkField ref={field} size={view.size()} />
        <Rect ref={veil} size={view.size()} fill={`${colours.background}78`} opacity={0}>
          <Layout layout direction={'column'} alignItems={'center'} gap={0.3 * title}>
            <Txt text={first} fontSize={1.5 * title} fontWeight={600} lineHeight={'115%'} {...line} />
            {others.map((text) => (
              <Txt text={text} fontSize={small} lineHeight={'125%'} {...line} />
            ))}
          </Layout>
        </Rect>
      </Rect>,
    );
    yield field().play(sweep);
    yield* all(dissolveTo(whole()), chain(waitFor(0.3 * seconds), veil().opacity(1, 0.8)));
    yield* waitFor(0.7 * seconds - 0.8);
  }
});
