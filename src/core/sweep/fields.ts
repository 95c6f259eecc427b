/** The fields of a sweep: their schema, and what error messages need to know about them. */
import * as z from 'zod';
import { paletteSchema, sizeSchema, supersampleSchema } from '../frame/description.js';
import { viewFieldNames } from '../frame/parameters.js';
import { networkParameterNames } from '../network/parameters.js';
import { namesake, nearest, suggestion } from '../wording/did-you-mean.js';
import type { About } from '../wording/explain.js';
import { paces } from './paces.js';
import { sweepSynonyms } from './synonyms.js';
import { loopFieldNames, trackFieldNames } from './track.js';

/**
 * Checks only shape and spelling: frameSchema checks values, at the times at which they are drawn.
 * @internal
 */
export const sweepSchema = z.strictObject({
  title: z.string().max(200).default(''),
  figure: z.string().max(40).optional(),
  seconds: z.number().positive().max(3600),
  fps: z.number().min(1).max(120).default(25),
  size: sizeSchema.default([480, 480]),
  loop: z.boolean().default(false),
  network: z.record(z.string(), z.unknown()).default({}),
  view: z.record(z.string(), z.unknown()).default({}),
  slice: z.array(z.unknown()).optional(),
  shown: z.record(z.string(), z.unknown()).optional(),
  pace: z.enum(paces).optional(),
  palette: paletteSchema,
  supersample: supersampleSchema.default(1),
  dither: z.boolean().default(false),
});

/** The names of a sweep's own fields. */
export const sweepFieldNames = Object.keys(sweepSchema.shape) as (keyof typeof sweepSchema.shape)[];

/** The fields of named containers, by the last part of the path to them. */
const FIELDS: Record<string, readonly string[]> = {
  network: networkParameterNames,
  view: viewFieldNames,
  loop: loopFieldNames,
  palette: ['colours', 'map', 'output'],
  weights: ['w', 'b', 'from', 'to', 'fraction'],
  shown: ['output', 'layer', 'unit'],
  fold: ['kaleidoscope', 'tile'],
};
/** The fields of unnamed containers: tracks and mixes. */
const OTHER_FIELDS = [...trackFieldNames, 'from', 'to', 'fraction'];

/** What error messages need to know about a sweep, and about inputs that have the same fields as parts of one. */
export const aboutSweep: About = { whole: 'The sweep', fieldHint, synonyms: sweepSynonyms };
export const aboutFrame: About = { ...aboutSweep, whole: 'The frame' };
export const aboutNetwork: About = { ...aboutSweep, whole: 'The network', prefix: ['network'] };
export const aboutTrack = (path: (string | number)[]): About => ({
  ...aboutSweep,
  whole: undefined,
  prefix: path,
});

/** Suggests a field for an unknown one, with its path if it belongs elsewhere. */
function fieldHint(key: string, path: (string | number)[]): string {
  const names = path.filter((part) => typeof part === 'string');
  const home = names.at(-1) ?? '';
  const known = FIELDS[home] ?? (names.length === 0 ? sweepFieldNames : OTHER_FIELDS);
  const parts = (['network', 'view'] as const).filter((part) => part !== home);
  const exact = names.length === 0 && parts.find((part) => FIELDS[part].includes(key));
  if (exact) return suggestion(`${exact}.${key}`);
  // Exact names and synonyms, here and elsewhere, come before similar spellings.
  for (const find of [namesake, nearest]) {
    const here = find(key, known, sweepSynonyms);
    if (here !== undefined) return suggestion(here);
    for (const part of parts) {
      const there = find(key, FIELDS[part], sweepSynonyms);
      if (there !== undefined) return suggestion(`${part}.${there}`);
    }
    const above = names.length > 0 && find(key, sweepFieldNames, sweepSynonyms);
    if (above) return `. Did you mean the sweep's "${above}"?`;
  }
  return '.';
}
