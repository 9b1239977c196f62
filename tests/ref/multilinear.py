"""Multilinear extensions that the verifier computes itself (protocol.md, section 1)."""


def eq(a, b):
    """Product of a_t b_t + (1 - a_t)(1 - b_t); coordinates beyond the shorter of the two do not count."""
    out = 1
    for x, y in zip(a, b):
        xy = x * y
        out = out * (1 - x - y + xy + xy)
    return out


def eq_at(point, index):
    """eq(point, bits of index)"""
    out = 1
    for t, x in enumerate(point):
        out = out * (x if index >> t & 1 else 1 - x)
    return out


def eq_table(point, count=None):
    """[eq(point, i)] for i < count, by default for all 2^n."""
    table = [1]
    for x in reversed(point):
        grown = []
        for value in table:
            high = value * x
            grown += (value - high, high)
        table = grown
    return table if count is None else table[:count]


def selector(point, count):
    """MLE of the vector that is 1 below `count` and 0 from there on."""
    n = len(point)
    if count >> n:
        assert count == 1 << n
        return 1
    # index < count: some bit of count is 1 where the index has 0, all higher bits agree
    out, agree = 0, 1
    for t in reversed(range(n)):
        if count >> t & 1:
            out = out + agree * (1 - point[t])
            agree = agree * point[t]
        else:
            agree = agree * (1 - point[t])
    return out
