/** From brightness to colours, by the frame's palette: as in ../../colouring.ts, and ../../oklab.ts for OKLab. */
import { type Colouring, OK_SPAN } from '../../../core/frame/colouring.js';
import { GAMUT_STEPS, TO_CONES, TO_LIGHT } from '../../../core/frame/oklab.js';
import { float } from '../../../core/network/activations/wgsl.js';
import { activationOf, activationSource } from './activations.js';
import { FROM_LINEAR, GROUP, type Kernel, STEP } from './kernel.js';

export function colourKernel(colouring: Exclude<Colouring, 'rgb'>): Kernel {
  if (typeof colouring === 'string') {
    return { label: `colour, ${colouring}`, bindings: ['step', 'write'], code: () => spaceCode(colouring) };
  }
  const { output, table } = colouring;
  const last = table.length / 3 - 1;
  return {
    label: `colour, output ${output} by a map of ${last + 1}`,
    bindings: ['step', 'read', 'write'],
    code: () => mapCode(output, last),
  };
}

const mapCode = (output: number, last: number) => /* wgsl */ `
// One invocation, one sample. planes are of brightness, and become red, green and blue; map has three numbers a colour.
${STEP.wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> map: array<f32>;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;

@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  let place = ${float(last)} * planes[${output}u * step.plane + sample];
  let first = min(${last - 1}u, u32(place));
  let share = place - f32(first);
  for (var channel = 0u; channel < 3u; channel++) {
    let lower = map[3u * first + channel];
    planes[channel * step.plane + sample] = fma(share, map[3u * first + 3u + channel] - lower, lower);
  }
}
`;

const vector = (numbers: readonly number[]) => `vec3f(${numbers.map(float).join(', ')})`;
/** A matrix in WGSL is a list of its columns. */
const columns = [0, 1, 2].map((i) => vector(TO_LIGHT.map((row) => row[i])));

const between = ([from, to]: readonly [number, number], share: string) =>
  `mix(${float(from)}, ${float(to)}, ${share})`;
/** What a and b are, of the outputs v and w. */
const around = {
  oklab: `${float(OK_SPAN.around)} * (2.0 * vec2f(v, w) - 1.0)`,
  oklch: `${between(OK_SPAN.chroma, 'v')} * direction(w)`,
};

/** Cosine and sine of a hue; WGSL's own are too coarse. */
const directionSource = /* wgsl */ `
${activationSource('sin', ['vec2f'])}
fn direction(w: f32) -> vec2f {
  let hue = ${float(2 * Math.PI)} * w;
  return ${activationOf('vec2f')}(vec2f(hue + ${float(Math.PI / 2)}, hue));
}
`;

const spaceCode = (space: 'oklab' | 'oklch') => /* wgsl */ `
// One invocation, one sample. planes are of brightness, and become red, green and blue.
${STEP.wgsl}
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read_write> planes: array<f32>;

const to_light = mat3x3f(
  ${columns.join(',\n  ')},
);

// A colour's way from grey, at 0, to where it lies in OKLab, at 1: light is a cubic in t.
struct Way {
  grey: f32,
  c1: vec3f,
  c2: vec3f,
  c3: vec3f,
}

fn way_to(lightness: f32, around: vec2f) -> Way {
  let d = ${vector(TO_CONES.a)} * around.x + ${vector(TO_CONES.b)} * around.y;
  return Way(
    lightness * lightness * lightness,
    3.0 * lightness * lightness * (to_light * d),
    3.0 * lightness * (to_light * (d * d)),
    to_light * (d * d * d),
  );
}
fn light_at(way: Way, t: f32) -> vec3f {
  return ((way.c3 * t + way.c2) * t + way.c1) * t + way.grey;
}
fn fits(light: vec3f) -> bool {
  return all(light >= vec3f(0.0)) && all(light <= vec3f(1.0));
}
${FROM_LINEAR}
${space === 'oklch' ? directionSource : ''}
@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sample = id.x;
  if (sample >= step.samples) {
    return;
  }
  let u = planes[sample];
  let v = planes[step.plane + sample];
  let w = planes[2u * step.plane + sample];
  let way = way_to(${between(OK_SPAN.lightness, 'u')}, ${around[space]});
  var t = 1.0;
  if (!fits(light_at(way, 1.0))) {
    t = 0.0;
    var half = 0.5;
    for (var i = 0; i < ${GAMUT_STEPS}; i++) {
      if (fits(light_at(way, t + half))) {
        t += half;
      }
      half *= 0.5;
    }
  }
  let light = clamp(light_at(way, t), vec3f(0.0), vec3f(1.0));
  planes[sample] = from_linear(light.r);
  planes[step.plane + sample] = from_linear(light.g);
  planes[2u * step.plane + sample] = from_linear(light.b);
}
`;
