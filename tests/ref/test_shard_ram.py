#!/usr/bin/env python3
"""SHARD_RAM as docs/chips.md declares it, on rows made here from its prose (section 6) and from protocol.md
(section 7) with integers: the constraints hold, the sums are those of points added by the textbook, and a
changed column does not pass. The build folder is not used."""
import os
import sys

import chips
from field import P
from harness import ROOT, Tally, seed
from poseidon2 import external
from poseidon2_constants import DIAGONAL, FINAL, INITIAL, PARTIAL

sys.path.insert(0, os.path.join(ROOT, "tools"))
import curve  # noqa: E402

tally = Tally()
check = tally.check


def sbox(row, x, column, cube):
    if column:
        row[column] = x % P
    row[cube] = pow(x, 3, P)
    return pow(x, 7, P)


def hash_columns(row, state):
    """The permutation, with the input and the cube of each S-box."""
    s = external(state)
    for r, constants in enumerate(INITIAL + FINAL):
        if r == len(INITIAL):
            for k, constant in enumerate(PARTIAL):
                s[0] = sbox(row, s[0] + constant, "t%d" % k, "q%d" % k)
                total = sum(s)
                s = [(total + d * x) % P for d, x in zip(DIAGONAL, s)]
        s = [sbox(row, x + c, r and "s%d_%d" % (r, i), "c%d_%d" % (r, i))
             for i, (x, c) in enumerate(zip(s, constants))]
        s = external(s)
    return [x % P for x in s]


def put(row, name, element):
    for i, x in enumerate(element):
        row["%s%d" % (name, i)] = x


def make_row(record, number, receives, memory, in_id, ts, before):
    """The row's columns, and the sum after it."""
    key, value, j = record
    words = [key % 2**14 * 4, key >> 14, value % 2**16, value >> 16, j]
    nonce, point = curve.hash_to_curve(words, curve.TAG_RECORD)
    row = dict(zip(("a_lo", "a_hi", "v_lo", "v_hi", "j"), words))
    state = hash_columns(row, words + [nonce, 0, 0, 5, 6] + [0] * 6)
    check(tuple(state[:7]) == point[0], "abscissa")
    w = point[1][6] - 1
    if receives:
        point = curve.negate(point)
    after = curve.point_add(before, point)
    slope = curve.mul(curve.sub(point[1], before[1]), curve.inverse(curve.sub(point[0], before[0])))
    row.update(on=1, nonce=nonce, ts=ts, i=number, w_hi=w >> 16, d=in_id - 1 - j if receives else memory)
    row["in"] = int(receives)
    for name, element in (("x", point[0]), ("y", point[1]), ("ax", before[0]), ("bx", after[0]), ("l", slope)):
        put(row, name, element)
    return row, after


def tuples(chip, environment):
    return [(i.bus, i.multiplicity.value(environment) % P, tuple(e.value(environment) % P for e in i.entries))
            for i in chip.interactions]


def violated(chip, environment):
    bad = sum(c.value(environment) % P != 0 for c in chip.constraints)
    for bus, multiplicity, entries in tuples(chip, environment):
        bad += bus == "RANGE" and multiplicity != 0 and not entries[1] < entries[0]
    return bad


def test_row(chip, rng, receives, memory):
    in_id = rng.randrange(2, 2**16)
    j = rng.randrange(in_id) if receives else 0 if memory else in_id
    ts = memory if receives or memory else rng.randrange(2**29)
    if memory and not receives:
        ts = 0
    number, record = rng.randrange(2**20), (rng.randrange(2**28), rng.randrange(2**32), j)
    before = curve.hash_to_curve([rng.randrange(P)], curve.TAG_RECORD)[1]
    row, after = make_row(record, number, receives, memory, in_id, ts, before)
    check(sorted(row) == sorted(chip.columns), "columns")
    environment = chip.environment([row[name] for name in chip.columns], [])
    check(violated(chip, environment) == 0, "an honest row")
    words = tuple(row[name] for name in ("a_lo", "a_hi", "v_lo", "v_hi"))
    got = tuples(chip, environment)
    for want in (("MEM", 1 if receives else P - 1, words + (ts,)),
                 ("SHARD", P - 1, (1, int(receives), in_id if receives else j, memory)),
                 ("ACC", P - 1, (number,) + before[0] + before[1]),
                 ("ACC", 1, (number + 1,) + after[0] + after[1])):
        check(want in got, want[0])
    for name in chip.columns:
        values = [(row[c] + (c == name)) % P for c in chip.columns]
        changed = chip.environment(values, [])
        check(violated(chip, changed) or tuples(chip, changed) != got, "column %s is free" % name)


def main():
    rng = seed()
    chip = next(c for c in chips.load() if c.name == "SHARD_RAM")
    zero = chip.environment([0] * len(chip.columns), [])
    check(not any(c.value(zero) % P for c in chip.constraints), "the zero row")
    for kind in range(4):
        test_row(chip, rng, bool(kind & 1), kind >> 1)
    tally.end()


main()
