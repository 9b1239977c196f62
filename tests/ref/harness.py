"""What the tests of the second verifier share: proofs made by mgprove, both verifiers' verdicts, the
places of a proof's words by kind of message, random changes."""
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import chips
import verifier
from field import P
from program import Program
from proof import Body
from refusal import Refused

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77


class MarkingBody(Body):
    """Remembers where each kind of message is: kinds[name] = [index of its first word in the body]."""

    def mark(self, kind):
        self.__dict__.setdefault("kinds", {}).setdefault(kind, []).append(self.at)


class Proof:
    """A proof file. Words are numbered from the one behind the magic."""

    def __init__(self, bench, elf_path, data):
        self.bench, self.elf_path, self.data = bench, elf_path, data
        with open(elf_path, "rb") as f:
            self.program = Program(f.read())

    def words(self):
        return (len(self.data) - 8) // 4

    def word(self, i):
        return struct.unpack_from("<I", self.data, 8 + 4 * i)[0]

    def changed(self, changes):
        """The file with other words: {index: value}."""
        out = bytearray(self.data)
        for i, value in changes.items():
            struct.pack_into("<I", out, 8 + 4 * i, value & 0xFFFFFFFF)
        return bytes(out)

    def mine(self, data, make_body=Body):
        """The check that refuses, or `accepted`."""
        try:
            self.run = verifier.verify(data, self.program, self.bench.degree, self.bench.chips, make_body)
            return "accepted"
        except Refused as refused:
            return refused.check

    def theirs(self, data):
        path = self.bench.write("changed.mgp", data)
        done = subprocess.run([self.bench.mgverify, "--elf", self.elf_path, "--exit-code", "any", "--json", path],
                              capture_output=True, timeout=120)
        verdict = json.loads(done.stdout)
        return "accepted" if verdict["accepted"] else verdict["check"]

    def places(self):
        """(body's first word, kind of message -> first words of those messages), of a proof of one shard."""
        bodies = []

        def make(*arguments):
            bodies.append(MarkingBody(*arguments))
            return bodies[0]

        assert self.mine(self.data, make) == "accepted"
        output = struct.unpack_from("<I", self.data, 8 + 4 * 17)[0]
        start = self.words() - (output + 3) // 4 - len(bodies[0].body)
        return start, {kind: [start + at for at in where] for kind, where in bodies[0].kinds.items()}


class Bench:
    def __init__(self, build):
        self.mgprove, self.mgverify = os.path.join(build, "mgprove"), os.path.join(build, "mgverify")
        self.work = tempfile.mkdtemp(prefix="mgprove-ref-")
        self.chips = chips.load()
        version = subprocess.run([self.mgprove, "--version"], capture_output=True, check=True).stdout.decode()
        self.degree = int(version.split("extension degree ")[1].split(",")[0])
        self.checks = self.failures = 0

    def write(self, name, data):
        path = os.path.join(self.work, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def check(self, ok, what):
        self.checks += 1
        if not ok:
            self.failures += 1
            print("FAIL", what, flush=True)
        return ok

    def prove(self, elf, *options, size=None):
        """A proof of a prebuilt guest (by name, with its size) or of the bytes of an ELF file."""
        if isinstance(elf, bytes):
            path = self.write("program.elf", elf)
        else:
            path = os.path.join(ROOT, "guest", "prebuilt", elf + ".elf")
        command = [self.mgprove, "prove", "--quiet", "--threads", "1", path, "-o", os.path.join(self.work, "made.mgp")]
        if size is not None:
            command += ["--hint", self.write("hint", struct.pack("<I", size))]
        subprocess.run(command + list(options), check=True, capture_output=True, timeout=250)
        with open(os.path.join(self.work, "made.mgp"), "rb") as f:
            return Proof(self, path, f.read())

    def agree(self, proof, data, what, expected=None):
        """Both verifiers give the same verdict, by the same check."""
        mine, theirs = proof.mine(data), proof.theirs(data)
        self.check(mine == theirs, "%s: %s here, %s by mgverify" % (what, mine, theirs))
        if expected:
            self.check(mine in expected, "%s: %s, not %s" % (what, mine, " or ".join(expected)))
        return mine


def random_change(proof, body_start, rng):
    """(description, changed file): one to forty words, a byte, an exchange, or the end of the file."""
    n = proof.words()
    i = rng.randrange(body_start, n) if rng.random() < 0.8 else rng.randrange(body_start)
    kind = rng.choice(("add", "byte", "swap", "zero", "run", "reencode", "far", "cut", "append"))
    if kind == "add":
        changes = {i: (proof.word(i) + rng.choice((1, P - 1, rng.randrange(P)))) % P}
    elif kind == "byte":
        changes = {i: proof.word(i) ^ 1 << rng.randrange(32)}
    elif kind == "swap":
        j = min(n - 1, i + rng.randrange(1, 9))
        changes = {i: proof.word(j), j: proof.word(i)}
    elif kind == "zero":
        changes = {i: 0}
    elif kind == "run":
        changes = {j: rng.randrange(P) for j in range(i, min(n, i + rng.randrange(1, 41)))}
    elif kind == "reencode":
        changes = {i: proof.word(i) + P}
    elif kind == "far":
        changes = {rng.randrange(body_start): rng.choice((0, 1, 2, 1 << 28, 1 << 29, (1 << 32) - 1, rng.getrandbits(32)))}
    elif kind == "cut":
        return "cut to word %d" % i, proof.data[:8 + 4 * i + rng.randrange(4)]
    else:
        return "appended", proof.data + bytes(rng.choice((1, 2, 3, 4, 8, 32)))
    return "%s at word %d" % (kind, i), proof.changed(changes)


def seed():
    value = int(os.environ.get("MGP_TEST_SEED", "0"), 0) or time.time_ns() & 0xFFFFFFFF
    print("seed %d (MGP_TEST_SEED repeats it)" % value, flush=True)
    return random.Random(value)


def main(*tests):
    """Runs test(bench) for each, with a build folder as argument; the exit code is the verdict."""
    build = os.path.abspath(sys.argv[1])
    if not os.path.exists(os.path.join(build, "mgprove")):
        print("skipped: no mgprove in %s" % build)
        sys.exit(SKIPPED)
    bench = Bench(build)
    try:
        for test in tests:
            before, start = (bench.checks, bench.failures), time.monotonic()
            test(bench)
            print("%s: %d checks, %d failed, %.1f s" % (
                test.__name__, bench.checks - before[0], bench.failures - before[1], time.monotonic() - start),
                flush=True)
    finally:
        shutil.rmtree(bench.work)
    sys.exit(1 if bench.failures or not bench.checks else 0)
