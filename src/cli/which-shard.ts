/** Which shard a process renders: the one that --shard or the scheduler that started it names. */
import { UsageError } from '../core/errors.js';
import type { Shard } from '../jobs/shards.js';
import type { ShardChoice } from './arguments.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The shard that --shard names.
 *
 * `auto` takes both numbers from a Slurm array or an AWS Batch array job. `auto/n` takes only the index: Slurm's task
 * ID unchanged, since the counts differ if only part of an array is submitted again (--array=3,7); or the index of AWS
 * Batch or a Kubernetes Indexed Job, which count from 0, plus 1.
 * @throws UsageError that names the missing or invalid variable.
 */
export function shardOf(choice: ShardChoice, env: Environment): Shard {
  if (choice.index !== 'auto') return choice;
  const { count } = choice;
  const shard = count === undefined ? engineShard(env) : { index: engineIndex(env, count), count };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(
    `${sourceIn(env)} makes this shard ${shard.index}, but there are only ${shard.count} shards: start ${shard.count} tasks, or give the number of shards, as in --shard auto/8.`,
  );
}

const ENGINES = ['SLURM_ARRAY_TASK_ID', 'AWS_BATCH_JOB_ARRAY_INDEX', 'JOB_COMPLETION_INDEX'] as const;

/** The variable that says which task this is. Slurm's comes first, because a Slurm node may be a container. */
const engineIn = (env: Environment) => ENGINES.find((name) => env[name] !== undefined && env[name] !== '');

/** "SLURM_ARRAY_TASK_ID=9", for messages. */
function sourceIn(env: Environment): string {
  const name = engineIn(env)!;
  return `${name}=${env[name]}`;
}

/** Both numbers. */
function engineShard(env: Environment): Shard {
  switch (engineIn(env)) {
    case 'SLURM_ARRAY_TASK_ID': {
      const [id, least, step, count] = ['ID', 'MIN', 'STEP', 'COUNT'].map((name) =>
        numberIn(env, `SLURM_ARRAY_TASK_${name}`),
      );
      const index = (id - least) / (step || 1) + 1;
      const { SLURM_ARRAY_TASK_MAX: max } = env;
      const isWhole = max === undefined || Number(max) === least + (count - 1) * step;
      if (isWhole && Number.isInteger(index) && index >= 1 && index <= count) return { index, count };
      throw new UsageError(
        `The task IDs of this Slurm array have gaps, so --shard auto cannot tell which shard task ${id} is: ` +
          'use --shard auto/n, where n is the number of tasks in the whole array.',
      );
    }
    case 'AWS_BATCH_JOB_ARRAY_INDEX':
      return {
        index: numberIn(env, 'AWS_BATCH_JOB_ARRAY_INDEX') + 1,
        count: numberIn(env, 'AWS_BATCH_JOB_ARRAY_SIZE'),
      };
    case 'JOB_COMPLETION_INDEX':
      throw new UsageError(
        "Kubernetes sets JOB_COMPLETION_INDEX but not the number of shards: use --shard auto/n, where n is the Job's number of completions.",
      );
    default:
      throw new UsageError(
        '--shard auto needs SLURM_ARRAY_TASK_ID or AWS_BATCH_JOB_ARRAY_INDEX, but neither is set: run it as an array task, or use --shard i/n.',
      );
  }
}

/** Only the index. */
function engineIndex(env: Environment, count: number): number {
  const name = engineIn(env);
  if (name === undefined) {
    throw new UsageError(
      `--shard auto/${count} needs SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX, but none of them is set: run it as an array task, or use --shard i/${count}.`,
    );
  }
  const number = numberIn(env, name);
  if (name !== 'SLURM_ARRAY_TASK_ID') return number + 1;
  if (number > 0) return number;
  throw new UsageError(
    `SLURM_ARRAY_TASK_ID is 0, but --shard auto/${count} counts Slurm's tasks from 1: submit the array with --array=1-${count}.`,
  );
}

function numberIn(env: Environment, name: string): number {
  const text = env[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const what = text === '' ? 'is not set' : `is "${text}" but must be a whole number`;
  throw new UsageError(`${name} ${what}, so --shard auto cannot tell the shard: use --shard i/n.`);
}
