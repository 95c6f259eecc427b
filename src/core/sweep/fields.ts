/** The fields of a sweep: their schema, and what error messages need to know about them. */
import * as z from 'zod';
import {
  evaluationSchema,
  frameFieldNames,
  paletteSchema,
  sizeSchema,
  supersampleSchema,
} from '../frame/description.js';
import { viewFieldNames } from '../frame/parameters.js';
import { networkAliases, networkParameterNames } from '../network/parameters.js';
import { namesake, nearest, suggestion } from '../wording/did-you-mean.js';
import type { About } from '../wording/explain.js';
import { paces } from './paces.js';
import { sweepSynonyms } from './synonyms.js';
import { trackNames } from './track.js';

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
  levels: z.array(z.unknown()).optional(),
  shown: z.record(z.string(), z.unknown()).optional(),
  pace: z.enum(paces).optional(),
  brightness: z.literal('steady').optional(),
  palette: paletteSchema,
  supersample: supersampleSchema.default(1),
  dither: z.boolean().default(false),
  evaluation: evaluationSchema,
});

/** The names of a sweep's own fields. */
export const sweepFieldNames: readonly string[] = Object.keys(sweepSchema.shape);

/** Containers by their paths, with the fields that an unknown field may be a misspelling of. */
type Places = readonly [path: string, fields: readonly string[]][];
const parts: Places = [
  ['network', networkParameterNames],
  ['view', viewFieldNames],
];
const placesInSweep: Places = [...parts, ['', sweepFieldNames]];
const placesInFrame: Places = [...parts, ['', frameFieldNames]];

/** What error messages need to know about a sweep, and about inputs that have the same fields as parts of one. */
export const aboutSweep: About = {
  whole: 'The sweep',
  fieldHint: hintIn(placesInSweep, 'sweep'),
  objectHint: trackHint,
  synonyms: sweepSynonyms,
};
/** A sweep at one time. */
export const aboutMoment: About = { ...aboutSweep, whole: 'The frame' };
export const aboutFrame: About = {
  whole: 'The frame',
  fieldHint: hintIn(placesInFrame, 'frame'),
  synonyms: sweepSynonyms,
};
export const aboutNetwork: About = {
  whole: 'The network',
  prefix: ['network'],
  fieldHint: hintIn([], 'network'),
  synonyms: sweepSynonyms,
};
export const aboutTrack = (path: (string | number)[]): About => ({
  ...aboutSweep,
  whole: undefined,
  prefix: path,
});
export const aboutRecipe: About = {
  whole: 'The recipe',
  fieldHint: hintIn(
    placesInSweep.map(([path, fields]) => [path === '' ? 'sweep' : `sweep.${path}`, fields]),
    'recipe',
  ),
  synonyms: sweepSynonyms,
};

/**
 * Suggests the path of the field that was probably meant, or lists the available fields.
 * @param whole - What the field belongs to, for a field that is in no container.
 */
function hintIn(places: Places, whole: string): NonNullable<About['fieldHint']> {
  return (key, path, known) => {
    const here = path.join('.');
    const elsewhere = places.filter(([place]) => place !== here);
    const current = Object.hasOwn(networkAliases, key) ? networkAliases[key as 'width'] : key;
    const exact = here === '' && elsewhere.find(([, fields]) => fields.includes(current));
    if (exact) return suggestion(`${exact[0]}.${current}`);
    // Exact names and synonyms, here and elsewhere, come before similar spellings.
    for (const find of [namesake, nearest]) {
      for (const [place, fields] of [[here, known] as const, ...elsewhere]) {
        const name = find(key, fields, sweepSynonyms);
        if (name === undefined || name === here) continue;
        if (place !== '') return suggestion(`${place}.${name}`);
        return here === '' ? suggestion(name) : `. Did you mean the ${whole}'s "${name}"?`;
      }
    }
    return known.length > 0 ? `. Available: ${known.join(', ')}.` : '.';
  };
}

/** Suggests the track that was probably meant by an object where a number is expected. */
function trackHint(value: object, path: (string | number)[]): string {
  for (const key of Object.keys(value).slice(0, 10)) {
    const form = nearest(key, trackNames, sweepSynonyms);
    if (form) return `, or a track. Did you mean "${[...path, form].join('.')}"?`;
  }
  return `, or a track: ${trackNames.join(', ')}.`;
}
