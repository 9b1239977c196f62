#!/usr/bin/env python3
"""Ranks on several hosts, which are network namespaces of this machine (hosts.sh): who is where, the same
bytes as by one process, a rank that fails on the other host, and a host that is cut off."""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402
from cli import guest  # noqa: E402

HOSTS = ["bash", os.path.join(cli.ROOT, "tests", "mpi", "hosts.sh")]


def on_hosts(t, hosts, slots, *args, code=0):
    return t.run(*args, code=code, launcher=[*HOSTS, str(hosts), str(slots)])


def test_doctor(t):
    _, out, _ = on_hosts(t, 2, 2, "doctor", "--json", t.path("doctor.json"))
    got = t.json("doctor.json")["ranks"]
    t.check([(r["host"], r["local_rank"]) for r in got] == [("h1", 0), ("h1", 1), ("h2", 0), ("h2", 1)], f"{got}")
    t.check(len(re.findall(r"^  h[12] +2 ", out, re.M)) == 2, out)


def test_bytes(t):
    t.prove("silent", 3, "one", "-q", "--partitions", "4")
    t.prove("silent", 3, t.path("four"), "-q", launcher=[*HOSTS, "2", "2"])
    if t.check(os.path.exists(t.path("four")), "no proof"):
        t.check(t.read("four") == t.read("one"), "other bytes")
    # several shards: cuts and memory go from host to host
    t.prove("sieve", 3, "one", "-q", "--partitions", "4", "--shard-steps", "8000")
    t.prove("sieve", 3, t.path("four"), "-q", "--shard-steps", "8000", launcher=[*HOSTS, "2", "2"])
    t.check(t.read("four") == t.read("one"), "other bytes in several shards")


def test_eight(t):
    """Eight hosts, two ranks each (slow)."""
    if "MGP_TEST_SLOW" not in os.environ:
        return
    t.prove("silent", 3, "one", "-q", "--partitions", "16")
    start = time.monotonic()
    t.prove("silent", 3, t.path("sixteen"), "-q", launcher=[*HOSTS, "8", "2"])
    print(f"16 ranks on 8 hosts: {time.monotonic() - start:.1f} s")
    if t.check(os.path.exists(t.path("sixteen")), "no proof"):
        t.check(t.read("sixteen") == t.read("one"), "other bytes")
    _, out, _ = on_hosts(t, 8, 1, "doctor", "--json", t.path("doctor.json"))
    t.check([r["host"] for r in t.json("doctor.json")["ranks"]] == [f"h{k}" for k in range(1, 9)], out)


def test_scaling(t):
    _, out, _ = on_hosts(t, 2, 1, "bench", "--scaling", "--log-steps", "14", "--repeat", "1", "--threads", "1")
    t.check(len(re.findall(r"^ +[12] .*(same|verified)$", out, re.M)) == 4, out)


def test_failure(t):
    hint = t.hint(3)
    before = sorted(os.listdir(t.work))
    _, _, err = on_hosts(t, 2, 1, "prove", guest("silent"), "--hint", hint, "-o", t.path("proof"), "--threads", "1",
                         "--fail-phase", "tasks:1", code=4)
    t.check(len(re.findall(r"^mgprove: failure injected.*\(rank 1 on h2, phase tasks\)$", err, re.M)) == 1, err)
    t.check(sorted(os.listdir(t.work)) == before, f"left {os.listdir(t.work)}")


def test_cut(t):
    """The second host is gone, in the middle of a proof that would take longer: the other's rank says so, as it
    gives up long before the launcher asks."""
    hint = t.hint(20000)
    before = sorted(os.listdir(t.work))
    folder = t.path("hosts")
    os.mkdir(folder)
    job = subprocess.Popen([*HOSTS, "2", "1", t.mgprove, "prove", guest("sort"), "--hint", hint, "-o", t.path("proof"),
                            "--threads", "1", "--timeout", "4", "--events", os.path.join(folder, "events")],
                           cwd=t.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, env={**os.environ, "HOSTS_FOLDER": folder, "KEEPALIVE": "20"})
    events = os.path.join(folder, "events")
    deadline = time.monotonic() + 60
    while job.poll() is None and time.monotonic() < deadline:
        if os.path.exists(events) and '"phase": "assign"' in open(events, encoding="utf-8").read():
            break
        time.sleep(0.05)
    with open(os.path.join(folder, "names"), encoding="utf-8") as f:
        last = f.read().split()[-1]
    cut = subprocess.run(["ip", "-n", last, "link", "set", "v0", "down"])
    start = time.monotonic()
    out, _ = job.communicate(timeout=120)
    took = time.monotonic() - start
    t.check(cut.returncode == 0 and job.returncode > 0, f"cut: {cut.returncode}, exit code {job.returncode}: {out}")
    t.check(took < 30, f"it took {took:.0f} s")
    t.check(re.search(r'^mgprove: rank 0 of 2 on h1 gave up in phase "\w+", collective \w+: timed out', out, re.M),
            out[-1500:])
    t.check(not os.path.exists(t.path("proof")) and sorted(set(os.listdir(t.work)) - {"hosts"}) == before,
            f"left {os.listdir(t.work)}")


if __name__ == "__main__":
    probe = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    if not probe.has_mpi() or cli.LAUNCHER != "mpirun":
        print("skipped: without Open MPI")
        sys.exit(77)
    r = subprocess.run([*HOSTS, "2", "1", "true"], capture_output=True, text=True)
    if r.returncode == 77:
        print(r.stdout, end="")
        sys.exit(77)
    sys.exit(cli.main([test_doctor, test_bytes, test_eight, test_scaling, test_failure, test_cut]))
