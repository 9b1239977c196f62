#!/usr/bin/env bash
# Jobs that are stopped before their time limit, by --signal and by SLURM_JOB_END_TIME alone, at the same
# time. Slurm counts in minutes, and a job that fits into one needs no warning: there are more programs than
# that.
. "$(dirname "$0")/lib.sh" "$1"
h=$(hint 3001)
begin() { # begin NAME SBATCH-OPTIONS...: sets job
  for i in $(seq 200); do echo "sort.elf --hint $h -o $1.$i.mgp"; done >"$1"
  job=$(submit -t 1 -o "$1.out" "${@:2}" batch.sbatch "$1")
}
stopped() { # stopped NAME JOB REASON
  wait_text "$1.out" "stopped \\(.*$3" 75
  wait_text "$1.out" 'is queued again' 60
  scancel "$2"
  wait_state "$2" CANCELLED 60
  ok "stopped before the time limit by $3"
}
# its first seconds are the other's, and those of other tests
MGP_TEST_SLEEP=20 begin end
end=$job
begin signal --signal=B:USR1@50
stopped signal "$job" SIGUSR1
stopped end "$end" "time is nearly over"
no_litter
echo "$checks checks"
