/** `npm run test:long`: the tests that take long by nature, such as renders that are killed again and again. */
import { mergeConfig } from 'vitest/config';
import config from './vite.config.js';

export default mergeConfig(
  { ...config, test: { ...config.test, include: undefined, exclude: undefined } },
  { test: { include: ['test/**/*.long.test.ts'], testTimeout: 900_000 } },
);
