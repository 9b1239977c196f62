#!/usr/bin/env bash
# quickstart.sh        on Debian or Ubuntu: installs what is missing, builds, proves a program on four
#                      ranks, verifies the proof and says what it proves
# quickstart.sh test   the same, then runs the tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case "$#:${1:-}" in
  0: | 1:test) ;;
  *)
    echo "usage: ./quickstart.sh [test]" >&2
    exit 2
    ;;
esac

say() { printf '\n== %s\n' "$*"; }

# --- what is missing: a command or file, and the package that has it ---

missing=()
need() { # need PACKAGE TEST...
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}
compiles() { echo "#include <$1>" | gcc -E - ; }

need gcc command -v gcc
need libc6-dev compiles stdio.h
need cmake command -v cmake
need make command -v make
need python3 command -v python3
need openmpi-bin command -v mpirun
need libopenmpi-dev command -v mpicc

if [ ${#missing[@]} -gt 0 ]; then
  say "installing: ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "not Debian or Ubuntu: please install the equivalents of these packages, then run this again" >&2
    exit 4
  fi
  root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
      echo "please install these packages as root, then run this again" >&2
      exit 4
    }
    root=(sudo)
  fi
  "${root[@]}" apt-get update -q
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# --- build ---

build=build/quickstart
options=(-DCMAKE_BUILD_TYPE=Release)
targets=(--target mgprove mgverify)
[ -e /dev/nvidiactl ] || options+=(-DMGP_CUDA=OFF) # a toolkit without a GPU: not worth the minutes
[ "${1:-}" != test ] || targets=()
say "building in $build"
cmake -S . -B "$build" "${options[@]}"
cmake --build "$build" --parallel "$(nproc)" "${targets[@]}"

# --- prove and verify ---

# mpirun refuses root, and more ranks than cores, unless told; ranks that share cores must yield
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none

run() {
  printf '\n$ %s\n' "$*"
  "$@"
}
say "proving"
share=() # four ranks on however many GPUs there are
[ ! -e /dev/nvidiactl ] || share=(--share-gpu)
run mpirun -n 4 "$build/mgprove" prove guest/prebuilt/fibonacci.elf -o "$build/fibonacci.mgp" "${share[@]}"
say "verifying"
run "$build/mgverify" --elf guest/prebuilt/fibonacci.elf "$build/fibonacci.mgp"

# --- test ---

if [ "${1:-}" = test ]; then
  say "testing"
  # one more than there are cores: some tests wait for much of their time
  ctest --test-dir "$build" --output-on-failure --parallel $(($(nproc) + 1))
fi
