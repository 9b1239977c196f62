#!/usr/bin/env bash
# Jobs that are stopped: cancelled, asked by a signal, preempted, requeued, thrown off a node that fails. What
# goes back into the queue continues, and its proofs are those of a job that was left alone.
. "$(dirname "$0")/lib.sh" "$1"

# programs of some seconds each, on 2 x 2 ranks
n=6
mkdir reference
for i in $(seq $n); do
  h=$(hint $((3000 + i)))
  echo "sort.elf --hint $h -o PREFIX$i.mgp"
  mgprove prove sort.elf --hint "$h" -o "reference/$i.mgp" --partitions 4 -q >/dev/null
done >list
cat >batch.sbatch <<'END'
#!/usr/bin/env bash
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --requeue
#SBATCH --open-mode=append
. "$SLURM_SUBMIT_DIR/env.sh" || exit
launch prove --batch "$1" --resume --events "$1.events" --json "$1.json"
finish $?
END
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

# the time limit: by --signal, and by SLURM_JOB_END_TIME alone. Slurm counts in minutes, and a job
# that fits into one needs no warning: programs are added until it does not
for i in $(seq 200); do echo "sort.elf --hint h3001 -o limit.$i.mgp"; done >many
for why in SIGUSR1 "time is nearly over"; do
  warning=
  [ "$why" != SIGUSR1 ] || warning=--signal=B:USR1@50
  job=$(submit -t 1 $warning -o limit.out batch.sbatch many)
  wait_text limit.out "stopped \\(.*$why" 75
  wait_text limit.out 'is queued again' 60
  scancel "$job"
  wait_state "$job" CANCELLED 60
  rm -f limit.*.mgp limit.out many.events
done
ok "stopped before the time limit by --signal and by SLURM_JOB_END_TIME"

# --- one proof of many shards, by the scripts of slurm/ ---------------------------------------------

h=$(hint 2000)
mgprove prove sort.elf --hint "$h" -o reference.mgp --partitions 4 --shard-steps 16384 -q >/dev/null
prove() { # prove NAME: sets job
  job=$(submit --ntasks-per-node=2 -t 9 -o "$1.out" multi-node.sbatch sort.elf --hint "$h" -o "$1.mgp" \
    --shard-steps 16384 --events "$1.events")
  wait_text "$1.events" '"event": "shard", .*"shard": 2,' 120
}
continued() { # continued NAME: to the same bytes, and not from the start; the folder is gone
  ends "$job" COMPLETED 0:0 240
  [ "$(field "$job" Restarts)" -ge 1 ] || fail "$1: not started again"
  grep -q '"restored": true' "$1.events" || fail "$1: nothing was restored"
  cmp reference.mgp "$1.mgp" || fail "$1: other bytes"
  ! ls -d mgprove-job-* 2>/dev/null || fail "$1: the folder is still there"
}

# preempted: a job of the urgent partition takes all nodes
prove preempt
urgent=$(submit -p urgent -N 4 --exclusive -t 1 -o urgent.out --wrap "sleep 2")
wait_state "$urgent" COMPLETED 90
continued preempt
grep -q '"exit_code": 75' preempt.events || fail "preempted without being asked to stop"
ok "preempted: saved, queued again, continued"

# thrown out: requeued without a word, the ranks are killed
prove requeue
scontrol requeue "$job"
continued requeue
ok "requeued by the operator, continued"

# a node fails: nobody asks, what is finished is there
prove node
lost=$(scontrol show hostnames "$(field "$job" NodeList)" | tail -1)
bash "$here/cluster.sh" kill "$work/cluster" "$lost"
continued node
! scontrol show hostnames "$(field "$job" NodeList)" | grep -qx "$lost" || fail "on the lost node again"
bash "$here/cluster.sh" start "$work/cluster" "$lost"
ok "node failure: started again elsewhere, continued"
no_litter
echo "$checks checks"
