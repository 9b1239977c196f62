#!/usr/bin/env bash
# The scripts of slurm/ on a real Slurm: ranks by srun and by mpirun, arrays, scaling, GPU binding,
# exit codes.
. "$(dirname "$0")/lib.sh" "$1"
h=$(hint 3)
mgprove prove silent.elf --hint "$h" -o reference.mgp --partitions 4 -q >/dev/null

# 2 nodes x 2 ranks, both launchers
for launch in srun mpirun; do
  job=$(MGPROVE_LAUNCH=$launch submit --ntasks-per-node=2 -t 5 -o "$launch.out" multi-node.sbatch \
    silent.elf --hint "$h" -o "$launch.mgp")
  ends "$job" COMPLETED 0:0 120
  cmp reference.mgp "$launch.mgp" || fail "$launch: other bytes"
  [ "$(grep -cE '^  n[1-4] +2 ' "$launch.out")" = 2 ] || fail "$launch: not 2 ranks on each of 2 nodes"
  grep -q '^ranks  *4 (mpi)' "$launch.out" || fail "$launch: not four ranks"
  ok "2 nodes x 2 ranks by $launch: the bytes of one process"
done

job=$(submit --ntasks-per-node=2 -t 5 -o single.out single-node.sbatch silent.elf --hint "$h" -o one.mgp \
  --partitions 4)
ends "$job" COMPLETED 0:0 60
cmp reference.mgp one.mgp || fail "single node: other bytes"
ok "one node"

# an array of 3 for 5 programs, one of which is not there
for i in 1 2 3 4; do echo "silent.elf --hint $(hint "$i") -o array$i.mgp"; done >list
sed -i '2i # a comment\n\nmissing.elf' list
job=$(submit --array=5-7 -t 5 -o array.%a.out array.sbatch list)
for member in 5 6 7; do
  code=0:0
  [ $member != 6 ] || code=3:0 # its lines: missing.elf, array4
  [ $code = 0:0 ] && state=COMPLETED || state=FAILED
  ends "${job}_$member" $state $code 120
done
verified silent.elf array[1-4].mgp
ok "array: 3 members, 4 proofs, one failure where it belongs"

job=$(submit --ntasks-per-node=4 -t 5 -o scaling.out scaling.sbatch silent.elf --hint "$h")
ends "$job" COMPLETED 0:0 120
[ "$(grep -cE '^ +[124] .* same$' "scaling-$job.txt")" = 3 ] || fail "scaling: $(cat "scaling-$job.txt")"
ok "scaling: 1, 2, 4 ranks"

job=$(submit --ntasks-per-node=2 -N 2 -t 5 -o bench.out scaling.sbatch --log-steps 15 --repeat 1)
ends "$job" COMPLETED 0:0 180
[ "$(grep -cE '^ +[124] .* (same|verified)$' "scaling-$job.txt")" = 6 ] || fail "scaling: $(cat "scaling-$job.txt")"
grep -q '"scaling"' "scaling-$job.json" || fail "scaling: no JSON"
ok "scaling of a workload in one job: 1, 2, 4 ranks on 2 nodes"

# GPUs: each rank sees one, or all of its node
cat >gpus.sh <<'END'
#!/usr/bin/env bash
srun sh -c 'echo "rank $SLURM_PROCID local $SLURM_LOCALID sees $CUDA_VISIBLE_DEVICES"'
END
job=$(submit -t 1 -N 2 -n 4 --ntasks-per-node=2 --gpus-per-task=1 -o task.out gpus.sh)
ends "$job" COMPLETED 0:0 30
[ "$(grep -cE 'local 0 sees 0$|local 1 sees 1$|sees 0$' task.out)" = 4 ] || fail "$(cat task.out)"
job=$(submit -t 1 -N 2 -n 4 --ntasks-per-node=2 --gpus-per-node=2 -o node.out gpus.sh)
ends "$job" COMPLETED 0:0 30
[ "$(grep -cE 'sees 0,1$' node.out)" = 4 ] || fail "$(cat node.out)"
ok "GPUs per task and per node are given out"

# exit codes reach Slurm
printf 'no program' >bad.elf
codes=0
for try in "3 bad.elf" "2 silent.elf --frobnicate" "4 silent.elf --hint $h -o missing/x.mgp" \
  "4 silent.elf --hint $h --memory 1M"; do
  job=$(submit --ntasks-per-node=2 -n 2 -t 5 -o "code.$((codes++)).out" single-node.sbatch ${try#* })
  ends "$job" FAILED "${try%% *}:0" 60
done
ok "exit codes 2, 3, 4"
no_litter
echo "$checks checks"
