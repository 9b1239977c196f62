# What the Slurm tests share. A test sources this file with the build folder as its argument: then a
# cluster of four nodes runs (cluster.sh), of this test alone, the working folder is a copy of slurm/ with
# guests and hints in it, and the programs of the build are in PATH. At the end everything is ended again.
# Tests wait more than they work: .ci/run starts several at a time.
# shellcheck shell=bash
set -euo pipefail
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

skip() { echo "skipped: $*" && exit 77; }
[ "$(id -u)" = 0 ] || skip "a Slurm of our own needs root"
for command in slurmctld slurmd srun munged mpirun unshare; do
  command -v "$command" >/dev/null || skip "no $command (Debian: apt-get install slurm-wlm munge)"
done
grep -q "^MGP_HAVE_MPI:INTERNAL=ON" "$build/CMakeCache.txt" || skip "built without MPI"

work=$(mktemp -d /tmp/mgprove-slurm.XXXXXX)
end() {
  local rc=$?
  if [ $rc != 0 ]; then
    echo "--- failed ($rc); jobs, outputs, log:"
    SLURM_CONF=$work/cluster/slurm.conf timeout 5 scontrol show job -o 2>/dev/null | cut -c1-400
    tail -n 20 "$work"/jobs/*.out 2>/dev/null
    tail -n 20 "$work"/cluster/log/slurmctld.log
  fi
  bash "$here/cluster.sh" down "$work/cluster"
  sleep 1
  rm -rf --one-file-system "$work"
  exit $rc
}
trap end EXIT
chmod 711 "$work" # munge insists
mkdir "$work"/{jobs,tmp}
bash "$here/cluster.sh" up "$work/cluster" 4
export SLURM_CONF=$work/cluster/slurm.conf PATH=$build:$PATH
# for Open MPI, which does not tidy up behind ranks that are killed
export TMPDIR=$work/tmp
# ranks as root, on fewer cores than ranks
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none OMP_NUM_THREADS=1
cp "$root"/slurm/* "$here"/*.sbatch "$root"/guest/prebuilt/*.elf "$work/jobs"
cd "$work/jobs"

checks=0
fail() { echo "FAIL ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*" && exit 1; }
ok() { checks=$((checks + 1)) && echo "ok: $*"; }

hint() { # hint SIZE: a file with the size of a guest's work
  python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<I", int(sys.argv[1])))' "$1" >"h$1"
  echo "h$1"
}

field() { scontrol show job -o "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1; } # field JOB NAME
submit() { sbatch --parsable "$@"; }
wait_state() { # wait_state JOB STATE SECONDS
  local i state
  for ((i = 0; i < 2 * $3; i++)); do
    state=$(field "$1" JobState)
    [ "$state" != "$2" ] || return 0
    sleep 0.5
  done
  fail "job $1 is $state, not $2, after $3 s: $(scontrol show job -o "$1" | cut -c1-300)"
}
wait_text() { # wait_text FILE REGEX SECONDS: until the file has such a line
  local i
  for ((i = 0; i < 5 * $3; i++)); do
    ! grep -qsE "$2" "$1" || return 0
    sleep 0.2
  done
  fail "no /$2/ in $1 after $3 s: $(tail -n 5 "$1" 2>&1)"
}
ends() { # ends JOB STATE EXIT-CODE[:SIGNAL] SECONDS
  wait_state "$1" "$2" "$4"
  local code
  code=$(field "$1" ExitCode)
  [ "$code" = "$3" ] || fail "job $1 ended with $code, not $3"
}
verified() { # verified ELF PROOF...
  local elf=$1
  shift
  for proof; do mgverify --elf "$elf" "$proof" >/dev/null || fail "$proof does not verify"; done
}
no_litter() { # no_litter: nothing that was to be renamed is left
  local left
  left=$(find . -name '*.mgp.??????')
  [ -z "$left" ] || fail "left behind: $left"
}

# One proof of many shards, on 2 x 2 ranks by multi-node.sbatch, and that of a job that is left alone.
shards_reference() {
  h=$(hint 2000)
  mgprove prove sort.elf --hint "$h" -o reference.mgp --partitions 4 --shard-steps 16384 -q >/dev/null
}
shards_begin() { # shards_begin NAME: sets job, some shards of which are finished
  job=$(submit --ntasks-per-node=2 -t 9 -o "$1.out" multi-node.sbatch sort.elf --hint "$h" -o "$1.mgp" \
    --shard-steps 16384 --events "$1.events")
  wait_text "$1.events" '"event": "shard", .*"shard": 2,' 120
}
shards_continued() { # shards_continued NAME: to the same bytes, and not from the start; the folder is gone
  ends "$job" COMPLETED 0:0 240
  [ "$(field "$job" Restarts)" -ge 1 ] || fail "$1: not started again"
  grep -q '"restored": true' "$1.events" || fail "$1: nothing was restored"
  cmp reference.mgp "$1.mgp" || fail "$1: other bytes"
  ! ls -d mgprove-job-* 2>/dev/null || fail "$1: the folder is still there"
}
