/** Features in GLSL: see core/network/features.ts. */
import { PI_PARTS, SIN } from '../../core/network/activations/approximations.js';
import { float, polynomial } from '../../core/network/activations/glsl.js';
import { sin } from '../../core/network/activations/sin.js';
import { featureParts } from '../../core/network/features.js';

/** (atan(t) / t - 1) / t² as a polynomial in t², within 2.1e-8 of atan(t) / t for |t| <= tan(π / 8). */
const ATAN = [0.08053224575568074, -0.13877534727810995, 0.19977697692326998, -0.3333294884558214];

const coordinates: Record<string, string> = { x: 'p.x', y: 'p.y', r: 'length_(p)', angle: 'angle_(p)' };
const functions: Record<string, (v: string) => string> = {
  abs: (v) => `abs(${v})`,
  square: (v) => `${v} * ${v}`,
  sin: (v) => `sine_(${v})`,
  cos: (v) => `cosine_(${v})`,
  gaussian: (v) => `bell_(${v})`,
};

/** What features call. GLSL's own functions may be far too coarse, or overflow. */
const helpers: Record<string, string> = {
  length_: `float length_(vec2 p) {
  float most = max(abs(p.x), abs(p.y)); // squares of small numbers would vanish
  return most > 0.0 ? most * length(p / most) : 0.0;
}`,
  angle_: `// The direction of p in radians, from -pi to pi; 0 at the origin.
float angle_(vec2 p) {
  vec2 a = abs(p);
  float most = max(a.x, a.y), least = min(a.x, a.y);
  if (most == 0.0) return 0.0;
  bool isSteep = least > ${float(Math.tan(Math.PI / 8))} * most; // then the series is for the angle minus pi / 4
  float t = isSteep ? (least / most - 1.0) / (least / most + 1.0) : least / most;
  float u = t * t;
  float angle = t + t * u * (${polynomial(ATAN, 'u')});
  if (isSteep) angle += ${float(Math.PI / 4)};
  if (a.y > a.x) angle = ${float(Math.PI / 2)} - angle;
  if (p.x < 0.0) angle = ${float(Math.PI)} - angle;
  return p.y < 0.0 ? -angle : angle;
}`,
  sine_: `float sine_(float x) {\n${sin.glsl}\n}`,
  // Like the sine, but with the zeros of the cosine subtracted, so that it keeps its precision near them.
  cosine_: `float cosine_(float x) {
  float n = floor(x * ${float(1 / Math.PI)});
  float t = ${PI_PARTS.reduce((rest, part) => `(${rest} - (n + 0.5) * ${float(part)})`, 'x').slice(1, -1)};
  t = clamp(t, -1.6, 1.6);
  float u = t * t;
  float sine = t + t * u * (${polynomial(SIN, 'u')});
  return n - 2.0 * floor(0.5 * n) == 0.0 ? -sine : sine;
}`,
  bell_: `float bell_(float x) {
  float t = min(abs(x), 9.0);
  return exp(-t * t);
}`,
};

/** An expression for a feature of the point p. */
function expressionOf(feature: string): string {
  if (feature === 'x*y') return 'p.x * p.y';
  if (feature === 'square(r)') return 'dot(p, p)';
  const [called, coordinate] = featureParts(feature);
  return called ? functions[called](coordinates[coordinate]) : coordinates[coordinate];
}

/**
 * For each feature, `float feature0(vec2 p)`, `float feature1(vec2 p)` and so on, after the functions that they call,
 * whose names end in an underscore: `length_`, `angle_`, `sine_`, `cosine_`, `bell_`.
 */
export function featureFunctions(features: readonly string[]): string {
  const own = features.map(
    (name, i) => `float feature${i}(vec2 p) { // ${name}\n  return ${expressionOf(name)};\n}`,
  );
  const needed = new Set(
    Object.keys(helpers).filter((name) => own.some((text) => text.includes(`${name}(`))),
  );
  return [
    ...Object.keys(helpers)
      .filter((name) => needed.has(name))
      .map((name) => helpers[name]),
    ...own,
  ].join('\n\n');
}
