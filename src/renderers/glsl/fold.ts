/** Folds in GLSL: see core/network/fold.ts. */
import { float } from '../../core/network/activations/glsl.js';
import { type Fold, partsOf } from '../../core/network/fold.js';
import { table } from './table.js';

/**
 * `vec2 folded(vec2 p)`.
 * @param size - An expression for the side of a tile's cell; by default the fold's own.
 */
export function foldFunction(fold: Fold, size?: string): string {
  const { mirrors, tile, sectors } = partsOf(fold);
  if (sectors !== undefined) return kaleidoscope(sectors);
  if (tile !== undefined) {
    return `vec2 folded(vec2 p) {
  float side = ${size ?? float(tile)};
  return 0.5 * side - abs(mod(p + 0.5 * side, 2.0 * side) - side); // a triangle wave along each axis
}`;
  }
  return `vec2 folded(vec2 p) {\n  return ${mirrors ? 'vec2(abs(p.x), p.y)' : 'p'};\n}`;
}

/** Sectors begin with reflections in the axes and, where n allows, in the diagonal: see inSector. */
function kaleidoscope(n: number): string {
  const lines = [`  p = ${n % 2 === 0 ? 'abs(p)' : 'vec2(p.x, abs(p.y))'};`];
  if (n % 4 === 0) lines.push('  if (p.y > p.x) p = p.yx;');
  const reach = n % 4 === 0 ? 8 : n % 2 === 0 ? 4 : 2; // what is left is 1 / reach of a turn
  const count = Math.ceil(n / reach - 0.5) + 1;
  const axes = Array.from({ length: count }, (_, k) => {
    const angle = (2 * Math.PI * k) / n;
    return `vec2(${float(Math.cos(angle))}, ${float(Math.sin(angle))})`;
  });
  return `// The middles of the sectors.
${table('vec2', 'AXES', axes, 3)}

vec2 folded(vec2 p) {
${lines.join('\n')}
  vec2 axis = AXES[0];
  for (int k = 1; k < ${count}; k++) {
    if (dot(AXES[k], p) > dot(axis, p)) axis = AXES[k];
  }
  return vec2(dot(axis, p), abs(axis.x * p.y - axis.y * p.x));
}`;
}
