#!/usr/bin/env python3
"""Every call of the CUDA backend in a whole proof made to fail (MGP_CUDA_FAIL): the run ends with one
line that names call, device and host, the exit code for resources, nothing left in the ledgers and no
file. On a GPU, or on the emulated one if MGP_TEST_MGPROVE names that program.

The calls are those that a proof makes (MGP_CUDA_SITES): of each name the first and the last one, and
besides every STEP-th of all; emulated, where a proof takes seconds, some of them: every SHARE-th,
beginning at a random one, or all in the long variant (MGP_TEST_SLOW)."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402
from cli import RESOURCES  # noqa: E402

EMULATED = "MGP_TEST_MGPROVE" in os.environ
SLOW = "MGP_TEST_SLOW" in os.environ
STEP = 97
SHARE = 60
SITE = re.compile(r"^site (\d+) (\d+) (\d+) (.*)$", re.M)


def sites_of(t, args):
    """{number of a call: its name, or None if only its number is known}, calls of the rank that makes
    most, names"""
    os.environ["MGP_CUDA_SITES"] = "1"
    _, _, err = t.run(*args)
    del os.environ["MGP_CUDA_SITES"]
    os.remove(t.path("p.mgp"))
    calls, total, names = {}, 0, 0
    for first, last, _, name in SITE.findall(err):
        names += 1
        total = max(total, int(last))
        calls[int(first)] = calls[int(last)] = name
    for n in range(STEP, total, STEP):
        calls.setdefault(n, None)
    t.check(names > 40 and total > 300, f"{names} names of {total} calls in\n{err[:500]}")
    return calls, total, names


def fail_each(t, what, args, ranks=1, exact=True):
    """Ranks count their calls each for itself, and the one that fails first is heard. Not exact: which
    call is the n-th is a matter of time."""
    calls, total, names = sites_of(t, args)
    end = rf"\(rank [0-{ranks - 1}] on \S+, .*phase \w+\)$" if ranks > 1 else "$"
    chosen = sorted(calls)
    if EMULATED and not SLOW:
        chosen = chosen[random.randrange(SHARE)::SHARE]
    for n in chosen:
        os.environ["MGP_CUDA_FAIL"] = str(n)
        name = re.escape(calls[n]) if calls[n] and ranks == 1 and exact else "(kernel |cuda|the end of)"
        t.refused(RESOURCES, rf"CUDA device 0 \(.+\) on host \S+: {name}.*: .+ \(error 999\) ?{end}",
                  *args)
        del os.environ["MGP_CUDA_FAIL"]
    print(f"{what}: {len(chosen)} of {total} calls made to fail; they have {names} names")


def program(t):
    if EMULATED:
        t.mgprove = os.environ["MGP_TEST_MGPROVE"]


def arguments(t, *options):
    return ["prove", cli.guest("fibonacci"), "--hint", t.hint(20), "-o", "p.mgp", "--backend", "cuda",
            "--memory", "1G", "--threads", "1", "-q", *options]


def test_none(t):
    program(t)
    fail_each(t, "no cache", arguments(t, "--cache", "none"))


def test_full(t):
    program(t)
    fail_each(t, "all cached, two ranks", arguments(t, "--cache", "full", "--ranks", "2", "--share-gpu"), 2)


def test_shards(t):
    if EMULATED and not SLOW:
        return
    program(t)
    # records are sent ahead when they are there
    fail_each(t, "shards", arguments(t, "--shard-steps", "12000"), exact=False)


def skip_without_device():
    t = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    program(t)
    code, out, err = t.run("doctor", code=None)
    if "architecture" not in out:
        print(f"doctor ends with {code}: {(out + err)[-300:]!r}")
        print("skipped: no CUDA device")
        sys.exit(77)


if __name__ == "__main__":
    skip_without_device()
    seed = int(os.environ.get("MGP_TEST_SEED", random.randrange(1 << 30)))
    print(f"seed: MGP_TEST_SEED={seed}")
    random.seed(seed)
    sys.exit(cli.main([test_none, test_full, test_shards]))
