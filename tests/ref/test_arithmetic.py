#!/usr/bin/env python3
"""Field, hashes and closed forms of the second verifier: known answers, laws, and the tables row by row.
The build folder is not used."""
import importlib.util
import os
import sys

import decode
import points
import tables
from field import EXTENSIONS, OMEGA, P, W, reverse_bits, root_of_unity
from harness import ROOT, Tally, seed
from keccak import keccak256
from multilinear import eq, eq_at, eq_table, selector
from poseidon2 import permute
from poseidon2_constants import DIAGONAL, FINAL, INITIAL, PARTIAL

tally = Tally()
check = tally.check


def test_constants():
    spec = importlib.util.spec_from_file_location("gen", os.path.join(ROOT, "tools", "gen_poseidon2.py"))
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    words = generator.constants(generator.grain())
    rows = lambda table: [[next(words) for _ in row] for row in table]
    check(rows(INITIAL) == [list(r) for r in INITIAL], "constants of the first rounds")
    check([next(words) for _ in PARTIAL] == list(PARTIAL), "constants of the partial rounds")
    check(rows(FINAL) == [list(r) for r in FINAL], "constants of the last rounds")
    check(generator.diagonal() == list(DIAGONAL), "diagonal")


def test_hashes():
    # the known-answer test of Plonky3's default instance
    state = (894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
             19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913)
    answer = (516096821, 90309867, 1101817252, 1660784290, 360715097, 1789519026, 1788910906, 563338433,
              319524748, 1741414159, 1650859320, 894311162, 1121347488, 1692793758, 1052633829, 1344246938)
    check(tuple(permute(list(state))) == answer, "Poseidon2")
    for text, digest in (("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
                         ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")):
        check(keccak256(text.encode()).hex() == digest, "Keccak-256 of %r" % text)
    lengths = {n: keccak256(bytes(n)) for n in (134, 135, 136, 137)}
    check(len(set(lengths.values())) == 4, "Keccak-256 around a block")


def random_element(field, rng):
    return field(tuple(rng.randrange(P) for _ in range(field.degree)))


def test_field(rng):
    check(pow(OMEGA, 1 << 26, P) == P - 1 and root_of_unity(1) == P - 1, "order of omega")
    check([reverse_bits(i, 3) for i in range(8)] == [0, 4, 2, 6, 1, 5, 3, 7], "bit reversal")
    for degree, field in EXTENSIONS.items():
        x = field((0, 1) + (0,) * (degree - 2))
        check(x ** degree == W[degree], "x^%d" % degree)
        # irreducible: x generates a field of p^degree elements and no smaller one
        powers = [x ** (P ** k) for k in range(1, degree + 1)]
        check(powers[-1] == x and all(y.c != x.c for y in powers[:-1]), "degree %d: a field" % degree)
        for _ in range(20):
            a, b, c = (random_element(field, rng) for _ in range(3))
            check((a + b) * c == a * c + b * c and a * b == b * a and (a * b) * c == a * (b * c), "laws")
            check(a * a.inverse() == 1 and a - a == 0 and a * 5 == a + a + a + a + a and 3 - a == -(a - 3), "inverse")
            schoolbook = [0] * (2 * degree - 1)
            for i, y in enumerate(a.c):
                for j, z in enumerate(b.c):
                    schoolbook[i + j] += y * z
            for i in reversed(range(degree, 2 * degree - 1)):
                schoolbook[i - degree] += W[degree] * schoolbook[i]
            check((a * b).c == tuple(y % P for y in schoolbook[:degree]), "product")


def mle(values, point):
    total = 0
    for i, value in enumerate(values):
        if value:
            total = total + eq_at(point, i) * value
    return total


def test_closed_forms(rng):
    field = EXTENSIONS[4]
    for n in range(6):
        point, other = ([random_element(field, rng) for _ in range(n)] for _ in range(2))
        check(eq_table(point) == [eq_at(point, i) for i in range(1 << n)], "eq table of %d variables" % n)
        check(mle([eq_at(other, i) for i in range(1 << n)], point) == eq(point, other), "eq of %d variables" % n)
        for count in range((1 << n) // 2 + 1, (1 << n) + 1):
            check(mle([1] * count, point) == selector(point, count), "selector %d of 2^%d" % (count, n))
    # tables at points that are bits but for two coordinates: a few rows each, edges among them
    rows = {
        "RANGE": (17, lambda i: (1 << max(i.bit_length() - 1, 0), i - (1 << i.bit_length() - 1) if i else 0)),
        "BYTE": (16, lambda i: (i & 255, i >> 8, i & i >> 8 & 255, (i & 255) >> 7)),
        "TS2": (16, lambda i: (i & 255, i >> 8)),
        "SHAMT": (17, shamt_row)}
    for name, (n, row) in rows.items():
        for index in [0, 1, 2, 3, 255, 256, 0xFFFF, (1 << n) - 1] + [rng.randrange(1 << n) for _ in range(40)]:
            free = rng.sample(range(n), 2)
            point = [field.of(index >> t & 1) for t in range(n)]
            for t in free:
                point[t] = random_element(field, rng)
            columns = tables.virtual(name, point, None)
            corners = [index & ~(1 << free[0] | 1 << free[1]) | (c & 1) << free[0] | (c >> 1) << free[1] for c in range(4)]
            for number, value in enumerate(columns):
                want = 0
                for corner in corners:
                    want = want + eq_at(point, corner) * row(corner)[number]
                check(value == want, "%s near row %d, column %d" % (name, index, number))


def shamt_row(i):
    """From the meaning of a shift: P and Q of the split, and which two of four limbs are the result."""
    amount, left = i & 31, i >> 16
    total = 32 - amount if left else amount  # shift right of (a, 0) or of (0, a) by this much
    if left and amount == 0:
        return i, 2, 1, 1 << 16
    window = 4 if left and total >= 16 else 0 if left else 1 if total >= 16 else 2
    return i, window, 1 << total % 16, 1 << 16 - total % 16


def test_curve(rng):
    """Against the integers of tools/curve.py, which the constants of the curve were made with."""
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import curve
    element = lambda: tuple(rng.randrange(P) for _ in range(points.DEGREE))
    check(points.offset() == curve.hash_to_curve([0] * 5, curve.TAG_OFFSET)[1], "offset")
    for _ in range(10):
        a, b = element(), element()
        check(points.multiply(a, b) == curve.mul(a, b), "product")
        check(points.multiply(a, points.invert(a)) == curve.ONE, "inverse")
        square = points.multiply(a, a)
        check(points.root(square) in (a, points.scale(a, P - 1)), "root")
        check((points.root(b) is None) == (not curve.is_square(b)), "squares")
    p, q = (points.hash_to_curve([rng.randrange(P) for _ in range(5)], curve.TAG_RECORD) for _ in range(2))
    check(points.is_point(p) and not points.is_point((p[0], q[1])), "points")
    for s, t in ((p, q), (p, p), (p, points.negate(p)), (p, None), (None, q), (None, None)):
        check(points.plus(s, t) == curve.point_add(s, t), "sum")
    times_order = None
    for bit in bin(curve.ORDER)[2:]:
        times_order = points.plus(points.plus(times_order, times_order), p if bit == "1" else None)
    check(times_order is None, "order")


def test_decoder():
    """A few rows of the PROGRAM table, by hand from the manual and chips.md."""
    for word, row in ((0x00000013, (1, 101, 0, 0)),                                  # nop
                      (0x00C58533, (6 + 32 * 10 + (11 << 11) + (12 << 17), 0, 0, 0)),  # add a0, a1, a2
                      (0x40C50533, (7 + (10 << 11) + (12 << 17) + (1 << 23), 0, 0, 0)),  # sub a0, a0, a2
                      (0xFFF06093, (10 + 32 + (1 << 23), 255, 255, 0)),              # ori ra, zero, -1
                      (0xFE000EE3, (14, 99, 101, 0)),                                # beq zero, zero, -4
                      (0x0000006F, (1, 100, 0, 0)),                                  # j .
                      (0x00000073, (31, 0, 0, 0)),                                   # ecall
                      (0x00100073, (0, 0, 0, 0)),                                    # ebreak
                      (0x00000000, (0, 0, 0, 0))):
        check(decode.decode(100, word) == row, "decoding of %08x: %s" % (word, decode.decode(100, word)))


def main():
    rng = seed()
    test_constants()
    test_hashes()
    test_field(rng)
    test_closed_forms(rng)
    test_curve(rng)
    test_decoder()
    tally.end()


main()
