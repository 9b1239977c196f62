#!/usr/bin/env bash
# test_lost_rank.sh BUILD: a rank that never comes, or is killed, ends the job within seconds, with an
# error and, where a survivor notices first, one line that names rank, host and phase.
set -euo pipefail
suite=$1/tests/test_comm_suite
mpirun=$(dirname "$0")/../mpirun.sh
command -v "${MGP_MPIRUN:-mpirun}" >/dev/null || { echo "skipped: no mpirun"; exit 77; }
grep -q "^MGP_HAVE_MPI:INTERNAL=ON" "$1/CMakeCache.txt" || { echo "skipped: built without MPI"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for how in mpi-timeout mpi-kill; do
  rc=0
  start=$SECONDS
  LIMIT=60 bash "$mpirun" 3 "$suite" $how >"$work/out" 2>&1 || rc=$?
  took=$((SECONDS - start))
  echo "$how: exit $rc after $took s"
  if [ $rc = 0 ] || [ $rc = 124 ] || [ $took -gt 30 ]; then
    cat "$work/out"
    exit 1
  fi
  if [ $how = mpi-timeout ]; then
    grep -E "^mgprove: rank [01] of 3 on $(hostname) gave up in phase \"waiting room\", collective barrier" \
      "$work/out" || { cat "$work/out"; exit 1; }
  fi
done
