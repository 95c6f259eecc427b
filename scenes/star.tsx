/** Why a network seen from afar is a star: a relu network is linear in each of finitely many convex regions, and from
 *  far enough away only the unbounded ones are visible. Section 6 of the article, the paragraph for mathematicians.
 *  Run: npm run render scenes/star.tsx */
import { makeScene2D, Path, Rect } from '@motion-canvas/2d';
import { createRef, createSignal, easeInOutSine, waitFor } from '@motion-canvas/core';
import { buildNetwork, type Layer, networkSchema } from 'untrained';
import { aroundPicture, dark, dress, Gauge, NetworkField, Title, zoomBetween } from 'untrained/nodes';

const spec = { seed: 17, layers: 4, weightScale: 1.1, activation: 'relu' as const };
const UNITS = 8;
/** Half-widths of the view: at the start, when the unbounded regions light up, and at the end. */
const [NEAR, MIDDLE, FAR] = [2.4, 8, 80];

export default makeScene2D(function* (view) {
  const theme = yield* dress(view);
  const { body, stroke } = theme;
  const [head, picture, foot] = aroundPicture(view.size(), theme);
  const { hidden } = buildNetwork(networkSchema.parse({ ...spec, width: UNITS }));
  const all = linearRegions(hidden);
  const isUnbounded = (region: Polygon) =>
    region.some((point) => Math.max(...point.map(Math.abs)) > 0.9 * PLANE);
  const total = `${all.length} regions, ${all.filter(isUnbounded).length} unbounded`;

  const field = createRef<NetworkField>();
  const outlined = createSignal(0);
  const lit = createSignal(0);
  const halfWidth = () => field().halfWidth();
  /** Pixels per unit of the plane. */
  const scale = () => Math.min(picture.width, picture.height) / 2 / halfWidth();
  /** The parts of the regions that are in the picture. */
  const seen = (unbounded: boolean) =>
    all
      .filter((region) => isUnbounded(region) === unbounded)
      .map((r) => within(r, picture.width / 2 / scale(), picture.height / 2 / scale()))
      .filter((r) => r.length > 2);
  const bounded = () => seen(false);
  const unbounded = () => seen(true);
  const inView = () => `in view: ${bounded().length + unbounded().length}, unbounded ${unbounded().length}`;
  const outline = (regions: Polygon[]) =>
    regions.map((r) => `M ${r.map(([x, y]) => `${x * scale()} ${-y * scale()}`).join(' L ')} Z`).join(' ');

  view.add(
    <>
      <Rect size={picture.size} position={picture.center} radius={theme.radius} clip>
        <NetworkField ref={field} {...spec} units={UNITS} centre={0} halfWidth={NEAR} size={picture.size} />
        <Path
          data={() => outline(bounded())}
          fill={dark.background}
          opacity={() => 0.3 * outlined() + 0.5 * lit()}
        />
        <Path
          data={() => outline(bounded())}
          stroke={dark.ink}
          lineWidth={0.22 * stroke}
          opacity={() => 0.6 * outlined()}
        />
        <Path
          data={() => outline(unbounded())}
          stroke={dark.background} // relu's colours are bright from afar
          lineWidth={0.5 * stroke}
          opacity={outlined}
        />
      </Rect>
      <Title
        title={'Why it is a star'}
        notes={[total, inView]}
        notesOpacity={outlined}
        position={head.center}
        width={head.width}
      />
      <Gauge
        position={foot.center.addY(0.4 * body)}
        width={0.86 * foot.width}
        place={() => Math.log(halfWidth() / NEAR) / Math.log(FAR / NEAR)}
        text={() => `half-width ${halfWidth().toFixed(1)}`}
        from={`${NEAR}`}
        to={`${FAR}`}
      />
    </>,
  );

  yield* waitFor(1.5);
  yield* outlined(1, 2);
  yield* waitFor(1);
  yield* field().halfWidth(MIDDLE, 5, easeInOutSine, zoomBetween);
  yield* waitFor(1);
  yield* lit(1, 2);
  yield* waitFor(1);
  yield* field().halfWidth(FAR, 7, easeInOutSine, zoomBetween);
  yield* waitFor(3);
});

type Point = [x: number, y: number];
type Polygon = Point[];
/** The coefficients of an affine function a x + b y + c. */
type Affine = [a: number, b: number, c: number];

/** Half the side of a square that stands for the whole plane: a region that reaches its edge is unbounded. */
const PLANE = 1e5;

/** Divides the plane by every unit of every layer along the line where its sum is 0. */
function linearRegions(hidden: Layer[]): Polygon[] {
  const square = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]): Point => [x * PLANE, y * PLANE]);
  const inputs: Affine[] = [
    [1, 0, 0],
    [0, 1, 0],
  ];
  let pieces = [{ region: square, values: inputs }];
  for (const { weights, biases, inputs: count } of hidden) {
    // Inside a region, each unit's sum is an affine function of the point.
    const sums = (values: Affine[]) =>
      [...biases].map((bias, unit): Affine => {
        const sum = (k: number) =>
          values.reduce((s, value, i) => s + weights[unit * count + i] * value[k], 0);
        return [sum(0), sum(1), sum(2) + bias];
      });
    pieces = pieces.flatMap(({ region, values }) => {
      let parts = [{ region, values: [] as Affine[] }];
      for (const z of sums(values)) {
        parts = parts
          .flatMap((part) => [
            { region: positive(part.region, z), values: [...part.values, z] },
            {
              region: positive(part.region, [-z[0], -z[1], -z[2]]),
              values: [...part.values, [0, 0, 0] as Affine],
            },
          ])
          .filter((part) => part.region.length > 2);
      }
      return parts;
    });
  }
  return pieces.map(({ region }) => region);
}

/** The part of a convex polygon where z > 0. */
function positive(polygon: Polygon, [a, b, c]: Affine): Polygon {
  const z = polygon.map(([x, y]) => a * x + b * y + c);
  if (z.every((value) => value <= 0)) return [];
  return polygon.flatMap((point, i) => {
    const j = (i + 1) % polygon.length;
    const kept: Polygon = z[i] > 0 ? [point] : [];
    if (z[i] > 0 === z[j] > 0) return kept;
    const t = z[i] / (z[i] - z[j]);
    const next = polygon[j];
    return [...kept, [point[0] + t * (next[0] - point[0]), point[1] + t * (next[1] - point[1])]];
  });
}

/** The part of a polygon in the box from (-x, -y) to (x, y). */
function within(polygon: Polygon, x: number, y: number): Polygon {
  const edges: Affine[] = [
    [1, 0, x],
    [-1, 0, x],
    [0, 1, y],
    [0, -1, y],
  ];
  return edges.reduce(positive, polygon);
}
