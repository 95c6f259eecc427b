/** How fast Untrained draws frames on the CPU, relative to numpy and onnxruntime, as
 *  `npm run bench -- --json bench/charts/run.json` measured it. Run: npm run still bench/charts/speed.tsx -- --size 960x320 */
import { Line, makeScene2D, Rect, Txt } from '@motion-canvas/2d';
import { boxOf, cut, dress, Heading, split } from 'untrained/nodes';
import run from './run.json';

/** The networks of the bench, and the peers' names in it. */
const NETWORKS = ['27x30', '14x400', '2x10'];
const PEERS = [
  { name: 'numpy', begins: 'ours, relative to numpy, float32' },
  { name: 'onnxruntime', begins: 'ours, relative to onnxruntime' },
] as const;

const bars = NETWORKS.flatMap((network) =>
  PEERS.flatMap(({ name, begins }) => {
    const found = run.figures.find((figure) => figure.part === network && figure.name.startsWith(begins));
    return found ? [{ network, peer: name, ratio: found.value }] : [];
  }),
);

export default makeScene2D(function* (view) {
  const { colours, body, small, gap, stroke, margin } = yield* dress(view);
  const [head, rest] = cut(boxOf(view.size(), 0.6 * margin), 'rows', 1.6 * body, gap);
  const title = `Speed relative to … (Node ${run.node.split('.')[0]}, ${run.cores} cores)`;
  view.add(<Heading title={title} position={head.center} size={head.size} />);
  const rows = split(rest, 'rows', bars.length, 0.4 * gap);
  const most = Math.max(1, ...bars.map(({ ratio }) => ratio));
  for (const [i, { network, peer, ratio }] of bars.entries()) {
    const [words, plot] = cut(rows[i], 'columns', 13 * small, gap);
    const length = (0.86 * plot.width * ratio) / most;
    const { y } = plot.center;
    view.add(
      <>
        <Txt
          text={`${network}, ${peer}`}
          fontSize={small}
          fill={colours.ink}
          offset={[-1, 0]}
          position={[words.left, y]}
        />
        <Rect
          size={[length, 0.7 * plot.height]}
          offset={[-1, 0]}
          position={[plot.left, y]}
          fill={peer === 'numpy' ? colours.accent : colours.negative}
        />
        <Txt
          text={`${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`}
          fontSize={small}
          fill={colours.ink}
          offset={[-1, 0]}
          position={[plot.left + length + 0.4 * gap, y]}
        />
      </>,
    );
    if (i > 0) continue;
    const even = plot.left + (0.86 * plot.width) / most;
    view.add(
      <Line
        points={[
          [even, rest.top],
          [even, rest.bottom],
        ]}
        stroke={colours.quiet}
        lineWidth={0.5 * stroke}
      />,
    );
  }
});
