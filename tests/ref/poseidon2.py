"""Poseidon2, the leaf hash, the nodes and paths of Merkle trees (protocol.md, section 1)."""
import functools

from field import P
from poseidon2_constants import DIAGONAL, FINAL, INITIAL, PARTIAL

WIDTH, RATE = 16, 8
TAG_LEAF, TAG_TRANSCRIPT, TAG_FORK, TAG_GRIND, TAG_CURVE = 1, 2, 3, 4, 6


def external(s):
    """circ(2, 3, 1, 1) on each group of four words, then the sum of all groups on top of each."""
    t = []
    for i in (0, 4, 8, 12):
        a, b, c, d = s[i:i + 4]
        all4 = a + b + c + d
        t += (all4 + a + 2 * b, all4 + b + 2 * c, all4 + c + 2 * d, all4 + d + 2 * a)
    t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15 = t
    w, x, y, z = t0 + t4 + t8 + t12, t1 + t5 + t9 + t13, t2 + t6 + t10 + t14, t3 + t7 + t11 + t15
    return [t0 + w, t1 + x, t2 + y, t3 + z, t4 + w, t5 + x, t6 + y, t7 + z,
            t8 + w, t9 + x, t10 + y, t11 + z, t12 + w, t13 + x, t14 + y, t15 + z]


def full_round(s, constants):
    return external([(cube := (y := x + c) * y * y % P) * cube * y % P for x, c in zip(s, constants)])


@functools.lru_cache(maxsize=1 << 16)  # queries meet on the way up; tests verify a proof again with one word changed
def permutation(state):
    s = external(state)
    for constants in INITIAL:
        s = full_round(s, constants)
    for constant in PARTIAL:
        y = s[0] + constant
        cube = y * y * y % P
        s[0] = cube * cube * y % P
        total = sum(s)
        s = [(total + d * x) % P for d, x in zip(DIAGONAL, s)]
    for constants in FINAL:
        s = full_round(s, constants)
    return [x % P for x in s]


def permute(state):
    return list(permutation(tuple(state)))


def hash_leaf(words):
    state = [0] * WIDTH
    state[RATE], state[RATE + 1] = TAG_LEAF, len(words)
    for at in range(0, len(words), RATE):
        block = words[at:at + RATE]
        state[:RATE] = block + [0] * (RATE - len(block))
        state = permute(state)
    return state[:RATE]


def compress(left, right):
    return [(x + y) % P for x, y in zip(permute(left + right), left)]


class MerkleCap:
    """The nodes at one depth of a tree: all that a verifier keeps of it."""

    def __init__(self, nodes, path_length):
        self.nodes, self.path_length = nodes, path_length

    def holds(self, index, leaf_words, path):
        """Whether the leaf `index` has these words, by the siblings from the leaf up."""
        assert len(path) == self.path_length
        node = hash_leaf(leaf_words)
        for sibling in path:
            node = compress(sibling, node) if index & 1 else compress(node, sibling)
            index >>= 1
        return node == self.nodes[index]


def cap_depth(log_leaves):
    return min(6, log_leaves)
