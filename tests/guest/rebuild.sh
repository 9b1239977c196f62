#!/bin/sh
# Builds the guests again and compares them with guest/prebuilt, byte for byte. Skipped (77) where
# the compiler is not the one that guest/prebuilt/VERSIONS names: other compilers make other files.
set -eu
guest=$(cd "$(dirname "$0")/../../guest" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$guest/tools/gen_edges.py" | cmp - "$guest/examples/edges_ops.S"

if ! command -v riscv64-unknown-elf-gcc >/dev/null; then
  echo "skipped: riscv64-unknown-elf-gcc is not installed"
  exit 77
fi
make -s -C "$guest" versions >"$work/VERSIONS"
if ! cmp -s "$work/VERSIONS" "$guest/prebuilt/VERSIONS"; then
  echo "skipped: another compiler than in guest/prebuilt/VERSIONS:"
  cat "$work/VERSIONS"
  exit 77
fi
make -s -C "$guest" "OUT=$work" all
wrong=0
for elf in "$work"/*.elf "$guest"/prebuilt/*.elf; do
  cmp "$work/${elf##*/}" "$guest/prebuilt/${elf##*/}" || wrong=1
done
[ "$wrong" = 0 ] && echo "guest/prebuilt is what this compiler builds"
exit "$wrong"
