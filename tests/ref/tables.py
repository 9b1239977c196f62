"""The lookup tables: number of rows and the virtual columns' values at a point (chips.md, section 1)."""
import functools

import decode
from multilinear import eq_at, eq_table


def row_count(name, program):
    return {"PROGRAM": len(program.code), "IMAGE": len(program.image), "RANGE": 1 << 17, "BYTE": 1 << 16,
            "TS2": 1 << 16, "SHAMT": 1 << 17}[name]


def weighted(point, rows, width):
    """MLEs of the columns of explicit rows, zero after the last one."""
    sums = [0] * width
    for weight, row in zip(eq_table(point, len(rows)), rows):
        for i, value in enumerate(row):
            if value:
                sums[i] = sums[i] + weight * value
    return sums


def number(bits):
    """MLE of the number that these bits make, low bit first."""
    out = 0
    for t, x in enumerate(bits):
        out = out + x * (1 << t)
    return out


def virtual_range(point):
    """Row i in [B, 2B) is (B, i - B); row 0 is (1, 0)."""
    base = value = 0
    zeros_above = 1
    for t in reversed(range(len(point))):
        here = zeros_above * point[t]
        base = base + here * (1 << t)
        value = value + here * number(point[:t])
        zeros_above = zeros_above * (1 - point[t])
    return [base + zeros_above, value]


def virtual_byte(point):
    x, y = point[:8], point[8:]
    both = [a * b for a, b in zip(x, y)]
    return [number(x), number(y), number(both), x[7]]


def virtual_shamt(point):
    """Row x + 2^16 left: it depends on x mod 32 and left only, but for its index."""
    window = q = p = 0
    for left in (0, 1):
        for amount in range(32):
            weight = eq_at(list(point[:5]) + [point[16]], amount + 32 * left)
            (w2, w1, w0), q_here, p_here = decode.shift_parts(amount, left)
            window = window + weight * (w2 + 2 * w1 + 4 * w0)
            q = q + weight * q_here
            p = p + weight * p_here
    return [number(point), window, q, p]


@functools.lru_cache(maxsize=1)  # for the shards of a run
def program_rows(program):
    return [(pc,) + decode.decode(pc, word) for pc, word in program.code]


def virtual(name, point, program):
    if name == "PROGRAM":
        return weighted(point, program_rows(program), 5)
    if name == "IMAGE":
        return weighted(point, [(key & 0x3FFF, key >> 14, value & 0xFFFF, value >> 16)
                                for key, value in program.image], 4)
    if name == "TS2":
        return [number(point[:8]), number(point[8:])]
    return {"RANGE": virtual_range, "BYTE": virtual_byte, "SHAMT": virtual_shamt}[name](point)
