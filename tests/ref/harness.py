"""What the tests of the second verifier share: proofs made by mgprove, both verifiers' verdicts, the
places of a proof's words by kind of message, random changes."""
import hashlib
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
from proof import MAGIC, Body
from refusal import Refused

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SKIPPED = 77
RUN_WORDS = 18


class Tally:
    """Checks of a test that has no proofs to compare."""

    def __init__(self):
        self.checks = self.failures = 0

    def check(self, ok, what):
        self.checks += 1
        if not ok:
            self.failures += 1
            print("FAIL", what)

    def end(self):
        print("%d checks, %d failed" % (self.checks, self.failures))
        sys.exit(1 if self.failures or not self.checks else 0)


class MarkingBody(Body):
    """Remembers where each kind of message is: kinds[name] = [index of its first word in the file]."""

    def __init__(self, first, words, extension):
        super().__init__(words, extension)
        self.first, self.kinds = first, {}

    def mark(self, kind):
        self.kinds.setdefault(kind, []).append(self.first + self.at)


class Proof:
    """A proof file. Words are numbered from the one behind the magic."""

    def __init__(self, bench, elf_path, data):
        self.bench, self.elf_path, self.data = bench, elf_path, data
        with open(elf_path, "rb") as f:
            self.program = Program.of_elf(f.read())

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

    def mine(self, data, verify_shard=None):
        """The check that refuses, or `accepted`."""
        try:
            self.run = verifier.verify(data, self.program, self.bench.degree, self.bench.chips,
                                       verify_shard or self.bench.verify_once)
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
        """Of each shard: kind of message -> first words of those messages."""
        out = []

        def verify(shard):
            def make(*arguments):
                out.append(MarkingBody(shard.at // 4 - 2, *arguments))
                return out[-1]
            shard.verify(make)

        assert self.mine(self.data, verify) == "accepted"
        return [body.kinds for body in out]

    def heads(self):
        """The words of the run, the parameters and the statements."""
        assert self.mine(self.data) == "accepted"
        out, end = [], 0
        for shard in self.run.proved:
            out += range(end, shard.at // 4 - 2)
            end = shard.at // 4 - 2 + len(shard.words)
        return out


class Pieces:
    """An accepted proof taken apart: words of the run; [parameters, statement, body] of each shard; words of
    the output."""

    def __init__(self, proof):
        assert proof.mine(proof.data) == "accepted"
        self.run = [proof.word(i) for i in range(RUN_WORDS)]
        self.shards = [[list(s.parameters.words), list(s.claim.statement), list(s.words)] for s in proof.run.proved]
        self.output = proof.data[len(proof.data) - 4 * ((self.run[-1] + 3) // 4):]

    def data(self):
        words = list(self.run)
        for parameters, _, _ in self.shards:
            words += parameters
        for _, statement, body in self.shards:
            words += statement + body
        return MAGIC + struct.pack("<%dI" % len(words), *words) + self.output


class Bench:
    def __init__(self, build):
        self.mgprove, self.mgverify = os.path.join(build, "mgprove"), os.path.join(build, "mgverify")
        self.work = tempfile.mkdtemp(prefix="mgprove-ref-")
        self.chips = chips.load()
        version = subprocess.run([self.mgprove, "--version"], capture_output=True, check=True).stdout.decode()
        self.degree = int(version.split("extension degree ")[1].split(",")[0])
        self.checks = self.failures = 0
        self.verified = set()

    def verify_once(self, shard):
        """A shard with the same claim and the same body as one before is not verified again."""
        content = (shard.program.digest, shard.run.budget, shard.parameters.words, shard.claim.words(), shard.words)
        name = hashlib.sha256(repr(content).encode()).digest()
        if name not in self.verified:
            shard.verify()
            self.verified.add(name)

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


def check_bits(bench, proof):
    """Each round's bits, the least of all shards, are those that `mgprove inspect` shows, rounded down to the
    digit that it shows."""
    path, report = bench.write("inspected.mgp", proof.data), os.path.join(bench.work, "report")
    subprocess.run([bench.mgprove, "inspect", "--quiet", path, "--elf", proof.elf_path, "--json", report], check=True,
                   capture_output=True, timeout=60)
    with open(report, "rb") as f:
        shown = {r["name"]: r["bits"] + r["grind"] for r in json.load(f)["rounds"]}
    mine = {}
    for shard in proof.run.proved:
        for name, bits in shard.bits.items():
            mine[name] = min(bits, mine.get(name, bits))
    bench.check(set(mine) == set(shown), "rounds %s, not %s" % (sorted(mine), sorted(shown)))
    for name in mine:
        bench.check(-1e-6 < mine[name] - shown[name] < 0.1 + 1e-6,
                    "%s: %f bits, not %f" % (name, mine[name], shown[name]))


def random_change(proof, heads, rng):
    """(description, changed file): one to forty words, a byte, an exchange, or the end of the file. heads: as
    Proof.heads()."""
    n = proof.words()
    i = rng.randrange(n) if rng.random() < 0.8 else rng.choice(heads)
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
        changes = {rng.choice(heads): rng.choice((0, 1, 2, 1 << 28, 1 << 29, (1 << 32) - 1, rng.getrandbits(32)))}
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
