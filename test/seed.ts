/** The seed of what is random in a run of the tests: printed in their names, so that a failure can be repeated. */

const given = process.env.UNTRAINED_TEST_SEED;
const value = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
if (!Number.isInteger(value))
  throw new Error(`UNTRAINED_TEST_SEED is "${given}" but must be a whole number.`);

export const seed = {
  value,
  /** What to set to get the same again. */
  hint: `UNTRAINED_TEST_SEED=${value}`,
};
