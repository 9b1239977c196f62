#!/usr/bin/env bash
# Everything that wants several GPUs of one host. gpus-run.sh BUILD OUT
# BUILD has been configured with CUDA, NCCL and MPI, and built; logs go to OUT, whose summary.txt is what
# docs/gpu-runs keeps. STEPS picks of: link (sums over ranks, and an error at each NCCL call), bytes (one
# proof by one GPU, several, threads, mpirun, both ways of sums and the CPU), bench ($LOG_STEPS, $REPEAT
# runs each), shards, doctor, scaling (mgprove bench --scaling), share (more ranks than GPUs), fakehosts
# (NCCL by sockets between two host names), lost (a rank killed in each phase, and one stopped), eight (bench
# --scaling by eight ranks on the CPUs). RANKS: 2. COMMIT is noted in the logs.
set -u
build=$1 out=$2
root=$(cd "$(dirname "$0")/.." && pwd)
steps=${STEPS:-link bytes bench shards doctor scaling share fakehosts lost eight}
ranks=${RANKS:-2} commit=${COMMIT:-$(git -C "$root" describe --always --dirty 2>/dev/null)}
mgprove=$build/mgprove
mkdir -p "$out"
cd "$root" || exit 1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0
say() { echo "$*" | tee -a "$out/summary.txt"; }
# step NAME SECONDS COMMAND...: log, time and verdict of one program
step() {
  local name=$1 limit=$2 start rc
  shift 2
  start=$(date +%s%N)
  timeout -k 5 "$limit" "$@" > "$out/$name.log" 2>&1
  rc=$?
  say "$(printf '%-26s rc %3d %7d ms  %s' "$name" $rc $((($(date +%s%N) - start) / 1000000)) \
    "$(tail -n 1 "$out/$name.log" | cut -c1-70)")"
  [ $rc = 0 ] || { failed=1; tail -n 5 "$out/$name.log"; }
}
# same NAME: proof NAME is the bytes of the first one
same() {
  cmp "$work/first.mgp" "$work/$1.mgp" && say "bytes of $1: the same" || { failed=1; say "bytes of $1: NOT the same"; }
}

say "$(date -u '+%Y-%m-%d %H:%M UTC'), commit $commit"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | tee -a "$out/summary.txt"

# The walk over NCCL's calls by two GPUs: by more of them each takes longer, and there are more.
link() {
  step link 400 env NCCL_DEBUG=WARN CUDA_VISIBLE_DEVICES=0,1 "$build/tests/gpu_link"
  say "$(grep 'errors at' "$out/link.log")"
  step link_mpi 60 mpirun -n "$ranks" "$build/tests/gpu_link" mpi
  step link_mpi_nccl 60 mpirun -n "$ranks" -x MGP_LINK=nccl -x MGP_TEST_FAR=1 "$build/tests/gpu_link" mpi
}

bytes() {
  local elf what one=("$mgprove" prove)
  for elf in sort fibonacci; do
    what=(--partitions "$ranks")
    [ $elf = fibonacci ] && what+=(--shard-steps 100000)
    what+=("guest/prebuilt/$elf.elf" --timeout 60)
    step "$elf" 60 "${one[@]}" "${what[@]}" --backend cuda -o "$work/first.mgp"
    step "${elf}_threads" 60 "${one[@]}" "${what[@]}" --backend cuda --ranks "$ranks" -o "$work/threads.mgp"
    step "${elf}_host" 60 env MGP_LINK=host "${one[@]}" "${what[@]}" --backend cuda --ranks "$ranks" -o "$work/host.mgp"
    step "${elf}_nccl" 60 env MGP_LINK=nccl "${one[@]}" "${what[@]}" --backend cuda --ranks "$ranks" -o "$work/nccl.mgp"
    step "${elf}_mpirun" 60 mpirun -n "$ranks" "${one[@]}" "${what[@]}" --backend cuda -o "$work/mpirun.mgp"
    step "${elf}_cpu" 120 "${one[@]}" "${what[@]}" --backend cpu -o "$work/cpu.mgp"
    for k in threads host nccl mpirun cpu; do same $k; done
    say "$(grep -h 'sums:' "$out/${elf}_threads.log" "$out/${elf}_mpirun.log")"
  done
}

# bench_one NAME N OPTIONS COMMAND...: the fastest of $REPEAT
bench_one() {
  local name=$1 n=$2 k options
  read -ra options <<< "$3"
  shift 3
  for k in $(seq "${REPEAT:-3}"); do
    timeout 100 "$@" bench --workload fibonacci --log-steps "$n" --backend cuda "${options[@]}" --json "$work/$name.$k.json" \
      > "$out/$name.log" 2>&1 || { failed=1; say "$name failed"; tail -n 3 "$out/$name.log"; }
  done
  python3 - "$name" "$out/$name.json" "$work/$name".*.json << 'END' | tee -a "$out/summary.txt"
import json, sys
def proof(path):
    d = json.load(open(path))
    return (d.get("workloads") or d.get("results"))[0]
runs = [(proof(p)["prove_seconds"], p) for p in sys.argv[3:]]
best = min(runs)[1]
d = proof(best)
json.dump(d, open(sys.argv[2], "w"), indent=1)
ph = d["phases"]
print("%-22s %9d " % (sys.argv[1], d["steps"]) + " ".join("%s %.4f" % (p, ph.get(p, {}).get("max_s", 0)) for p in
      "record assign reduce commit tasks open fold query".split()) + "  prove %.4f  all %.3f" % (d["prove_seconds"], d["seconds"]))
print("    " + ", ".join("%s %d x %.4f s" % (k, v["calls"], v["slowest_s"]) for k, v in d["collectives"].items()))
END
}

bench() {
  local n
  for n in ${LOG_STEPS:-24 25 26}; do
    bench_one "1gpu_$n" "$n" "--partitions $ranks" env CUDA_VISIBLE_DEVICES=0 "$mgprove"
    bench_one "threads_$n" "$n" "--ranks $ranks" "$mgprove"
    bench_one "host_$n" "$n" "--ranks $ranks" env MGP_LINK=host "$mgprove"
    bench_one "mpirun_$n" "$n" "" mpirun -n "$ranks" "$mgprove"
  done
}

# Eight shards and the memory of them, end to end.
shards() {
  bench_one 1gpu_shards 27 "--partitions $ranks --shard-steps 16777216" env CUDA_VISIBLE_DEVICES=0 "$mgprove"
  bench_one threads_shards 27 "--ranks $ranks --shard-steps 16777216" "$mgprove"
}

doctor() {
  step doctor 60 mpirun -n "$ranks" "$mgprove" doctor
  tee -a "$out/summary.txt" < "$out/doctor.log"
}

scaling() {
  step scaling 300 mpirun -n "$ranks" "$mgprove" bench --scaling --workload fibonacci \
    --log-steps "${SCALING_LOG_STEPS:-25}" --backend cuda --json "$out/scaling.json"
  tee -a "$out/summary.txt" < "$out/scaling.log"
  # from end to end over at least eight shards, execution beside the proofs
  step scaling_shards 200 mpirun -n "$ranks" "$mgprove" bench --scaling --workload fibonacci --repeat 1 \
    --log-steps "${SHARDS_LOG_STEPS:-27}" --shard-steps 16000000 --backend cuda --json "$out/scaling_shards.json"
  tee -a "$out/summary.txt" < "$out/scaling_shards.log"
}

share() {
  local n what
  for n in $((ranks + 1)) $((4 * ranks)); do
    what=(prove guest/prebuilt/sort.elf --partitions "$n" --timeout 60)
    timeout 60 "$mgprove" "${what[@]}" --backend cuda --ranks "$n" -o "$work/refused.mgp" > "$out/share_refused.log" 2>&1
    say "$n ranks, $ranks GPUs: rc $? (4 is wanted): $(tail -n 1 "$out/share_refused.log")"
    step "share_first_$n" 60 "$mgprove" "${what[@]}" --backend cpu -o "$work/first.mgp"
    step "share_$n" 60 mpirun -n "$n" "$mgprove" "${what[@]}" --backend cuda --share-gpu -o "$work/shared.mgp"
    same shared
    say "$(grep -h 'sums:' "$out/share_$n.log")"
  done
}

# The shape of the run that wants eight GPUs, where there are not so many.
eight() {
  step eight 200 env CUDA_VISIBLE_DEVICES= mpirun -n 8 "$mgprove" bench --scaling --workload fibonacci \
    --log-steps "${EIGHT_LOG_STEPS:-21}" --backend cpu --timeout 60 --json "$out/eight.json"
  tee -a "$out/summary.txt" < "$out/eight.log"
}

fakehosts() {
  local k env=(NCCL_P2P_DISABLE=1 NCCL_SHM_DISABLE=1 NCCL_IB_DISABLE=1 NCCL_SOCKET_IFNAME=lo NCCL_DEBUG=INFO)
  local command=()
  for k in $(seq 0 $((ranks - 1))); do
    [ "$k" = 0 ] || command+=(:)
    command+=(-n 1 env "NCCL_HOSTID=host$k" "${env[@]}" "$mgprove" prove guest/prebuilt/sort.elf --backend cuda
              -o "$work/fake.mgp" --timeout 60)
  done
  step fake_first 60 "$mgprove" prove guest/prebuilt/sort.elf --backend cuda --partitions "$ranks" -o "$work/first.mgp"
  step fakehosts 90 mpirun "${command[@]}"
  say "$(grep -hoE 'via NET/[A-Za-z]+/[0-9]+|nNodes [0-9]+' "$out/fakehosts.log" | sort | uniq -c | tr '\n' ';')"
  same fake
}

lost() {
  local phase start rc pid stopped
  for phase in record assign reduce commit tasks open fold query finish; do
    start=$SECONDS
    timeout -k 5 60 mpirun -n "$ranks" "$mgprove" prove guest/prebuilt/sort.elf --backend cuda --timeout 15 \
      --kill-phase "$phase:1" -o "$work/killed.mgp" > "$out/kill_$phase.log" 2>&1
    rc=$?
    say "$(printf 'killed in %-8s rc %3d, %2d s, file: %s' $phase $rc $((SECONDS - start)) "$(ls "$work"/killed.mgp* 2> /dev/null || echo none)")"
    { [ $rc != 0 ] && [ $rc != 124 ] && [ $((SECONDS - start)) -le 30 ] && [ ! -e "$work/killed.mgp" ]; } || failed=1
  done
  # one rank is stopped in the middle of a long run of shards
  mpirun -n "$ranks" "$mgprove" bench --workload fibonacci --log-steps 26 --shard-steps 4000000 --backend cuda \
    --timeout 10 > "$out/stop.log" 2>&1 &
  pid=$!
  sleep "${STOP_AFTER:-4}"
  stopped=$(pgrep -P "$pid" -x mgprove | tail -n 1)
  kill -STOP "$stopped"
  start=$SECONDS
  wait "$pid"
  rc=$?
  say "stopped (process $stopped): rc $rc after $((SECONDS - start)) s: $(grep -m 1 'gave up' "$out/stop.log" | cut -c1-200)"
  { [ $rc != 0 ] && [ $((SECONDS - start)) -le 30 ]; } || failed=1
  kill -KILL "$stopped" 2> /dev/null
}

for step in $steps; do "$step"; done
exit $failed
