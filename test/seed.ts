/** The seed of the random tests in this run: part of their names, so that failures can be reproduced. */

const given = process.env.UNTRAINED_TEST_SEED;
const value = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
if (!Number.isInteger(value))
  throw new Error(`UNTRAINED_TEST_SEED is "${given}" but must be a whole number.`);

export const seed = {
  value,
  /** The variable to set to reproduce this run. */
  hint: `UNTRAINED_TEST_SEED=${value}`,
};
