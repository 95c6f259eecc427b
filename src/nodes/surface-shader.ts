/** Shaders for a lit surface: GLSL for WebGL2. Input and output are sRGB, so a flat surface equals its picture. */

/** `position` holds x and y from -1 to 1, and the height from 0 to 1; the plane z = 0 is at height 0.5. */
export const vertexShader = /* glsl */ `
in vec2 slope;
in float hollow;
uniform float relief;
out vec2 onSquare;
out float height;
out vec3 normalThere;
out float depth;
out vec3 there;
void main() {
  onSquare = position.xy;
  height = position.z;
  normalThere = vec3(-relief * slope, 1.0);
  depth = relief * hollow;
  there = vec3(position.xy, relief * (height - 0.5));
  gl_Position = projectionMatrix * viewMatrix * vec4(there, 1.0);
}`;

/**
 * The lamp turns with the square, so that a flat surface keeps its colours exactly. The light is that of a lamp and of
 * the sky, which reaches less into hollows; slopes that mirror the lamp shine a little. Light is added up in linear
 * space. More light than a flat surface receives brings a colour closer to white, but never beyond it.
 *
 * `grid` holds the number of cells along a side, the lines' strength, and their width in pixels; lines thinner than a
 * pixel are drawn one pixel wide but fainter.
 */
export const fragmentShader = /* glsl */ `
in vec2 onSquare;
in float height;
in vec3 normalThere;
in float depth;
in vec3 there;
uniform sampler2D colours;
uniform bool byHeight;
uniform vec3 grid;
uniform float fog;
out vec4 pixel;
const vec3 LAMP = normalize(vec3(-0.62, -0.38, 0.69));
const float SKY = 0.4;
void main() {
  vec2 place = onSquare * 0.5 + 0.5;
  vec3 colour = texture(colours, byHeight ? vec2(height, 0.5) : place).rgb;
  vec3 facing = normalize(normalThere);
  vec3 eye = normalize(cameraPosition - there);
  float lamp = (1.0 - SKY) * max(0.0, dot(facing, LAMP)) / LAMP.z;
  float sky = SKY * (0.5 + 0.5 * facing.z) / (1.0 + 1.4 * max(0.0, depth));
  float light = (lamp + sky) * (1.0 + 0.35 * clamp(-depth, 0.0, 1.0));
  float steep = smoothstep(0.0, 0.25, 1.0 - facing.z);
  float shine = 0.16 * steep * pow(max(0.0, dot(facing, normalize(LAMP + eye))), 28.0);
  vec3 linear = pow(colour, vec3(2.2));
  vec3 lit = light < 1.0 ? linear * light : 1.0 - pow(1.0 - linear, vec3(light));
  lit = pow(lit + (1.0 - lit) * shine, vec3(1.0 / 2.2));
  vec2 cell = place * grid.x;
  vec2 nearest = abs(fract(cell - 0.5) - 0.5) / fwidth(cell);
  float inside = clamp(0.5 * max(grid.z, 1.0) + 0.5 - min(nearest.x, nearest.y), 0.0, 1.0);
  float line = grid.y * min(grid.z, 1.0) * inside;
  float under = mix(0.6, 1.0, smoothstep(-0.3, -0.05, dot(facing, eye))); // seen from below
  float haze = fog * distance(cameraPosition, there);
  float seen = exp(-haze * haze);
  pixel = vec4(lit * (1.0 - line) * under, 1.0) * seen;
}`;
