/** Which shard a process renders: as --shard says, or as the engine that started it does. */
import { UsageError } from '../core/errors.js';
import type { Shard } from '../jobs/shards.js';
import type { ShardChoice } from './arguments.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The shard that --shard names.
 *
 * `auto` takes both numbers from a Slurm array or an AWS Batch array job. `auto/n` takes only the first: Slurm's task
 * ID as it is, since an array of which a part is submitted again (--array=3,7) has other counts; or the index of AWS
 * Batch or of a Kubernetes Indexed Job, which count from 0, plus 1.
 * @throws UsageError that names the variable which is missing or wrong.
 */
export function shardOf(choice: ShardChoice, env: Environment): Shard {
  if (choice.index !== 'auto') return choice;
  const { count } = choice;
  const shard = count === undefined ? engineShard(env) : { index: engineIndex(env, count), count };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(
    `${sourceIn(env)} makes it shard ${shard.index}, but there are ${shard.count}: start ${shard.count} tasks, or give their number, as in --shard auto/8.`,
  );
}

const ENGINES = ['SLURM_ARRAY_TASK_ID', 'AWS_BATCH_JOB_ARRAY_INDEX', 'JOB_COMPLETION_INDEX'] as const;

/** The variable that says which task this is. Slurm's comes first: its machines may themselves be containers. */
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
        `Slurm's array has ${count} tasks from ${least} with gaps, so --shard auto cannot number task ${id}: ` +
          'use --shard auto/n, where n is the number of shards of the whole array.',
      );
    }
    case 'AWS_BATCH_JOB_ARRAY_INDEX':
      return {
        index: numberIn(env, 'AWS_BATCH_JOB_ARRAY_INDEX') + 1,
        count: numberIn(env, 'AWS_BATCH_JOB_ARRAY_SIZE'),
      };
    case 'JOB_COMPLETION_INDEX':
      throw new UsageError(
        "Kubernetes sets JOB_COMPLETION_INDEX but not the number of shards: use --shard auto/n, where n is the Job's completions.",
      );
    default:
      throw new UsageError(
        '--shard auto needs SLURM_ARRAY_TASK_ID or AWS_BATCH_JOB_ARRAY_INDEX, and neither is set: start it as a task of an array, or use --shard i/n.',
      );
  }
}

/** Only which of them. */
function engineIndex(env: Environment, count: number): number {
  const name = engineIn(env);
  if (name === undefined) {
    throw new UsageError(
      `--shard auto/${count} needs SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX, and none of them is set: start it as a task of an array, or use --shard i/${count}.`,
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
  throw new UsageError(`${name} ${what}, so --shard auto finds no shard: use --shard i/n.`);
}
