"""ELF files and instruction words for the tests."""
import struct

CODE = 0x08000000
READ, WRITE, EXECUTE = 4, 2, 1
ECALL = 0x73
HALT = (0x293, 0x513, ECALL)  # li t0, 0; li a0, 0; ecall


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


def i_type(opcode, funct3, rd, rs1, imm):
    return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | (imm & 0xFFF) << 20


def lui(rd, value):
    return 0x37 | rd << 7 | value & 0xFFFFF000


def addi(rd, rs1, imm):
    return i_type(0x13, 0, rd, rs1, imm)


def lw(rd, rs1, imm):
    return i_type(0x03, 2, rd, rs1, imm)


def sw(rs2, rs1, imm):
    return 0x23 | (imm & 31) << 7 | 2 << 12 | rs1 << 15 | rs2 << 20 | (imm >> 5 & 127) << 25


def add(rd, rs1, rs2):
    return 0x33 | rd << 7 | rs1 << 15 | rs2 << 20


def bnez(rs1, offset):
    return (0x63 | (offset >> 11 & 1) << 7 | (offset >> 1 & 15) << 8 | 1 << 12 | rs1 << 15
            | (offset >> 5 & 63) << 25 | (offset >> 12 & 1) << 31)


def add_up(n_words, rounds, commits=False):
    """Adds each of the first hint words to a word of memory `rounds` times, and the sums to one more word:
    about 6 n_words rounds steps, whatever the hints are. commits: to the first eight sums as a digest."""
    commit = (lui(10, 0x10000000), addi(5, 0, 16), ECALL) if commits else ()
    return code(lui(1, 0x28000000), lui(2, 0x10000000), lui(9, 0x10001000), addi(4, 0, n_words),
                addi(3, 0, rounds),
                lw(7, 1, 0), lw(8, 2, 0), add(8, 8, 7), sw(8, 2, 0), addi(3, 3, -1), bnez(3, -20),
                lw(11, 9, 0), add(11, 11, 8), sw(11, 9, 0), addi(1, 1, 4), addi(2, 2, 4), addi(4, 4, -1),
                bnez(4, -52), *commit, *HALT)


OPCODES = (0x03, 0x0F, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6F, 0x73)


def random_instruction(rng):
    """Mostly near the valid encodings, registers often equal or zero."""
    if rng.random() < 0.1:
        return rng.getrandbits(32)
    register = lambda: rng.choice((0, 0, 1, 2, 5, 31, rng.randrange(32)))
    funct7 = rng.choice((0, 0, 0x20, 1, 0x7F, 0x40, rng.randrange(128)))
    return (rng.choice(OPCODES) | register() << 7 | rng.randrange(8) << 12 | register() << 15 | register() << 20
            | funct7 << 25)
