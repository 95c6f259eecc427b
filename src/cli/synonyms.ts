/** Other names that people may use for the options of the command line. */
import { sweepSynonyms } from '../core/sweep/synonyms.js';
import type { Synonyms } from '../core/wording/did-you-mean.js';

/** Synonyms of the options' names. Many options are named after a field of a sweep. */
export const optionSynonyms: Synonyms = {
  ...sweepSynonyms,
  out: ['output', 'file', 'path', 'filename', 'to'],
  for: ['place', 'platform', 'target'],
  set: ['parameters', 'params', 'variables'],
  'max-size': ['limit', 'maxBytes', 'maxFileSize'],
};
