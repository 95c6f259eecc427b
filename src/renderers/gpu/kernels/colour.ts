/** Converts brightness to colours by the frame's palette, as core/frame/colouring.ts and oklab.ts do. */
import { type Colouring, OK_SPAN } from '../../../core/frame/colouring.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../../../core/frame/oklab.js';
import { float } from '../../../core/network/activations/wgsl.js';
import { activationSource } from './activations.js';
import mapCode from './colour-map.wgsl.js';
import spaceCode from './colour-space.wgsl.js';
import fromLinear from './from-linear.wgsl.js';
import { COMMON, constants, type Kernel, source } from './kernel.js';
import oklab from './oklab.wgsl.js';
import oklch from './oklch.wgsl.js';

export function colourKernel(colouring: Exclude<Colouring, 'rgb'>): Kernel {
  if (typeof colouring === 'string') {
    return {
      label: `colour, ${colouring}`,
      bindings: ['step', 'write'],
      code: () => source(COMMON, SPACE, spaceCode, fromLinear, around[colouring]()),
    };
  }
  const { output, table } = colouring;
  const last = table.length / 3 - 1;
  return {
    label: `colour, output ${output} by a map of ${last + 1}`,
    bindings: ['step', 'read', 'write'],
    code: () => source(COMMON, constants({ OUTPUT: `${output}u`, LAST: `${last}u` }), mapCode),
  };
}

const f32 = (value: number) => `f32(${float(value)})`;
const vector = (numbers: readonly number[]) => `vec3f(${numbers.map(float).join(', ')})`;
/** WGSL matrices are column-major. */
const columns = [0, 1, 2].map((i) => vector(TO_LIGHT.map((row) => row[i])));

const SPACE = constants({
  TO_LIGHT: `mat3x3f(\n  ${columns.join(',\n  ')},\n)`,
  CONES_A: vector(TO_CONES.a),
  CONES_B: vector(TO_CONES.b),
  DARKEST: f32(OK_SPAN.lightness[0]),
  LIGHTEST: f32(OK_SPAN.lightness[1]),
  GAMUT_STEPS: `${GAMUT_STEPS}u`,
});

/** Maps three outputs to a position around grey, for each colour space. */
const around = {
  oklab: () => source(constants({ AROUND: f32(OK_SPAN.around) }), oklab),
  oklch: () => {
    const [least, most] = OK_SPAN.chroma;
    const values = { LEAST_CHROMA: f32(least), MOST_CHROMA: f32(most), TURN: f32(2 * Math.PI) };
    return source(constants(values), activationSource('sin', ['vec2f']), oklch);
  },
};
