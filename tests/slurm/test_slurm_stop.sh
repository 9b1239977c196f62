#!/usr/bin/env bash
# Jobs that are stopped: cancelled, or asked by a signal. What goes back into the queue continues, and its
# proofs are those of a job that was left alone.
. "$(dirname "$0")/lib.sh" "$1"

# programs of some seconds each, on 2 x 2 ranks
n=6
mkdir reference
for i in $(seq $n); do
  h=$(hint $((3000 + i)))
  echo "sort.elf --hint $h -o PREFIX$i.mgp"
  mgprove prove sort.elf --hint "$h" -o "reference/$i.mgp" --partitions 4 -q >/dev/null
done >list
start() { # start NAME SBATCH-OPTIONS...: sets job
  sed "s/PREFIX/$1/" list >"$1"
  job=$(submit -o "$1.out" "${@:2}" batch.sbatch "$1")
}
proved() { grep -c '"outcome": "proved"' "$1.events" || true; } # so far, all starts together
same() { # same NAME: complete, each program proved once, and the bytes
  local i
  for i in $(seq $n); do cmp "reference/$i.mgp" "$1$i.mgp" || fail "$1: other bytes"; done
  [ "$(proved "$1")" = $n ] || fail "$1: $(proved "$1") proofs made, not $n"
}

# cancelled: gone for good, no partial file
start cancel -t 5
wait_text cancel.events '"event": "line"' 120
scancel "$job"
wait_state "$job" CANCELLED 60
[ "$(field "$job" Restarts)" = 0 ] || fail "a cancelled job was queued again"
no_litter
ok "cancelled"

# asked by a signal to the ranks, and by one to the script under mpirun
for launch in srun mpirun; do
  MGPROVE_LAUNCH=$launch start "sig$launch" -t 5
  wait_text "sig$launch.events" '"event": "line"' 120
  if [ $launch = srun ]; then scancel --signal=USR1 "$job"; else scancel --batch --signal=USR1 "$job"; fi
  wait_text "sig$launch.out" 'state saved: job .* is queued again' 60
  ends "$job" COMPLETED 0:0 180
  [ "$(field "$job" Restarts)" = 1 ] || fail "$launch: $(field "$job" Restarts) restarts"
  grep -q '"exit_code": 75' "sig$launch.events" || fail "$launch: no exit code 75"
  same "sig$launch"
  ok "SIGUSR1 under $launch: saved, queued again, continued"
done

no_litter
echo "$checks checks"
