#!/usr/bin/env python3
"""The proofs of the lying prover (docs/evidence.md): each lie is refused by the check that the file's name
says, and each honest twin is accepted. The liars are programs of tests/neg, which write what they make to
MGP_LIES_DIR. Slow: all that they make; by default some of the first proofs of one, chosen by the seed."""
import os
import shutil
import subprocess
import sys
import time

import harness
import verifier
from program import Program
from refusal import Refused

SLOW = bool(os.environ.get("MGP_TEST_SLOW"))
SAMPLE = 5  # proofs of a liar, and of these one of each verdict
PATIENCE = 10800 if SLOW else 800  # seconds, for all proofs of a liar


def liars(bench):
    folder = os.path.join(os.path.dirname(bench.mgprove), "tests")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [os.path.join(folder, n) for n in names if n.startswith("test_lies_")]


def proofs(liar, folder, most):
    """Paths of its first proofs. It is stopped when they are made."""
    os.mkdir(folder)
    process = subprocess.Popen([liar], env={**os.environ, "MGP_LIES_DIR": folder}, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    try:
        while True:
            running = process.poll() is None
            made = sorted(n for n in os.listdir(folder) if n.endswith(".mgp"))
            # the last one may not be whole yet
            if not running or len(made) > most:
                break
            assert time.monotonic() < end, "%s hangs" % liar
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
    assert running or process.returncode == 0, "%s: exit code %d" % (liar, process.returncode)
    return [os.path.join(folder, name) for name in made[:most]]


def verdict(bench, key_path, proof_path):
    with open(key_path, "rb") as f:
        program = Program.of_key(f.read())
    with open(proof_path, "rb") as f:
        data = f.read()
    try:
        verifier.verify(data, program, bench.degree, bench.chips, bench.verify_once)
        return "accepted"
    except Refused as refused:
        return refused.check


def test_liar(bench, liar):
    name, folder = os.path.basename(liar), os.path.join(bench.work, os.path.basename(liar))
    paths = proofs(liar, folder, 1 << 20 if SLOW else SAMPLE)
    counts = {}
    for path in paths:
        number, expected, _ = os.path.basename(path).split(".")
        if SLOW or expected not in counts:
            got = verdict(bench, os.path.join(folder, number + ".vk"), path)
            bench.check(got == expected, "%s, proof %s: %s, not %s" % (name, number, got, expected))
            counts[got] = counts.get(got, 0) + 1
    bench.check("accepted" in counts and (len(counts) > 1 or not SLOW), "%s: honest twins and lies" % name)
    print(name, counts, flush=True)
    shutil.rmtree(folder)


def test_lies(bench):
    found = liars(bench)
    if not found:
        print("skipped: no liars in the build folder (target tests_ref)")
        sys.exit(harness.SKIPPED)
    if not SLOW:
        found = [harness.seed().choice(found)]
    for liar in found:
        test_liar(bench, liar)


harness.main(test_lies)
