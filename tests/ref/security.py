"""Bits of every round (security.md, section 4)."""
from math import log2

from field import P, log2_ceil
from refusal import check

LONG = 19  # from this log_height on: the better bound for lines, and a radius below 1/4
LEAST_BITS = {4: 100, 5: 128}


def rounds(parameters, shape, n_public_terms):
    """(name, error times the size of the extension, bits of grinding)"""
    p = parameters
    degree = sum(t.n_rows * sum(max(1, len(i)) for i in t.chip.interactions) for t in shape.traces)
    yield "alpha, beta", degree + 15 * n_public_terms, p.grind_alpha
    yield "GKR lambda", 1, 0
    yield "GKR round", 3, 0
    yield "main lambda", max(len(t.chip.constraints) for t in shape.traces) + 1, 0
    yield "main round", 4, 0
    yield "claim combination", sum(len(t.chip.columns) for t in shape.traces), 0
    yield "opening round", 2, 0
    n = 2 ** (p.log_height + 1)
    line = n // 4 + 1 if p.log_height >= LONG else n
    yield "batch by eq(u, j)", log2_ceil(shape.n_columns) * line, p.grind_u
    yield "fold", (n // 8 + 1 if p.log_height >= LONG else n // 2) + 2, 0


def check_security(parameters, shape, n_public_terms):
    """Bits by name of the round."""
    field = parameters.degree * log2(P)
    out = {name: field - log2(error) + grinding
           for name, error, grinding in rounds(parameters, shape, n_public_terms) if error}
    missed = 3 / 4 + (24 / 2 ** (parameters.log_height + 1) if parameters.log_height >= LONG else 0)
    out["queries"] = parameters.queries * -log2(missed) + parameters.grind_query
    worst = min(out, key=out.get)
    check(out[worst] >= LEAST_BITS[parameters.degree], "security", "%.1f bits in %s" % (out[worst], worst))
    return out
