#!/usr/bin/env bash
# A real Slurm on one machine, for tests: munged, slurmctld and some slurmd, started as root from
# Debian's packages (slurm-wlm, munge), without systemd and without touching /etc.
#
#   cluster.sh up DIR NODES   starts it, five nodes at most; then `export SLURM_CONF=DIR/slurm.conf`
#   cluster.sh down DIR       ends what was started there, by process id
#   cluster.sh kill DIR NODE  a node dies: its slurmd and all that runs on it
#   cluster.sh start DIR NODE and comes back
#
# Nodes are n1, n2, ...: processes with their own host name and /dev/shm, four cores and two (fake)
# GPUs each. Partitions: `main` (the default) may be preempted, with a grace time, by `urgent`.
set -euo pipefail
taken=/tmp/mgprove-slurm-ports. # and a number, which is taken by making a folder

up() { # up NODES
  local nodes=$1 i
  # ports and job numbers (by which Open MPI names what it keeps in /tmp) of its own
  local n=$(($$ % 2000))
  for i in $(seq 2000); do
    ! mkdir "$taken$n" 2>/dev/null || break
    n=$(((n + 1) % 2000))
  done
  local base=$((20000 + n * 6))
  mkdir -p "$dir"/{munge,run,log,dev,spool/ctld}
  echo "$taken$n" >"$dir/taken"
  chmod 711 "$dir" "$dir/munge"
  (umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
  munged --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/run/munged.pid" \
    --log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed"
  # a GPU must be a device file: these are /dev/null by another name
  for i in 0 1; do mknod "$dir/dev/gpu$i" c 1 3; done
  echo "NodeName=n[1-$nodes] Name=gpu File=$dir/dev/gpu[0-1]" >"$dir/gres.conf"
  : >"$dir/plugstack.conf"
  cat >"$dir/slurm.conf" <<END
ClusterName=mgprove
SlurmctldHost=localhost
SlurmctldPort=$base
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# a job that is requeued waits for its old credential to expire: 121 s by default
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$dir/spool/ctld
SlurmdSpoolDir=$dir/spool/%n
TmpFS=$dir/tmp/%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MinJobAge=3600
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,requeue_delay=1
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillOnBadExit=1
# how long ranks have to end on nodes that are left when one is lost: 30 s by default
KillWait=10
FirstJobId=$((base * 100))
MpiDefault=none
GresTypes=gpu
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n[1-$nodes] NodeHostname=localhost Port=[$((base + 1))-$((base + nodes))] CPUs=4 RealMemory=2000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE PriorityTier=1 GraceTime=30 State=UP
PartitionName=urgent Nodes=n[1-$nodes] MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP
END
  export SLURM_CONF=$dir/slurm.conf
  slurmctld -c
  for i in $(seq "$nodes"); do start "n$i"; done
  for i in $(seq 600); do
    [ "$(sinfo -h -p main -t idle -o %D 2>/dev/null)" = "$nodes" ] && return
    sleep 0.2
  done
  echo "the nodes did not come up:" >&2
  sinfo -N >&2
  tail -n 5 "$dir"/log/*.log >&2
  return 1
}

start() { # start NODE
  mkdir -p "$dir/spool/$1" "$dir/tmp/$1"
  SLURM_CONF=$dir/slurm.conf unshare --uts --mount sh -c \
    'hostname "$0" && mount -t tmpfs tmpfs /dev/shm && exec slurmd -N "$0"' "$1"
}

# The processes that live under a node's host name.
on_node() { # on_node NODE
  local ns
  ns=/proc/$(cat "$dir/run/slurmd.$1.pid")/ns/uts || return 0
  # a number that has been given away since must not end the machine's own
  if [ -e "$ns" ] && ! [ "$ns" -ef "/proc/$$/ns/uts" ]; then
    find -L /proc/[0-9]*/ns/uts -samefile "$ns" 2>/dev/null | cut -d / -f 3 || true
  fi
}

kill_node() { # kill_node NODE
  local pids
  pids=$(on_node "$1")
  # shellcheck disable=SC2086 # several
  [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
  rm -f "$dir/run/slurmd.$1.pid"
}

down() {
  local file
  [ -d "$dir/run" ] || return 0
  for file in "$dir"/run/slurmd.*.pid; do
    [ ! -e "$file" ] || { file=${file##*/slurmd.} && kill_node "${file%.pid}"; }
  done
  for file in slurmctld munged; do
    [ ! -s "$dir/run/$file.pid" ] || kill "$(cat "$dir/run/$file.pid")" 2>/dev/null || true
  done
  # which removes the file as it ends; then its ports are free
  for _ in $(seq 50); do
    [ -s "$dir/run/slurmctld.pid" ] || break
    sleep 0.1
  done
  rmdir "$(cat "$dir/taken")" || true
}

[ $# -ge 2 ] || { echo "usage: $0 up DIR NODES | down DIR | kill DIR NODE | start DIR NODE" >&2; exit 2; }
dir=$(realpath -m "$2")
case $1 in
  up) up "$3" ;;
  down) down ;;
  kill) kill_node "$3" ;;
  start) start "$3" ;;
  *) exit 2 ;;
esac
