#!/usr/bin/env python3
"""A rank that is killed, or stands still, in each phase of a proof: the job ends within 30 seconds, not
with 0, with nothing written; and somebody says why: of a rank that stands still one of the others (the lowest,
if none is late), in one line with its rank, host and phase; of a killed one the launcher."""
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402
from cli import guest  # noqa: E402

PHASES = ["record", "assign", "reduce", "commit", "tasks", "open", "fold", "query", "finish"]
RANKS, PATIENCE, WITHIN = 3, 4, 30
GAVE_UP = re.compile(r'^mgprove: rank (\d) of 3 on (\S+) gave up in phase "(\w+)", collective \w+: timed out')


def parent_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
        return int(f.read().rpartition(")")[2].split()[1])


def started_by(pid, launcher):
    """By itself, or, as MPICH's does, by a helper."""
    while pid > 1 and pid != launcher:
        pid = parent_of(pid)
    return pid == launcher


def pid_of_rank(launcher, rank):
    """The process that a launcher has started for a rank."""
    names = {b"OMPI_COMM_WORLD_RANK=%d" % rank, b"PMI_RANK=%d" % rank}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if names.intersection(f.read().split(b"\0")) and started_by(int(pid), launcher):
                    return int(pid)
        except (OSError, ValueError):
            continue  # it has ended
    raise AssertionError(f"no process of rank {rank}")


def shared_names():
    return {name for name in os.listdir("/dev/shm") if name.startswith("mgprove-")}


BEFORE = shared_names()


class Job(threading.Thread):
    """A proof that loses a rank, in a folder of its own. What it waits for is mostly a deadline: several run
    at a time."""
    slots = threading.Semaphore(3)

    def __init__(self, t, how, phase, rank, *args, program="silent", shard=None):
        super().__init__()
        self.what = f"{how} of rank {rank} in {phase}" + (f" of shard {shard}" if shard else "")
        self.how, self.phase, self.rank = how, phase, rank
        where = f"{phase}:{rank}" + (f":{shard}" if shard else "")
        self.work = t.path(self.what)
        self.command = [cli.LAUNCHER, "-n", str(RANKS), t.mgprove, "prove", guest(program), "--hint", t.hint(3),
                        "-o", "proof", "--json", "report", "--threads", "1", "--timeout", str(PATIENCE),
                        f"--{how}-phase", where, *args]
        self.start()

    def run(self):
        with Job.slots:
            os.mkdir(self.work)
            start = time.monotonic()
            # a session of its own, so that what is left of it can be found
            job = subprocess.Popen(self.command, cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, env={**os.environ, **cli.MPI_ENV},
                                   start_new_session=True)
            try:
                self.out, _ = job.communicate(timeout=2 * WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(job.pid, signal.SIGKILL)
                self.out, _ = job.communicate()
            self.took, self.code = time.monotonic() - start, job.returncode

    def ended(self, t):
        """Checks what holds for each; returns the lines of those that gave up."""
        self.join()
        t.check(self.took < WITHIN, f"{self.what}: it took {self.took:.0f} s")
        t.check(self.code > 0, f"{self.what}: exit code {self.code}\n{self.out[-800:]}")
        t.check(not os.listdir(self.work), f"{self.what}: leaves {sorted(os.listdir(self.work))}")
        return [m for m in map(GAVE_UP.match, self.out.splitlines()) if m]


def test_stopped(t):
    in_turn = 0
    for job in [Job(t, "stop", phase, i % RANKS) for i, phase in enumerate(PHASES)]:
        lines = job.ended(t)
        t.check(len(lines) == 1, f"{job.what}: {len(lines)} lines say why\n{job.out[-800:]}")
        if lines:
            t.check(lines[0][1] != str(job.rank) and lines[0].groups()[1:] == (socket.gethostname(), job.phase),
                    f"{job.what}: {lines[0][0]}")
            in_turn += lines[0][1] == ("0" if job.rank else "1")
    # a rank that comes late to a wait gives up late; but not in most phases
    t.check(in_turn > len(PHASES) // 2, f"the lowest of the others spoke in {in_turn} phases of {len(PHASES)}")


def test_killed(t):
    for job in [Job(t, "kill", phase, (i + 1) % RANKS) for i, phase in enumerate(PHASES)]:
        lines = job.ended(t)
        t.check(re.search(r"signal 9|Killed|SIGKILL|KILLED", job.out) or lines,
                f"{job.what}: nobody says why\n{job.out[-800:]}")


def test_shards(t):
    """In a later shard, while the next one is being recorded; and in the memory shard, which is the sixth."""
    args = "--shard-steps", "6000"
    for job in [Job(t, how, phase, rank, *args, program="sieve", shard=shard)
                for how, phase, rank, shard in (("stop", "record", 1, 2), ("stop", "tasks", 0, 3),
                                                ("kill", "assign", 0, 2), ("kill", "finish", 2, 3),
                                                ("stop", "commit", 2, 6))]:
        lines = job.ended(t)
        if job.how == "stop":
            t.check([m[3] for m in lines] == [job.phase], f"{job.what}: {job.out[-800:]}")


def test_failed(t):
    """A rank that fails says so itself, once, whatever phase it is in."""
    for job in [Job(t, "fail", phase, i % RANKS) for i, phase in enumerate(PHASES)]:
        job.ended(t)
        said = re.findall(rf"^mgprove: failure injected.*\(rank {job.rank} on {socket.gethostname()}, "
                          rf"phase {job.phase}\)$", job.out, re.M)
        t.check(len(said) == 1, f"{job.what}: {job.out[-800:]}")


def test_alone(t):
    """bench --scaling: the rank that proves the point of one rank by itself stands still. The others, who have
    nothing to do with its proof, give up once they have not heard of it for --timeout, and not before."""
    command = [cli.LAUNCHER, "-n", str(RANKS), t.mgprove, "bench", "--scaling", "--workload", "fibonacci", "--backend",
               "cpu", "--log-steps", "19", "--repeat", "100", "--threads", "1", "--timeout", str(PATIENCE)]
    log = os.path.join(t.work, "log")
    with open(log, "w", encoding="utf-8") as out:
        job = subprocess.Popen(command, cwd=t.work, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                               env={**os.environ, **cli.MPI_ENV}, start_new_session=True)

    def said():
        with open(log, encoding="utf-8", errors="replace") as f:
            return f.read()

    try:
        while job.poll() is None and "# strong" not in said():
            time.sleep(0.1)
        time.sleep(PATIENCE + 2)
        t.check(job.poll() is None, f"it goes on as long as the rank does\n{said()[-800:]}")
        os.kill(pid_of_rank(job.pid, 0), signal.SIGSTOP)
        start = time.monotonic()
        job.wait(timeout=2 * WITHIN)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)
            job.wait()
    out = said()
    took = time.monotonic() - start
    t.check(took < PATIENCE + 10, f"stopped alone: it took {took:.0f} s")
    t.check(job.returncode > 0, f"stopped alone: exit code {job.returncode}\n{out[-800:]}")
    lines = [m for m in map(GAVE_UP.match, out.splitlines()) if m]
    t.check([m[1] for m in lines] in (["1"], ["2"]), f"stopped alone: {out[-800:]}")


def test_nothing_left(t):
    """Of the memory that the ranks shared; other jobs of this host have names in there for a moment only."""
    left = shared_names() - BEFORE
    for _ in range(100):
        left &= shared_names()
        if not left:
            break
        time.sleep(0.1)
    t.check(not left, f"in /dev/shm: {sorted(left)}")


if __name__ == "__main__":
    probe = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    if not probe.has_mpi():
        print("skipped: without MPI")
        sys.exit(77)
    sys.exit(cli.main([test_stopped, test_killed, test_shards, test_failed, test_alone, test_nothing_left]))
