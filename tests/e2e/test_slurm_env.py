#!/usr/bin/env python3
"""slurm/env.sh without a Slurm: a request to stop reaches the ranks, and never ends the script, whenever it
comes; the exit code is the ranks' own. What the script calls is played by programs that send it signals."""
import os
import subprocess
import sys

import cli

# `before`: asks for a stop when there are no ranks yet
SQUEUE = """#!/bin/sh
case "$WHEN $*" in
  *%T) echo RUNNING ;;
  before*) kill -$SIGNAL $SCRIPT ;;
esac
"""
# The ranks. `while`, `forked`: wait for the request to arrive; `early`: have no handler yet; `end`: end without
# an eye for it, in a stream of requests.
SRUN = f"""#!{sys.executable}
import os, signal, sys, time
with open("started", "a") as f:
    f.write("x")
if "doctor" in sys.argv:
    os._exit(0)
when, number = os.environ["WHEN"], getattr(signal, "SIG" + os.environ["SIGNAL"])
ask = lambda: os.kill(int(os.environ["SCRIPT"]), number)
if when == "early":
    ask()
    time.sleep(60)
if when in ("while", "forked"):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    if when == "while":
        ask()
    os._exit(75 if signal.sigtimedwait([signal.SIGUSR1], 30) else 1)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
for _ in range(1000 if when == "end" else 0):
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
if [ $WHEN = between ]; then
  launch doctor || finish $?
  kill -$SIGNAL $$
fi
# between the start of the ranks' process and what comes next
set -T
[ $WHEN != forked ] || trap '[[ $BASH_COMMAND != pid=* ]] || kill -$SIGNAL $$' DEBUG
launch prove || rc=$?
trap - DEBUG
echo "rc $rc"
finish $rc
"""


def run(t, when, sig, launcher):
    for name in "started", "requeued":
        if os.path.exists(t.path(name)):
            os.remove(t.path(name))
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "MGPROVE_", "RANKS"))}
    env |= {"PATH": f"{t.work}:{env['PATH']}", "WHEN": when, "SIGNAL": sig, "SLURM_JOB_ID": "1", "SLURM_NTASKS": "2",
            "ENV_SH": os.path.join(cli.ROOT, "slurm", "env.sh"), "MGPROVE_LAUNCH": launcher}
    done = subprocess.run(["bash", "-e", "script"], cwd=t.work, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=90)
    starts = t.read("started").decode() if os.path.exists(t.path("started")) else ""
    what = f"{sig} {when}, {launcher}: {done.returncode}, {done.stdout}{done.stderr}"
    return done.stdout.splitlines()[:1], len(starts), os.path.exists(t.path("requeued")), what


def test_requests(t):
    for name, text in ("squeue", SQUEUE), ("srun", SRUN), ("mpirun", SRUN), ("scontrol", SCONTROL), ("script", SCRIPT):
        t.write(name, text.encode())
        os.chmod(t.path(name), 0o755)
    cases = [(when, sig, launcher) for sig, launcher in (("USR1", "srun"), ("TERM", "mpirun"))
             for when in ("before", "forked", "early", "while", "end")]
    for when, sig, launcher in [*cases, ("between", "USR1", "srun"), ("never", "USR1", "mpirun")]:
        says, starts, requeued, what = run(t, when, sig, launcher)
        rc = 7 if when in ("end", "never") else 75
        t.check(says == [f"rc {rc}"], what)
        t.check(starts == (0 if when == "before" else 1), f"{what}: {starts} launches")
        t.check(requeued == (rc == 75), f"{what}: queued again: {requeued}")


def test_no_end(t):
    """The end of the job, if Slurm knows one: an empty answer is none."""
    for says, want in ("2026-01-02T03:04:05", True), ("N/A", False), ("", False):
        t.write("squeue", f"#!/bin/sh\necho '{says}'\n".encode())
        os.chmod(t.path("squeue"), 0o755)
        env = {k: v for k, v in os.environ.items() if not k.startswith("SLURM_")}
        done = subprocess.run(["bash", "-euc", f". {cli.ROOT}/slurm/env.sh; echo ${{SLURM_JOB_END_TIME:-none}}"],
                              cwd=t.work, env={**env, "PATH": f"{t.work}:{env['PATH']}", "SLURM_JOB_ID": "1"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        t.check(done.returncode == 0 and (done.stdout != "none\n") == want, f"{says}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(cli.main([test_requests, test_no_end]))
