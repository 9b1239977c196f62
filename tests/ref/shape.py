"""What follows from parameters, statement and program before the body is read: traces, the places of
their chunks, the length of the body (protocol.md, section 3)."""
import tables
from chips import LOOKUP_BUSES
from field import P, log2_ceil
from poseidon2 import cap_depth
from refusal import check

MAX_TRACES, MAX_COLUMNS, MAX_CHUNKS = 1 << 14, 1 << 16, 1 << 20
MAX_PUBLIC_TERMS = 217


class Trace:
    def __init__(self, chip, partition, n_rows):
        self.chip, self.partition, self.n_rows = chip, partition, n_rows
        self.log_rows = log2_ceil(n_rows)
        self.log_interactions = log2_ceil(len(chip.interactions))
        # per chunk of rows and column: (stacked column, position), numbers of the whole proof
        self.places = []

    def n_chunks(self, log_chunk):
        return -(-self.n_rows >> log_chunk)


def split(n_rows, most):
    while n_rows > most:
        yield most
        n_rows -= most
    if n_rows:
        yield n_rows


class Shape:
    """traces: in canonical order. matrices: (partition, stacked columns in it) of those that have any."""

    def __init__(self, parameters, rows, chips, program):
        self.parameters = parameters
        ordinary = [c for c in chips if not c.is_table()]
        totals = [sum(r[i] for r in rows) for i in range(len(ordinary))]
        self.check_buses(ordinary, totals)
        self.present_tables = self.find_tables(chips, ordinary, totals, program)
        self.traces = list(self.make_traces(ordinary, rows))
        self.place_chunks()

    @staticmethod
    def check_buses(chips, totals):
        sends, receives, requests = {}, {}, {}
        for chip, n in zip(chips, totals):
            for i in chip.interactions:
                if i.bus in LOOKUP_BUSES:
                    counted = [requests]
                else:
                    counted = [d for d, sign in ((sends, 1), (receives, -1)) if i.sign in (None, sign)]
                for d in counted:
                    d[i.bus] = d.get(i.bus, 0) + n
            if chip.name == "SHARD_RAM":  # what the verifier gives
                sends["SHARD"] = n
        for d in (sends, receives, requests):
            for bus, n in d.items():
                check(n + MAX_PUBLIC_TERMS < P, "shape-bus", "too many entries on the bus %s" % bus)

    @staticmethod
    def find_tables(chips, ordinary, totals, program):
        requested = {i.bus for chip, n in zip(ordinary, totals) if n for i in chip.interactions}
        out = []
        for chip in chips:
            if chip.is_table() and chip.name in requested:
                n = tables.row_count(chip.name, program)
                if n:
                    out.append((chip, n))
        return out

    def make_traces(self, ordinary, rows):
        p = self.parameters
        n_traces = len(self.present_tables) + sum(-(-n >> p.log_rows) for part in rows for n in part)
        check(n_traces <= MAX_TRACES, "shape-traces", "%d traces" % n_traces)
        for partition in range(p.partitions):
            for chip, n in zip(ordinary, rows[partition]):
                for part in split(n, 1 << p.log_rows):
                    yield Trace(chip, partition, part)
            for chip, n in self.present_tables:
                if chip.id % p.partitions == partition:
                    yield Trace(chip, partition, n)

    def place_chunks(self):
        p = self.parameters
        n_chunks = sum(t.n_chunks(p.log_chunk) * len(t.chip.columns) for t in self.traces)
        check(n_chunks <= MAX_CHUNKS, "shape-chunks", "%d chunks" % n_chunks)
        log_positions = p.log_height - p.log_chunk
        self.matrices, self.n_columns = [], 0
        for partition in range(p.partitions):
            number = 0
            for trace in (t for t in self.traces if t.partition == partition):
                for _ in range(trace.n_chunks(p.log_chunk)):
                    trace.places.append([(self.n_columns + (e >> log_positions), e & ((1 << log_positions) - 1))
                                         for e in range(number, number + len(trace.chip.columns))])
                    number += len(trace.chip.columns)
            if number:
                width = -(-number >> log_positions)
                self.matrices.append((partition, width))
                self.n_columns += width
        check(self.n_columns <= MAX_COLUMNS, "shape-columns", "%d stacked columns" % self.n_columns)

    def matrix_path_length(self):
        log_leaves = self.parameters.log_height + 1
        return log_leaves - cap_depth(log_leaves)

    def fold_words(self):
        """(log of the word's length, log of its cosets' size) of each committed word."""
        out, log_length = [], self.parameters.log_height + 1
        for group in self.parameters.fold_groups():
            out.append((log_length, group))
            log_length -= group
        return out

    def body_words(self):
        p, d = self.parameters, self.parameters.degree
        cap = lambda log_leaves: 8 << cap_depth(log_leaves)
        path = lambda log_leaves: 8 * (log_leaves - cap_depth(log_leaves))
        n = 3  # nonces
        n += len(self.matrices) * cap(p.log_height + 1)
        for t in self.traces:
            depth = t.log_interactions + t.log_rows
            n += d * (2 + sum(2 * layer + 4 for layer in range(depth)))
            n += d * (3 * t.log_rows + len(t.chip.columns))
        n += d * (2 * p.log_height + self.n_columns)
        n += d * (p.log_height - p.log_final + (1 << p.log_final))
        n += sum(cap(length - group) for length, group in self.fold_words())
        query = sum(width + path(p.log_height + 1) for _, width in self.matrices)
        query += sum((d << group) + path(length - group) for length, group in self.fold_words())
        return n + p.queries * query
