#!/usr/bin/env bash
# test_small_shm.sh BUILD: ranks in a container whose /dev/shm is small. What the plain pass writes takes
# half of it and then goes by messages: MPI has its own memory there, and dies of SIGBUS where there is none
# left. The run, one shard, is ended once it is recorded.
set -euo pipefail
mgprove=$1/mgprove
mpirun=$(dirname "$0")/../mpirun.sh
guest=$(cd "$(dirname "$0")/../../guest/prebuilt" && pwd)/fibonacci.elf
command -v "${MGP_MPIRUN:-mpirun}" >/dev/null || { echo "skipped: no mpirun"; exit 77; }
grep -q "^MGP_HAVE_MPI:INTERNAL=ON" "$1/CMakeCache.txt" || { echo "skipped: built without MPI"; exit 77; }
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || { echo "skipped: only root can mount"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '\x08\x52\x00\x00' >"$work/hint" # 65 million steps, 60 MB of words
# as where processes may not read each other's memory
export OMPI_MCA_btl_vader_single_copy_mechanism=none

for size in 24m 64m; do
  rc=0
  LIMIT=100 unshare --mount bash -c 'mount --make-rprivate / && mount -t tmpfs -o size=$0 tmpfs /dev/shm &&
    exec bash "$@"' $size "$mpirun" 4 "$mgprove" prove "$guest" --hint "$work/hint" -o "$work/proof" \
    --threads 1 --fail-phase assign:0 >"$work/out" 2>&1 || rc=$?
  echo "/dev/shm of $size: exit code $rc"
  if [ $rc = 0 ] || [ $rc -ge 124 ] || ! grep -q "failure injected" "$work/out" || [ -e "$work/proof" ]; then
    cat "$work/out"
    exit 1
  fi
done
