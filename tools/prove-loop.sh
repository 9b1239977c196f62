#!/usr/bin/env bash
# prove-loop.sh MGPROVE COUNT [OPTION...]: one process proves the same run COUNT times. All proofs must
# be the same; what the prover did not release is an error of its own (its ledgers are checked at the
# end of each proof).
set -u
program=$1 count=$2
shift 2
cd "$(dirname "$0")/.." || exit
work=$(mktemp -d) || exit
trap 'rm -r "$work"' EXIT
printf '\310\0\0\0' > "$work/size" # 200, little endian
for i in $(seq "$count"); do
  echo "guest/prebuilt/sort.elf --hint $work/size -o $work/$i.mgp"
done > "$work/list"
"$program" prove --batch "$work/list" "$@" || exit
first=$(sha256sum < "$work/1.mgp")
for i in $(seq "$count"); do
  [ "$(sha256sum < "$work/$i.mgp")" = "$first" ] || { echo "proof $i is another one"; exit 1; }
done
echo "$count proofs, all the same"
