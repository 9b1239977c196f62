#!/usr/bin/env bash
# hosts.sh HOSTS SLOTS COMMAND...: runs COMMAND by mpirun on HOSTS hosts, SLOTS ranks each, which are network
# namespaces of this machine with host names, /dev/shm and addresses of their own, joined by a bridge: what
# several ranks say to each other goes over TCP, as between machines. Cleans up behind itself. Exit code:
# mpirun's; 77 if this machine cannot do that. For Open MPI. LIMIT: seconds, 60 by default; KEEPALIVE: seconds of
# silence until a daemon is asked whether it is there, which it is given three more to say, 3 by default.
# With HOSTS_FOLDER set it writes the name of the namespace of each host, a line each, to $HOSTS_FOLDER/names,
# so that others can reach in: `ip -n NAME link set v0 down` cuts a host off.
set -euo pipefail
hosts=$1 slots=$2
shift 2
skip() {
  echo "skipped: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || skip "network namespaces want root"
for tool in ip nsenter unshare mpirun; do
  command -v $tool >/dev/null || skip "no $tool"
done
mpirun --version | grep -q "Open MPI" || skip "mpirun is not Open MPI's"

work=$(mktemp -d)
tag=mgp$$
names=()
for ((k = 1; k <= hosts; k++)); do names+=("$tag-h$k"); done
clean() {
  local name pids
  for name in "${names[@]}" "$tag-sw"; do
    pids=$(ip netns pids "$name" 2>/dev/null || true)
    # shellcheck disable=SC2086 # several numbers
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
    ip netns del "$name" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean EXIT

ip netns add "$tag-sw" 2>/dev/null || skip "network namespaces cannot be made here"
ip -n "$tag-sw" link add br0 type bridge 2>/dev/null || skip "no bridge can be made here"
ip -n "$tag-sw" link set br0 up
echo "127.0.0.1 localhost" >"$work/hosts"
for ((k = 1; k <= hosts; k++)); do
  name=${names[k - 1]}
  echo "10.77.0.$k h$k" >>"$work/hosts"
  ip netns add "$name"
  ip -n "$name" link add v0 type veth peer name "p$k" netns "$tag-sw" 2>/dev/null || skip "no veth pair can be made here"
  ip -n "$name" addr add "10.77.0.$k/24" dev v0
  ip -n "$name" link set lo up
  ip -n "$name" link set v0 up
  # who sends to a host that is gone gives up after some seconds, not a quarter of an hour
  nsenter --net="/run/netns/$name" sysctl -qw net.ipv4.tcp_retries2=4 2>/dev/null || true
  ip -n "$tag-sw" link set "p$k" master br0 up
done
[ -z "${HOSTS_FOLDER:-}" ] || printf '%s\n' "${names[@]}" >"$HOSTS_FOLDER/names"

# on HOST COMMAND...: there, with its name; what mpirun takes for ssh
cat >"$work/on" <<END
#!/usr/bin/env bash
while [[ \$1 == -* ]]; do shift; done
host=\$1
shift
exec nsenter --net="/run/netns/$tag-\$host" unshare --uts --mount bash -c '
  hostname "\$0" && mount --bind "$work/hosts" /etc/hosts && mount -t tmpfs tmpfs /dev/shm && eval "\$*"
' "\$host" "\$@"
END
chmod +x "$work/on"
list=
for ((k = 1; k <= hosts; k++)); do list+=${list:+,}h$k:$slots; done
cat >"$work/start" <<END
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$work/on
# a daemon that cannot be reached any more is noticed within seconds
export OMPI_MCA_oob_tcp_keepalive_time=${KEEPALIVE:-3} OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
cd $(printf %q "$PWD") && exec timeout -k 5 ${LIMIT:-60} mpirun --host $list -n $((hosts * slots)) $(printf '%q ' "$@")
END
rc=0
"$work/on" h1 "bash $work/start" || rc=$?
exit $rc
