#!/usr/bin/env python3
"""Writes the instructions that examples/edges.c executes, and the results that the RISC-V manual
(volume I, 20191213) wants of them: gen_edges.py > ../examples/edges_ops.S

Every instruction is a routine of its own, f(a0, a1) -> a0, in several forms of its registers."""

M = 0xFFFFFFFF
V = [0, 1, M, 0x7FFFFFFF, 0x80000000, 31, 0x2F3A5C71, 0xCAFEBABE]


def signed(x):
    return x - (1 << 32) if x >> 31 else x


def divide(a, b):
    """quotient and remainder of a division that rounds to zero"""
    q = abs(a) // abs(b)
    q = -q if (a < 0) != (b < 0) else q
    return q, a - q * b


def div(a, b):
    a, b = signed(a), signed(b)
    return -1 if b == 0 else divide(a, b)[0]


def rem(a, b):
    a, b = signed(a), signed(b)
    return a if b == 0 else divide(a, b)[1]


ALU = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "sll": lambda a, b: a << (b & 31),
    "slt": lambda a, b: signed(a) < signed(b),
    "sltu": lambda a, b: a < b,
    "xor": lambda a, b: a ^ b,
    "srl": lambda a, b: a >> (b & 31),
    "sra": lambda a, b: signed(a) >> (b & 31),
    "or": lambda a, b: a | b,
    "and": lambda a, b: a & b,
    "mul": lambda a, b: a * b,
    "mulh": lambda a, b: signed(a) * signed(b) >> 32,
    "mulhsu": lambda a, b: signed(a) * b >> 32,
    "mulhu": lambda a, b: a * b >> 32,
    "div": div,
    "divu": lambda a, b: a // b if b else M,
    "rem": rem,
    "remu": lambda a, b: a % b if b else a,
}
BRANCH = {
    "beq": lambda a, b: a == b,
    "bne": lambda a, b: a != b,
    "blt": lambda a, b: signed(a) < signed(b),
    "bge": lambda a, b: signed(a) >= signed(b),
    "bltu": lambda a, b: a < b,
    "bgeu": lambda a, b: a >= b,
}

text, tables = [], []


def routine(*lines):
    """Adds a routine and returns its label."""
    label = f".Lf{routine.n}"
    routine.n += 1
    text.append(f"{label}:")
    text.extend(f"    {line}" if not line.endswith(":") else line for line in lines)
    text.append("    ret")
    return label


routine.n = 0


def words(values):
    values = [f"{v & M:#x}" if isinstance(v, int) else v for v in values]
    return [f"    .word {', '.join(values[i:i + 8])}" for i in range(0, len(values), 8)]


def table(name, rows):
    tables.extend([f"    .globl {name}", f"{name}:"])
    for row in rows:
        tables.extend(words(row))


def strings(name, names):
    """An array of 8-byte strings."""
    tables.extend([f"    .globl {name}", f"{name}:"])
    tables.extend(f'    .ascii "{n}"; .zero {8 - len(n)}' for n in names)


def register_ops():
    forms = [
        ("{} a2, a0, a1", "mv a0, a2"),
        ("{} a0, a0, a1",),
        ("{} a1, a0, a1", "mv a0, a1"),
        ("{} a2, a0, a0", "mv a0, a2"),
        ("{} a0, a0, a0",),
        ("{} x0, a0, a1", "mv a0, x0"),
        ("{} a2, x0, a1", "mv a0, a2"),
        ("{} a2, a0, x0", "mv a0, a2"),
    ]
    strings("edges_alu_name", ALU)
    table("edges_alu_form", [[routine(*(f.format(op) for f in form)) for form in forms] for op in ALU])
    table("edges_alu_result", [[int(f(a, b)) for a in V for b in V] for f in ALU.values()])


def immediate_ops():
    cases = [(op, imm) for op in ("addi", "slti", "sltiu", "xori", "ori", "andi")
             for imm in (0, 1, -1, 2047, -2048, 0x2A5)]
    cases += [(op, imm) for op in ("slli", "srli", "srai") for imm in (0, 1, 17, 31)]
    forms = [
        ("{} a2, a0, {}", "mv a0, a2"),
        ("{} a0, a0, {}",),
        ("{} x0, a0, {}", "mv a0, x0"),
        ("{} a2, x0, {}", "mv a0, a2"),
    ]
    alu = {"addi": "add", "slti": "slt", "sltiu": "sltu", "xori": "xor", "ori": "or", "andi": "and",
           "slli": "sll", "srli": "srl", "srai": "sra"}
    strings("edges_imm_name", [op for op, _ in cases])
    table("edges_imm_form", [[routine(*(f.format(*case) for f in form)) for form in forms]
                             for case in cases])
    table("edges_imm_result", [[int(ALU[alu[op]](a, imm & M)) for a in V] for op, imm in cases])
    return len(cases)


def branches():
    strings("edges_branch_name", BRANCH)
    rows = []
    for op in BRANCH:
        forward = ("{} 1f", "li a0, 0", "ret", "1:", "li a0, 1")
        backward = ("j 2f", "1:", "li a0, 1", "ret", "2:", "{} 1b", "li a0, 0")
        rows.append([routine(*(line.format(f"{op} {regs},") for line in shape))
                     for shape in (forward, backward) for regs in ("a0, a1", "a0, a0", "x0, a1", "a0, x0")])
    table("edges_branch_form", rows)
    table("edges_branch_result", [[int(f(a, b)) for a in V for b in V] for f in BRANCH.values()])


def single_cases():
    """Cases {name, routine, a0, a1, result}; the result of a store is the middle one of the three
    words at edges_buffer, which hold FILL before."""
    names, cases = [], []

    def case(name, label, a, b, result):
        names.append(name)
        cases.append([label, a, b, result])

    for imm in (0, 1, 0x7FFFF, 0x80000, 0xFFFFF, 0x12345):
        case("lui", routine(f"lui a0, {imm:#x}"), 0, 0, imm << 12)
        n = f".Lpc{imm}"
        case("auipc", routine(f"{n}:", f"auipc a0, {imm:#x}"), 0, 0, f"{n} + {signed(imm << 12)}")
    case("lui", routine("lui x0, 0x12345", "mv a0, x0"), 0, 0, 0)
    case("auipc", routine("auipc x0, 0x12345", "mv a0, x0"), 0, 0, 0)

    def link(name, *lines):
        """A jump that stores its link in a0; the label L stands behind the jump."""
        n = f".Llink{len(cases)}"
        case(name, routine(*(line.replace("L:", n + ":") for line in lines)), 0, 0, n)

    link("jal", "jal a0, 1f", "L:", "li a0, 0", "1:")
    link("jal", "j 2f", "1:", "ret", "2:", "jal a0, 1b", "L:", "li a0, 0")
    link("jal", "mv a2, ra", "jal ra, 1f", "L:", "li a0, 0", "ret", "1:", "mv a0, ra", "mv ra, a2")
    case("jal", routine("jal x0, 1f", "li a0, 0", "1:", "mv a0, x0"), 7, 0, 0)
    for base, imm in ((0, 0), (4, -4), (-4, 4), (-2047, 2047), (2048, -2048), (1, 0), (0, 1), (2, -1)):
        t = f".Lto{len(cases)}"
        link("jalr", f"la a2, {t} + {base}", f"jalr a0, {imm}(a2)", "L:", "li a0, 0", f"{t}:")
        t = f".Lto{len(cases)}"
        link("jalr", f"la a0, {t} + {base}", f"jalr a0, {imm}(a0)", "L:", "li a0, 0", f"{t}:")
    case("jalr", routine("la a2, 1f", "jalr x0, 0(a2)", "li a0, 0", "1:"), 7, 0, 7)

    data = [0x00017F80, 0x8000FF01, 0xFFFE7FFF, 0xFFFF0000]
    octets = b"".join(w.to_bytes(4, "little") for w in data)
    tables.extend(["    .globl edges_data", "edges_data:"] + words(data))
    for op, size, is_signed in (("lb", 1, 1), ("lbu", 1, 0), ("lh", 2, 1), ("lhu", 2, 0), ("lw", 4, 0)):
        for imm in (0, 1, 3, 4, -1, -4, 2047, -2048):
            plain = routine(f"{op} a2, {imm}(a0)", "mv a0, a2")
            in_place = routine(f"{op} a0, {imm}(a0)")
            for at in range(0, 16, size) if imm == 0 else [4]:
                value = int.from_bytes(octets[at:at + size], "little")
                value -= (value >> (8 * size - 1) << 8 * size) * is_signed
                case(op, plain, f"edges_data + {at - imm}", 0, value)
                if at % 8 == 4: case(op, in_place, f"edges_data + {at - imm}", 0, value)
        case(op, routine(f"{op} x0, 0(a0)", "mv a0, x0"), "edges_data + 4", 0, 0)

    fill = 0xA5C3E187
    stored = (0, 1, M, 0x80FF7F01, 0x7F, 0x7FFF, 0x8000)
    for op, size in (("sb", 1), ("sh", 2), ("sw", 4)):
        for imm in (0, 1, 3, 4, -1, -4, 2047, -2048):
            plain = routine(f"{op} a1, {imm}(a0)")
            for at in range(0, 4, size) if imm == 0 else [0]:
                for value in stored if imm == 0 else [0x12345678]:
                    octets = bytearray(fill.to_bytes(4, "little"))
                    octets[at:at + size] = value.to_bytes(4, "little")[:size]
                    case(op, plain, f"edges_buffer + {4 + at - imm}", value,
                         int.from_bytes(octets, "little"))
        case(op, routine(f"{op} x0, 0(a0)"), "edges_buffer + 4", M, fill >> 8 * size << 8 * size)
    # the address itself: edges_buffer is at a multiple of 4096, and the second sh stores a difference
    case("sw", routine("sw a0, 0(a0)"), "edges_buffer + 4", 0, "edges_buffer + 4")
    case("sb", routine("sb a0, 0(a0)"), "edges_buffer + 4", 0, fill >> 8 << 8 | 4)
    case("sh", routine("sh a0, 0(a0)", "lhu a2, 0(a0)", "slli a1, a0, 16", "srli a1, a1, 16",
                       "sub a2, a2, a1", "sh a2, 0(a0)"), "edges_buffer + 4", 0, fill >> 16 << 16)
    case("fence", routine("fence"), 5, 0, 5)
    case("fence", routine("fence rw, w"), 6, 0, 6)

    strings("edges_case_name", names)
    table("edges_case", cases)
    return len(cases), fill


register_ops()
nimm = immediate_ops()
branches()
ncase, fill = single_cases()
table("edges_value", [V])
table("edges_count", [[len(V), len(ALU), nimm, len(BRANCH), ncase, fill]])

print("# Written by tools/gen_edges.py: do not edit.")
print("    .text\n    .type edges_ops, @function\nedges_ops:")
print("    .option push\n    .option norelax")
print("\n".join(text))
print("    .option pop\n    .size edges_ops, . - edges_ops")
print('    .section .rodata.edges, "a", @progbits\n    .balign 4')
print("\n".join(tables))
