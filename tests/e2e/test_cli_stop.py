#!/usr/bin/env python3
"""Requests to stop: by which signals, when, and with which exit code."""
import os
import signal
import sys
import time

import cli
from cli import Running, guest

STOPPED = 75
LONG = ("sort", 15000)  # long enough to be stopped in each phase


def long_job(t):
    name, size = LONG
    return [guest(name), "--hint", t.hint(size), "-o", "proof"]


def test_signals(t):
    """Alone: nothing is saved, so the job ends as the signal would have ended it."""
    for phase, sig in ("commit", signal.SIGTERM), ("tasks", signal.SIGUSR1), ("assign", signal.SIGINT):
        for ranks in 1, 2:
            r = Running(t, [*long_job(t), "--ranks", str(ranks)])
            t.check(r.wait_for("phase", phase=phase), f"phase {phase} did not come")
            r.job.send_signal(sig)
            r.ends(128 + sig, f"stopped ({sig.name}): nothing was saved")
            t.check(r.events()[-1]["exit_code"] == 128 + sig, f"{r.events()[-1]}")
            t.check(not os.path.exists(t.path("proof")), "a proof without an end")


def test_within_commit(t):
    """Also where all witnesses are kept, so that columns are all there is to do, and seconds of it."""
    r = Running(t, [guest("sort"), "--hint", t.hint(30000), "-o", "proof", "--cache", "full"])
    t.check(r.wait_for("progress", phase="commit"), "no column was committed to")
    r.job.send_signal(signal.SIGTERM)
    r.ends(128 + signal.SIGTERM, "stopped (SIGTERM): nothing was saved")
    t.check(not any(e.get("phase") == "tasks" for e in r.events()), "the commitment went on to its end")


def test_twice(t):
    """The second SIGINT does not wait (unit.test_stop sees that); here, whichever ends it."""
    r = Running(t, long_job(t))
    t.check(r.wait_for("phase", phase="commit"), "phase commit did not come")
    r.job.send_signal(signal.SIGINT)
    r.job.send_signal(signal.SIGINT)
    t.check(r.job.wait(timeout=200) == 128 + signal.SIGINT, "exit code")


def test_ignored(t):
    """What is ignored stays so, as under nohup."""
    trap = ["sh", "-c", "trap '' TERM; exec \"$@\"", "sh"]
    r = Running(t, [guest("sieve"), "--hint", t.hint(100), "-o", "proof"], launcher=trap)
    t.check(r.wait_for("phase"), "no phase came")
    r.job.send_signal(signal.SIGTERM)
    t.check(r.job.wait(timeout=200) == 0, "an ignored signal ended the job")


def test_batch(t):
    """Finished programs are kept: 75, and --resume goes on."""
    name, size = LONG
    t.write("list", f"{guest('silent')} --hint {t.hint(3)} -o first\n"
                    f"{guest(name)} --hint {t.hint(size)} -o second\n"
                    f"{guest('silent')} --hint {t.hint(4)} -o third\n".encode())
    r = Running(t, ["--batch", "list", "--json", "sum"])
    t.check(r.wait_for("line", line=1) and r.wait_for("phase", phase="tasks"), "no first line")
    r.job.send_signal(signal.SIGTERM)
    r.ends(STOPPED, "--resume")
    t.check([x["outcome"] for x in t.json("sum")["lines"]] == ["proved", "not tried", "not tried"],
            f"{t.json('sum')}")
    t.check(os.path.exists(t.path("first")) and not os.path.exists(t.path("second")), "files")


def test_end_time(t):
    """A job that knows its end stops before it by itself."""
    name, size = LONG
    t.write("list", f"{guest(name)} --hint {t.hint(4 * size)} -o proof\n".encode())
    end = int(time.time()) + 5
    r = Running(t, ["--batch", "list"], env={"SLURM_JOB_END_TIME": str(end)})
    r.ends(STOPPED, "the job's time is nearly over")
    r = Running(t, ["--batch", "list"], env={"SLURM_JOB_END_TIME": "tomorrow"})
    r.ends(cli.USAGE, "SLURM_JOB_END_TIME")


def test_mpi(t):
    """mpirun forwards SIGUSR1, and the ranks' exit code comes through."""
    name, size = LONG
    t.write("list", f"{guest(name)} --hint {t.hint(size)} -o proof\n".encode())
    if not t.has_mpi():
        print("without MPI: not checked")
        return
    for args, code in (["--batch", "list"], STOPPED), (long_job(t), 128 + signal.SIGUSR1):
        # the launcher itself must get the signal, not a program around it
        r = Running(t, args, launcher=[cli.LAUNCHER, "-n", "2"], env=cli.MPI_ENV)
        t.check(r.wait_for("phase", phase="tasks"), "phase tasks did not come")
        r.job.send_signal(signal.SIGUSR1)
        r.ends(code, "stopped (SIGUSR1)")


if __name__ == "__main__":
    sys.exit(cli.main([test_signals, test_within_commit, test_twice, test_ignored, test_batch, test_end_time, test_mpi]))
