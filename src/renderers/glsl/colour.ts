/** Palettes in GLSL: see core/frame/colouring.ts and oklab.ts. */
import { type Colouring, type ColourMap, OK_SPAN } from '../../core/frame/colouring.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../../core/frame/oklab.js';
import { float, polynomial } from '../../core/network/activations/glsl.js';
import { table as tableOf } from './table.js';

/**
 * `vec3 colour(float outputs[N])`: sRGB in [0, 1] of brightnesses in [0, 1]; N is `outputs`. It follows what it needs:
 * `fromLinear`, `fits`, `lightOf` and `direction`, or `colourAt` and `mapped`; constants in capitals.
 */
export function colourFunction(colouring: Colouring, outputs: number): string {
  const signature = `vec3 colour(float outputs[${outputs}])`;
  if (typeof colouring === 'object') {
    return `${mapFunction(colouring)}\n\n${signature} {\n  return mapped(outputs[${colouring.output}]);\n}`;
  }
  if (colouring === 'rgb') {
    const value = outputs === 1 ? 'vec3(outputs[0])' : 'vec3(outputs[0], outputs[1], outputs[2])';
    return `${signature} {\n  return ${value};\n}`;
  }
  const { lightness, around, chroma } = OK_SPAN;
  const span = ([from, to]: readonly [number, number], share: string) =>
    `mix(${float(from)}, ${float(to)}, ${share})`;
  const ab =
    colouring === 'oklab'
      ? `${float(around)} * (2.0 * vec2(outputs[1], outputs[2]) - 1.0)`
      : `${span(chroma, 'outputs[1]')} * direction(outputs[2])`;
  return [
    ...(colouring === 'oklch' ? [DIRECTION] : []),
    LIGHT_OF,
    FROM_LINEAR,
    `${signature} {
  vec2 ab = ${ab};
  return fromLinear(lightOf(${span(lightness, 'outputs[0]')}, ab));
}`,
  ].join('\n\n');
}

/** `vec3 mapped(float value)`: the colour of a value in [0, 1]. */
function mapFunction({ table }: ColourMap): string {
  const count = table.length / 3;
  // The bytes of CSS colours are exact. Other colours have 10 bits, so that they are within an eighth of a byte.
  const areBytes = table.every((value) => Math.abs(255 * value - Math.round(255 * value)) < 1e-4);
  const bits = areBytes ? 8 : 10;
  const most = 2 ** bits - 1;
  const packed = Array.from({ length: count }, (_, i) => {
    const [red, green, blue] = table.subarray(3 * i, 3 * i + 3).map((value) => Math.round(value * most));
    const number = (red * 2 ** bits + green) * 2 ** bits + blue;
    return `0x${number.toString(16).padStart(areBytes ? 6 : 8, '0')}u`;
  });
  return `// sRGB, ${bits} bits a channel: red, green, blue.
${tableOf('uint', 'COLOURS', packed, areBytes ? 10 : 8)}

vec3 colourAt(int i) {
  return vec3(uvec3(COLOURS[i] >> ${2 * bits}, COLOURS[i] >> ${bits}, COLOURS[i]) & ${most}u) / ${float(most)};
}

vec3 mapped(float value) {
  float place = ${float(count - 1)} * clamp(value, 0.0, 1.0);
  int first = min(int(place), ${count - 2});
  return mix(colourAt(first), colourAt(first + 1), place - float(first));
}`;
}

const vector = (numbers: readonly number[]) => `vec3(${numbers.map(float).join(', ')})`;
const column = (i: number) => vector(TO_LIGHT.map((row) => row[i]));

const LIGHT_OF = `const vec3 CONES_A = ${vector(TO_CONES.a)};
const vec3 CONES_B = ${vector(TO_CONES.b)};
const mat3 TO_LIGHT = mat3(
  ${column(0)},
  ${column(1)},
  ${column(2)}
);

bool fits(vec3 light) {
  return all(greaterThanEqual(light, vec3(0.0))) && all(lessThanEqual(light, vec3(1.0)));
}

// Linear red, green and blue of a colour in OKLab. Outside the sRGB gamut, it loses as much chroma as necessary: along
// the line from grey, at t = 0, to the colour, at t = 1, light is a cubic in t.
// Björn Ottosson, https://bottosson.github.io/posts/oklab/
vec3 lightOf(float lightness, vec2 ab) {
  vec3 d = CONES_A * ab.x + CONES_B * ab.y;
  vec3 c0 = vec3(lightness * lightness * lightness);
  vec3 c1 = 3.0 * lightness * lightness * (TO_LIGHT * d);
  vec3 c2 = 3.0 * lightness * (TO_LIGHT * (d * d));
  vec3 c3 = TO_LIGHT * (d * d * d);
  float t = 1.0;
  if (!fits(c3 + c2 + c1 + c0)) {
    t = 0.0;
    float part = 0.5;
    for (int i = 0; i < ${GAMUT_STEPS}; i++) {
      float next = t + part;
      if (fits(((c3 * next + c2) * next + c1) * next + c0)) t = next;
      part *= 0.5;
    }
  }
  return clamp(((c3 * t + c2) * t + c1) * t + c0, 0.0, 1.0);
}`;

/** `vec3 fromLinear(vec3 light)`. */
export const FROM_LINEAR = `// Linear light to sRGB: IEC 61966-2-1.
vec3 fromLinear(vec3 light) {
  vec3 far = 1.055 * pow(max(light, 0.003), vec3(${float(1 / 2.4)})) - 0.055;
  return mix(far, 12.92 * light, lessThanEqual(light, vec3(0.0031308)));
}`;

/** Taylor polynomials for angles of at most 45°, in the square of the angle. */
const SINE = [-1 / 5040, 1 / 120, -1 / 6];
const COSINE = [1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1];

/** GLSL's own sine and cosine may be too coarse. */
const DIRECTION = `// The cosine and sine of an angle in turns, without GLSL's own, which may be coarse.
vec2 direction(float turns) {
  float quarters = round(4.0 * turns);
  float t = ${float(2 * Math.PI)} * (turns - 0.25 * quarters); // within 45 degrees
  float u = t * t;
  float c = ${polynomial(COSINE, 'u')};
  float s = t + t * u * (${polynomial(SINE, 'u')});
  int quadrant = int(quarters) & 3;
  vec2 axis = (quadrant & 1) == 0 ? vec2(c, s) : vec2(-s, c);
  return quadrant < 2 ? axis : -axis;
}`;
