/** What films cost as they grow, as `npm run bench -- --only scale --json bench/charts/run.json` measured it: points,
 *  and straight lines through them. Run: npm run still bench/charts/scale.tsx -- --size 1280x720 */
import { Circle, makeScene2D } from '@motion-canvas/2d';
import { Axes, boxOf, Curve, cut, dress, Heading, planeIn, split } from 'untrained/nodes';
import run from './run.json';

/** The panels: what is on the x axis, as a function of the value that was measured, and its name. */
const PANELS = [
  { series: 'frames', name: 'frames', x: (value: number) => value },
  { series: 'pixels', name: 'megapixels', x: (value: number) => value / 1e6 },
  { series: 'layers', name: 'layers', x: (value: number) => value },
  { series: 'width', name: 'thousand weights of a layer', x: (value: number) => value ** 2 / 1000 },
] as const;

interface Point {
  x: number;
  seconds: number;
}

/** The line a + b x whose largest relative distance from the points is small: least squares of relative errors. */
function lineThrough(points: Point[]): { a: number; b: number } {
  let [s, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0];
  for (const { x, seconds } of points) {
    const weight = 1 / seconds ** 2;
    s += weight;
    sx += weight * x;
    sxx += weight * x * x;
    sy += weight * seconds;
    sxy += weight * x * seconds;
  }
  const b = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  return { a: (sy - b * sx) / s, b };
}

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { colours, body, gap, stroke, margin } = theme;
  const [head, rest] = cut(boxOf(view.size(), 0.6 * margin), 'rows', 1.6 * body, 0.4 * gap);
  const boxes = split(rest, 'rows', 2, gap).flatMap((row) => split(row, 'columns', 2, 2 * gap));
  view.add(<Heading title={'CPU time, in seconds'} position={head.center} size={head.size} />);
  for (const [i, { series, name, x }] of PANELS.entries()) {
    const points = run.figures
      .filter((figure) => figure.part === 'scale' && figure.name.startsWith(`${series} `))
      .map((figure) => ({ x: x(Number(figure.name.split(' ')[1])), seconds: figure.value / 1000 }));
    const [right, top] = [
      Math.max(...points.map((point) => point.x)),
      Math.max(...points.map((point) => point.seconds)),
    ];
    const { a, b } = lineThrough(points);
    const axes = (
      <Axes
        {...planeIn(boxes[i], theme)}
        domainX={[0, 1.1 * right]}
        domainY={[0, 1.15 * top]}
        ticksX={4}
        nameX={name}
      >
        <Curve graph={{ f: (at) => a + b * at }} stroke={colours.accent} lineWidth={0.8 * stroke} />
      </Axes>
    ) as Axes;
    view.add(axes);
    const scales = axes.scales();
    for (const point of points) {
      axes.add(
        <Circle
          size={3 * stroke}
          fill={colours.ink}
          position={[scales.x(point.x), scales.y(point.seconds)]}
        />,
      );
    }
  }
});
