"""ELF files and instruction words for the tests."""
import struct

CODE = 0x08000000
READ, WRITE, EXECUTE = 4, 2, 1
HALT = (0x00000293, 0x00000513, 0x00000073)  # li t0, 0; li a0, 0; ecall


def words(*values):
    return struct.pack("<%dI" % len(values), *values)


def elf(segments, entry=CODE, flags=0, kind=1):
    """segments: (permissions, address, bytes of the file, bytes of memory)"""
    offset = 52 + 32 * len(segments)
    headers = body = b""
    for permissions, address, data, n_memory in segments:
        headers += struct.pack("<8I", kind, offset + len(body), address, address, len(data), n_memory, permissions, 4)
        body += data
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    head += struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, entry, 52, 0, flags, 52, 32, len(segments), 0, 0, 0)
    return head + headers + body


def code(*values, at=CODE):
    return elf([(READ | EXECUTE, at, words(*values), 4 * len(values))], at)


OPCODES = (0x03, 0x0F, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6F, 0x73)


def random_instruction(rng):
    """Mostly near the valid encodings, registers often equal or zero."""
    if rng.random() < 0.1:
        return rng.getrandbits(32)
    register = lambda: rng.choice((0, 0, 1, 2, 5, 31, rng.randrange(32)))
    funct7 = rng.choice((0, 0, 0x20, 1, 0x7F, 0x40, rng.randrange(128)))
    return (rng.choice(OPCODES) | register() << 7 | rng.randrange(8) << 12 | register() << 15 | register() << 20
            | funct7 << 25)
