/** SHA-256 digests as text. */
import * as z from 'zod';

/** A digest that was read from elsewhere. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
