#!/usr/bin/env python3
"""A rank that is killed, or stands still, in each phase of a proof: the job ends within 30 seconds, not
with 0, with nothing written; and somebody says why: of a rank that stands still the lowest of the
others, in one line with its rank, host and phase; of a killed one the launcher."""
import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402
from cli import guest  # noqa: E402

PHASES = ["record", "assign", "reduce", "commit", "tasks", "open", "fold", "query", "finish"]
RANKS, PATIENCE, WITHIN = 3, 4, 30
GAVE_UP = re.compile(r'^mgprove: rank (\d) of 3 on (\S+) gave up in phase "(\w+)", collective \w+: timed out')


def lose(t, how, phase, rank, *args, program="silent", shard=None):
    """Runs a proof that loses a rank; returns what was said."""
    what = f"{how} of rank {rank} in {phase}" + (f" of shard {shard}" if shard else "")
    where = f"{phase}:{rank}" + (f":{shard}" if shard else "")
    hint = t.hint(3)
    before = sorted(os.listdir(t.work))
    command = [cli.LAUNCHER, "-n", str(RANKS), t.mgprove, "prove", guest(program), "--hint", hint, "-o", "proof",
               "--json", "report", "--threads", "1", "--timeout", str(PATIENCE), f"--{how}-phase", where, *args]
    start = time.monotonic()
    # a session of its own, so that what is left of it can be found
    job = subprocess.Popen(command, cwd=t.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env={**os.environ, **cli.MPI_ENV},
                           start_new_session=True)
    try:
        out, _ = job.communicate(timeout=2 * WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        out, _ = job.communicate()
    took = time.monotonic() - start
    t.check(took < WITHIN, f"{what}: it took {took:.0f} s")
    t.check(job.returncode > 0, f"{what}: exit code {job.returncode}\n{out[-800:]}")
    t.check(sorted(os.listdir(t.work)) == before, f"{what}: leaves {sorted(os.listdir(t.work))}")
    return what, out


def test_stopped(t):
    for i, phase in enumerate(PHASES):
        rank = i % RANKS
        what, out = lose(t, "stop", phase, rank)
        lines = [m for m in map(GAVE_UP.match, out.splitlines()) if m]
        speaker = 0 if rank else 1
        t.check(len(lines) == 1, f"{what}: {len(lines)} lines say why\n{out[-800:]}")
        if lines:
            t.check(lines[0].groups() == (str(speaker), socket.gethostname(), phase), f"{what}: {lines[0][0]}")


def test_killed(t):
    for i, phase in enumerate(PHASES):
        rank = (i + 1) % RANKS
        what, out = lose(t, "kill", phase, rank)
        t.check(re.search(r"signal 9|Killed|SIGKILL|KILLED", out) or any(map(GAVE_UP.match, out.splitlines())),
                f"{what}: nobody says why\n{out[-800:]}")


def test_shards(t):
    """In a later shard, while the next one is being recorded; and in the memory shard, which is the sixth."""
    args = "--shard-steps", "6000"
    for how, phase, rank, shard in (("stop", "record", 1, 2), ("stop", "tasks", 0, 3), ("kill", "assign", 0, 2),
                                    ("kill", "finish", 2, 3), ("stop", "commit", 2, 6)):
        what, out = lose(t, how, phase, rank, *args, program="sieve", shard=shard)
        lines = [m for m in map(GAVE_UP.match, out.splitlines()) if m]
        if how == "stop":
            t.check([m[3] for m in lines] == [phase], f"{what}: {out[-800:]}")


def test_failed(t):
    """A rank that fails says so itself, once, whatever phase it is in."""
    for i, phase in enumerate(PHASES):
        rank = i % RANKS
        what, out = lose(t, "fail", phase, rank)
        said = re.findall(rf"^mgprove: failure injected.*\(rank {rank} on {socket.gethostname()}, phase {phase}\)$",
                          out, re.M)
        t.check(len(said) == 1, f"{what}: {out[-800:]}")


if __name__ == "__main__":
    probe = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    if not probe.has_mpi():
        print("skipped: without MPI")
        sys.exit(77)
    sys.exit(cli.main([test_stopped, test_killed, test_shards, test_failed]))
