/** A shader as a whole: the network with its view, colours and motion. Shadertoy and WebGL2 differ only in names. */

import { colouringShown } from '../../core/frame/shown.js';
import { float } from '../../core/network/activations/glsl.js';
import { THRESHOLD } from '../../renderers/glsl/dither.js';
import { activationFunctions, colourFunction } from '../../renderers/glsl/pieces.js';
import type { Exported, ExportTools } from '../exporter.js';
import { commented, recipeComment, titleIn } from './comments.js';
import { Numbers } from './motion.js';
import { networkCode } from './network.js';
import { shapeOf } from './shape.js';
import { movable, type Subject, subjectOf } from './subject.js';
import { weightsOf } from './weights.js';

/** What a shader calls what it is given. */
export interface Names {
  /** Width and height in pixels, a vec2. */
  resolution: string;
  /** In seconds. */
  time: string;
  /** Where the mouse is and where it was pressed: see iMouse of Shadertoy. */
  mouse: string;
}

export interface Program {
  /** Comments: what it is, and its recipe. */
  about: string;
  /** Long lists of weights, at most 8192 numbers each. */
  arrays: Uint32Array[];
  /**
   * All code but the entry point: it ends in `vec4 pixelAt(vec2 place)`.
   * @param inBuffers - Whether long lists of weights are in buffers.
   */
  code(names: Names, inBuffers: boolean): string;
}

/** @throws UsageError that names the parameter that a shader cannot express. */
export async function programOf(exported: Exported, tools: ExportTools): Promise<Program> {
  const subject = await subjectOf(exported, tools);
  const numbers = new Numbers(subject.sweep.seconds);
  const view = viewCode(subject, numbers);
  const shape = shapeOf(subject, numbers);
  const weights = weightsOf(subject, shape, numbers);
  numbers.constant('int', 'widest', `${weights.room}`, 'array length for the values of a layer');
  const network = networkCode(subject, shape, weights, numbers);
  const { sweep, frame } = subject;
  const code = (names: Names, inBuffers: boolean) =>
    [
      `${numbers.constants()}`,
      activationFunctions(numbers.needsSine ? [...network.names, 'sin'] : network.names),
      numbers.motion(subject.pace),
      ...network.parts(inBuffers),
      colourFunction(colouringShown(frame), shape.outputs),
      view.place(names),
      pixelCode(subject, names, numbers.moves),
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  const { title } = sweep;
  const about = [
    commented([titleIn(title) || 'A random neural network', `Made with Untrained ${tools.version}.`]),
    recipeComment(exported.at === undefined ? exported.sweep : sweep),
  ].join('\n//\n');
  return { about, arrays: weights.arrays, code };
}

/** Which point of the plane a pixel shows. */
function viewCode({ sweep, frame }: Subject, numbers: Numbers) {
  const { view } = sweep;
  const { centre, halfWidth, rotation } = frame.view;
  const tracks = (view.centre as unknown[] | undefined) ?? [];
  const middle = "the point at the picture's centre; y points up";
  const axis = (i: 0 | 1) =>
    numbers.declare(`centre ${'xy'[i]}`, movable(tracks[i], centre[i]), `view.centre.${i}`, middle);
  const point = tracks.some((track) => typeof track === 'object')
    ? `vec2(${axis(0)}, ${axis(1)})`
    : numbers.constant('vec2', 'centre', `vec2(${float(centre[0])}, ${float(centre[1])})`, middle);
  const half = numbers.declare(
    'half width',
    movable(view.halfWidth, halfWidth),
    'view.halfWidth',
    'from the centre to the nearer edges',
  );
  const turn = movable(view.rotation, rotation);
  const angle =
    turn === 0
      ? undefined
      : numbers.declare(
          'rotation',
          typeof turn === 'number' ? turn % 360 : turn,
          'view.rotation',
          'in degrees, counter-clockwise',
        );
  if (angle) numbers.useSine();
  const turned = angle
    ? `
  float angle = radians(mod(${angle}, 360.0));
  float c = sin_(angle + 1.5707964), s = sin_(angle);
  d = vec2(c * d.x + s * d.y, c * d.y - s * d.x);`
    : '';
  const place = ({
    resolution,
    mouse,
  }: Names) => `// The point of the plane at a pixel. Dragging moves the plane.
vec2 pointAt(vec2 pixel) {
  vec2 dragged = ${mouse}.xy - abs(${mouse}.zw);
  vec2 size = ${resolution};
  vec2 d = (pixel - dragged - 0.5 * size) * 2.0 * ${half} / min(size.x, size.y);${turned}
  return ${point} + d;
}`;
  return { place };
}

/** The colour of a pixel: the mean of its samples, with dither if the frame has it. */
function pixelCode({ frame }: Subject, { resolution, time }: Names, moves: boolean): string {
  const { supersample, dither } = frame;
  const parts: string[] = [];
  const lines = ['// The colour of a pixel.', 'vec4 pixelAt(vec2 pixel) {'];
  if (moves) lines.push(`  moveTo(mod(${time}, SECONDS));`);
  if (supersample > 1) {
    parts.push(`const int SAMPLES = ${supersample}; // per pixel along each side

vec3 toLight(vec3 c) {
  return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), greaterThan(c, vec3(0.04045)));
}

vec3 toSRGB(vec3 light) {
  return mix(12.92 * light, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, greaterThan(light, vec3(0.0031308)));
}`);
    lines.push(
      '  vec3 light = vec3(0.0);',
      '  for (int i = 0; i < SAMPLES * SAMPLES; i++) {',
      '    vec2 sampled = (vec2(i % SAMPLES, i / SAMPLES) + 0.5) / float(SAMPLES) - 0.5;',
      '    light += toLight(colour(outputsAt(pointAt(pixel + sampled))));',
      '  }',
      '  vec3 c = toSRGB(light / float(SAMPLES * SAMPLES));',
    );
  } else {
    lines.push('  vec3 c = colour(outputsAt(pointAt(pixel)));');
  }
  if (dither) {
    parts.push(THRESHOLD);
    lines.push(
      `  ivec2 at = ivec2(pixel.x, ${resolution}.y - pixel.y);`,
      '  c = floor(255.0 * c + threshold(at)) / 255.0;',
    );
  }
  lines.push('  return vec4(c, 1.0);', '}');
  return [...parts, lines.join('\n')].join('\n\n');
}
