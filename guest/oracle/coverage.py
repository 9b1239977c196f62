"""Which operands the random sequences met: a table of instructions and edge classes."""
from collections import Counter

from model import ALU, BRANCH, IMM, LOAD, OPS, STORE, M

SHIFTS = ("SLL", "SRL", "SRA")
DIVISIONS = ("DIV", "REM")
VALUES = ["0", "1", "-1", "min", "max", "rnd"]
COLUMNS = (["a:" + v for v in VALUES] + ["b:" + v for v in VALUES] +
           ["by0", "by31", "b/0", "ovf", "rs=rs", "rd=a", "rd=b", "rd=x0", "a=x0", "b=x0",
            "fwd+", "fwd-", "bwd+", "bwd-", "odd", "@0", "@1", "@2", "@3", "any"])
LEGEND = """a: rs1 (loads: the value loaded; stores: the value stored). b: rs2 or the immediate, min and max
of the immediate's own range. by0, by31: shift amount. b/0: division by zero. ovf: min / -1.
fwd, bwd: jump forward, backward; + taken, - not. odd: jump to an odd address, low bit dropped.
@0 to @3: address mod 4. Cells count executions; . cannot be."""


def classify(value, bits=32):
    value &= (1 << bits) - 1
    top = 1 << (bits - 1)
    return {0: "0", 1: "1", 2 * top - 1: "-1", top: "min", top - 1: "max"}.get(value, "rnd")


def applicable(op):
    """The columns that an instruction can have."""
    a, b = ["a:" + v for v in VALUES], ["b:" + v for v in VALUES]
    jump = ["fwd+", "bwd+"]
    if op in ALU:
        some = a + b + ["rs=rs", "rd=a", "rd=b", "rd=x0", "a=x0", "b=x0"]
        some += ["by0", "by31"] if op in SHIFTS else []
        some += ["b/0"] if op in ("DIV", "DIVU", "REM", "REMU") else []
        some += ["ovf"] if op in DIVISIONS else []
    elif op in IMM:
        some = a + ["rd=a", "rd=x0", "a=x0"]
        some += ["b:rnd", "by0", "by31"] if IMM[op] in SHIFTS else b
    elif op in BRANCH:
        some = a + b + ["rs=rs", "a=x0", "b=x0"] + jump + ["fwd-", "bwd-"]
    elif op in LOAD or op in STORE:
        size = LOAD[op][0] if op in LOAD else STORE[op]
        some = a + b + [f"@{k}" for k in range(0, 4, size)]
        some += ["rd=a", "rd=x0"] if op in LOAD else ["rs=rs", "b=x0"]
    elif op in ("LUI", "AUIPC"):
        some = b + ["rd=x0"]
    elif op == "JAL":
        some = jump + ["rd=x0"]
    elif op == "JALR":
        some = b + jump + ["rd=a", "rd=x0", "odd"]
    else:
        some = []
    return some + ["any"]


class Coverage:
    def __init__(self):
        self.count = Counter()

    def see(self, pc, insn, a, b, taken, value):
        """One executed instruction, as Machine.run reports it."""
        op, rd, rs1, rs2, imm = insn
        hits = ["any"]
        if op in ALU:
            hits += ["a:" + classify(a), "b:" + classify(b)]
            if rs2 == 0: hits.append("b=x0")
            if rd == rs2 != 0: hits.append("rd=b")
            if b == 0: hits.append("b/0")
            if a == 1 << 31 and b == M: hits.append("ovf")
            if op in SHIFTS and b & 31 in (0, 31): hits.append(f"by{b & 31}")
        elif op in IMM:
            hits.append("a:" + classify(a))
            if IMM[op] in SHIFTS: hits.append(f"by{imm}" if imm in (0, 31) else "b:rnd")
            else: hits.append("b:" + classify(imm, 12))
        elif op in BRANCH:
            hits += ["a:" + classify(a), "b:" + classify(b)]
            hits.append(("fwd" if imm > 0 else "bwd") + ("+" if taken else "-"))
            if rs2 == 0: hits.append("b=x0")
        elif op in LOAD:
            hits += ["a:" + classify(value, 8 * LOAD[op][0]), "b:" + classify(imm, 12), f"@{a + imm & 3}"]
        elif op in STORE:
            hits += ["a:" + classify(b, 8 * STORE[op]), "b:" + classify(imm, 12), f"@{a + imm & 3}"]
            if rs2 == 0: hits.append("b=x0")
        elif op in ("LUI", "AUIPC"):
            hits.append("b:" + classify(imm >> 12, 20))
        elif op == "JAL":
            hits.append("fwd+" if imm > 0 else "bwd+")
        elif op == "JALR":
            hits += ["b:" + classify(imm, 12), "fwd+" if a + imm & M > pc else "bwd+"]
            if a + imm & 1: hits.append("odd")
        if op in ALU or op in IMM or op in BRANCH:
            if rs1 == 0: hits.append("a=x0")
        if op in ALU or op in BRANCH or op in STORE:
            if rs1 == rs2: hits.append("rs=rs")
        if op not in BRANCH and op not in STORE and op not in ("FENCE", "ECALL"):
            if rd == 0: hits.append("rd=x0")
            elif rd == rs1: hits.append("rd=a")
        for hit in hits:
            self.count[op, hit] += 1

    def empty(self):
        return [(op, c) for op in OPS for c in applicable(op) if not self.count[op, c]]

    def table(self):
        width = {c: max([len(c)] + [len(str(self.count[op, c])) for op in OPS if c in applicable(op)])
                 for c in COLUMNS}
        lines = ["op      " + " ".join(c.rjust(width[c]) for c in COLUMNS)]
        for op in OPS:
            fits = applicable(op)
            cells = [str(self.count[op, c]) if self.count[op, c] else "EMPTY" for c in COLUMNS]
            cells = [cell if c in fits else "." for cell, c in zip(cells, COLUMNS)]
            lines.append(op.ljust(8) + " ".join(cell.rjust(width[c]) for cell, c in zip(cells, COLUMNS)))
        return "\n".join(lines)
