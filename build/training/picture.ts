/** The picture that the network of scenes/training.tsx learns: a cat on a hill, watching the moon rise. */

/** Red, green and blue, sRGB in [0, 1]. */
export type Colour = [red: number, green: number, blue: number];

/** How far the picture extends from its centre, to the right and upwards. Its square, [-1, 1]², holds what matters. */
export const EXTENT: readonly [x: number, y: number] = [1.9, 1.4];

const NIGHT = {
  sky: hex('#191b4d'),
  dusk: hex('#6a4199'),
  horizon: hex('#f0756c'),
  glow: hex('#ff9d6e'),
  moon: hex('#fff1cc'),
  moonFoot: hex('#ffb75a'),
  ground: hex('#0f1230'),
};

const MOON = { x: 0, y: 0.2, radius: 0.74 };
/** The width of an edge. Softer ones are easier to learn, and are sharp enough at the size of a film. */
const EDGE = 0.022;

/** The colour at a point, with y upwards. */
export function pictureAt(x: number, y: number): Colour {
  const fromMoon = Math.hypot(x - MOON.x, y - MOON.y) - MOON.radius;
  const height = y + 0.62 + 0.11 * x * x; // above the hill
  const evening = mix(NIGHT.horizon, NIGHT.dusk, smoothstep(-0.75, 0.1, y));
  const sky = mix(evening, NIGHT.sky, smoothstep(-0.1, 1.1, y));
  const lit = mix(sky, NIGHT.glow, 0.65 * Math.exp(-Math.max(0, fromMoon) / 0.22));
  const moon = mix(NIGHT.moonFoot, NIGHT.moon, smoothstep(-0.6, 0.45, y));
  const behind = mix(moon, lit, coverage(-fromMoon));
  return mix(behind, NIGHT.ground, 1 - coverage(-Math.min(height, cat(x, y))));
}

/** The share of a colour beyond an edge: 0 deep inside, 1 outside. @param depth - The distance inside the edge. */
function coverage(depth: number): number {
  return 1 - smoothstep(-EDGE, EDGE, depth);
}

/** The distance to the cat, which sits with its back to us; negative inside. */
function cat(x: number, y: number): number {
  const side = Math.abs(x);
  const head = ellipse(side, y - 0.2, 0.225, 0.18);
  const ear = triangle([side, y], [0.03, 0.3], [0.205, 0.22], [0.18, 0.47]) - 0.014;
  const shoulders = ellipse(side, y + 0.2, 0.2, 0.34);
  const haunches = ellipse(side, y + 0.52, 0.33, 0.3);
  const body = smoothUnion(smoothUnion(shoulders, haunches, 0.16), Math.min(head, ear), 0.07);
  return Math.min(body, tail(x, y));
}

/** The tail rises to the right of the cat, and ends in a hook. */
function tail(x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [points, [from, to]] of TAIL) {
    for (let i = 0; i < points.length - 1; i++) {
      const [distance, t] = segment([x, y], points[i], points[i + 1]);
      const along = (i + t) / (points.length - 1);
      nearest = Math.min(nearest, distance - (from + (to - from) * along));
    }
  }
  return nearest;
}

type Point = readonly [x: number, y: number];

/** The tail's two cubic curves as polylines, and its half-widths at their ends. */
const TAIL: [Point[], [number, number]][] = [
  [cubic([0.15, -0.66], [0.44, -0.78], [0.6, -0.6], [0.49, -0.34]), [0.075, 0.064]],
  [cubic([0.49, -0.34], [0.39, -0.12], [0.4, 0.1], [0.56, 0.05]), [0.064, 0.052]],
];

function cubic(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: 13 }, (_, i): Point => {
    const t = i / 12;
    const s = 1 - t;
    const at = (k: 0 | 1) => s ** 3 * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t ** 3 * d[k];
    return [at(0), at(1)];
  });
}

/** The distance from p to the segment from a to b, and where on it the nearest point is, from 0 to 1. */
function segment(p: Point, a: Point, b: Point): [distance: number, t: number] {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const t = clamp(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy));
  return [Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy), t];
}

/** About the distance to an ellipse around the origin: exact on it, which is all that an edge needs. */
function ellipse(x: number, y: number, rx: number, ry: number): number {
  const k = Math.hypot(x / rx, y / ry);
  const slope = Math.hypot(x / (rx * rx), y / (ry * ry));
  return slope === 0 ? -Math.min(rx, ry) : (k * (k - 1)) / slope;
}

/** The distance to a triangle. */
function triangle(p: Point, a: Point, b: Point, c: Point): number {
  const edges = [
    [a, b],
    [b, c],
    [c, a],
  ];
  const distance = Math.min(...edges.map(([from, to]) => segment(p, from, to)[0]));
  const turns = edges.map(([from, to]) =>
    Math.sign((to[0] - from[0]) * (p[1] - from[1]) - (to[1] - from[1]) * (p[0] - from[0])),
  );
  return turns[0] === turns[1] && turns[1] === turns[2] ? -distance : distance;
}

/** The union of two shapes, its corner filled with a radius of about k. From Inigo Quilez, "Smooth minimum". */
function smoothUnion(a: number, b: number, k: number): number {
  const h = Math.max(0, k - Math.abs(a - b)) / k;
  return Math.min(a, b) - (h * h * k) / 4;
}

function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function mix(a: Colour, b: Colour, share: number): Colour {
  return [0, 1, 2].map((k) => a[k] + (b[k] - a[k]) * share) as Colour;
}

/** A colour written as #rrggbb. */
function hex(text: string): Colour {
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16) / 255) as Colour;
}
