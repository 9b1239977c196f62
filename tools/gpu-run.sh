#!/usr/bin/env bash
# Everything that wants a GPU: tests, compute-sanitizer, benchmark. gpu-run.sh BUILD OUT
# BUILD is configured and built here unless it has the programs already; logs go to OUT, whose
# summary.txt is what docs/gpu-runs keeps. The sanitizer is the one in PATH, or $SANITIZER.
# STEPS picks of: tests (conformance), slow, prove (the cpu backend's bytes), bench (kernels), proofs
# (mgprove bench, 2^20 to 2^24 steps, or $LOG_STEPS), loop (100 proofs in one process), sanitizer.
# COMMIT is noted in the logs.
set -u
build=$1 out=$2
root=$(cd "$(dirname "$0")/.." && pwd)
steps=${STEPS:-tests slow prove bench proofs loop sanitizer}
commit=${COMMIT:-$(git -C "$root" describe --always --dirty 2>/dev/null)}
sanitizer=${SANITIZER:-$(command -v compute-sanitizer)}
mkdir -p "$out"
cd "$root" || exit 1

if [ ! -x "$build/bench_cuda" ]; then
  cmake -S . -B "$build" -DMGP_CUDA=ON -DMGP_MPI=OFF > "$out/build.log" 2>&1 &&
    cmake --build "$build" -j "$(nproc)" >> "$out/build.log" 2>&1 || { tail "$out/build.log"; exit 1; }
fi

failed=0
# step NAME SECONDS COMMAND...: log, time and verdict of one program
step() {
  local name=$1 limit=$2 start rc
  shift 2
  start=$(date +%s%N)
  timeout -k 5 "$limit" "$@" > "$out/$name.log" 2>&1
  rc=$?
  printf '%-34s rc %3d %7d ms  %s\n' "$name" $rc $((($(date +%s%N) - start) / 1000000)) \
    "$(tail -n 1 "$out/$name.log" | cut -c1-60)" | tee -a "$out/summary.txt"
  [ $rc = 0 ] || failed=1
}

{
  date -u '+%Y-%m-%d %H:%M UTC'
  echo "commit $commit"
  nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,memory.total --format=csv,noheader
} > "$out/summary.txt" 2>&1
cat "$out/summary.txt"

programs=$(cd "$build/tests" && ls -d test_cuda_* gpu_backend_* | grep -v '\.')
source_of() { # of a program
  case $1 in
  gpu_backend_*) echo "tests/conf/test_${1#gpu_}.c" ;;
  *) echo "tests/gpu/$1.c" ;;
  esac
}

for step in $steps; do
  case $step in
  tests) for p in $programs; do step "$p" 120 "$build/tests/$p"; done ;;
  slow)
    for p in $programs; do
      grep -qs 'test_slow()' "$(source_of "$p")" &&
        step "${p}_slow" 300 env MGP_TEST_SLOW=1 "$build/tests/$p"
    done
    ;;
  bench)
    step bench_cuda 120 "$build/bench_cuda"
    grep -v '^skipped' "$out/bench_cuda.log" >> "$out/summary.txt"
    ;;
  prove) step prove 180 python3 tests/gpu/test_cuda_prove.py "$build" ;;
  proofs)
    for n in ${LOG_STEPS:-20 21 22 23 24}; do
      step "proof_2^$n" 120 "$build/mgprove" bench --workload fibonacci --log-steps "$n" \
        --backend cuda --json "$out/proof_$n.json"
      cat "$out/proof_2^$n.log" >> "$out/summary.txt"
    done
    ;;
  loop) step loop 300 tools/prove-loop.sh "$build/mgprove" "${LOOPS:-100}" --backend cuda ;;
  sanitizer)
    if [ -z "$sanitizer" ]; then
      echo "no compute-sanitizer: that step is left out" | tee -a "$out/summary.txt"
      continue
    fi
    for tool in ${TOOLS:-memcheck racecheck initcheck synccheck}; do
      for p in $programs; do
        grep -qs 'MGP_TEST_QUICK\|conf/backend_ref.h' "$(source_of "$p")" || continue
        step "$tool.$p" 120 env MGP_TEST_QUICK=1 "$sanitizer" --tool "$tool" --error-exitcode 9 \
          "$build/tests/$p"
      done
      step "$tool.prove" 300 "$sanitizer" --tool "$tool" --error-exitcode 9 "$build/mgprove" demo \
        --backend cuda --cache none --trace-rows 16384
    done
    ;;
  esac
done
exit $failed
