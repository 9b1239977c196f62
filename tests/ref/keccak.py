"""Keccak-256 with the padding of the original submission (0x01), which hashlib does not have."""

MASK = (1 << 64) - 1
RATE = 136


def _round_constants():
    """rc of FIPS 202, section 3.2.5: bit 2^j - 1 of round i is bit 7i + j of a linear register."""
    register, out = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        out.append(constant)
    return out


def _rotations():
    out, x, y = {(0, 0): 0}, 1, 0
    for t in range(24):
        out[x, y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return out


CONSTANTS, ROTATIONS = _round_constants(), _rotations()


def _rotate(lane, by):
    return (lane << by | lane >> (64 - by)) & MASK


def _permute(a):
    """a[x + 5y]"""
    for constant in CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ _rotate(c[(x + 1) % 5], 1) for x in range(5)]
        b = [0] * 25
        for (x, y), by in ROTATIONS.items():
            b[y + 5 * ((2 * x + 3 * y) % 5)] = _rotate(a[x + 5 * y] ^ d[x], by)
        a = [b[i] ^ (~b[i // 5 * 5 + (i + 1) % 5] & b[i // 5 * 5 + (i + 2) % 5]) for i in range(25)]
        a[0] ^= constant
    return a


def keccak256(data):
    data = bytearray(data) + b"\x01"
    data += bytes(-len(data) % RATE)
    data[-1] |= 0x80
    state = [0] * 25
    for at in range(0, len(data), RATE):
        for i in range(RATE // 8):
            state[i] ^= int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little")
        state = _permute(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])
