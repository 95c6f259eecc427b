/**
 * Generates the fragment shader that draws frames of a shape: one fragment computes one pixel, from its samples'
 * positions to its colour.
 *
 * Units are processed in fours, as vec4. Hidden layers have the same number of them, padded with zeros. Their matrices
 * are ordered by layer, by row (the biases, then the weights of each input), and by unit. They are in uniform blocks,
 * which GPUs read quickly, if they fit, and otherwise in the texture `weights`, whose width is a whole number of rows.
 * Everything else is in the texture `settings`, see data.ts:
 *
 * - at `firstAt`, the first layer's matrix, in the same order;
 * - at `unitsAt`, for each hidden layer and four units, the texels that FIELDS counts;
 * - at `drawnAt` and `earlierAt`, for each unit that is drawn, a texel with its bias, the numbers of its activations
 *   and the second one's fraction, and then its weights; and, if a residual is added, what it multiplies;
 * - at `mapAt`, a colour map.
 */
import { float } from '../../core/network/activations/glsl.js';
import { type ActivationName, activationTable } from '../../core/network/activations.js';
import { NORMALISATION_EPSILON } from '../../core/network/forward.js';
import { FROM_LINEAR } from '../../renderers/glsl/colour.js';
import { THRESHOLD } from '../../renderers/glsl/dither.js';
import {
  activationFunctions,
  colourFunction,
  featureFunctions,
  foldFunction,
} from '../../renderers/glsl/pieces.js';
import { type Blocks, layersInPart, type Shape } from './shape.js';

/** The width of the texture of settings, as a binary exponent. */
export const SETTINGS_BITS = 10;

/** The binary exponent of the number of rows of `quads` texels that fit side by side. */
export const rowBits = (quads: number): number => Math.floor(Math.log2(2048 / quads));

/** Where four hidden units' texels are, by what they hold, and how many there are. Each has a number for each unit. */
export function fieldsOf({ areDifferent, hasResidual, isNormalised }: Shape) {
  // The numbers of activations, those of the second ones in mixes, and their fractions.
  const names = 0;
  /** What a residual multiplies the same unit of the layer before by. */
  const kept = names + (areDifferent ? 3 : 0);
  /** The unit's share of the layer's mean. */
  const shares = kept + (hasResidual ? 1 : 0);
  return { names, kept, shares, count: shares + (isNormalised ? 1 : 0) };
}

/** A triangle that covers everything. */
export const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(4.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1) - 1.0, 0.0, 1.0);
}`;

/** Shows a picture, whose first row is the top one, on a canvas, whose first row is the bottom one. */
export const PRESENTING_SHADER = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform vec2 size; // of the picture, which may be in a larger texture
uniform vec2 canvas;
out vec4 pixel;
void main() {
  vec2 place = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y) / canvas * size;
  pixel = vec4(texture(picture, clamp(place, vec2(0.5), size - 0.5) / vec2(textureSize(picture, 0))).rgb, 1.0);
}`;

export function fragmentShader(shape: Shape, blocks: Blocks = { texels: 0, count: 0 }): string {
  const { hidden, drawn } = shape;
  const spaces = shape.colouring === 'oklab' || shape.colouring === 'oklch';
  return [
    HEAD,
    `const int QUADS = ${shape.quads};
const int PLANES = ${shape.planes};
const int FIELDS = ${fieldsOf(shape).count};
const int RECEIVED = ${shape.quads || shape.planes}; // fours of values that the matrix that is drawn receives`,
    activationFunctions([...new Set([...hidden, ...drawn])]),
    ...inputs(shape),
    ...(shape.quads > 0 ? [weights(shape, blocks), activated(shape)] : []),
    brightness(shape),
    ...(spaces ? [] : [FROM_LINEAR]),
    typeof shape.colouring === 'object' ? map(shape) : colourFunction(shape.colouring, outputCount(shape)),
    sumOf(shape),
    sampleColour(shape, blocks),
    main(shape),
  ].join('\n\n');
}

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp sampler2DArray;

uniform sampler2D settings;
uniform ivec2 size; // of a picture, in pixels
uniform float spacing; // between samples
uniform int supersample;
uniform bool dithers;
uniform int hidden; // layers
uniform int quads; // QUADS, but as data: compilers would take long to unroll these loops
uniform int firstAt, unitsAt, drawnAt, earlierAt, mapAt, lastColour;
uniform float share; // of the earlier output
uniform vec4 levels; // a value's factor and what is then added; the same for signed activations
out vec4 pixel;

vec4 setting(int i) {
  return texelFetch(settings, ivec2(i & ${2 ** SETTINGS_BITS - 1}, i >> ${SETTINGS_BITS}), 0);
}`;

const outputCount = ({ outputs }: Shape) => (outputs === 'grid' ? 1 : outputs);

/** `void readInputs(ivec2 place, out vec4 planes[PLANES])`. */
function inputs({ inputs, features, fold, planes }: Shape): string[] {
  const start = 'void readInputs(ivec2 place, out vec4 planes[PLANES]) {';
  const offset = `  // From the view's centre; whole numbers first, which are exact.
  vec2 offset = vec2(2 * place + 1 - size * supersample) * vec2(0.5, -0.5) * spacing;`;
  if (inputs === 'linear') return [`${start}\n${offset}\n  planes[0] = vec4(offset, 0.0, 0.0);\n}`];
  if (inputs === 'given') {
    return [
      'uniform sampler2DArray given;\nuniform int givenPlanes;',
      `${start}
  for (int i = 0; i < 4 * PLANES; i++) {
    planes[i >> 2][i & 3] = i < givenPlanes ? texelFetch(given, ivec3(place, i), 0).x : 0.0;
  }
}`,
    ];
  }
  const values = Array.from({ length: planes }, (_, j) => {
    const four = [0, 1, 2, 3].map((i) => (4 * j + i < features.length ? `feature${4 * j + i}(p)` : '0.0'));
    return `  planes[${j}] = vec4(${four.join(', ')}) - middle[${j}];`;
  });
  return [
    `uniform vec2 centre;
uniform vec2 turn; // cosine and sine of the view's rotation
uniform float side; // of a tile
uniform vec4 middle[PLANES]; // the features at the centre`,
    featureFunctions(features),
    foldFunction(fold, 'side'),
    `${start}
${offset}
  vec2 p = folded(centre + vec2(dot(turn, offset), turn.x * offset.y - turn.y * offset.x));
${values.join('\n')}
}`,
  ];
}

/** The uniform blocks, or the texture and `ivec2 rowAt(int i)`. */
function weights({ quads, parts }: Shape, { texels }: Blocks): string {
  if (parts > 0) {
    return Array.from(
      { length: parts },
      (_, p) => `layout(std140) uniform Part${p} { vec4 part${p}[${texels}]; };`,
    ).join('\n');
  }
  const bits = rowBits(quads);
  return `uniform sampler2D weights;

ivec2 rowAt(int i) {
  return ivec2((i & ${2 ** bits - 1}) * QUADS, i >> ${bits});
}`;
}

/** `vec4 activated(vec4 sums, int layer, int j)`: of four hidden units. */
function activated(shape: Shape): string {
  const { hidden, areDifferent } = shape;
  const four = (call: (component: string) => string) => `vec4(${[...'xyzw'].map(call).join(', ')})`;
  if (!areDifferent) {
    return `vec4 activated(vec4 sums, int layer, int j) {
  return ${four((c) => `${hidden[0]}_(sums.${c})`)};
}`;
  }
  const { names } = fieldsOf(shape);
  return `float activation(float number, float x) {
  switch (int(number)) {
${hidden.map((name, i) => `    case ${i}: return ${name}_(x);`).join('\n')}
  }
  return 0.0;
}

vec4 activated(vec4 sums, int layer, int j) {
  int at = unitsAt + (layer * QUADS + j) * FIELDS + ${names};
  vec4 from = setting(at), to = setting(at + 1), fraction = setting(at + 2);
  vec4 values = ${four((c) => `activation(from.${c}, sums.${c})`)};
  if (fraction == vec4(0.0)) return values;
  return mix(values, ${four((c) => `activation(to.${c}, sums.${c})`)}, fraction);
}`;
}

/** `float brightness(vec4 header, float sum, float added)`. */
function brightness({ drawn, isMixed }: Shape): string {
  const of = (name: ActivationName) => {
    const [factor, added] = activationTable[name].signed
      ? ['levels.z', 'levels.w']
      : ['levels.x', 'levels.y'];
    return `clamp(${factor} * (${name}_(sum) + added) + ${added}, 0.0, 1.0)`;
  };
  return `float brightnessOf(float number, float sum, float added) {
  switch (int(number)) {
${drawn.map((name, i) => `    case ${i}: return ${of(name)};`).join('\n')}
  }
  return 0.0;
}

float brightness(vec4 header, float sum, float added) {
  float value = brightnessOf(header.y, sum, added);
${isMixed ? '  if (header.w > 0.0) value = mix(value, brightnessOf(header.z, sum, added), header.w);\n' : ''}  return value;
}`;
}

function map(shape: Shape): string {
  const { output } = shape.colouring as { output: number };
  return `vec3 colour(float outputs[${outputCount(shape)}]) {
  float place = float(lastColour) * outputs[${output}];
  int first = min(int(place), lastColour - 1);
  vec3 lower = setting(mapAt + first).rgb;
  return mix(lower, setting(mapAt + first + 1).rgb, place - float(first));
}`;
}

/** The sums of units that are drawn, from what their matrix receives; of an earlier output perhaps from the inputs. */
function sumOf({ hasEarlier, addsResidual }: Shape): string {
  const functions = [
    `const int DRAWN = 1 + ${addsResidual ? 2 : 1} * RECEIVED; // texels of a unit

float sumOf(vec4 header, int at, vec4 received[RECEIVED]) {
  float sum = header.x;
  for (int j = 0; j < RECEIVED; j++) sum += dot(setting(at + 1 + j), received[j]);
  return sum;
}`,
  ];
  if (addsResidual) {
    functions.push(`float addedTo(int at, vec4 y[RECEIVED]) {
  float sum = 0.0;
  for (int j = 0; j < RECEIVED; j++) sum += dot(setting(at + 1 + RECEIVED + j), y[j]);
  return sum;
}`);
  }
  if (hasEarlier) {
    functions.push(`float sumOfInputs(int at, vec4 planes[PLANES]) {
  float sum = setting(at).x;
  for (int j = 0; j < PLANES; j++) sum += dot(setting(at + 1 + j), planes[j]);
  return sum;
}`);
  }
  return functions.join('\n\n');
}

/** `vec3 sampleColour(ivec2 place, int unit)`. */
function sampleColour(shape: Shape, blocks: Blocks): string {
  const { quads, isNormalised, hasEarlier, addsResidual } = shape;
  const count = outputCount(shape);
  const received = quads === 0 ? 'planes' : isNormalised ? 'received' : 'y';
  const lines = ['vec4 planes[PLANES];', 'readInputs(place, planes);'];
  if (hasEarlier) {
    lines.push(`float earlier[${count}];`, 'if (hidden == 1) {');
    lines.push(
      `  for (int i = 0; i < ${count}; i++) earlier[i] = sumOfInputs(earlierAt + i * (1 + PLANES), planes);`,
    );
    lines.push('}');
  }
  if (quads > 0) lines.push(...hiddenLayers(shape, received, blocks));
  lines.push(`float outputs[${count}];`, `for (int i = 0; i < ${count}; i++) {`);
  lines.push(`  int at = drawnAt + ${shape.outputs === 'grid' ? 'unit' : 'i'} * DRAWN;`);
  lines.push('  vec4 header = setting(at);', `  float sum = sumOf(header, at, ${received});`);
  if (hasEarlier) lines.push('  sum = mix(sum, earlier[i], share);');
  const added = addsResidual ? 'addedTo(at, y)' : '0.0';
  lines.push(`  outputs[i] = brightness(header, sum, ${added});`, '}', 'return colour(outputs);');
  return `vec3 sampleColour(ivec2 place, int unit) {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
}

/** Computes `y`, the last hidden layer's values, and `received`, the same after normalisation. */
function hiddenLayers(shape: Shape, received: string, blocks: Blocks): string[] {
  const { quads, block, isNormalised, hasResidual, hasEarlier } = shape;
  const fields = fieldsOf(shape);
  const count = outputCount(shape);
  const lines = [
    'vec4 y[QUADS];',
    'for (int j = 0; j < quads; j++) {',
    '  vec4 sums = setting(firstAt + j);',
    '  for (int i = 0; i < 4 * PLANES; i++) {',
    '    sums += planes[i >> 2][i & 3] * setting(firstAt + (1 + i) * QUADS + j);',
    '  }',
    '  y[j] = activated(sums, 0, j);',
    '}',
  ];
  const normalise = (layer: string) => [
    `float mean = 0.0, variance = ${float(NORMALISATION_EPSILON)};`,
    `int shares = unitsAt + ${layer} * QUADS * FIELDS + ${fields.shares};`,
    'for (int j = 0; j < QUADS; j++) mean += dot(setting(shares + j * FIELDS), y[j]);',
    'for (int j = 0; j < QUADS; j++) {',
    '  vec4 difference = y[j] - mean;',
    '  variance += dot(setting(shares + j * FIELDS), difference * difference);',
    '}',
    'float scale = 1.0 / sqrt(variance);',
    'for (int j = 0; j < QUADS; j++) received[j] = (y[j] - mean) * scale;',
  ];
  const indented = (list: string[], by = '  ') => list.map((line) => `${by}${line}`);
  if (isNormalised) lines.push('vec4 received[QUADS];', '{', ...indented(normalise('0')), '}');
  lines.push('vec4 next[QUADS];');
  const earlierOutput = hasEarlier
    ? [
        'if (k == hidden - 1) {',
        `  for (int i = 0; i < ${count}; i++) {`,
        '    int at = earlierAt + i * (1 + QUADS);',
        `    earlier[i] = sumOf(setting(at), at, ${received});`,
        '  }',
        '}',
      ]
    : [];
  const sums = Array.from({ length: block }, (_, s) => s);
  const inPart = shape.parts > 0 ? layersInPart(quads, blocks) : 0;
  for (let part = 0; part < Math.max(1, shape.parts); part++) {
    const first = 1 + part * inPart; // layer
    /** A row of the matrix, and its texel. */
    const at = (row: string) =>
      shape.parts > 0 ? `(first + ${row}) * QUADS + b` : `rowAt(first + ${row}) + ivec2(b, 0)`;
    const texel = (s: number) =>
      shape.parts > 0 ? `part${part}[at + ${s}]` : `texelFetch(weights, at + ivec2(${s}, 0), 0)`;
    const kept = (s: number) =>
      `setting(unitsAt + (k * QUADS + b + ${s}) * FIELDS + ${fields.kept}) * y[b + ${s}]`;
    lines.push(
      shape.parts > 1
        ? `for (int k = ${first}; k < min(hidden, ${first + inPart}); k++) {`
        : 'for (int k = 1; k < hidden; k++) {',
      ...indented(earlierOutput),
      `  int first = (k - ${first}) * (1 + 4 * QUADS); // row of the matrix`,
      `  for (int b = 0; b < quads; b += ${block}) {`,
      `    ${shape.parts > 0 ? 'int' : 'ivec2'} at = ${at('0')};`,
      ...sums.map((s) => `    vec4 s${s} = ${texel(s)};`),
      '    for (int j = 0; j < quads; j++) {',
      `      vec4 v = ${received}[j];`,
      ...[...'xyzw'].flatMap((c, i) => [
        `      at = ${at(`4 * j + ${1 + i}`)};`,
        ...sums.map((s) => `      s${s} += v.${c} * ${texel(s)};`),
      ]),
      '    }',
      ...sums.map(
        (s) => `    next[b + ${s}] = activated(s${s}, k, b + ${s})${hasResidual ? ` + ${kept(s)}` : ''};`,
      ),
      '  }',
      '  y = next;',
      ...(isNormalised ? indented(normalise('k')) : []),
      '}',
    );
  }
  return lines;
}

function main({ outputs }: Shape): string {
  const grid = `  ivec2 within = at - grid.xy, pitch = size + grid.zw;
  if (within.x < 0 || within.y < 0) return;
  ivec2 cell = within / pitch;
  at = within - cell * pitch;
  int unit = cell.y * columns + cell.x;
  if (at.x >= size.x || at.y >= size.y || cell.x >= columns || unit >= units) return;
`;
  const isGrid = outputs === 'grid';
  return `${isGrid ? 'uniform ivec4 grid; // its left top corner, and the gaps\nuniform int columns, units;\n\n' : ''}vec3 toLinear(vec3 value) {
  return mix(pow((value + 0.055) / 1.055, vec3(2.4)), value / 12.92, lessThanEqual(value, vec3(0.04045)));
}

${THRESHOLD}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  float added = dithers ? threshold(at) : 0.5;
  pixel = vec4(0.0, 0.0, 0.0, 1.0);
${isGrid ? grid : '  int unit = 0;\n'}  vec3 found = vec3(0.0);
  int count = supersample * supersample;
  for (int i = 0; i < count; i++) {
    vec3 value = sampleColour(at * supersample + ivec2(i % supersample, i / supersample), unit);
    found += count == 1 ? value : toLinear(value);
  }
  if (count > 1) found = fromLinear(found / float(count));
  // Whole bytes, so that hardware has nothing to round.
  pixel.rgb = floor(255.0 * clamp(found, 0.0, 1.0) + added) / 255.0;
}`;
}
