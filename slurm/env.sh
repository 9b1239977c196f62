# Settings of this cluster, read by the batch scripts beside this file: edit here, once.
# shellcheck shell=bash

# --- where mgprove is: a module, or a folder -------------------------------------------------------
# module load openmpi cuda mgprove
# PATH=/opt/mgprove/bin:$PATH

# --- how ranks start: "srun" (a Slurm with PMIx: `srun --mpi=list` says pmix) or "mpirun" -----------
: "${MGPROVE_LAUNCH:=srun}"

# --- a job that was stopped is queued again, this many times at most --------------------------------
: "${MGPROVE_RESTARTS:=100}"

# --- where proofs under way are kept: a folder that all nodes see ------------------------------------
: "${MGPROVE_JOBS:=${SLURM_SUBMIT_DIR:-.}}"

# --- nothing to edit below --------------------------------------------------------------------------

# A signal to this script (--signal=B:USR1@..., scancel --batch) becomes SIGUSR1 of every rank: the request to
# stop that works under srun and under mpirun. Until there is an exit code, it must not end the script.
asked=''
trap 'asked=1' USR1 TERM

# When the job ends, for mgprove to stop before that (Slurm sets it itself from version 23.02).
if [ -z "${SLURM_JOB_END_TIME:-}" ] && [ -n "${SLURM_JOB_ID:-}" ]; then
  job_end=$(squeue -h -j "$SLURM_JOB_ID" -o %e 2>/dev/null) || true
  # no limit: there is no date
  if [ -n "$job_end" ] && SLURM_JOB_END_TIME=$(date -d "$job_end" +%s 2>/dev/null); then
    export SLURM_JOB_END_TIME
  else
    unset SLURM_JOB_END_TIME
  fi
fi

# A job that is queued again keeps its number, and so finds its folder.
job_folder=$MGPROVE_JOBS/mgprove-job-${SLURM_JOB_ID:-none}

# launch MGPROVE-ARGUMENTS...: runs mgprove on all ranks of the job (RANKS=N: on N) and returns its exit
# code; that of a stopped one with its state saved if the request to stop was there before. Not in a pipe or
# a subshell, which no request would reach.
launch() {
  local rc=0 pid told='' began=$SECONDS
  trap 'asked=1' USR1 TERM # there may have been a launch before
  [ -z "$asked" ] || launch_ends 75 || return
  if [ "$MGPROVE_LAUNCH" = mpirun ]; then
    mpirun -n "${RANKS:-$SLURM_NTASKS}" mgprove "$@" &
  else
    # srun does not take over the script's --cpus-per-task since Slurm 22.05
    srun --mpi=pmix -n "${RANKS:-$SLURM_NTASKS}" ${SLURM_CPUS_PER_TASK:+--cpus-per-task="$SLURM_CPUS_PER_TASK"} \
      mgprove "$@" &
  fi
  pid=$!
  # Not by wait, which a signal may interrupt: if the process ends then, its exit code is lost (bash 5.2). Nor by
  # the trap, which may come before the new process is the launcher.
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5 || true
    if [ -n "$asked" ] && [ -z "$told" ]; then
      told=1
      kill -USR1 "$pid" 2>/dev/null || true
    fi
  done
  trap '' USR1 TERM
  wait "$pid" || rc=$?
  # before launcher and ranks catch it the signal ends them, and doctor at any time: nothing is lost
  [ -z "$told" ] || [ "$rc" != 138 ] || [ $((SECONDS - began)) -gt 120 ] || rc=75
  launch_ends "$rc"
}

launch_ends() { # launch_ends EXIT-CODE: SIGTERM ends the script again, as when it is requeued or cancelled
  trap 'asked=1' USR1
  trap - TERM
  return "$1"
}

# finish EXIT-CODE: ends the script. Finished shards are of no use beside the finished proof. A job that stopped
# with its state saved (75) goes back into the queue and continues there, unless it was cancelled: scancel, too,
# begins with a SIGTERM.
finish() {
  if [ "$1" = 0 ] && [ -d "$job_folder" ]; then
    rm -f "$job_folder"/shard.* "$job_folder"/job "$job_folder"/lock
    rmdir "$job_folder"
  fi
  if [ "$1" = 75 ] && [ "$(squeue -h -j "$SLURM_JOB_ID" -o %T)" = RUNNING ] &&
    [ "${SLURM_RESTART_COUNT:-0}" -lt "$MGPROVE_RESTARTS" ]; then
    echo "stopped, state saved: job $SLURM_JOB_ID is queued again"
    scontrol requeue "$SLURM_JOB_ID" && sleep 60 # ended by the requeue
  fi
  exit "$1"
}
