#!/usr/bin/env python3
"""A job with a folder, killed at many random times, by rank and as a whole, goes on to the same bytes."""
import os
import random
import signal
import subprocess
import sys
import time

import cli
from cli import Running
from resume import PHASES, PLAN, finished, job, reference


def children(pid):
    """Of mpirun: its ranks."""
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(p) for p in out.split()] or [pid]


def test_random_times(t):
    """Killed in each phase at random times, a rank or all of them; ranks come and go."""
    seed = int(os.environ.get("MGP_TEST_SEED", time.time_ns() % 2**32))
    print(f"seed: MGP_TEST_SEED={seed}", flush=True)
    rng = random.Random(seed)
    want = reference(t)
    histogram = dict.fromkeys(PHASES, 0)
    kills = 0
    while kills < 27 or min(histogram.values()) == 0:
        # what is rarest so far, so that no phase is left out
        phase = min(PHASES, key=lambda p: (histogram[p], rng.random()))
        ranks = rng.choice([1, 2, 3])
        mpi = t.has_mpi() and rng.random() < 0.5
        launcher = [cli.LAUNCHER, "-n", str(ranks)] if mpi else []
        args = [] if mpi else ["--ranks", str(ranks)]
        r = Running(t, job(t, *PLAN, "--resume", *args), launcher=launcher, env=cli.MPI_ENV)
        skip = rng.randrange(3)
        while r.job.poll() is None and sum(e["event"] == "phase" and e["phase"] == phase
                                           for e in r.events()) <= skip:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.05)
        if r.job.poll() is None:
            victim = r.job.pid
            if mpi and rng.random() < 0.7:
                victim = rng.choice(children(r.job.pid))
            os.kill(victim, signal.SIGKILL)
        code = r.job.wait()
        last = [e for e in r.events() if e["event"] == "phase"]
        if code != 0:
            kills += 1
            histogram[last[-1]["phase"] if last else "record"] += 1
        else:
            finished(t, want, f"after {kills} kills")
    if os.path.exists(t.path("job")):
        t.run("prove", *job(t, "--resume", "-q", "--threads", "1"))
        finished(t, want, "at the end")
    print(f"{kills} kills: {histogram}", flush=True)


if __name__ == "__main__":
    sys.exit(cli.main([test_random_times]))
