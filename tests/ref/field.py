"""BabyBear and its extensions of degree 4 and 5 (protocol.md, section 1)."""

P = 15 * 2**27 + 1
TWO_ADICITY = 27
OMEGA = 0x1A427A41  # of order 2^27
HALF = (P + 1) // 2

# x^D = W[D]
W = {4: 11, 5: 2}


def inverse(a):
    assert a % P
    return pow(a, P - 2, P)


def root_of_unity(log_order):
    return pow(OMEGA, 1 << (TWO_ADICITY - log_order), P)


def log2_ceil(n):
    """The smallest k with 2^k >= n, for n >= 1."""
    return (n - 1).bit_length()


def reverse_bits(x, width):
    out = 0
    for _ in range(width):
        out = out << 1 | x & 1
        x >>= 1
    return out


class Extension:
    """An element of F[x]/(x^D - W). Operators take elements of the same degree and integers."""
    __slots__ = ("c",)
    degree = None

    def __init__(self, coefficients):
        self.c = coefficients

    @classmethod
    def of(cls, a):
        return cls((a % P,) + (0,) * (cls.degree - 1))

    def __add__(self, b):
        if isinstance(b, int):
            return type(self)(((self.c[0] + b) % P,) + self.c[1:])
        return type(self)(tuple([(x + y) % P for x, y in zip(self.c, b.c)]))

    def __sub__(self, b):
        if isinstance(b, int):
            return self + -b
        return type(self)(tuple([(x - y) % P for x, y in zip(self.c, b.c)]))

    def __neg__(self):
        return type(self)(tuple([-x % P for x in self.c]))

    def __rsub__(self, b):
        return -self + b

    def __mul__(self, b):
        if isinstance(b, int):
            return type(self)(tuple([x * b % P for x in self.c]))
        return type(self)(self.product(self.c, b.c))

    __radd__ = __add__
    __rmul__ = __mul__

    def __pow__(self, e):
        out, square = self.of(1), self
        while e:
            if e & 1:
                out = out * square
            square = square * square
            e >>= 1
        return out

    def inverse(self):
        assert self
        return self ** (P ** self.degree - 2)

    def __eq__(self, b):
        return self.c == (b.c if isinstance(b, Extension) else self.of(b).c)

    __hash__ = None

    def __bool__(self):
        return any(self.c)

    def __repr__(self):
        return repr(self.c)


class K4(Extension):
    __slots__ = ()
    degree = 4

    @staticmethod
    def product(a, b):
        a0, a1, a2, a3 = a
        b0, b1, b2, b3 = b
        return ((a0 * b0 + 11 * (a1 * b3 + a2 * b2 + a3 * b1)) % P,
                (a0 * b1 + a1 * b0 + 11 * (a2 * b3 + a3 * b2)) % P,
                (a0 * b2 + a1 * b1 + a2 * b0 + 11 * a3 * b3) % P,
                (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) % P)


class K5(Extension):
    __slots__ = ()
    degree = 5

    @staticmethod
    def product(a, b):
        a0, a1, a2, a3, a4 = a
        b0, b1, b2, b3, b4 = b
        return ((a0 * b0 + 2 * (a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1)) % P,
                (a0 * b1 + a1 * b0 + 2 * (a2 * b4 + a3 * b3 + a4 * b2)) % P,
                (a0 * b2 + a1 * b1 + a2 * b0 + 2 * (a3 * b4 + a4 * b3)) % P,
                (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + 2 * a4 * b4) % P,
                (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0) % P)


EXTENSIONS = {4: K4, 5: K5}
