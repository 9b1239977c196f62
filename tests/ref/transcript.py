"""The Fiat-Shamir transcript (protocol.md, section 1)."""
from field import P
from poseidon2 import RATE, TAG_FORK, TAG_GRIND, TAG_TRANSCRIPT, WIDTH, permute

LABELS = dict(enumerate((
    "HEADER", "PROGRAM", "STATEMENT", "ROOT", "NONCE", "FORK", "GKR_ROOT", "GKR_ROUND", "GKR_EVALS", "MAIN_ROUND",
    "COLUMNS", "JOIN", "OPEN_ROUND", "V", "FOLD_ROOT", "FOLD_ROUND", "FINAL"), 1))
(HEADER, PROGRAM, STATEMENT, ROOT, NONCE, FORK, GKR_ROOT, GKR_ROUND, GKR_EVALS, MAIN_ROUND, COLUMNS, JOIN,
 OPEN_ROUND, V, FOLD_ROOT, FOLD_ROUND, FINAL) = LABELS


class Transcript:
    def __init__(self, extension, tag=TAG_TRANSCRIPT):
        self.extension = extension
        self.state = [0] * WIDTH
        self.state[RATE] = tag
        self.position = None

    def absorb(self, label, words):
        assert words
        self.state[RATE + 1] = (self.state[RATE + 1] + label) % P
        self.state[RATE + 2] = (self.state[RATE + 2] + len(words)) % P
        for at in range(0, len(words), RATE):
            block = words[at:at + RATE]
            self.state[:RATE] = block + [0] * (RATE - len(block))
            self.state = permute(self.state)
        self.position = 0

    def squeeze(self):
        if self.position == RATE:
            self.state = permute(self.state)
            self.position = 0
        word = self.state[self.position]
        self.position += 1
        return word

    def squeeze_words(self, n):
        return [self.squeeze() for _ in range(n)]

    def challenge(self):
        return self.extension(tuple(self.squeeze_words(self.extension.degree)))

    def fork(self, seed, number):
        out = Transcript(self.extension, TAG_FORK)
        out.absorb(FORK, seed + [number])
        return out

    def grind(self, bits, nonce):
        """Whether the nonce has this much work in it. It is absorbed in any case."""
        seed = self.squeeze_words(RATE)
        worked = permute(seed + [TAG_GRIND, nonce] + [0] * 6)[0]
        self.absorb(NONCE, [nonce])
        return worked & ((1 << bits) - 1) == 0


def limbs(values):
    """32-bit integers as pairs of 16-bit words."""
    out = []
    for v in values:
        out += (v & 0xFFFF, v >> 16)
    return out
