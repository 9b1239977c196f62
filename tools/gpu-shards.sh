#!/usr/bin/env bash
# Byte equality of cpu and cuda proofs on a GPU: every example, whole and in shards.
# gpu-shards.sh MGPROVE OUT. One line per proof; the last line counts them.
set -u
mgprove=$1 out=$2
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
same() { # same GUEST OPTION...
  local guest=$1 start middle verdict=other
  shift
  start=$(date +%s%N)
  middle=$start
  if "$mgprove" prove "guest/prebuilt/$guest.elf" "$@" --backend cuda -q -o "$tmp/cuda.mgp" >/dev/null 2>"$tmp/err" &&
    middle=$(date +%s%N) &&
    "$mgprove" prove "guest/prebuilt/$guest.elf" "$@" --backend cpu -q -o "$tmp/cpu.mgp" >/dev/null 2>>"$tmp/err" &&
    cmp -s "$tmp/cuda.mgp" "$tmp/cpu.mgp"; then
    verdict=same
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    sed 's/^/  /' "$tmp/err"
  fi
  printf '%-12s %-40s %s  cuda %d ms, cpu %d ms, %d bytes\n' "$guest" "$*" $verdict \
    $(((middle - start) / 1000000)) $((($(date +%s%N) - middle) / 1000000)) \
    "$(stat -c %s "$tmp/cuda.mgp" 2>/dev/null || echo 0)"
}
for elf in guest/prebuilt/*.elf; do same "$(basename "$elf" .elf)"; done
same fibonacci --shard-steps 100000
same fibonacci --shard-steps 100000 --partitions 3 --cache none
same sort --shard-steps 100000
same memory --shard-steps 200000 --cache full
printf '%d passed, %d failed\n' $passed $failed | tee -a "$out"
[ $failed = 0 ]
