# What the Slurm tests share. A test sources this file with the build folder as its argument: then a
# cluster of four nodes runs (cluster.sh), the working folder is a copy of slurm/ with guests and
# hints in it, and the programs of the build are in PATH. At the end everything is ended again.
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
mkdir "$work/jobs"
bash "$here/cluster.sh" up "$work/cluster" 4
export SLURM_CONF=$work/cluster/slurm.conf PATH=$build:$PATH
# ranks as root, on fewer cores than ranks
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none OMP_NUM_THREADS=1
cp "$root"/slurm/* "$root"/guest/prebuilt/*.elf "$work/jobs"
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
  for ((i = 0; i < 5 * $3; i++)); do
    state=$(field "$1" JobState)
    [ "$state" != "$2" ] || return 0
    sleep 0.2
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
