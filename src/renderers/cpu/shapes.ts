/** The shapes of kernels: which instructions they use, and how much of a layer their inner loop keeps in registers. */

/** `rows` units x `vectors` vectors of four samples: their sums stay in registers during the loop over the inputs. */
export interface Block {
  rows: number;
  vectors: number;
}

/** The instructions that an engine offers. */
export interface Instructions {
  /** Whether it has relaxed SIMD's multiply-add. */
  relaxed: boolean;
  /** Whether it merges pairs of 128-bit operations into 256-bit ones; this may need a flag. */
  wide?: boolean;
}

/** What a module is generated for, apart from its activations. Shapes do not affect the bits of the sums. */
export interface KernelShape extends Block, Instructions {}

/** The shapes of a kernel for the networks of an engine. */
export interface Kernel {
  /** Its display name. */
  name: string;
  instructions: Instructions;
  /** The blocks for networks of up to and of more than NARROW units. */
  blocks: { narrow: Block; broad: Block };
}

/**
 * The width up to which `narrow` blocks are faster: there, the activations, which come after each block, take more of
 * the time, and many units that do not fill a block.
 */
export const NARROW = 48;

/**
 * V8 has 15 vector registers. A block needs one for each of its sums, one for each of its vectors and one for a weight;
 * with more than 15 it spills, and is about half as fast. A block should have at least 8 sums, because an addition
 * takes four cycles and two begin in each; and the more it has, the fewer loads it needs per addition. Where operations
 * are merged, two vectors share a register. The times at widths of 10 to 400 are in docs/performance.md.
 */
export const kernels = {
  plain: {
    name: '128-bit SIMD',
    instructions: { relaxed: false },
    blocks: { narrow: { rows: 4, vectors: 2 }, broad: { rows: 4, vectors: 2 } },
  },
  relaxed: {
    name: '128-bit relaxed SIMD',
    instructions: { relaxed: true },
    blocks: { narrow: { rows: 3, vectors: 3 }, broad: { rows: 4, vectors: 2 } },
  },
  wide: {
    name: '256-bit relaxed SIMD',
    instructions: { relaxed: true, wide: true },
    blocks: { narrow: { rows: 2, vectors: 8 }, broad: { rows: 6, vectors: 4 } },
  },
} as const satisfies Record<string, Kernel>;

/** The shape for a network whose widest hidden layer has `widest` units. */
export function shapeFor({ instructions, blocks }: Kernel, widest: number): KernelShape {
  return { ...(widest <= NARROW ? blocks.narrow : blocks.broad), ...instructions };
}
