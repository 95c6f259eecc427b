/** Plans in Redis, for the workers: deflated, each under the digest of its text. */
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Redis } from 'ioredis';
import { RefusedError, TransientError } from '../core/errors.js';
import { digestOf, planKey } from './task.js';

/** How long a plan stays after its coordinator last renewed it, in seconds. */
const PLAN_SECONDS = 24 * 60 * 60;

/** How long it stays when its film is complete, in seconds: a worker may just have taken its last entry. */
const DONE_SECONDS = 10 * 60;

/** The largest plan that is inflated, in bytes: a small entry could become a huge one. */
const MAX_PLAN_BYTES = 2 ** 28;

/** Stores a plan's text for PLAN_SECONDS, or renews it. @returns Its digest. */
export async function storePlan(redis: Redis, text: string): Promise<string> {
  const plan = digestOf(text);
  await renewPlan(redis, plan, () => packPlan(text));
  return plan;
}

/** A plan's text as it is stored. */
export const packPlan = (text: string): Promise<Buffer> => promisify(deflate)(text);

/** The same if it is stored already, or can be read packed. */
export async function renewPlan(redis: Redis, plan: string, read: () => Promise<Buffer>): Promise<void> {
  const isThere = (await redis.expire(planKey(plan), PLAN_SECONDS)) === 1;
  if (!isThere) await redis.set(planKey(plan), await read(), 'EX', PLAN_SECONDS);
}

/** Lets a plan that this process no longer needs expire soon. A process that does renews it. */
export async function retirePlan(redis: Redis, plan: string): Promise<void> {
  await redis.expire(planKey(plan), DONE_SECONDS);
}

/**
 * The text of a plan.
 * @throws TransientError if Redis does not have it; RefusedError if it has another text under this digest.
 */
export async function fetchPlan(redis: Redis, plan: string): Promise<string> {
  const bytes = await redis.getBuffer(planKey(plan));
  const short = plan.slice(0, 6);
  if (bytes === null) {
    throw new TransientError(`The plan of film ${short} is not in the queue: start the render again.`);
  }
  let text: string;
  try {
    text = (await promisify(inflate)(bytes, { maxOutputLength: MAX_PLAN_BYTES })).toString();
  } catch {
    throw new RefusedError(`The plan of film ${short} is damaged or too large: start the render again.`);
  }
  if (digestOf(text) !== plan) {
    throw new RefusedError(
      `The plan of film ${short} is not the one that was queued: start the render again.`,
    );
  }
  return text;
}
