#!/usr/bin/env python3
"""Facts about the curve of src/math/curve.h, proved with integers, and the vectors that
test_curve.c compares with (tests/unit/curve_vectors.h; `test_curve_facts.py --write` makes them).

Proved: p and the order n are primes (Lucas, with the factors of p - 1 and n - 1); z^7 - 2z - 5 is
irreducible; n is the number of points: n P = 0 for a P other than the identity, and n is the only
multiple of n within Hasse's bound; the curve is not anomalous, its embedding degree is n - 1, its
twist's order is not smooth, and its j is in no subfield."""
import os
import random
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools"))
sys.dont_write_bytecode = True
import curve as c  # noqa: E402

VECTORS = os.path.join(ROOT, "tests/unit/curve_vectors.h")
P, Q, N = c.P, c.P**7, c.ORDER
ORDER_MINUS_1 = (2, 5925377, 93670517, 9298636033, 12987927215746002625818337912300181499389)


def is_prime(n):
    """Miller-Rabin to fixed and random bases; the large primes here are also proved by Lucas."""
    if n < 4:
        return n in (2, 3)
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in list(range(2, 40)) + [random.randrange(2, n - 1) for _ in range(20)]:
        a %= n
        if a < 2:
            continue
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def lucas(n, factors):
    """n is prime: some a has order n - 1; `factors` are the primes of n - 1."""
    rest = n - 1
    for f in factors:
        assert is_prime(f)
        while rest % f == 0:
            rest //= f
    assert rest == 1
    return any(pow(a, n - 1, n) == 1 and all(pow(a, (n - 1) // f, n) != 1 for f in factors)
               for a in range(2, 200))


def facts():
    assert lucas(P, (2, 3, 5)) and lucas(N, ORDER_MINUS_1)
    # irreducible: z^(p^7) = z (so the degree of each factor divides 7) and z^p != z (none is 1)
    assert c.power(c.Z, Q) == c.Z and c.power(c.Z, P) != c.Z
    x = c.Z
    for _ in range(6):  # no root in F: gcd(z^p - z, f) = 1, that is, z^p - z is invertible
        x = c.power(x, P)
        assert c.mul(c.sub(x, c.Z), c.inverse(c.sub(x, c.Z))) == c.ONE
    discriminant = c.add(c.scalar(c.power((2,) + c.ZERO[1:], 3), 4), c.scalar(c.mul(c.B, c.B), 27))
    assert discriminant != c.ZERO
    assert (N - Q - 1)**2 <= 4 * Q and N > (N - Q - 1)**2  # Hasse, and one multiple of n in it
    for seed in range(3):
        _, point = c.hash_to_curve([seed], c.TAG_RECORD)
        assert c.on_curve(point) and c.point_mul(N, point) is None
    assert N not in (P, Q)  # not anomalous
    order = N - 1  # of q mod n: the embedding degree
    for f in ORDER_MINUS_1:
        while order % f == 0 and pow(Q, order // f, N) == 1:
            order //= f
    assert order == N - 1
    assert is_prime(2 * Q + 2 - N)  # the twist
    j = c.mul(c.inverse(discriminant), c.scalar(c.power((2,) + c.ZERO[1:], 3), 1728 * 4))
    assert c.power(j, P) != j  # 7 is prime: F is the only subfield


EDGES = [c.ZERO, c.ONE, c.Z, (P - 1,) * 7, (P - 1,) + (0,) * 6, (0,) * 6 + (1,), (0,) * 6 + (P - 1,),
         (1,) * 7, (0, P - 1) * 3 + (0,), (2**31 % P,) * 7, (P // 2,) * 7, (P // 2 + 1,) * 7,
         (2**27, 2**27 - 1, 1 << 30, 268435454, P - 268435454, 65535, 3), (P - 2,) + (P - 1,) * 6]


def element(a):
    return "{" + ", ".join("%du" % x for x in a) + "}"


def point(p):
    return "{%s, %s, %d}" % (element(p[0] if p else c.ZERO), element(p[1] if p else c.ZERO), not p)


def vectors():
    rng = random.Random(7)
    elements = EDGES + [tuple(rng.randrange(P) for _ in range(7)) for _ in range(6)]
    out = ["/* Written by tests/unit/test_curve_facts.py --write: do not edit. Canonical integers. */",
           "/* clang-format off */", "#ifndef MGP_TESTS_CURVE_VECTORS_H",
           "#define MGP_TESTS_CURVE_VECTORS_H", "", "#include <stdint.h>", "",
           "/* a, b, a b, 1/a (0 for 0), a^p, N(a), quadratic character */",
           "static const struct {", "  uint32_t a[7], b[7], product[7], inverse[7], frobenius[7];",
           "  uint32_t norm;", "  int character;", "} field_vectors[] = {"]
    for i, a in enumerate(elements):
        b = elements[(i * 5 + 3) % len(elements)]
        norm = c.power(a, (Q - 1) // (P - 1))
        assert norm[1:] == (0,) * 6
        out.append("  {%s}," % ", ".join(
            [element(x) for x in (a, b, c.mul(a, b), c.inverse(a), c.power(a, P))]
            + ["%du" % norm[0], "%d" % (0 if a == c.ZERO else 1 if c.is_square(a) else -1)]))
    out += ["};", "", "typedef struct {", "  uint32_t x[7], y[7];", "  uint32_t infinity;",
            "} vector_point_t;", "", "/* record words, nonce, point */", "static const struct {",
            "  uint32_t word[5], nonce;", "  vector_point_t point;", "} hash_vectors[] = {"]
    records = [[0] * 5, [65535, 16383, 65535, 65535, 65535], [P - 1] * 5, [4, 0, 0, 0, 0],
               [0, 4, 0, 0, 0], [0, 0, 4, 0, 0], [0, 0, 0, 4, 0], [0, 0, 0, 0, 4]]
    records += [[rng.randrange(65536) for _ in range(5)] for _ in range(12)]
    points = []
    for r in records:
        nonce, p = c.hash_to_curve(r, c.TAG_RECORD)
        points.append(p)
        out.append("  {{%s}, %du, %s}," % (", ".join("%du" % x for x in r), nonce, point(p)))
    out += ["};", "", "/* p + q, in all kinds: different, equal, opposite, with the identity */",
            "static const struct {", "  vector_point_t p, q, sum;", "} sum_vectors[] = {"]
    pairs = [(None, None), (points[0], None), (None, points[1]), (points[2], points[2]),
             (points[3], c.negate(points[3]))]
    pairs += [(points[i], c.negate(points[i + 1]) if i & 1 else points[i + 1]) for i in range(8)]
    for p, q in pairs:
        out.append("  {%s, %s, %s}," % (point(p), point(q), point(c.point_add(p, q))))
    out += ["};", "", "/* k * p, k in limbs of 32 bits */", "static const struct {",
            "  uint32_t k[7];", "  vector_point_t p, multiple;", "} multiple_vectors[] = {"]
    for k in (0, 1, 2, 3, N - 1, N, N + 1, rng.randrange(N)):
        limbs = "{" + ", ".join("0x%08xu" % (k >> 32 * i & 0xffffffff) for i in range(7)) + "}"
        out.append("  {%s, %s, %s}," % (limbs, point(points[4]), point(c.point_mul(k, points[4]))))
    out += ["};", "", "#endif", ""]
    return "\n".join(out)


def main():
    facts()
    now = vectors()
    if "--write" in sys.argv:
        with open(VECTORS, "w", encoding="utf-8") as f:
            f.write(now)
    with open(VECTORS, encoding="utf-8") as f:
        assert f.read() == now, "curve_vectors.h is not current: test_curve_facts.py --write"
    print("facts and vectors checked")


main()
