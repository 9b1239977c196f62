#!/usr/bin/env bash
# test_cgroup.sh BUILD: what a control group allows is what is planned with: the memory of a job that is
# too small for it is refused before it starts, with both numbers; a little more, and it is done with less
# caching; nobody is killed for want of memory.
set -euo pipefail
mgprove=$(cd "$1" && pwd)/mgprove
root=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skipped: $*" && exit 77; }
! grep -q '^MGP_SANITIZE:.*=.' "$1/CMakeCache.txt" || skip "a sanitized program needs more memory than it plans"
if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
  group=/sys/fs/cgroup/memory/mgprove-test.$$ limit=memory.limit_in_bytes peak=memory.max_usage_in_bytes
elif grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; then
  group=/sys/fs/cgroup/mgprove-test.$$ limit=memory.max peak=memory.peak
else
  skip "no control groups with memory"
fi
mkdir "$group" 2>/dev/null || skip "control groups are not ours to make"
work=$(mktemp -d)
trap 'rm -rf "$work"; rmdir "$group"' EXIT
python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<I", 4000))' >"$work/hint"

in_group() ( # in_group BYTES COMMAND...
  echo "$1" >"$group/$limit" 2>/dev/null || skip "the limit of a control group cannot be set"
  echo "$BASHPID" >"$group/cgroup.procs" || skip "a control group cannot be joined"
  shift
  exec "$@"
)
prove=("$mgprove" prove "$root/guest/prebuilt/sort.elf" --hint "$work/hint" --threads 1 --shard-steps 1048576
  -o "$work/proof" --json "$work/report")

in_group $((8 << 30)) "${prove[@]}" -q >"$work/out" 2>&1 || { cat "$work/out" && exit 1; }
grep -q '"cache": "full"' "$work/report" || { echo "FAIL not everything is cached"; exit 1; }
cp "$work/proof" "$work/reference"
full=$(sed -n 's/.*"predicted_peak_bytes": \([0-9]*\).*/\1/p' "$work/report" | head -1)

rc=0
in_group $((56 << 20)) "${prove[@]}" -q >"$work/out" 2>&1 || rc=$?
cat "$work/out"
[ $rc != 77 ] || exit 77
[ $rc = 4 ] && grep -q 'needs .* GiB per rank, and there are 0.02 GiB' "$work/out" ||
  { echo "FAIL in 56 MiB: exit code $rc"; exit 1; }

# not enough for the caches
few=$((full * 9 / 10 + (32 << 20)))
in_group "$few" "${prove[@]}" -q >"$work/out" 2>&1 || { cat "$work/out" && exit 1; }
grep -qE '"cache": "(none|trace)"' "$work/report" || { echo "FAIL in $few bytes: full caches"; exit 1; }
cmp "$work/reference" "$work/proof"
echo "planned $full bytes; done in $few; peak of the group: $(cat "$group/$peak" 2>/dev/null || echo unknown)"
