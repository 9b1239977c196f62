#!/usr/bin/env bash
# mpirun.sh RANKS COMMAND...: runs COMMAND under mpirun (MGP_MPIRUN: another one), also as root and on
# fewer cores than ranks, and not for ever (LIMIT seconds, 120 by default).
set -eu
mpirun=${MGP_MPIRUN:-mpirun}
if ! command -v "$mpirun" >/dev/null; then
  echo "skipped: no $mpirun"
  exit 77
fi
ranks=$1
shift
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none
exec timeout -k 5 "${LIMIT:-120}" "$mpirun" -n "$ranks" "$@"
