#!/usr/bin/env python3
"""slurm/env.sh without a Slurm: a request to stop reaches the ranks, and never ends the script, whenever it
comes; the exit code is the ranks' own. What the script calls is played by programs that send it signals."""
import os
import subprocess
import sys

import cli

# asks the script to stop before there are ranks, if that is the case
SQUEUE = """#!/bin/sh
case "$WHEN $*" in
  *%T) echo RUNNING ;;
  before*) kill -$SIGNAL $SCRIPT ;;
esac
"""
# the ranks: `while` asks and waits for the request to arrive, `end` asks and does not wait
SRUN = f"""#!{sys.executable}
import os, signal, sys
open("started", "w").close()
ask = lambda: os.kill(int(os.environ["SCRIPT"]), getattr(signal, "SIG" + os.environ["SIGNAL"]))
if os.environ["WHEN"] == "while":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    ask()
    signal.sigwait([signal.SIGUSR1])
    os._exit(75)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
ask()
os._exit(7)
"""
SCONTROL = """#!/bin/sh
echo "$@" >requeued
kill $SCRIPT
"""
SCRIPT = """export SCRIPT=$$
. "$ENV_SH" || exit
rc=0
launch prove || rc=$?
echo "rc $rc"
finish $rc
"""


def run(t, when, sig, launcher):
    for name in "started", "requeued":
        if os.path.exists(t.path(name)):
            os.remove(t.path(name))
    env = {**os.environ, "PATH": f"{t.work}:{os.environ['PATH']}", "WHEN": when, "SIGNAL": sig, "SLURM_JOB_ID": "1",
           "SLURM_NTASKS": "2", "ENV_SH": os.path.join(cli.ROOT, "slurm", "env.sh"), "MGPROVE_LAUNCH": launcher}
    done = subprocess.run(["bash", "-e", "script"], cwd=t.work, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    return done.stdout.splitlines(), done


def test_requests(t):
    for name, text in ("squeue", SQUEUE), ("srun", SRUN), ("mpirun", SRUN), ("scontrol", SCONTROL), ("script", SCRIPT):
        t.write(name, text.encode())
        os.chmod(t.path(name), 0o755)
    for sig in "USR1", "TERM":
        for launcher in "srun", "mpirun":
            for when, rc, starts in ("before", 75, False), ("while", 75, True), *[("end", 7, True)] * 3:
                lines, done = run(t, when, sig, launcher)
                what = f"{sig} {when}, {launcher}: {done.returncode}, {done.stdout}{done.stderr}"
                t.check(lines[:1] == [f"rc {rc}"], what)
                t.check(os.path.exists(t.path("started")) == starts, what)
                t.check(os.path.exists(t.path("requeued")) == (rc == 75), what)


if __name__ == "__main__":
    sys.exit(cli.main([test_requests]))
