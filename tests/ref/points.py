"""The curve E over L = F[z]/(z^7 - 2z - 5), and the hash that gives the offset D (protocol.md, section 7).
An element of L is a tuple of seven words, low coefficient first; a point is (x, y), the identity None."""
import functools

from field import P, TWO_ADICITY, inverse
from poseidon2 import TAG_CURVE, permute

DEGREE = 7
POINT_WORDS = 2 * DEGREE
TAG_OFFSET = 6
A = 2
B = (0, 0, 0, 0, 0, 26, 0)
NON_SQUARE = 31  # in F, of multiplicative order p - 1
# 1 + p + ... + p^6, which is odd: the power that takes an element to its norm in F
NORM = (P ** DEGREE - 1) // (P - 1)


def add(a, b):
    return tuple([(x + y) % P for x, y in zip(a, b)])


def subtract(a, b):
    return tuple([(x - y) % P for x, y in zip(a, b)])


def scale(a, k):
    return tuple([x * k % P for x in a])


def multiply(a, b):
    out = [0] * (2 * DEGREE - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            out[i + j] += x * y
    # z^(7 + i) = 2 z^(1 + i) + 5 z^i
    for i in reversed(range(DEGREE - 1)):
        out[i + 1] += 2 * out[DEGREE + i]
        out[i] += 5 * out[DEGREE + i]
    return tuple([x % P for x in out[:DEGREE]])


def power(a, e):
    out, square = (1,) + (0,) * (DEGREE - 1), a
    while e:
        if e & 1:
            out = multiply(out, square)
        square = multiply(square, square)
        e >>= 1
    return out


def invert(a):
    assert any(a)
    rest = power(a, NORM - 1)
    return scale(rest, inverse(multiply(a, rest)[0]))


def word_root(a):
    """A square root of a word other than zero, or None."""
    if pow(a, (P - 1) // 2, P) != 1:
        return None
    # root^2 = a * error; the order of error is a power of two, which goes down until it is 1
    odd = (P - 1) >> TWO_ADICITY
    root, error = pow(a, (odd + 1) // 2, P), pow(a, odd, P)
    generator = pow(NON_SQUARE, odd, P)
    for k in reversed(range(TWO_ADICITY - 1)):
        if pow(error, 1 << k, P) != 1:
            root, error = root * generator % P, error * generator * generator % P
        generator = generator * generator % P
    return root


def root(a):
    """A square root of an element other than zero, or None: a = norm / (a^((NORM - 1) / 2))^2."""
    half = power(a, NORM // 2)
    norm = word_root(multiply(a, multiply(half, half))[0])
    return norm and scale(invert(half), norm)


def right_side(x):
    return add(add(multiply(multiply(x, x), x), scale(x, A)), B)


def is_point(point):
    x, y = point
    return multiply(y, y) == right_side(x)


def negate(point):
    return point and (point[0], scale(point[1], P - 1))


def plus(p, q):
    """Complete addition."""
    if p is None or q is None:
        return p or q
    if p == negate(q):
        return None
    (px, py), (qx, qy) = p, q
    if p == q:
        tangent = add(scale(multiply(px, px), 3), (A,) + (0,) * (DEGREE - 1))
        slope = multiply(tangent, invert(scale(py, 2)))
    else:
        slope = multiply(subtract(qy, py), invert(subtract(qx, px)))
    x = subtract(subtract(multiply(slope, slope), px), qx)
    return x, subtract(multiply(slope, subtract(px, x)), py)


def hash_to_curve(words, tag):
    """The point of five words."""
    for nonce in range(P):
        x = tuple(permute(list(words) + [nonce, 0, 0, tag, TAG_CURVE] + [0] * 6)[:DEGREE])
        y = root(right_side(x))
        if y and y[-1]:
            return (x, y) if y[-1] <= (P - 1) // 2 else (x, scale(y, P - 1))


@functools.lru_cache(maxsize=None)
def offset():
    """D, from which the sum of each shard starts."""
    return hash_to_curve([0] * 5, TAG_OFFSET)
