"""Checks on the run and on the statements of its shards, public terms (protocol.md, sections 3 and 4)."""
import struct

import points
from claim import MEMORY, PROGRAM, WHOLE
from decode import HALT_PC, PC_END
from field import P
from keccak import keccak256
from program import HINT_END, MEMORY_END
from refusal import check

MAX_TIME = 1 << 29
REGISTER_SPACE = 1 << 17
IMAGE_END = MEMORY_END // 4


def output_digest(run):
    """A run that commits to nothing stands for the empty output."""
    return struct.pack("<8I", *run.digest) if run.has_commit else keccak256(b"")


def check_output(run):
    """The bytes that travel with the proof are those that the digest stands for."""
    empty, digest = keccak256(b""), output_digest(run)
    check(run.has_commit <= 1, "statement-commit", "has_commit is neither 0 nor 1")
    check(run.has_commit or not any(run.digest), "statement-commit", "a digest without a commit")
    if not run.has_output:
        check(run.n_output == 0, "format-output", "bytes without an output")
        check(run.has_commit and digest != empty, "statement-output", "an empty output was left out")
    elif run.has_commit:
        check(keccak256(run.output) == digest, "statement-output", "the output is not what was committed to")
    else:
        check(run.n_output == 0, "statement-output", "an output that nothing committed to")


def check_run(run, claims):
    """After the last shard: who committed, and that each record of memory was received as often as sent."""
    check(sum(c.has_commit for c in claims) == run.has_commit, "run-commit", "nobody committed")
    total, less = None, points.negate(points.offset())
    for claim in claims:
        if any(claim.point):
            total = points.plus(points.plus(total, claim.curve_point()), less)
    check(total is None, "run-sum", "records of memory that were sent are not those that were received")


class Counts:
    """Rows of a statement, over all partitions."""

    def __init__(self, claim, ordinary):
        self.of = {chip.name: sum(part[i] for part in claim.rows) for i, chip in enumerate(ordinary)}
        self.boundary = sum(self.of[name] for name in ("MEM_IMAGE", "MEM_HINT", "MEM_ZERO"))
        self.instructions = sum(self.of[chip.name] for chip in ordinary if chip.time_step)
        self.time = sum(self.of[chip.name] * chip.time_step for chip in ordinary)


def check_ends(claim, program):
    """What the statement says beside its row counts, but for the point."""
    check(claim.has_commit <= 1, "statement-commit", "has_commit is neither 0 nor 1")
    check(all(ts < MAX_TIME for _, ts in claim.registers), "statement-timestamp", "a last timestamp is too large")
    check(not claim.registers or claim.registers[0][0] == 0, "statement-x0", "register 0 is not zero")
    most = [IMAGE_END, HINT_END] + [end for _, end in program.gaps()]
    check(all(first <= last <= end for first, last, end in zip(claim.start.keys, claim.end_keys, most)),
          "statement-chain", "the end of a chain of keys")
    if claim.kind == PROGRAM:
        check(claim.end_pc == HALT_PC if claim.ends_run else claim.end_pc < PC_END, "statement-pc",
              "end pc %#x" % claim.end_pc)


def check_point(claim, n_rows):
    words = claim.point
    if n_rows:
        check(all(w < P for w in words) and points.is_point(claim.curve_point()), "statement-point",
              "the sum of the shard is no point of the curve")
    else:
        check(not any(words), "statement-point", "a sum of nothing")


def check_counts(claim, counts, program):
    n, kind = counts.of, claim.kind
    check(1 + counts.time < MAX_TIME, "statement-time", "the run is too long")
    check(n["HALT"] == claim.ends_run, "statement-halt", "%d HALT rows" % n["HALT"])
    check(n["COMMIT"] == claim.has_commit, "statement-commit", "%d COMMIT rows" % n["COMMIT"])
    if kind == MEMORY:
        check(counts.instructions + n["REFRESH"] == 0, "statement-kind", "a step in a memory shard")
    if kind == PROGRAM:
        check(counts.boundary == 0, "statement-kind", "first values in a program shard")
    check({WHOLE: n["SHARD_RAM"] == 0, PROGRAM: n["SHARD_RAM"] % 2 == 0,
           MEMORY: n["SHARD_RAM"] == 2 * counts.boundary}[kind], "statement-ram", "%d SHARD_RAM rows" % n["SHARD_RAM"])
    check(counts.boundary if kind == MEMORY else counts.instructions, "statement-empty", "a shard of nothing")
    check(n["MEM_IMAGE"] <= len(program.image), "statement-image", "more MEM_IMAGE rows than image words")


def check_statement(claim, counts, program):
    check_ends(claim, program)
    if claim.kind != WHOLE:
        check_point(claim, counts.of["SHARD_RAM"])
    check_counts(claim, counts, program)


def register_terms(claim):
    for r, (value, (last, ts)) in enumerate(zip(claim.start.values, claim.registers)):
        yield 1, "MEM", (r, REGISTER_SPACE, value & 0xFFFF, value >> 16, 0)
        yield -1, "MEM", (r, REGISTER_SPACE, last & 0xFFFF, last >> 16, ts)


def chain_terms(claim):
    for chain, (first, last) in enumerate(zip(claim.start.keys, claim.end_keys)):
        bus, gap = (("CHAIN_IMAGE", ()), ("CHAIN_HINT", ()))[chain] if chain < 2 else ("CHAIN_ZERO", (chain - 2,))
        yield 1, bus, gap + (first,)
        yield -1, bus, gap + (last,)


def record_terms(claim, n_rows):
    receive, send, s = (claim.id, claim.id, 0) if claim.kind == PROGRAM else (claim.run.shards + 1, 0, 1)
    yield n_rows // 2, "SHARD", (1, 1, receive, s)
    yield n_rows // 2, "SHARD", (1, 0, send, s)
    x, y = points.offset()
    yield 1, "ACC", (0,) + x + y
    yield -1, "ACC", (n_rows,) + tuple(claim.point)


def public_terms(claim, counts):
    """(count with its sign, bus, tuple)"""
    if claim.kind != MEMORY:
        yield 1, "STATE", (claim.start.pc, 1)
        yield -1, "STATE", (claim.end_pc, 1 + counts.time)
        yield from register_terms(claim)
    if claim.ends_run:
        code = claim.run.exit_code
        yield -1, "EXIT", (code & 0xFFFF, code >> 16)
    if claim.has_commit:
        for i, word in enumerate(claim.run.digest):
            yield -1, "PUB", (i, word & 0xFFFF, word >> 16)
    if claim.kind != PROGRAM:
        yield from chain_terms(claim)
    if counts.of["SHARD_RAM"]:
        yield from record_terms(claim, counts.of["SHARD_RAM"])
