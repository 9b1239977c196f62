#!/usr/bin/env bash
# One proof of many shards on a real Slurm that ends it at random times, over and over: a rank or all of
# them killed, the job requeued, a node lost. Each time it goes on, and in the end its bytes are those of a
# job that was left alone. MGP_TEST_SEED=N repeats a run; the histogram is over phases.
. "$(dirname "$0")/lib.sh" "$1"
seed=${MGP_TEST_SEED:-$RANDOM}
echo "seed: MGP_TEST_SEED=$seed"
RANDOM=$seed
kills=${MGP_TEST_KILLS:-12}

h=$(hint 2000)
mgprove prove sort.elf --hint "$h" -o reference.mgp --partitions 4 --shard-steps 16384 -q >/dev/null
export MGPROVE_JOBS=$work/jobs/kept # one folder for all submissions of the job
mkdir -p "$MGPROVE_JOBS"
# the script of multi-node.sbatch, with a folder that does not depend on the job's number
# shellcheck disable=SC2016 # expanded by the script
sed 's/^launch doctor.*//; s/\$job_folder/$MGPROVE_JOBS\/job/' multi-node.sbatch >random.sbatch

begin() { # sets job
  job=$(submit -N 2 --ntasks-per-node=2 -t 9 -o random.out random.sbatch sort.elf --hint "$h" \
    -o random.mgp --shard-steps 16384 --partitions 4 --events random.events)
}
touch random.events
phases() { grep -c '"event": "phase"' random.events || true; }
ranks() { # pids of the ranks of this cluster
  local pid
  for pid in $(pgrep -x mgprove); do
    [ "$(readlink "/proc/$pid/cwd")" != "$work/jobs" ] || echo "$pid"
  done
}
node_of_job() { scontrol show hostnames "$(field "$job" NodeList)" | shuf -n 1 --random-source=<(yes "$RANDOM"); }

begin
for ((k = 1; k <= kills; k++)); do
  # some phases on, and then somewhere within one
  before=$(phases) more=$((1 + RANDOM % 20))
  for ((i = 0; i < 600; i++)); do
    [ "$(phases)" -lt $((before + more)) ] || break
    [ "$(field "$job" JobState)" != COMPLETED ] || break
    sleep 0.1
  done
  sleep "0.0$((RANDOM % 10))"
  [ "$(field "$job" JobState)" != COMPLETED ] || break
  phase=$(sed -n 's/.*"event": "phase",.*"phase": "\([a-z]*\)".*/\1/p' random.events | tail -n 1)
  case $((RANDOM % 4)) in
    0)
      how="a rank"
      mapfile -t victims < <(ranks)
      [ ${#victims[@]} = 0 ] || kill -9 "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null || true
      ;;
    1)
      how="all ranks"
      scancel --signal=KILL "$job" || true
      ;;
    2)
      how="requeue"
      scontrol requeue "$job" || true
      ;;
    3)
      how="a node"
      lost=$(node_of_job)
      bash "$here/cluster.sh" kill "$work/cluster" "$lost"
      # back only when its loss was noticed: Slurm asks after ten seconds
      for ((i = 0; i < 600; i++)); do
        [ "$(field "$job" JobState)" = RUNNING ] || break
        sleep 0.1
      done
      bash "$here/cluster.sh" start "$work/cluster" "$lost"
      ;;
  esac
  echo "killed: $how in $phase" | tee -a random.log
  # Slurm starts it again by itself after a requeue or a lost node; else it has failed, and is begun again
  at=$(phases)
  for ((i = 0; i < 900; i++)); do
    state=$(field "$job" JobState)
    case $state in FAILED | CANCELLED | NODE_FAIL) begin ;; esac
    if [ "$state" = COMPLETED ] || [ "$(phases)" -gt "$at" ]; then break; fi
    sleep 0.1
  done
done
for ((i = 0; i < 1200; i++)); do
  state=$(field "$job" JobState)
  case $state in
    COMPLETED) break ;;
    FAILED | CANCELLED | NODE_FAIL) begin ;;
  esac
  sleep 0.2
done
[ "$state" = COMPLETED ] || fail "the job did not end: $state"
cmp reference.mgp random.mgp || fail "other bytes"
n=$(grep -c '^killed' random.log)
sed -n 's/^killed: .* in //p' random.log | sort | uniq -c
ok "$n times ended by force, the same bytes"
[ "$n" -ge $((kills / 2)) ] || fail "only $n kills"
no_litter
echo "$checks checks"
