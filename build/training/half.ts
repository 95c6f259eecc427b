/** Numbers as float16 (IEEE 754 binary16), little-endian, as base64. Node 20 has no Float16Array. */
export function halfOf(numbers: readonly number[]): string {
  const bytes = Buffer.alloc(2 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeUInt16LE(bitsOf(number), 2 * i);
  return bytes.toString('base64');
}

/** The bits of the nearest float16. */
function bitsOf(number: number): number {
  const size = Math.abs(number);
  if (!(size < 65520)) throw new RangeError(`${number} is beyond float16, whose largest number is 65504.`);
  const exponent = Math.max(-14, Math.floor(Math.log2(size))); // below 2^-14 are the subnormal numbers
  const significand = Math.round(size / 2 ** (exponent - 10)); // if it is 2048, it carries into the exponent
  return (number < 0 ? 0x8000 : 0) + ((exponent + 14) << 10) + significand;
}
