/** Shaders for a lit surface: GLSL for WebGL2. Input and output are sRGB, so a flat surface equals its picture. */

/** The square lies in the plane of x and -z; heights are along y, with height 0.5 at the origin. */
export const vertexShader = /* glsl */ `
in vec2 place;
in vec2 slope;
in float height;
in vec3 colour;
uniform float relief;
out vec3 surfaceColour;
out vec3 normalSeen;
out vec3 normalThere;
out vec2 onSquare;
void main() {
  surfaceColour = colour;
  onSquare = place;
  normalThere = normalize(vec3(-relief * slope.x, 1.0, relief * slope.y));
  normalSeen = normalMatrix * normalThere;
  vec3 point = vec3(place.x, relief * (height - 0.5), -place.y);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(point, 1.0);
}`;

/**
 * The lamp turns with the square, so that a flat surface keeps its colours exactly. Slopes that face away are darker,
 * and a highlight follows the viewer. `grid` holds the number of cells along a side, the lines' strength, and their
 * width in pixels; lines thinner than a pixel are drawn one pixel wide but fainter.
 */
export const fragmentShader = /* glsl */ `
in vec3 surfaceColour;
in vec3 normalSeen;
in vec3 normalThere;
in vec2 onSquare;
uniform float relief;
uniform vec3 grid;
out vec4 pixel;
const vec3 LAMP = normalize(vec3(-0.55, 0.75, 0.35));
void main() {
  float facing = dot(normalize(normalThere), LAMP) / LAMP.y;
  float light = clamp(0.45 + 0.55 * facing, 0.3, 1.3);
  vec3 seen = normalize(gl_FrontFacing ? normalSeen : -normalSeen);
  float steep = 1.0 - normalize(normalThere).y;
  float glance = steep * pow(max(0.0, dot(seen, normalize(vec3(-0.3, 0.6, 0.8)))), 12.0);
  vec2 cell = (onSquare * 0.5 + 0.5) * grid.x;
  vec2 nearest = abs(fract(cell - 0.5) - 0.5) / fwidth(cell);
  float inside = clamp(0.5 * max(grid.z, 1.0) + 0.5 - min(nearest.x, nearest.y), 0.0, 1.0);
  float line = grid.y * min(grid.z, 1.0) * inside;
  vec3 lit = surfaceColour * light + 0.5 * glance;
  float under = gl_FrontFacing ? 1.0 : 0.6;
  pixel = vec4(clamp(lit * (1.0 - line) * under, 0.0, 1.0), 1.0);
}`;
