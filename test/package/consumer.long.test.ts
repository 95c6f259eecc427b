/** The package's types in another project, in every combination that consumer.test.ts leaves out. */
import { compiles } from './packed.js';

compiles([
  { module: 'esnext', dom: false },
  { module: 'nodenext', dom: false },
  { module: 'node16', dom: true },
]);
