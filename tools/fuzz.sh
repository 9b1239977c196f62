#!/usr/bin/env bash
# fuzz.sh BUILD SECONDS [TARGET...]: runs the fuzz targets of a build with -DMGP_FUZZ=ON, all by
# default, for SECONDS in all: half of them for proofs, the rest shared evenly. What is found stays in
# BUILD/fuzz/TARGET (inputs that reach new code) and BUILD/fuzz/found (inputs that crash). Ends with a
# table of what was run and reached.
set -uo pipefail
build=$1 seconds=$2
shift 2
all=(proof vk elf hints plan)
[ $# -gt 0 ] || set -- "${all[@]}"
mkdir -p "$build/fuzz/found"
failed=0
lines=()
for target; do
  share=$((seconds / $#))
  if [ $# = 5 ]; then
    share=$((seconds / 8))
    [ "$target" = proof ] && share=$((seconds / 2))
  fi
  [ $share -gt 0 ] || share=1
  corpus=$build/fuzz/$target log=$build/fuzz/$target.log
  mkdir -p "$corpus"
  "$build/tests/fuzz_$target" -max_total_time=$share -max_len=1000000 -timeout=20 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$build/fuzz/found/$target-" \
    "$corpus" >"$log" 2>&1
  rc=$?
  if [ $rc != 0 ]; then
    failed=1
    echo "fuzz_$target failed ($rc):"
    tail -n 40 "$log"
  fi
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  reached=$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -n 1)
  lines+=("$(printf '%-6s %6d s %10s inputs  %s, %s MiB' "$target" $share \
    "$(stat number_of_executed_units)" "${reached:-no coverage}" "$(stat peak_rss_mb)")")
done
printf '%s\n' "${lines[@]}"
exit $failed
