#!/usr/bin/env bash
# Everything that wants a GPU: tests, compute-sanitizer, benchmark. gpu-run.sh BUILD OUT
# BUILD is configured and built here unless it has the programs already; logs go to OUT, whose
# summary.txt is what docs/gpu-runs keeps. The sanitizer is the one in PATH, or $SANITIZER.
# STEPS picks of: tests (conformance), slow, prove (the cpu backend's bytes), errors (every call made to
# fail), bench (kernels), proofs (mgprove bench, 2^20 to 2^24 steps, or $LOG_STEPS), loop (100 proofs in
# one process), sanitizer (each tool on each test and on whole proofs, $JOBS at a time).
# COMMIT is noted in the logs.
set -u
build=$1 out=$2
root=$(cd "$(dirname "$0")/.." && pwd)
steps=${STEPS:-tests slow prove errors bench proofs loop sanitizer}
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
  [ $rc = 0 ] && failed=${failed:-0} || failed=1
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

# Small sizes under each tool: the programs of the tests, the chips' kernels in SHARES parts, and whole
# proofs (nothing cached; all cached, two ranks; several shards). JOBS at a time, the longest first.
shares=6
proof() { # proof TOOL NAME OPTION...: a line
  local job="$1 $2"
  shift 2
  echo "$job $build/mgprove prove guest/prebuilt/fibonacci.elf --hint $out/hint --backend cuda" \
    "--memory 1G --threads 1 -q -o $out/${job/ /.}.mgp $*"
}
sanitizer_jobs() { # lines of: tool name command
  local tool p k
  printf '\024\0\0\0' > "$out/hint" # 20, little endian
  for tool in ${TOOLS:-racecheck initcheck memcheck synccheck}; do
    proof "$tool" prove_shards --shard-steps 12000 --cache none
    proof "$tool" prove_none --cache none
    proof "$tool" prove_full --cache full --ranks 2 --share-gpu
    for k in $(seq 0 $((shares - 1))); do
      echo "$tool test_cuda_task_$k $build/tests/test_cuda_task $k $shares"
    done
    for p in $programs; do
      case $p in
      test_cuda_task | test_cuda_hash_arena | test_cuda_spare) ;;
      *) echo "$tool $p $build/tests/$p" ;;
      esac
    done
  done
}
lone_jobs() { # what the device has free is looked at
  local tool
  for tool in ${TOOLS:-racecheck initcheck memcheck synccheck}; do
    echo "$tool test_cuda_spare $build/tests/test_cuda_spare"
  done
}
run_jobs() { # so many at a time
  xargs -P "$1" -L 1 bash -c '
    tool=$0 name=$1
    shift
    limit=${LIMIT:-280}
    MGP_TEST_QUICK=2 MGP_CUDA_LAZY=1 MGP_TEST_SEED=1 step "$tool.$name" "$limit" "$sanitizer" \
      --tool "$tool" --error-exitcode 9 "$@"
    exit $failed' || failed=1
}
sanitizers() {
  if [ -z "$sanitizer" ]; then
    echo "no compute-sanitizer: that step is left out" | tee -a "$out/summary.txt"
    return
  fi
  export out sanitizer GOMP_SPINCOUNT=1000 # or mgprove starts once more, without the sanitizer
  export -f step
  lone_jobs | run_jobs 1
  sanitizer_jobs | run_jobs "${JOBS:-12}"
  rm -f "$out"/*.mgp "$out/hint"
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
  errors) step errors 900 python3 tests/gpu/test_cuda_errors.py "$build" ;;
  prove) step prove 180 python3 tests/gpu/test_cuda_prove.py "$build" ;;
  proofs)
    for n in ${LOG_STEPS:-20 21 22 23 24}; do
      step "proof_2^$n" 120 "$build/mgprove" bench --workload fibonacci --log-steps "$n" \
        --backend cuda --json "$out/proof_$n.json"
      cat "$out/proof_2^$n.log" >> "$out/summary.txt"
    done
    ;;
  loop) step loop 300 tools/prove-loop.sh "$build/mgprove" "${LOOPS:-100}" --backend cuda ;;
  sanitizer) sanitizers ;;
  esac
done
exit $failed
