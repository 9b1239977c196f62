#!/usr/bin/env python3
"""Field, extension, Poseidon2 and encoding against arithmetic on Python's integers: all pairs of a
table of edge values, and random ones (seed printed; MGP_TEST_SEED repeats a run). The program
math_probe of the build gives the results. Poseidon2's constants and test vectors are those of
vectors/poseidon2_babybear_w16.json, not those of the sources."""
import itertools
import json
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
P = 15 * 2**27 + 1
R = 2**32
EDGES = [0, 1, 2, 3, 11, 15, 31, 0xffff, 0x10000, 2**27 - 1, 2**27, 2**28, 2**29, 2**30, 2**30 + 1,
         P // 2, P // 2 + 1, P - 1, P - 2, P - 11, R % P, P - R % P, R * R % P, 0x77ff0001]
OMEGA = 0x1a427a41  # of order 2^27


class Field:
    """F[x] / (x^D - W) as lists, low coefficient first."""

    def __init__(self, degree):
        self.d, self.w = degree, {4: 11, 5: 2}[degree]

    def mul(self, a, b):
        out = [0] * self.d
        for i, j in itertools.product(range(self.d), repeat=2):
            at, wrap = (i + j) % self.d, (i + j) // self.d
            out[at] += a[i] * b[j] * self.w**wrap
        return [x % P for x in out]

    def pow(self, a, e):
        out = [1] + [0] * (self.d - 1)
        for bit in bin(e)[2:]:
            out = self.mul(out, out)
            if bit == "1":
                out = self.mul(out, a)
        return out

    def inv(self, a):
        return self.pow(a, P**self.d - 2)


class Poseidon2:
    def __init__(self):
        with open(os.path.join(HERE, "vectors", "poseidon2_babybear_w16.json")) as f:
            self.v = json.load(f)

    @staticmethod
    def external(s):
        m4 = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
        blocks = [[sum(m * x for m, x in zip(row, s[g:g + 4])) for row in m4]
                  for g in range(0, 16, 4)]
        sums = [sum(b[i] for b in blocks) for i in range(4)]
        return [(b[i] + sums[i]) % P for b in blocks for i in range(4)]

    def permute(self, s):
        v = self.v
        s = self.external(s)
        for rc in v["rc_external_initial"]:
            s = self.external([pow(x + c, v["alpha"], P) for x, c in zip(s, rc)])
        for c in v["rc_internal"]:
            s[0] = pow(s[0] + c, v["alpha"], P)
            total = sum(s)
            s = [(total + d * x) % P for d, x in zip(v["internal_diag"], s)]
        for rc in v["rc_external_final"]:
            s = self.external([pow(x + c, v["alpha"], P) for x, c in zip(s, rc)])
        return s

    def leaf(self, row):
        s = [0] * 8 + [1, len(row)] + [0] * 6
        for at in range(0, len(row), 8):
            block = row[at:at + 8]
            s = self.permute(block + [0] * (8 - len(block)) + s[8:])
        return s[:8]

    def node(self, s):
        return [(a + b) % P for a, b in zip(self.permute(s), s[:8])]


def bit_reverse(x, bits):
    return int(format(x, "0%db" % bits)[::-1], 2) if bits else 0


def encode(s, q):
    out = []
    for x in range(2**(s + 1)):
        z = pow(pow(OMEGA, 2**(27 - (s + 1)), P), bit_reverse(x, s + 1), P)
        value = 0
        for c in reversed(q):
            value = (value * z + c) % P
        out.append(value)
    return out


def questions(rng, degree):
    """(operation, arguments, expected values)"""
    k, h = Field(degree), Poseidon2()
    edge_or_random = lambda: rng.choice(EDGES) if rng.random() < 0.5 else rng.randrange(P)

    pairs = list(itertools.product(EDGES, repeat=2))
    pairs += [(rng.randrange(P), edge_or_random()) for _ in range(1000)]
    for a, b in pairs:
        yield "fadd", [a, b], [(a + b) % P]
        yield "fsub", [a, b], [(a - b) % P]
        yield "fmul", [a, b], [a * b % P]
        yield "fpow", [a, b], [pow(a, b, P)]
    for a in EDGES + [rng.randrange(P) for _ in range(500)]:
        yield "fneg", [a], [-a % P]
        yield "fdbl", [a], [2 * a % P]
        yield "fsqr", [a], [a * a % P]
        yield "finv", [a], [pow(a, P - 2, P)]
    for a in [0, 1, -1, 2**31 - 1, -2**31 + 1, P, -P, P - 1] + \
            [rng.randrange(-2**31 + 1, 2**31) for _ in range(200)]:
        yield "fint", [a % R], [a % P]
    inverse = pow(R, -1, P)
    for top, name in ((P * R - 1, "reduce"), (4 * P**2 - 1, "reduce4")):
        for x in [0, 1, P, R, top, top - 1, top // 2] + [rng.randrange(top + 1) for _ in range(500)]:
            yield name, [x], [x * inverse % P]
    for log in range(28):
        yield "omega", [log], [pow(OMEGA, 2**(27 - log), P)]

    element = lambda: [edge_or_random() for _ in range(degree)]
    corners = [[x] * degree for x in (0, 1, P - 1, P // 2)] + \
              [[int(i == j) * x for j in range(degree)] for i in range(degree) for x in (1, P - 1)]
    for a, b in list(itertools.product(corners, repeat=2)) + [(element(), element())
                                                              for _ in range(1500)]:
        yield "eadd", a + b, [(x + y) % P for x, y in zip(a, b)]
        yield "esub", a + b, [(x - y) % P for x, y in zip(a, b)]
        yield "emul", a + b, k.mul(a, b)
    for a in corners + [element() for _ in range(60)]:
        c, e = edge_or_random(), rng.getrandbits(64)
        yield "esqr", a, k.mul(a, a)
        yield "emulf", a + [c], [x * c % P for x in a]
        yield "epow", a + [e], k.pow(a, e)
        yield "einv", a, k.inv(a)

    for t in h.v["test"]:
        assert h.permute(t["in"]) == t["out"], "the vectors are not those of this permutation"
    states = [t["in"] for t in h.v["test"]] + [[x] * 16 for x in EDGES]
    states += [[edge_or_random() for _ in range(16)] for _ in range(150)]
    for s in states:
        out = h.permute(s)
        yield "permute", s, out
        yield "permute_simd", s, out
        yield "node", s, h.node(s)
    for n in list(range(1, 34)) + [64]:
        row = [edge_or_random() for _ in range(n)]
        yield "leaf", row, h.leaf(row)

    for s in range(0, 8):
        for q in ([edge_or_random() for _ in range(2**s)], [P - 1] * 2**s,
                  [int(i == 2**s - 1) for i in range(2**s)]):
            want = encode(s, q)
            for isa in (1, 2, 3):
                yield "encode", [isa, s] + q, want


def main():
    seed = int(os.environ.get("MGP_TEST_SEED", time.time()))
    print("seed: MGP_TEST_SEED=%d" % seed)
    probe = os.path.join(sys.argv[1], "tests", "math_probe")
    ask = lambda text: subprocess.run([probe], input=text, capture_output=True, text=True,
                                      check=True).stdout.splitlines()
    degree = int(ask("degree\n")[0])
    todo = list(questions(random.Random(seed), degree))
    got = ask("".join("%s %s\n" % (op, " ".join(map(str, args))) for op, args, _ in todo))
    if len(got) != len(todo):
        sys.exit("%d questions, %d answers" % (len(todo), len(got)))
    wrong, missing, counts = 0, 0, {}
    for (op, args, want), line in zip(todo, got):
        if line == "missing":  # instruction set
            missing += 1
            continue
        counts[op] = counts.get(op, 0) + 1
        if list(map(int, line.split())) != want:
            wrong += 1
            if wrong <= 10:
                print("%s %s: %s, not %s" % (op, args[:20], line[:200], want[:20]))
    print("degree %d: %s" % (degree, ", ".join("%s %d" % c for c in sorted(counts.items()))))
    print("%d checks, %d failed, %d not on this processor" % (len(todo) - missing, wrong, missing))
    sys.exit(1 if wrong else 0)


main()
