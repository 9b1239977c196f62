"""Checks on a shard's statement, the claim that it makes, its public terms (protocol.md, sections 3 and 4)."""
import struct

from decode import HALT_PC
from keccak import keccak256
from program import HINT_END, HINT_FIRST, MEMORY_END
from proof import REGISTERS
from refusal import check

KIND_WHOLE = 1
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


def run_time(statement, ordinary):
    return sum(n * chip.time_step for part in statement.rows for chip, n in zip(ordinary, part))


def check_statement(run, statement, program, ordinary):
    total = {chip.name: sum(part[i] for part in statement.rows) for i, chip in enumerate(ordinary)}
    check(all(ts < MAX_TIME for _, ts in statement.registers), "statement-timestamp", "a last timestamp is too large")
    check(statement.registers[0][0] == 0, "statement-x0", "register 0 is not zero")
    check(statement.image_end <= IMAGE_END, "statement-chain", "end of the image chain")
    check(HINT_FIRST <= statement.hint_end <= HINT_END, "statement-chain", "end of the hint chain")
    for (first, end), last in zip(program.gaps(), statement.gap_ends):
        check(first <= last <= end, "statement-chain", "end of a gap's chain")
    check(1 + run_time(statement, ordinary) < MAX_TIME, "statement-time", "the run is too long")
    check(total["HALT"] == 1, "statement-halt", "%d HALT rows" % total["HALT"])
    check(total["COMMIT"] == run.has_commit, "statement-commit", "%d COMMIT rows" % total["COMMIT"])
    check(total["SHARD_RAM"] == 0, "statement-ram", "SHARD_RAM rows in a run of one shard")
    check(any(total[chip.name] for chip in ordinary if chip.time_step), "statement-empty", "no instruction")
    check(total["MEM_IMAGE"] <= len(program.image), "statement-image", "more MEM_IMAGE rows than image words")


def context(run, program):
    """What is known of the one shard of a run before it is read: the first part of its claim."""
    starts = [0, HINT_FIRST] + [first for first, _ in program.gaps()]
    return ([KIND_WHOLE, 1, run.shards, program.entry] + [0] * REGISTERS + starts
            + [run.exit_code, run.has_commit] + run.digest)


def public_terms(run, statement, program, ordinary):
    """(sign, bus, tuple)"""
    end = 1 + run_time(statement, ordinary)
    yield 1, "STATE", (program.entry, 1)
    yield -1, "STATE", (HALT_PC, end)
    for r, (value, ts) in enumerate(statement.registers):
        yield 1, "MEM", (r, REGISTER_SPACE, 0, 0, 0)
        yield -1, "MEM", (r, REGISTER_SPACE, value & 0xFFFF, value >> 16, ts)
    yield -1, "EXIT", (run.exit_code & 0xFFFF, run.exit_code >> 16)
    if run.has_commit:
        for i, word in enumerate(run.digest):
            yield -1, "PUB", (i, word & 0xFFFF, word >> 16)
    yield 1, "CHAIN_IMAGE", (0,)
    yield -1, "CHAIN_IMAGE", (statement.image_end,)
    yield 1, "CHAIN_HINT", (HINT_FIRST,)
    yield -1, "CHAIN_HINT", (statement.hint_end,)
    for g, ((first, _), last) in enumerate(zip(program.gaps(), statement.gap_ends)):
        yield 1, "CHAIN_ZERO", (g, first)
        yield -1, "CHAIN_ZERO", (g, last)
