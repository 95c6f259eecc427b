/** How both backends turn a value, which may be scaled down by a power of two, into brightness. */
import type { Levels } from '../core/frame/levels-schema.js';
import { finiteWeight } from './exponents.js';

/** Brightness is factor * v + offset, clipped to [0, 1]. */
export interface BrightnessTerms {
  factor: number;
  offset: number;
}

/**
 * The terms for an activation's values v.
 * @param signed - Whether (v + 1) / 2 is shown instead of v.
 * @param exponent - Values are scaled by 2^-exponent.
 */
export function brightnessTerms(
  [low, high]: Readonly<Levels> = [0, 1],
  signed = false,
  exponent = 0,
): BrightnessTerms {
  const scale = 1 / (high - low);
  const factor = finiteWeight((signed ? scale / 2 : scale) * 2 ** exponent);
  return { factor, offset: ((signed ? 0.5 : 0) - low) * scale };
}
