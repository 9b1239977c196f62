#!/bin/sh
# oracle.sh MGPROVE [OPTION]...: compares `MGPROVE run` with qemu-riscv32 and with guest/oracle/model.py
# on the examples and on random instruction sequences. Options go to guest/oracle/compare.py:
# --seed N, --programs N, --sequences N, --slow. Skipped (77) without a compiler for RISC-V.
set -eu
guest=$(cd "$(dirname "$0")/../../guest" && pwd)
mgprove=$1
shift
if ! command -v riscv64-unknown-elf-gcc >/dev/null &&
  ! { command -v clang >/dev/null && command -v ld.lld >/dev/null; }; then
  echo "skipped: neither riscv64-unknown-elf-gcc nor clang with lld is installed"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$guest/oracle/compare.py" --mgprove "$mgprove" --work "$work" "$@"
