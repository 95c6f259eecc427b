/** The part of a recipe that describes a composed scene. It does not include code, because recipes are only data. */
import * as z from 'zod';
import { digestSchema } from '../digest.js';
import { evaluationSchema } from '../frame/description.js';
import { type HeardSounds, heardSchema } from '../sound/heard.js';

/** @internal */
export const sceneFields = {
  scene: z.string().max(200).optional(),
  variables: z.record(z.string().max(200), z.json()).optional(),
  transparent: z.boolean().optional(),
  evaluation: evaluationSchema,
  answers: z.record(z.url({ protocol: /^https$/ }).max(4000), digestSchema).optional(),
  heard: heardSchema.optional(),
};

/** The composed scene and how it was drawn. */
export interface SceneRecipe {
  /** The name of the scene. */
  scene?: string | undefined;
  /** The scene's variables. */
  variables?: Record<string, Json> | undefined;
  /** Whether it was drawn without its background. */
  transparent?: boolean | undefined;
  /** `adaptive` if its networks were: see Evaluation. */
  evaluation?: 'adaptive' | undefined;
  /** The SHA-256 of each response from a host during drawing, by address. Recipes do not contain the responses. */
  answers?: Record<string, string> | undefined;
  /** What the scene heard in the sounds that it follows, so that it can be drawn again without them. */
  heard?: HeardSounds | undefined;
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
