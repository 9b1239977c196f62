#!/usr/bin/env python3
"""prove --job-dir: a job that is killed or stopped goes on where it was, to the same bytes; and what a
folder must not be."""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import cli
from cli import BAD_INPUT, RESOURCES, USAGE, Running, guest
sys.path.append(os.path.join(cli.ROOT, "tests", "ref"))
from keccak import keccak256
from resume import PLAN, finished, job, reference, shards

STOPPED, KILLED = 75, -signal.SIGKILL
SHORT, SHARDS = 650, 15  # 13 of them of the program, 2 of memory


def test_named_points(t):
    """One job, killed again and again: in each phase, with other ranks and backends each time."""
    want = reference(t, SHORT)
    # (where it is killed, ranks by mpirun or threads, options of this start)
    starts = [("record:0:2", ["--ranks", "2"]), ("tasks:1:3", ["mpirun", "2"]),
              ("commit:0:4", ["--backend", "strict"]), ("fold:0:5", ["--ranks", "3"]),
              ("query:2:6", ["mpirun", "3"]), ("finish:0:7", ["--ranks", "1"]),
              ("reduce:1:8", ["--ranks", "2"]),
              ("assign:0:9", ["--cache", "none"]), ("open:0:10", [])]
    kept = 0
    for point, how in starts:
        launcher, args = [], how
        if how[:1] == ["mpirun"]:
            launcher, args = (cli.MPIRUN + [how[1]], []) if t.has_mpi() else ([], ["--ranks", how[1]])
        code, _, err = t.run("prove", *job(t, *PLAN, "-q", "--resume", "--threads", "1", "--kill-phase",
                                           point, *args, size=SHORT), code=None, launcher=launcher)
        t.check(code not in (0, STOPPED), f"{point}: exit code {code}: {err[-300:]}")
        # all that were finished are kept, but for the last one, if it was still being verified
        before, kept = kept, len(shards(t))
        t.check(0 <= int(point.split(":")[2]) - 1 - kept <= 1 and kept >= before, f"{point}: {shards(t)}")
        t.check(shards(t) == [f"shard.{n + 1:05}" for n in range(kept)], f"{point}: a gap: {shards(t)}")
        t.check(not os.path.exists(t.path("proof")), f"{point}: a proof")
    # the rest without a word about the plan: it is the job's
    _, _, err = t.run("prove", *job(t, "--resume", "--threads", "1", size=SHORT))
    t.check(f"going on with the job in job: {kept} shards finished" in err, err)
    finished(t, want, "named points")


def test_stopped(t):
    """Asked to stop: exit code 75, at once; then it goes on."""
    want = reference(t, SHORT)
    for sig, ranks in (signal.SIGTERM, "1"), (signal.SIGUSR1, "2"):
        r = Running(t, job(t, *PLAN, "--ranks", ranks, size=SHORT))
        t.check(r.wait_for("shard", shard=3), "shard 3 did not come")
        r.job.send_signal(sig)
        r.ends(STOPPED, f"stopped ({sig.name}): what is finished is saved")
        n = len(shards(t))
        t.check(3 <= n < SHARDS, f"{n} shards")
        # several of what is found are verified at a time
        t.run("prove", *job(t, "--resume", "--threads", "8", "--events", "events2", size=SHORT))
        restored = t.read("events2").decode().count('"restored": true')
        t.check(restored == n, f"{restored} of {n} shards restored")
        events = [json.loads(line) for line in t.read("events2").decode().splitlines()]
        numbers = [(e["shard"], e["of"]) for e in events if e["event"] == "shard"]
        last = numbers[-1][0]
        t.check([n for n, _ in numbers] == list(range(1, last + 1)) and numbers[-1][1] == last
                and numbers[0][1] is None, f"{numbers}")
        os.remove(t.path("events2"))
        finished(t, want, sig.name)


def test_one_shard(t):
    """A run that fits one shard is kept as well: killed after it, before the proof is written; and
    with the proof lost once it was."""
    t.prove("silent", 3, "reference", "-q", "--partitions", "1")
    args = [guest("silent"), "--hint", t.hint(3), "-o", "proof", "--job-dir", "job", "-q", "--threads", "1"]
    t.run("prove", *args, "--kill-phase", "finish:0:2", code=KILLED)
    t.check(shards(t) in ([], ["shard.00001"]), f"{shards(t)}")
    t.run("prove", *args, "--resume")
    t.check(shards(t) == ["shard.00001"], f"{shards(t)}")
    os.remove(t.path("proof"))
    _, _, err = t.run("prove", *[a for a in args if a != "-q"], "--resume")
    t.check("going on with the job in job: 1 shard finished" in err, err)
    finished(t, t.read("reference"), "one shard")


def test_batch(t):
    """Lines of a batch with folders of their own: killed within the second, then all of it."""
    want = reference(t, SHORT)
    t.write("list", f"{guest('silent')} --hint {t.hint(3)} -o first --partitions 2\n".encode() +
            " ".join(job(t, *PLAN, size=SHORT)).encode() + b"\n")
    t.run("prove", "--batch", "list", "--resume", "-q", "--threads", "1", "--kill-phase", "tasks:0:4",
          code=KILLED)
    kept = len(shards(t))
    t.check(kept in (2, 3), f"{shards(t)}")
    _, out, err = t.run("prove", "--batch", "list", "--resume", "--threads", "1")
    t.check("2 programs: 1 proved, 1 kept, 0 failed, 0 not tried" in out, out)
    t.check(f"going on with the job in job: {kept} shards finished" in err, err)
    finished(t, want, "batch")


def sealed(name, payload):
    """A record as src/base/store.h writes it."""
    return (b"mgpstore" + struct.pack("<IIQ", 1, 0, len(payload)) +
            keccak256(name.encode() + b"\0" + payload) + payload)


def changed(record, name, at):
    """The record with another byte there, and a right checksum."""
    payload = bytearray(record[56:])
    payload[at] ^= 1
    return sealed(name, bytes(payload))


def test_refused(t):
    hint, other = t.hint(20), t.hint(21)
    args = ["prove", guest("sort"), "--hint", hint, "-o", "proof", "--threads", "1", "-q",
            "--job-dir", "job"]
    t.run(*args, *PLAN)
    want = t.read("proof")
    t.refused(USAGE, "holds a job already", *args)
    t.refused(USAGE, "another program", "prove", guest("sieve"), *args[2:], "--resume")
    t.refused(USAGE, "other hints", *[other if a == hint else a for a in args], "--resume")
    t.refused(USAGE, "2 partitions, not 3", *args, "--resume", "--partitions", "3")
    t.refused(USAGE, "shards of another size", *args, "--resume", "--shard-steps", "9999")
    t.refused(USAGE, "traces of", *args, "--resume", "--trace-rows", "65536")
    t.refused(USAGE, "needs --job-dir", "prove", guest("sort"), "--resume")
    # damage: named, and nothing is lost
    first = t.path("job/shard.00001")
    with open(first, "rb") as f:
        good = f.read()
    for name, bad, says in (("cut", good[:-1], "is cut"), ("empty", b"", "is no record"),
                            ("changed", good[:-9] + bytes([good[-9] ^ 1]) + good[-8:], "is damaged"),
                            ("text", b"hello" * 100, "is no record")):
        t.write("job/shard.00001", bad)
        t.refused(BAD_INPUT, r"job/shard\.00001: " + says, *args, "--resume")
        with open(first, "rb") as f:
            t.check(f.read() == bad, f"{name}: the file was touched")
    os.remove(first)
    t.run(*args, "--resume")
    t.check(t.read("proof") == want, "with a shard proved again: other bytes")
    with open(first, "rb") as f:
        t.check(f.read() == good, "the shard that was proved again is another one")
    # a shard of another job by the right name and with a right checksum
    t.run(*[("job2" if a == "job" else other if a == hint else a) for a in args], *PLAN)
    shutil.copy(t.path("job2/shard.00001"), first)
    code, _, err = t.run(*["3" if a == "1" else a for a in args], "--resume", code=None)
    t.check(code in (BAD_INPUT, RESOURCES) and re.search("does not (verify|end)|plain pass", err),
            f"a shard of other hints: exit code {code}: {err[-300:]}")
    shutil.rmtree(t.path("job2"))
    t.write("job/shard.00001", good)
    # two that are wrong, with right checksums: the first one is told, also where it is found later
    second = t.path("job/shard.00002")
    with open(second, "rb") as f:
        also_good = f.read()
    t.write("job/shard.00001", changed(good, "shard.00001", 72 + 4 * 1000))  # in its body
    t.write("job/shard.00002", changed(also_good, "shard.00002", 0))  # its kind
    for threads in "1", "8":
        t.refused(RESOURCES, "the finished proof of shard 1 does not verify",
                  *[threads if a == "1" else a for a in args], "--resume")
    t.write("job/shard.00001", good)
    t.refused(BAD_INPUT, r"job/shard\.00002: is not this shard of this run", *args, "--resume")
    t.write("job/shard.00002", also_good)
    # the folder
    os.chmod(t.path("job"), 0o755)
    t.refused(USAGE, "mode 0755", *args, "--resume")
    os.chmod(t.path("job"), 0o700)
    with open(t.path("job/job"), "rb") as f:
        record = f.read()[56:]
    for at, says in (0, "a job of version 9, this mgprove reads version 1"), \
            (4, "proofs of version 9 and degree"), (8, "and degree 9"):
        t.write("job/job", sealed("job", record[:at] + b"\x09\0\0\0" + record[at + 4:]))
        t.refused(BAD_INPUT, says, *args, "--resume")
    t.write("job/job", sealed("job", record[:-1]))
    t.refused(BAD_INPUT, "job: .*length|job of version", *args, "--resume")
    t.write("job/job", b"")
    t.refused(BAD_INPUT, "job/job: ", *args, "--resume")
    os.mkdir(t.path("other"), 0o700)
    t.write("other/file", b"")
    t.refused(USAGE, "it holds file", *[("other" if a == "job" else a) for a in args])
    t.refused(RESOURCES, "missing/job", *[("missing/job" if a == "job" else a) for a in args])


def test_two_jobs(t):
    """The second waits ten seconds for the folder, and is refused; a dead one's is taken over."""
    want = reference(t, SHORT)
    r = Running(t, job(t, *PLAN, size=SHORT))
    t.check(r.wait_for("shard", shard=1), "shard 1 did not come")
    r.job.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    _, _, err = t.run("prove", *job(t, "--resume", "-q", output="other", size=SHORT), code=RESOURCES)
    t.check(10 <= time.monotonic() - start < 30, f"waited {time.monotonic() - start:.1f} s")
    t.check(f"is in use by process {r.job.pid} on " in err, err)
    second = subprocess.Popen([t.mgprove, "prove", *job(t, "--resume", "-q", "--threads", "1", size=SHORT)], cwd=t.work,
                              stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    r.job.kill()
    r.job.wait()
    t.check(second.wait(timeout=250) == 0, "the one that waited was refused")
    finished(t, want, "taken over")


def test_full_disk(t):
    """Too small a file system: the job says so, and goes on elsewhere."""
    script = """
mount -t tmpfs -o size=1500k,mode=0755 tmpfs small || exit 77
rc=0; "$@" || rc=$?
cp -r small/job kept
exit $rc"""
    os.mkdir(t.path("small"))
    args = ["prove", *[("small/job" if a == "job" else a) for a in job(t, *PLAN, "-q", "--threads", "1", size=SHORT)]]
    done = subprocess.run(["unshare", "--mount", "bash", "-c", script, "bash", t.mgprove, *args], cwd=t.work,
                          capture_output=True, text=True)
    if done.returncode == 77 or "unshare" in done.stderr:
        print("without the right to mount: not checked")
        return
    t.check(done.returncode == RESOURCES and "No space left" in done.stderr,
            f"exit code {done.returncode}: {done.stderr[-300:]}")
    kept = sorted(os.listdir(t.path("kept")))
    t.check(len(kept) >= 3 and not [n for n in kept if not re.fullmatch(r"job|lock|shard\.\d{5}", n)],
            f"left: {kept}")
    want = reference(t, SHORT)
    os.chmod(t.path("kept"), 0o700)
    os.rename(t.path("kept"), t.path("job"))
    t.run("prove", *job(t, "--resume", "-q", "--threads", "1", size=SHORT))
    finished(t, want, "full disk")


if __name__ == "__main__":
    sys.exit(cli.main([test_named_points, test_stopped, test_one_shard, test_batch, test_refused, test_two_jobs,
                       test_full_disk]))
