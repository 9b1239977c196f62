"""A small RV32IM machine with the guest ABI, written from the RISC-V manual (volume I, 20191213)
alone: a second opinion on what a guest does, and the means to see which operands were tested."""
import struct

M = 0xFFFFFFFF
MEMORY_LIMIT = 0x40000000
HINT_START = 0x28000000


class Trap(Exception):
    pass


def signed(x):
    return x - (1 << 32) if x >> 31 else x


def sext(x, bits):
    return x - (1 << bits) if x >> (bits - 1) & 1 else x


def quotient(a, b):
    q = abs(a) // abs(b)
    return -q if (a < 0) != (b < 0) else q


def div(a, b):
    a, b = signed(a), signed(b)
    return quotient(a, b) if b else -1


def rem(a, b):
    a, b = signed(a), signed(b)
    return a - b * quotient(a, b) if b else a


ALU = {
    "ADD": lambda a, b: a + b,
    "SUB": lambda a, b: a - b,
    "SLL": lambda a, b: a << (b & 31),
    "SLT": lambda a, b: int(signed(a) < signed(b)),
    "SLTU": lambda a, b: int(a < b),
    "XOR": lambda a, b: a ^ b,
    "SRL": lambda a, b: a >> (b & 31),
    "SRA": lambda a, b: signed(a) >> (b & 31),
    "OR": lambda a, b: a | b,
    "AND": lambda a, b: a & b,
    "MUL": lambda a, b: a * b,
    "MULH": lambda a, b: signed(a) * signed(b) >> 32,
    "MULHSU": lambda a, b: signed(a) * b >> 32,
    "MULHU": lambda a, b: a * b >> 32,
    "DIV": div,
    "DIVU": lambda a, b: a // b if b else M,
    "REM": rem,
    "REMU": lambda a, b: a % b if b else a,
}
IMM = {"ADDI": "ADD", "SLTI": "SLT", "SLTIU": "SLTU", "XORI": "XOR", "ORI": "OR", "ANDI": "AND",
       "SLLI": "SLL", "SRLI": "SRL", "SRAI": "SRA"}
BRANCH = {
    "BEQ": lambda a, b: a == b,
    "BNE": lambda a, b: a != b,
    "BLT": lambda a, b: signed(a) < signed(b),
    "BGE": lambda a, b: signed(a) >= signed(b),
    "BLTU": lambda a, b: a < b,
    "BGEU": lambda a, b: a >= b,
}
LOAD = {"LB": (1, True), "LH": (2, True), "LW": (4, False), "LBU": (1, False), "LHU": (2, False)}
STORE = {"SB": 1, "SH": 2, "SW": 4}
OPS = ["LUI", "AUIPC", "JAL", "JALR", *BRANCH, *LOAD, *STORE, *IMM, *ALU, "FENCE", "ECALL"]

_LOAD3 = {0: "LB", 1: "LH", 2: "LW", 4: "LBU", 5: "LHU"}
_STORE3 = {0: "SB", 1: "SH", 2: "SW"}
_BRANCH3 = {0: "BEQ", 1: "BNE", 4: "BLT", 5: "BGE", 6: "BLTU", 7: "BGEU"}
_IMM3 = {0: "ADDI", 2: "SLTI", 3: "SLTIU", 4: "XORI", 6: "ORI", 7: "ANDI"}
_ALU = {(0, 0): "ADD", (0x20, 0): "SUB", (0, 1): "SLL", (0, 2): "SLT", (0, 3): "SLTU",
        (0, 4): "XOR", (0, 5): "SRL", (0x20, 5): "SRA", (0, 6): "OR", (0, 7): "AND",
        (1, 0): "MUL", (1, 1): "MULH", (1, 2): "MULHSU", (1, 3): "MULHU", (1, 4): "DIV",
        (1, 5): "DIVU", (1, 6): "REM", (1, 7): "REMU"}


def decode(w):
    """(name, rd, rs1, rs2, immediate) of an instruction word."""
    opcode, rd, f3 = w & 0x7F, w >> 7 & 31, w >> 12 & 7
    rs1, rs2, f7 = w >> 15 & 31, w >> 20 & 31, w >> 25
    i_imm = sext(w >> 20, 12)
    name, imm = None, 0
    if opcode == 0x37:
        name, imm = "LUI", w & 0xFFFFF000
    elif opcode == 0x17:
        name, imm = "AUIPC", w & 0xFFFFF000
    elif opcode == 0x6F:
        name = "JAL"
        imm = sext((w >> 31) << 20 | (w >> 12 & 255) << 12 | (w >> 20 & 1) << 11 | (w >> 21 & 1023) << 1, 21)
    elif opcode == 0x67 and f3 == 0:
        name, imm = "JALR", i_imm
    elif opcode == 0x63:
        name = _BRANCH3.get(f3)
        imm = sext((w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1, 13)
    elif opcode == 0x03:
        name, imm = _LOAD3.get(f3), i_imm
    elif opcode == 0x23:
        name, imm = _STORE3.get(f3), sext(f7 << 5 | rd, 12)
    elif opcode == 0x13:
        if f3 in (1, 5):
            name, imm = {(1, 0): "SLLI", (5, 0): "SRLI", (5, 0x20): "SRAI"}.get((f3, f7)), rs2
        else:
            name, imm = _IMM3[f3], i_imm
    elif opcode == 0x33:
        name = _ALU.get((f7, f3))
    elif opcode == 0x0F and f3 == 0:
        name = "FENCE"
    elif w == 0x73:
        name = "ECALL"
    if name is None:
        raise Trap(f"illegal instruction {w:#010x}")
    return name, rd, rs1, rs2, imm


class Elf:
    """The loadable segments and symbols of an ELF32 file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            raw = f.read()
        if raw[:6] != b"\x7fELF\x01\x01":
            raise ValueError(f"{path}: not a little-endian ELF32 file")
        self.entry, phoff, shoff = struct.unpack_from("<III", raw, 24)
        phentsize, phnum, shentsize, shnum = struct.unpack_from("<HHHH", raw, 42)
        self.segments, self.symbols = [], {}
        for i in range(phnum):
            kind, offset, vaddr, _, filesz, _, flags, _ = struct.unpack_from("<8I", raw, phoff + i * phentsize)
            if kind == 1 and filesz:
                self.segments.append((vaddr, raw[offset:offset + filesz], flags))
        sections = [struct.unpack_from("<10I", raw, shoff + i * shentsize) for i in range(shnum)]
        for section in sections:
            if section[1] != 2:
                continue
            text = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 16):
                name, value = struct.unpack_from("<II", raw, at)
                end = raw.index(b"\0", text + name)
                self.symbols[raw[text + name:end].decode()] = value


class Machine:
    """Runs a guest. output[fd] are the bytes written, digest what was committed."""

    def __init__(self, elf, hints=b""):
        self.x = [0] * 32
        self.pc = elf.entry
        self.steps = 0
        self.pages = {}
        self.code = {}
        self.output = {1: bytearray(), 2: bytearray(), 3: bytearray()}
        self.digest = None
        self.exit_code = None
        for address, data, flags in elf.segments:
            self.store(address, data)
            if flags & 1:
                for i in range(0, len(data) - 3, 4):
                    self.code[address + i] = data[i:i + 4]
        self.store(HINT_START, hints)

    def _page(self, address):
        page = self.pages.get(address >> 12)
        if page is None:
            page = self.pages[address >> 12] = bytearray(4096)
        return page

    def store(self, address, data):
        while data:
            at = address & 4095
            n = min(len(data), 4096 - at)
            self._page(address)[at:at + n] = data[:n]
            address, data = address + n, data[n:]

    def load(self, address, n):
        out = bytearray()
        while n:
            at = address & 4095
            k = min(n, 4096 - at)
            out += self._page(address)[at:at + k]
            address, n = address + k, n - k
        return bytes(out)

    def _address(self, base, imm, size):
        address = (base + imm) & M
        if address % size or address >= MEMORY_LIMIT:
            raise Trap(f"pc {self.pc:#x}: access of {size} bytes at {address:#x}")
        return address

    def _ecall(self):
        x = self.x
        code = x[5]
        if code == 0:
            self.exit_code = x[10]
        elif code == 2:
            if x[10] in self.output:
                self.output[x[10]] += self.load(x[11], x[12])
        elif code == 0x10:
            if self.digest is not None:
                raise Trap("a second commitment")
            self.digest = self.load(self._address(x[10], 0, 4), 32)
        elif code not in (3, 4):
            raise Trap(f"pc {self.pc:#x}: unknown ecall {code:#x}")

    def run(self, see=None, limit=1 << 26):
        """Runs to the halt. see(pc, insn, a, b, taken, value) is called at every step."""
        x, code, page = self.x, self.code, self._page
        while self.exit_code is None:
            pc = self.pc
            insn = code.get(pc)
            if insn is None:
                raise Trap(f"pc {pc:#x}: no instruction")
            if type(insn) is bytes:
                insn = code[pc] = decode(int.from_bytes(insn, "little"))
            name, rd, rs1, rs2, imm = insn
            a, b, to, value = x[rs1], x[rs2], pc + 4, None
            if name in ALU:
                value = ALU[name](a, b)
            elif name in IMM:
                value = ALU[IMM[name]](a, imm & M)
            elif name in LOAD:
                size, is_signed = LOAD[name]
                at = self._address(a, imm, size)
                value = int.from_bytes(page(at)[at & 4095:(at & 4095) + size], "little", signed=is_signed)
            elif name in STORE:
                size = STORE[name]
                at = self._address(a, imm, size)
                page(at)[at & 4095:(at & 4095) + size] = b.to_bytes(4, "little")[:size]
            elif name in BRANCH:
                if BRANCH[name](a, b):
                    to = pc + imm
            elif name == "LUI":
                value = imm
            elif name == "AUIPC":
                value = pc + imm
            elif name == "JAL":
                value, to = pc + 4, pc + imm
            elif name == "JALR":
                value, to = pc + 4, (a + imm) & M & ~1
            elif name == "ECALL":
                self._ecall()
            if see:
                see(pc, insn, a, b, to != pc + 4, value)
            if value is not None and rd:
                x[rd] = value & M
            self.pc = to & M
            self.steps += 1
            if self.steps > limit:
                raise Trap("too many steps")
