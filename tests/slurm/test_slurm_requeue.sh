#!/usr/bin/env bash
# A job that is preempted, and one that is requeued, continue, and the proof is that of a job that was left
# alone.
. "$(dirname "$0")/lib.sh" "$1"
shards_reference

# preempted: a job of the urgent partition takes all nodes
shards_begin preempt
urgent=$(submit -p urgent -N 4 --exclusive -t 1 -o urgent.out --wrap "sleep 2")
wait_state "$urgent" COMPLETED 90
shards_continued preempt
grep -q '"exit_code": 75' preempt.events || fail "preempted without being asked to stop"
ok "preempted: saved, queued again, continued"

# thrown out: requeued without a word, the ranks are killed
shards_begin requeue
scontrol requeue "$job"
shards_continued requeue
ok "requeued by the operator, continued"
no_litter
echo "$checks checks"
