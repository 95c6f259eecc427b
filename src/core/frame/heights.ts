/** What a surface shows as height. */
import type { PaletteInput } from './palette.js';
import { colouringShown, type ShownPart } from './shown.js';

/**
 * Heights from planes of brightness: those of the one output or unit that is shown, or of the output that a colour map
 * shows; otherwise the mean of all outputs.
 * @param planes - As Evaluate returns them.
 * @param palette - The palette, if the surface has its colours.
 */
export function heightsOf(
  planes: Float32Array[],
  { shown, palette }: { shown?: ShownPart | undefined; palette?: PaletteInput | undefined },
): Float32Array {
  if (shown && 'output' in shown) return planes[shown.output - 1];
  const colouring = palette && colouringShown({ palette, shown });
  if (typeof colouring === 'object') return planes[colouring.output];
  return planes[0].map((_, i) => planes.reduce((sum, plane) => sum + plane[i], 0) / planes.length);
}
