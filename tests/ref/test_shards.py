#!/usr/bin/env python3
"""Runs of several shards: accepted as mgprove makes them. Fields of the run and of the statements changed,
shards exchanged, repeated, left out, or taken from another run: refused by the check that is named, by both
verifiers; and a few random changes, for which they must agree (test_mutations_slow.py has hundreds). Slow: all
pairs of faults in what is read before any body."""
import copy
import itertools
import os

import harness
from claim import MEMORY, PROGRAM
from elf_file import add_up
from field import P
from points import POINT_WORDS, negate
from shape import Shape

# in a run of add_up: shards of the program, then of memory
FIRST, MIDDLE, LAST, MEMORY_1, MEMORY_2 = range(5)

# index in the run's part, new value (None: one more), check
RUN = {
    "no shard": (2, 0, "format-shards"), "65536 shards": (2, 1 << 16, "format-shards"),
    "one shard with memory": (2, 1, "format-shards"), "shards without memory": (3, 0, "format-shards"),
    "65536 shards of memory": (3, 1 << 16, "format-shards"), "budget": (4, None, "gkr-layer"),
    "high word of the budget": (5, None, "gkr-layer"), "exit code": (6, None, "gkr-layer"),
    "commit": (7, 2, "statement-commit"), "output": (16, 2, "format-output")}
# shard, field, index in it, new value (None: one more), check
STATEMENT = {
    "has_commit": (FIRST, "has_commit", 0, 2, "statement-commit"),
    "a commit without a row": (LAST, "has_commit", 0, 1, "statement-commit"),
    "register 0": (FIRST, "registers", 0, 1, "statement-x0"),
    "timestamp": (FIRST, "registers", 65, 1 << 29, "statement-timestamp"),
    "other timestamp": (FIRST, "registers", 5, None, "gkr-layer"),
    "register at the cut": (FIRST, "registers", 4, None, "gkr-layer"),
    "register at the end": (LAST, "registers", 4, None, "gkr-layer"),
    "end pc": (FIRST, "end_pc", 0, None, "gkr-layer"),
    "end pc outside of the code": (FIRST, "end_pc", 0, 1 << 28, "statement-pc"),
    "halt at the cut": (FIRST, "end_pc", 0, 3 << 27, "statement-pc"),
    "no halt at the end": (LAST, "end_pc", 0, 7, "statement-pc"),
    "image chain": (MEMORY_2, "image", 0, (1 << 28) + 1, "statement-chain"),
    "hint chain back": (MEMORY_2, "hint", 0, 0x28000000 // 4, "statement-chain"),
    "hint chain too far": (MEMORY_1, "hint", 0, 0x30000000 // 4 + 1, "statement-chain"),
    "chain of a gap": (MEMORY_2, "gap", 0, None, "gkr-layer"),
    "chain of a gap too far": (MEMORY_1, "gap", 0, 1 << 28, "statement-chain"),
    "no point": (FIRST, "point", 3, None, "statement-point"),
    "no point in memory": (MEMORY_2, "point", 13, None, "statement-point"),
    "a halt within": (MIDDLE, "HALT", 0, 1, "statement-halt"), "no halt": (LAST, "HALT", 0, 0, "statement-halt"),
    "a halt in memory": (MEMORY_1, "HALT", 0, 1, "statement-halt"),
    "a commit nobody states": (FIRST, "COMMIT", 0, 1, "statement-commit"),
    "a commit in memory": (MEMORY_1, "COMMIT", 0, 1, "statement-commit"),
    "a step in memory": (MEMORY_1, "ADDI", 0, 1, "statement-kind"),
    "a refresh in memory": (MEMORY_1, "REFRESH", 0, 1, "statement-kind"),
    "an image word in a program shard": (FIRST, "MEM_IMAGE", 0, 1, "statement-kind"),
    "a hint in a program shard": (FIRST, "MEM_HINT", 0, 1, "statement-kind"),
    "a zero in a program shard": (LAST, "MEM_ZERO", 0, 1, "statement-kind"),
    "an odd record": (FIRST, "SHARD_RAM", 0, None, "statement-ram"),
    "a word without records": (MEMORY_1, "MEM_ZERO", 0, None, "statement-ram"),
    "a long shard": (FIRST, "DIV", 0, 1 << 28, "statement-time"),
    "requests": (FIRST, "REFRESH", 0, (P - 217) // 4, "shape-bus")}

# shard, index, new value, check
PARAMETERS = {
    "no partition": (FIRST, 0, 0, "params"), "log_height": (MIDDLE, 1, 27, "params"),
    "log_rows": (MEMORY_2, 3, 23, "params"), "queries": (LAST, 4, 20, "security"),
    "queries for memory": (MEMORY_1, 4, 20, "security")}


class Pieces(harness.Pieces):
    """With names for what is in the statements."""

    def __init__(self, proof):
        super().__init__(proof)
        self.proof, self.proved = proof, proof.run.proved
        self.ids = {chip.name: chip.id for chip in proof.bench.chips}

    def copy(self):
        """A copy of the words."""
        out = copy.copy(self)
        out.run, out.shards = copy.deepcopy((self.run, self.shards))
        return out

    def rows_at(self, shard):
        return {PROGRAM: 2 + 66, MEMORY: 2 + len(self.proof.program.gaps())}[self.proved[shard].claim.kind] + POINT_WORDS

    def place(self, shard, name):
        """The index in the statement of a field, or of the rows of a chip in partition 0."""
        fields = {"has_commit": 0, "end_pc": 1, "registers": 2, "image": 0, "hint": 1, "gap": 2,
                  "point": self.rows_at(shard) - POINT_WORDS}
        return fields[name] if name in fields else self.rows_at(shard) + self.ids[name] - 1

    def put(self, shard, name, value, index=0):
        words, at = self.shards[shard][1], self.place(shard, name) + index
        words[at] = words[at] + 1 if value is None else value
        return self

    def get(self, shard, name):
        return self.shards[shard][1][self.place(shard, name)]

    def put_point(self, shard, point):
        at = self.place(shard, "point")
        self.shards[shard][1][at:at + POINT_WORDS] = point
        return self

    def fit_body(self, shard):
        """The body gets the length that the statement implies."""
        parameters, at = self.proved[shard].parameters, self.rows_at(shard)
        n = len(self.shards[shard][1][at:]) // parameters.partitions
        rows = [self.shards[shard][1][i:i + n] for i in range(at, at + n * parameters.partitions, n)]
        length = Shape(parameters, rows, self.proof.bench.chips, self.proof.program).body_words()
        body = self.shards[shard][2]
        self.shards[shard][2] = (body + [0] * length)[:length]
        return self


def prove(bench, hint=5, words=20, rounds=6, steps=700):
    return bench.prove(add_up(words, rounds), "--shard-steps", str(steps), size=hint)


def refused(pieces, what, *checks):
    pieces.proof.bench.agree(pieces.proof, pieces.data(), what, checks)


def test_accepted(bench):
    proof = prove(bench)
    bench.agree(proof, proof.data, "a run in shards", ["accepted"])
    kinds = [shard.claim.kind for shard in proof.run.proved]
    bench.check(kinds == [PROGRAM] * 3 + [MEMORY] * 2, "kinds %s" % kinds)
    harness.check_bits(bench, proof)


def faults():
    """(what, function that makes the fault, check)"""
    def put(words, at, value):
        words[at] = words[at] + 1 if value is None else value

    for what, (at, value, name) in RUN.items():
        yield what, lambda p, at=at, value=value: put(p.run, at, value), name
    for what, (shard, at, value, name) in PARAMETERS.items():
        yield what, lambda p, shard=shard, at=at, value=value: put(p.shards[shard][0], at, value), name
    for what, (shard, field, at, value, name) in STATEMENT.items():
        yield what, lambda p, where=(shard, field, value, at): p.put(*where), name


def test_fields(bench):
    whole = Pieces(prove(bench))
    bench.check(whole.data() == whole.proof.data, "taken apart and put together")
    for what, make, name in faults():
        pieces = whole.copy()
        make(pieces)
        refused(pieces, what, name)


def test_two_faults(bench):
    """Of two faults both verifiers name the same; of a fault and a file cut or longer, too."""
    whole = Pieces(prove(bench))
    shards = whole.proved
    ends = [8 + 4 * n for n in (10, 18, 18 + 15, 18 + 50)]
    for shard in shards[:2] + shards[3:4]:
        ends += [4 * (shard.claim.at // 4 + 40), shard.at, shard.at + 4 * len(shard.words) - 4]
    early = [fault for fault in faults() if fault[2] != "gkr-layer"]
    for (what, make, _), (other, make_other, _) in itertools.combinations(early, 2):
        pieces = whole.copy()
        make(pieces)
        make_other(pieces)
        refused(pieces, "%s, %s" % (what, other))
    for what, make, _ in early:
        pieces = whole.copy()
        make(pieces)
        for end in ends:
            bench.agree(whole.proof, pieces.data()[:end], "%s, cut to %d bytes" % (what, end))
        bench.agree(whole.proof, pieces.data() + bytes(4), "%s, a word more" % what)


def test_statements(bench):
    """Changes of several fields, which fit together further than one alone."""
    proof = prove(bench)
    whole, n_chips = Pieces(proof), len([c for c in bench.chips if not c.is_table()])
    x, y = proof.run.proved[FIRST].claim.curve_point()
    nothing = [0] * POINT_WORDS
    mirrored = negate((x, y))
    refused(whole.copy().put_point(FIRST, mirrored[0] + mirrored[1]), "a point mirrored", "gkr-layer")
    refused(whole.copy().put_point(FIRST, proof.run.proved[MIDDLE].claim.point), "another shard's point", "gkr-layer")
    refused(whole.copy().put_point(FIRST, [x[0] + P] + list(x[1:] + y)), "a word beyond p", "statement-point")
    refused(whole.copy().put_point(FIRST, nothing), "records, but no point", "statement-point")
    for shard in (FIRST, MEMORY_1):
        empty, at = whole.copy(), whole.rows_at(shard)
        empty.shards[shard][1][at:at + n_chips] = [0] * n_chips
        refused(empty, "a point, but no records in shard %d" % shard, "statement-point")
        refused(empty.put_point(shard, nothing), "shard %d of nothing" % shard, "statement-empty")
    more = lambda shard, rows: whole.copy().put(shard, "SHARD_RAM", whole.get(shard, "SHARD_RAM") + rows)
    refused(more(FIRST, 2).fit_body(FIRST), "two records more", "gkr-layer")
    refused(more(MEMORY_1, 2).put(MEMORY_1, "MEM_ZERO", None).fit_body(MEMORY_1), "a word more", "gkr-layer")
    n_image = len(proof.program.image) + 1
    refused(more(MEMORY_1, 2 * n_image).put(MEMORY_1, "MEM_IMAGE", n_image), "more image words than there are",
            "statement-image")


def test_exchange(bench):
    """Shards in other places, and those of a run with another hint, which is cut at the same steps."""
    one, other = Pieces(prove(bench, hint=5)), Pieces(prove(bench, hint=6))
    bench.check(one.run == other.run, "two runs of the same shape")

    def made_of(what, program, memory, *checks):
        """program, memory: (run, shard)"""
        pieces = one.copy()
        pieces.run[2:4] = len(program), len(memory)
        pieces.shards = [run.shards[shard] for run, shard in program + memory]
        refused(pieces, what, *checks)

    program, memory = ([(one, shard) for shard in part] for part in ((FIRST, MIDDLE, LAST), (MEMORY_1, MEMORY_2)))
    made_of("nothing changed", program, memory, "accepted")
    made_of("shards of the program exchanged", [program[1], program[0], program[2]], memory, "gkr-layer")
    made_of("the last one before its time", [program[0], program[2], program[1]], memory, "statement-pc")
    made_of("a shard twice", [program[0]] + program, memory, "gkr-layer")
    made_of("a shard left out", [program[0], program[2]], memory, "gkr-layer")
    made_of("only the first and the last", [program[0]], memory, "format-shards")
    made_of("memory exchanged", program, memory[::-1], "statement-chain", "gkr-layer")
    made_of("memory twice", program, memory + memory[1:], "statement-chain", "gkr-layer")
    made_of("memory left out", program, memory[:1], "run-sum")
    made_of("memory as program", program[:2] + memory[:1] + program[2:], memory, "statement-timestamp")
    made_of("memory of another run", program, [(other, MEMORY_1), (other, MEMORY_2)], "run-sum")
    made_of("the start of another run", [(other, FIRST)] + program[1:], memory, "gkr-layer")


def test_commits(bench):
    nobody = Pieces(prove(bench))
    nobody.run[7:18] = [1] + list(range(1, 9)) + [0, 0]
    refused(nobody, "a digest that no shard commits to", "run-commit")
    whole = Pieces(bench.prove(add_up(20, 6, commits=True), "--shard-steps", "700", size=5))
    refused(whole, "a run with a commitment", "accepted")
    last = whole.run[2] - 1
    bench.check(last > 0 and whole.get(last, "has_commit") == 1, "the last shard commits")
    refused(whole.copy().put(0, "has_commit", 1).put(0, "COMMIT", 1).fit_body(0), "two commitments", "run-commit")
    other = whole.copy()
    other.run[8] += 1
    refused(other, "another digest", "gkr-layer")
    other.run[7:18] = [0] * 9 + [1, 0]
    refused(other, "a digest left out", "gkr-layer")


def test_random(bench):
    rng = harness.seed()
    proof = prove(bench)
    heads = proof.heads()
    for _ in range(6):
        what, data = harness.random_change(proof, heads, rng)
        verdict = bench.agree(proof, data, what)
        bench.check((verdict == "accepted") == (data == proof.data), "%s: %s" % (what, verdict))


if os.environ.get("MGP_TEST_SLOW"):
    harness.main(test_two_faults)
harness.main(test_accepted, test_fields, test_statements, test_exchange, test_commits, test_random)
