/** What an entry of the queue says: which segment to make, and in which store. It carries no paths or addresses. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { digestSchema } from '../core/digest.js';
import { inSight } from '../core/wording/printable.js';

/** The queue's name in Redis, and the version of the format of its entries. */
export const QUEUE = 'untrained-segments-1';

/** The longest message that is read from the queue, in characters. */
const MOST_MESSAGE = 4000;

export const taskSchema = z.strictObject({
  /** The SHA-256 of the plan, whose text is in Redis under planKey(). */
  plan: digestSchema,
  /** The film in the plan, from 0. */
  job: z.int().min(0).max(1000),
  /** The segment of the film, from 0. */
  segment: z.int().min(0).max(1e9),
  /** The SHA-256 of the store's name: see digestOf and IN_REDIS. */
  store: digestSchema,
});

/** One segment to make. The id of its entry in the queue is the segment's key. */
export type Task = z.infer<typeof taskSchema>;

/** The name in Redis of a plan's text. */
export const planKey = (plan: string): string => `${QUEUE}:plan:${plan}`;

/** The SHA-256 of a text, in hexadecimal: of a plan, or of a store's name. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The store's digest in tasks whose segments travel through Redis. */
export const IN_REDIS = digestOf('');

/**
 * The id of a segment's entry: its key or, if it has several files, a digest of their keys. Equal segments of one film
 * or of several films share an entry.
 */
export function entryOf(parts: readonly { keys: readonly string[] }[]): string {
  const keys = [...new Set(parts.map(({ keys: [key] }) => key))];
  return keys.length === 1 ? keys[0] : digestOf(keys.join('\n')).slice(0, 40);
}

/**
 * Why an entry failed: that worker can never render it, a retry may succeed, or the segment itself fails. It is the
 * text of the entry's error, as JSON.
 */
export const failureSchema = z.object({
  kind: z.enum(['refused', 'transient', 'segment']),
  /** The name under which the worker is connected. */
  worker: z.string().max(300),
  message: z.string().max(MOST_MESSAGE),
});

export type Failure = z.infer<typeof failureSchema>;

/** What an entry returns. */
export const resultSchema = z.object({
  /** How many frames were drawn: none if the segment was in the store. */
  frames: z.int().min(0).max(1e9),
  seconds: z.number().min(0),
  worker: z.string().max(300),
});

export type Result = z.infer<typeof resultSchema>;

/** What an entry reports meanwhile, about once per second. */
export const progressSchema = z.object({ frames: z.int().min(0).max(1e9) });

/** A message from elsewhere on one line, of limited length and safe to print. */
export const oneLine = (message: string): string => inSight(message.slice(0, MOST_MESSAGE)).slice(0, 1000);

/** "Segment 13 of film a1b2c3": counted from 1, as elsewhere in messages. The film is named after its plan. */
export const nameOfTask = ({ plan, job, segment }: Pick<Task, 'plan' | 'job' | 'segment'>): string =>
  `Segment ${segment + 1} of film ${plan.slice(0, 6)}${job > 0 ? `/${job + 1}` : ''}`;
