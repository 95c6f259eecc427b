/** Recipes: the JSON that makes a film again. A recipe comes from a file, so it is read as if it were hostile. */
import * as z from 'zod';
import { UsageError } from './errors.js';
import { sizeSchema } from './frame/description.js';
import { parseSweep, type Sweep } from './sweep/sweep.js';
import { explain } from './wording/explain.js';
import { parseJson } from './wording/json.js';

/** Raised when a recipe of before would make another film now. */
export const RECIPE_VERSION = 1;
/** Explicit weights of a large network are the most a recipe can honestly hold. */
export const MAX_RECIPE_BYTES = 64 * 2 ** 20;

/** The longest recipe that is put into a film's file, in bytes: some 100,000 explicit weights. */
export const MOST_NOTE_BYTES = 2 ** 21;

const recipeSchema = z.strictObject({
  untrained: z.literal(RECIPE_VERSION),
  sweep: z.unknown().optional(),
  /** In place of a sweep, the name of a composed scene, whose code is in no recipe. */
  scene: z.string().max(200).optional(),
  /** That scene's settings: its variables and how it was shown. */
  variables: z.record(z.string().max(200), z.json()).optional(),
  size: sizeSchema.optional(),
  fps: z.number().min(1).max(1000).optional(),
  transparent: z.boolean().optional(),
  /** The first and last of the film's frames, where it had not all of them. */
  frames: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  /** Frame step: 2 = every second frame. */
  every: z.int().min(1).max(1000).optional(),
  /** The SHA-256 of each response from a host during drawing, by address. Recipes do not contain the responses. */
  answers: z.record(z.url({ protocol: /^https$/ }).max(4000), z.string().regex(/^[0-9a-f]{64}$/)).optional(),
  /** Of a contact sheet, what it puts side by side: seeds, as the command line has them, frames, and when. */
  sheet: z
    .strictObject({
      seeds: z.array(z.string().max(200)).max(1000).optional(),
      frames: z.array(z.int().min(0)).max(1000).optional(),
      at: z.number().min(0).optional(),
    })
    .optional(),
  /** What made it: our version, and the backend. */
  made: z.strictObject({ version: z.string().max(40), backend: z.string().max(80) }).optional(),
});

/** What a film was made of. */
export interface Recipe {
  sweep?: Sweep;
  /** The name of a composed scene, instead of a sweep. */
  scene?: string | undefined;
  /** That scene's settings: its variables and how it was shown. */
  variables?: Record<string, Json> | undefined;
  size?: [number, number] | undefined;
  fps?: number | undefined;
  transparent?: boolean | undefined;
  frames?: [first: number, last: number] | undefined;
  every?: number | undefined;
  /** The SHA-256 of each response from a host during drawing, by address. */
  answers?: Record<string, string> | undefined;
  sheet?:
    | { seeds?: string[] | undefined; frames?: number[] | undefined; at?: number | undefined }
    | undefined;
  made?: { version: string; backend: string } | undefined;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A sweep as JSON text. */
export function writeRecipe(sweep: Sweep): string {
  return `${JSON.stringify({ untrained: RECIPE_VERSION, sweep }, null, 2)}\n`;
}

/** A sweep from JSON text. Throws a UsageError that says what is wrong and where. */
export function readRecipe(text: string): Sweep {
  const { sweep } = parseRecipe(text);
  if (!sweep) throw new UsageError('The recipe has no sweep: write it anew with --recipe.');
  return sweep;
}

/** The same with all else that a recipe may hold. */
export function parseRecipe(text: string): Recipe {
  try {
    return parse(text);
  } catch (error) {
    // A message quotes what it is about, and that may be anything: ends of lines, commands to a terminal, a whole file.
    const message = (error as Error).message.replace(/\p{C}/gu, '?');
    throw new UsageError(message.length > 400 ? `${message.slice(0, 400)}…` : message, { cause: error });
  }
}

function parse(text: string): Recipe {
  if (text.length > MAX_RECIPE_BYTES) {
    throw new UsageError(`The recipe has ${text.length} characters, and ${MAX_RECIPE_BYTES} are the most.`);
  }
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (error) {
    throw new UsageError(
      `The recipe is not JSON (${(error as Error).message}): fix it, or write it anew with --recipe.`,
    );
  }
  const result = recipeSchema.safeParse(data);
  if (!result.success) {
    const known = Object.keys(recipeSchema.shape);
    throw new UsageError(explain(result.error, data, [], 'The recipe', known));
  }
  const { untrained: _, sweep, ...rest } = result.data;
  if (sweep === undefined && rest.scene !== undefined) return rest;
  return { ...rest, sweep: parseSweep(sweep) };
}

/** A recipe for a file's metadata: one line of ASCII, without the sweep where that is too long. */
export function noteOf(recipe: Recipe): string {
  const write = (recipe: Recipe) =>
    JSON.stringify({ untrained: RECIPE_VERSION, ...recipe }).replace(
      /[^ -~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const whole = write(recipe);
  const { sweep, ...rest } = recipe;
  return whole.length <= MOST_NOTE_BYTES ? whole : write({ ...rest, scene: sweep?.title || 'a long sweep' });
}
