#!/bin/sh
# Renders a plan on Slurm: a job array, and a job that joins its segments when all tasks have succeeded.
#
#     npx untrained plan depth --out film.mp4 --plan plan.json
#     sh slurm.sh plan.json segments film.mp4 100
#
# Arguments: the plan, the store (a folder or s3://bucket/prefix), the film, and the number of tasks. Run it in a folder
# that all nodes share. Set partitions and limits with sbatch's own variables, SBATCH_PARTITION and SBATCH_TIMELIMIT.
# Run it again to render only what the store lacks, or submit only some of the tasks again:
#     sbatch --array=3,7 slurm.sh plan.json segments film.mp4 100
set -eu
if [ $# -ne 4 ]; then
  echo "Usage: sh slurm.sh PLAN STORE FILM TASKS" >&2
  exit 2
fi
plan=$1 store=$2 film=$3 tasks=$4
export plan store film

# In a task: "auto" is its number. The number of shards stays the same if only some tasks are submitted again.
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
  code=0
  npx untrained render --plan "$plan" --shard "auto/$tasks" --store "$store" || code=$?
  # 75: a retry may succeed. 137: killed, possibly because memory ran out. Slurm waits two minutes before it retries.
  case $code in
    75 | 137) [ "${SLURM_RESTART_COUNT:-0}" -ge 3 ] || scontrol requeue "$SLURM_JOB_ID" ;;
  esac
  exit "$code"
fi

array=$(sbatch --parsable --job-name=untrained --array="1-$tasks" --cpus-per-task=4 --requeue \
  --output=untrained-%A_%a.log --open-mode=append "$0" "$@")

# If a task fails permanently, Slurm cancels this job.
sbatch --job-name=untrained-join --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes \
  --output=untrained-%j.log <<'END'
#!/bin/sh
exec npx untrained join "$plan" --store "$store" --out "$film"
END
