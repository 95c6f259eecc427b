#!/usr/bin/env bash
# Renders a plan on several machines over ssh, with GNU parallel, then joins the film here.
#
#     npx untrained plan depth --out film.mp4 --plan plan.json
#     bash parallel.sh plan.json segments film.mp4 alice@render1,alice@render2,: 100
#
# Arguments: the plan, the store (a folder or s3://bucket/prefix), the film, the machines (":" is this one), and the
# number of shards, which should be several per machine. All machines need this folder under the same path, and ssh
# without a password. If some shards fail, run it again: it then renders only those.
set -euo pipefail
if [ $# -ne 5 ]; then
  echo "Usage: bash parallel.sh PLAN STORE FILM MACHINES SHARDS" >&2
  exit 2
fi
plan=$1 store=$2 film=$3 machines=$4 shards=$5

# The log lists the finished shards. A log that is older than the plan belongs to another plan.
log="$plan.joblog"
[[ "$log" -nt "$plan" ]] || rm -f "$log"

# One shard at a time on each machine, because it uses all cores. A shard that fails is retried on another machine.
render() {
  seq "$shards" | parallel --sshlogin "$machines" --jobs 1 --workdir "$PWD" --retries 4 \
    --joblog "$log" --resume-failed --tag --line-buffer --quote \
    npx untrained render --plan "$plan" --shard "{}/$shards" --store "$store"
}
join() { npx untrained join "$plan" --store "$store" --out "$film"; }

render
code=0
join || code=$?

# 75: segments are missing although the log lists their shards as finished, as with another store or another number of
# shards. All shards are then started again, and render what is missing.
if [[ $code -eq 75 ]]; then
  rm -f "$log"
  render
  code=0
  join || code=$?
fi
exit "$code"
