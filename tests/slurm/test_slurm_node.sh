#!/usr/bin/env bash
# A node fails: nobody asks to stop, what is finished is there, and the job continues on other nodes.
. "$(dirname "$0")/lib.sh" "$1"
shards_reference
shards_begin node
lost=$(scontrol show hostnames "$(field "$job" NodeList)" | tail -1)
bash "$here/cluster.sh" kill "$work/cluster" "$lost"
shards_continued node
! scontrol show hostnames "$(field "$job" NodeList)" | grep -qx "$lost" || fail "on the lost node again"
bash "$here/cluster.sh" start "$work/cluster" "$lost"
ok "node failure: started again elsewhere, continued"
no_litter
echo "$checks checks"
