#!/bin/sh
# test_oracle.sh BUILD [OPTION]...: compares `mgprove run` of the build folder with qemu-riscv32 and with
# guest/oracle/model.py on the examples and on random instruction sequences, and prints the table of
# instructions and edge operands that were met. With MGP_TEST_SLOW in the environment there are more
# sequences. Options go to guest/oracle/compare.py: --seed N, --programs N, --sequences N, --slow.
# Skipped (77) without a compiler for RISC-V or Python.
set -eu
guest=$(cd "$(dirname "$0")/../../guest" && pwd)
mgprove=$1/mgprove
shift
if ! command -v riscv64-unknown-elf-gcc >/dev/null &&
  ! { command -v clang >/dev/null && command -v ld.lld >/dev/null; }; then
  echo "skipped: neither riscv64-unknown-elf-gcc nor clang with lld is installed"
  exit 77
fi
if ! command -v python3 >/dev/null; then
  echo "skipped: python3 is not installed"
  exit 77
fi
[ $# -gt 0 ] || set -- --seed "${MGP_TEST_SEED:-1}"
[ -z "${MGP_TEST_SLOW:-}" ] || set -- --programs 40 --sequences 1000 --slow "$@"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$guest/oracle/compare.py" --mgprove "$mgprove" --work "$work" "$@"
