"""What a shard claims: its context, which follows from the run and the shards before, and its statement,
which is in the file (protocol.md, section 3)."""
import struct

from decode import HALT_PC
from points import DEGREE, POINT_WORDS
from program import HINT_FIRST

WHOLE, PROGRAM, MEMORY = 1, 2, 3  # kinds of shards
REGISTERS = 33


class Start:
    """Where a shard starts: pc, values of the registers, keys on the chains of image, hints and gaps."""

    def __init__(self, pc, values, keys):
        self.pc, self.values, self.keys = pc, values, keys


def first_starts(program):
    """Of each kind's first shard."""
    zeros = [0] * REGISTERS
    keys = [0, HINT_FIRST] + [first for first, _ in program.gaps()]
    return {WHOLE: Start(program.entry, zeros, keys), PROGRAM: Start(program.entry, zeros, [0] * len(keys)),
            MEMORY: Start(0, zeros, keys)}


class Claim:
    """Of the shard with this number in the file, from 0. rows[p][i] belongs to chip id i + 1. point: the
    accumulator's end, as 14 words."""

    def __init__(self, run, number, starts):
        self.run = run
        if run.shards == 1:
            self.kind, self.id = WHOLE, 1
        elif number < run.shards:
            self.kind, self.id = PROGRAM, number + 1
        else:
            self.kind, self.id = MEMORY, number - run.shards + 1
        self.ends_run = self.kind == WHOLE or self.kind == PROGRAM and self.id == run.shards
        self.start = starts[self.kind]

    def read(self, reader, n_partitions, n_chips):
        """The statement. What its kind does not state is taken from the run or the start, or is empty."""
        self.at = at = reader.at
        self.has_commit, self.end_pc = self.run.has_commit, HALT_PC
        self.registers, self.end_keys, self.point = [], self.start.keys, []
        if self.kind == PROGRAM:
            self.has_commit, self.end_pc = reader.words(2)
        if self.kind == MEMORY:
            self.has_commit, self.end_pc = 0, 0
        else:
            self.registers = [tuple(reader.words(2)) for _ in range(REGISTERS)]
        if self.kind != PROGRAM:
            self.end_keys = reader.words(len(self.start.keys))
        if self.kind != WHOLE:
            self.point = reader.words(POINT_WORDS)
        self.rows = [reader.words(n_chips) for _ in range(n_partitions)]
        self.statement = list(struct.unpack_from("<%dI" % ((reader.at - at) // 4), reader.data, at))

    def context(self):
        run = self.run
        return ([self.kind, self.id, run.shards if self.ends_run or self.kind == MEMORY else 0, self.start.pc]
                + self.start.values + self.start.keys + [run.exit_code if self.ends_run else 0, self.has_commit]
                + (run.digest if self.has_commit else [0] * len(run.digest)))

    def words(self):
        return self.context() + self.statement

    def end(self):
        """Where the next shard of the kind starts."""
        return Start(self.end_pc, [value for value, _ in self.registers] or self.start.values, self.end_keys)

    def curve_point(self):
        """(x, y), wherever it is."""
        return tuple(self.point[:DEGREE]), tuple(self.point[DEGREE:])
