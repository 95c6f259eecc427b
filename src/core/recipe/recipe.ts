/**
 * Recipes: the JSON that reproduces a film, a still or a sheet. A recipe may come from an untrusted file, so all of it
 * is validated.
 */
import * as z from 'zod';
import { UsageError } from '../errors.js';
import { sizeSchema } from '../frame/description.js';
import { type SoundNote, soundSchema } from '../sound/settings.js';
import { aboutRecipe } from '../sweep/fields.js';
import { parseSweep, type Sweep } from '../sweep/sweep.js';
import { parseJson } from '../wording/json.js';
import { parse } from '../wording/parse.js';
import { type SceneRecipe, sceneFields } from './scene.js';
import { type SheetRecipe, sheetSchema } from './sheet.js';
import { RECIPE_VERSION } from './version.js';

/** The longest recipe that is read, in bytes or characters; most of it would be explicit weights. */
export const MAX_RECIPE_BYTES = 64 * 2 ** 20;

const { scene, variables, transparent, evaluation, answers, heard } = sceneFields;
const recipeSchema = z.strictObject({
  untrained: z.literal([1, RECIPE_VERSION]),
  sweep: z.unknown().optional(),
  scene,
  variables,
  size: sizeSchema.optional(),
  fps: z.number().min(1).max(1000).optional(),
  transparent,
  evaluation,
  frames: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  every: z.int().min(1).max(1000).optional(),
  answers,
  heard,
  audio: soundSchema.optional(),
  sheet: sheetSchema.optional(),
  made: z.strictObject({ version: z.string().max(40), backend: z.string().max(80) }).optional(),
});

/** How a film, a still or a sheet was made: from a sweep, or from a composed scene. */
export interface Recipe extends SceneRecipe {
  /** The sweep that it shows, unless it shows a composed scene. */
  sweep?: Sweep;
  /** Width and height in pixels. */
  size?: [number, number] | undefined;
  /** Frames per second. */
  fps?: number | undefined;
  /** The first and last frame, counted from 0, if the film does not have all frames. */
  frames?: [first: number, last: number] | undefined;
  /** Frame step: 2 = every second frame. */
  every?: number | undefined;
  /** The film's sound. */
  audio?: SoundNote | undefined;
  /** The contents of a contact sheet. */
  sheet?: SheetRecipe | undefined;
  /** The version of Untrained and the backend that drew it. */
  made?: { version: string; backend: string } | undefined;
}

/** A sweep as JSON text. @param audio - The sound of its film, if it has any. */
export function writeRecipe(sweep: Sweep, audio?: SoundNote): string {
  return `${JSON.stringify({ untrained: RECIPE_VERSION, sweep, ...(audio && { audio }) }, null, 2)}\n`;
}

/** Reads a sweep from JSON text. @throws UsageError that says what is wrong and where. */
export function readRecipe(text: string): Sweep {
  return sweepOf(parseRecipe(text));
}

/** The sweep of a recipe. @throws UsageError if it shows a composed scene. */
export function sweepOf({ sweep }: Recipe): Sweep {
  if (!sweep) throw new UsageError('The recipe has no sweep: write it again with --recipe.');
  return sweep;
}

/** Reads a whole recipe from JSON text. @throws UsageError that says what is wrong and where. */
export function parseRecipe(text: string): Recipe {
  try {
    return parseText(text);
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError('The recipe is nested too deeply: recipes are at most a few levels deep.');
    // Messages quote the recipe, which may contain line breaks, terminal escape sequences, or megabytes.
    const message = (error as Error).message.replace(/\p{C}/gu, '?');
    throw new UsageError(message.length > 400 ? `${message.slice(0, 400)}…` : message, { cause: error });
  }
}

function parseText(text: string): Recipe {
  if (text.length > MAX_RECIPE_BYTES) {
    throw new UsageError(`The recipe has ${text.length} characters, but the maximum is ${MAX_RECIPE_BYTES}.`);
  }
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (error) {
    throw new UsageError(
      `The recipe is not JSON (${(error as Error).message}): fix it, or write it again with --recipe.`,
    );
  }
  const { untrained: version, sweep, ...rest } = parse(recipeSchema, data, aboutRecipe);
  if (sweep === undefined && rest.scene !== undefined) return rest;
  return { ...rest, sweep: parseSweep(version === 1 ? withFirstFade(sweep) : sweep) };
}

/** A sweep of version 1, in which networks had no other fade. */
function withFirstFade(sweep: unknown): unknown {
  if (!isObject(sweep) || !(sweep.network === undefined || isObject(sweep.network))) return sweep; // invalid
  return { ...sweep, network: { fade: 'outputs', ...sweep.network } };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
