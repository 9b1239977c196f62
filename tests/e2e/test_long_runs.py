#!/usr/bin/env python3
"""Runs of many shards: the same bytes from 1 and 4 ranks, as threads and under mpirun; the peak of
memory that was planned, and the one measured, do not grow with the number of shards. By default some
shards of 2^14 steps; with MGP_TEST_SLOW in the environment 32 shards and more of 2^16 steps on 1 to 4
ranks, and 2^23 steps in shards of 2^20."""
import json
import os
import shutil
import sys
import time

import cli
from test_same_bytes import cached

PARTITIONS = 4


def launchers(t, ranks):
    build = os.path.dirname(t.mgprove)
    mpi = cached(build, "MGP_HAVE_MPI") == "ON" and shutil.which("mpirun")
    if not mpi:
        print("# without MPI")
    for n in ranks:
        yield f"{n} as threads", [], ["--ranks", n]
        if mpi and n in (ranks[0], ranks[-1]):
            yield f"mpirun -n {n}", [*cli.MPIRUN, str(n)], []


def prove(t, name, size, shard_steps, launcher, options):
    start = time.monotonic()
    t.run("prove", cli.guest("fibonacci"), "--hint", t.hint(size), "-o", "proof", "-q", "--json", "json",
          "--partitions", PARTITIONS, "--shard-steps", shard_steps, "--cache", "none", "--threads", 1, *options,
          launcher=launcher)
    if not t.check(os.path.exists(t.path("proof")), f"{name}: no proof"):
        return None, None
    report = json.loads(t.read("json"))
    print(f"fibonacci {size}, shards of {shard_steps}, {name}: {report['steps']} steps, "
          f"{report['shards']} + {report['memory_shards']} shards, {report['proof_bytes']} bytes, peak "
          f"{report['peak_bytes']['total']} bytes, {time.monotonic() - start:.0f} s", flush=True)
    proof = t.read("proof")
    os.remove(t.path("proof"))
    return proof, report


def check_run(t, size, shard_steps, ranks, least_steps, least_shards):
    """Every launcher to the same bytes. Returns the peak of the first."""
    first, peak = None, None
    for name, launcher, options in launchers(t, ranks):
        proof, report = prove(t, name, size, shard_steps, launcher, options)
        if proof is None:
            continue
        if first is None:
            first, peak = proof, report["peak_bytes"]["total"]
            t.check(report["steps"] >= least_steps, f"only {report['steps']} steps")
            t.check(report["shards"] >= least_shards, f"only {report['shards']} shards")
            t.write("first", proof)
            t.run("verify", "--elf", cli.guest("fibonacci"), "first")
        t.check(proof == first, f"{name}: other bytes")
    return peak


def check_flat(t, size, less, shard_steps, ranks, least_shards):
    """The peak of a run, and that of one with a fraction of its shards."""
    peak = check_run(t, size, shard_steps, ranks, 0, least_shards)
    _, report = prove(t, "1 rank", less, shard_steps, [], ["--ranks", 1])
    if peak is None or report is None:
        return
    short = report["peak_bytes"]["total"]
    t.check(2 * report["shards"] <= least_shards, "not a fraction of the shards")
    t.check(peak <= short * 1.05, f"a peak of {peak} bytes, {short} with fewer shards")


def test_long_runs(t):
    if os.environ.get("MGP_TEST_SLOW"):
        os.environ["LIMIT"] = "7200"  # of mpirun.sh
        check_flat(t, 3620, 2000, 1 << 16, [1, 2, 3, 4], 32)
        check_run(t, 7450, 1 << 20, [1, 4], 1 << 23, 8)
    else:
        check_flat(t, 600, 200, 1 << 14, [1, 4], 6)


if __name__ == "__main__":
    sys.exit(cli.main([test_long_runs]))
