/** Ordered dither in GLSL: see core/frame/colour.ts. */

/** `float threshold(ivec2 at)`: in (0, 1), for a pixel counted from the left top one. */
export const THRESHOLD = `// Thresholds of an ordered dither: Bayer, 1973.
float threshold(ivec2 at) {
  int rank = 0;
  for (int bit = 0; bit < 3; bit++) {
    int x = (at.x >> bit) & 1, y = (at.y >> bit) & 1;
    rank = 4 * rank + 2 * (x ^ y) + y;
  }
  return (float(rank) + 0.5) / 64.0;
}`;
