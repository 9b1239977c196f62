#!/usr/bin/env python3
"""Writes an assembler program of random RV32IM instruction sequences to stdout:
gen_random.py SEED SEQUENCES

Every sequence starts from its own values in all registers (edge values and random ones), executes
about 40 instructions on them and on 64 bytes of memory, and ends by dumping all registers and the
memory to fd 1 (see random.c), 192 bytes in all. One register of each sequence, picked at random,
holds the address of the memory and is never written."""
import random
import sys

M = 0xFFFFFFFF
EDGES = [0, 1, M, 0x80000000, 0x7FFFFFFF]
MORE = EDGES + [2, M - 1, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x80000001, 0x55555555]
IMM12 = [0, 1, -1, -2048, 2047]
UPPER = [0, 1, 0xFFFFF, 0x80000, 0x7FFFF]

ALU = "add sub sll slt sltu xor srl sra or and mul mulh mulhsu mulhu div divu rem remu".split()
IMM = "addi slti sltiu xori ori andi".split()
SHIFT = "slli srli srai".split()
BRANCH = "beq bne blt bge bltu bgeu".split()
LOAD = {"lb": 1, "lh": 2, "lw": 4, "lbu": 1, "lhu": 2}
STORE = {"sb": 1, "sh": 2, "sw": 4}
KINDS = ALU + IMM + SHIFT + BRANCH + list(LOAD) + list(STORE) + "lui auipc jal jalr fence loop".split()
WINDOW = 64  # bytes of memory, random_window in their middle


class Sequence:
    def __init__(self, rng, number):
        self.rng = rng
        self.base = rng.randrange(1, 32)
        self.busy = {self.base}  # registers that must keep their value
        self.lines = []
        self.labels = 0
        self.number = number

    def emit(self, line):
        self.lines.append(f"    {line}")

    def label(self):
        self.labels += 1
        return f".Ls{self.number}_{self.labels}"

    def place(self, label):
        self.lines.append(f"{label}:")

    def value(self):
        return self.rng.choice(MORE) if self.rng.random() < 0.6 else self.rng.getrandbits(32)

    def imm12(self):
        return self.rng.choice(IMM12) if self.rng.random() < 0.6 else self.rng.randrange(-2048, 2048)

    def target(self):
        """A register to be written; x0 now and then."""
        if self.rng.random() < 0.08:
            return 0
        return self.scratch()

    def scratch(self):
        return self.rng.choice([r for r in range(1, 32) if r not in self.busy])

    def operands(self, edges):
        """rs1 and rs2, which half of the time get fresh values first."""
        rng = self.rng
        a, b = rng.randrange(32), rng.randrange(32)
        if rng.random() < 0.15:
            b = a
        for r in (a, b):
            if r and r not in self.busy and rng.random() < 0.6:
                v = rng.choice(edges) if rng.random() < 0.8 else rng.getrandbits(32)
                self.emit(f"li x{r}, {v:#x}")
        return a, b

    def pick_target(self, a, b):
        rng = self.rng.random()
        if rng < 0.15 and a not in self.busy: return a
        if rng < 0.30 and b not in self.busy: return b
        return self.target()


    def simple(self):
        """An instruction without memory or control flow."""
        kind = self.rng.choice(ALU + IMM + SHIFT)
        self.alu(kind)

    def alu(self, kind):
        rng = self.rng
        a, b = self.operands(EDGES)
        if kind in ("sll", "srl", "sra") and b and b not in self.busy and rng.random() < 0.4:
            self.emit(f"li x{b}, {rng.choice([0, 31, 32, 63, M]):#x}")
        d = self.pick_target(a, b)
        if kind in ALU:
            self.emit(f"{kind} x{d}, x{a}, x{b}")
        elif kind in SHIFT:
            amount = rng.choice([0, 1, 31]) if rng.random() < 0.6 else rng.randrange(32)
            self.emit(f"{kind} x{d}, x{a}, {amount}")
        else:
            self.emit(f"{kind} x{d}, x{a}, {self.imm12()}")

    def memory(self, kind):
        """A load or store inside the window, with any immediate."""
        rng = self.rng
        size = LOAD.get(kind) or STORE[kind]
        at = rng.randrange(-WINDOW // 2, WINDOW // 2, size)
        r, imm = self.base, at
        if rng.random() < 0.75:
            r, imm = self.scratch(), self.imm12()
            self.emit(f"la x{r}, random_window + {at - imm}")
        if kind in LOAD:
            d = self.pick_target(r, r)
            if rng.random() < 0.4:
                self.value_at(at & ~3, r)
            self.emit(f"{kind} x{d}, {imm}(x{r})")
        else:
            s = r if rng.random() < 0.1 else rng.randrange(32)
            if s and s != r and s not in self.busy and rng.random() < 0.6:
                self.emit(f"li x{s}, {self.value():#x}")
            self.emit(f"{kind} x{s}, {imm}(x{r})")

    def value_at(self, at, keep):
        """Puts a fresh value into the word at an offset of the window."""
        others = [r for r in range(1, 32) if r not in self.busy and r != keep]
        r = self.rng.choice(others)
        self.emit(f"li x{r}, {self.value():#x}")
        self.emit(f"sw x{r}, {at}(x{self.base})")

    def block(self):
        for _ in range(self.rng.randrange(3)):
            self.simple()

    def around(self, jump):
        """A jump over a block, or back to one and then behind; jump(label) emits it."""
        if self.rng.random() < 0.5:
            end = self.label()
            jump(end)
            self.block()
            self.place(end)
            return
        back, at, end = self.label(), self.label(), self.label()
        self.emit(f"j {at}")
        self.place(back)
        self.block()
        self.emit(f"j {end}")
        self.place(at)
        jump(back)
        self.place(end)

    def branch(self, kind):
        a, b = self.operands(EDGES)
        if self.rng.random() < 0.3 and b not in self.busy and b:
            self.emit(f"mv x{b}, x{a}")
        self.around(lambda label: self.emit(f"{kind} x{a}, x{b}, {label}"))

    def jalr(self):
        r, imm = self.scratch(), self.imm12()
        low = self.rng.randrange(2)  # the low bit of the sum is ignored

        def jump(label):
            d = r if self.rng.random() < 0.3 else self.target()
            self.emit(f"la x{r}, {label} + {low - imm}")
            self.emit(f"jalr x{d}, {imm}(x{r})")

        self.around(jump)

    def loop(self):
        counter, top = self.scratch(), self.label()
        self.emit(f"li x{counter}, {self.rng.randrange(1, 5)}")
        self.busy.add(counter)
        self.place(top)
        self.block()
        self.emit(f"addi x{counter}, x{counter}, -1")
        self.emit(f"bnez x{counter}, {top}")
        self.busy.remove(counter)

    def step(self, kind):
        if kind in BRANCH:
            self.branch(kind)
        elif kind in LOAD or kind in STORE:
            self.memory(kind)
        elif kind in ("lui", "auipc"):
            v = self.rng.choice(UPPER) if self.rng.random() < 0.6 else self.rng.getrandbits(20)
            self.emit(f"{kind} x{self.target()}, {v:#x}")
        elif kind == "jal":
            d = self.target()
            self.around(lambda label: self.emit(f"jal x{d}, {label}"))
        elif kind == "jalr":
            self.jalr()
        elif kind == "fence":
            self.emit("fence")
        elif kind == "loop":
            self.loop()
        else:
            self.alu(kind)


def sequence(rng, number):
    """(code, initial register values)"""
    s = Sequence(rng, number)
    for _ in range(20):
        s.step(rng.choice(KINDS))
    init = [s.value() for _ in range(32)]
    out = [f"    la x{s.base}, .Linit{number}"]
    out += [f"    lw x{i}, {4 * i}(x{s.base})" for i in range(1, 32) if i != s.base]
    out += [f"    la x{s.base}, random_window", f"body_{number}:", *s.lines, f"done_{number}:"]
    out += [f"    sw x{i}, {WINDOW // 2 + 4 * i}(x{s.base})" for i in range(32)]
    out += ["    la sp, random_sp", "    lw sp, 0(sp)", "    la gp, __global_pointer$", "    call random_dump"]
    return out, init


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    code, data = [], []
    for number in range(count):
        lines, init = sequence(rng, number)
        code += lines
        data.append(f".Linit{number}: .word " + ", ".join(f"{v:#x}" for v in init))
    saved = [1, 8, 9, *range(18, 28)]
    print(f"# gen_random.py {seed} {count}")
    print("    .option norelax\n    .text\n    .globl main\n    .type main, @function\nmain:")
    print("    addi sp, sp, -64")
    for i, r in enumerate(saved):
        print(f"    sw x{r}, {4 * i}(sp)")
    print("    la t0, random_sp\n    sw sp, 0(t0)")
    print("\n".join(code))
    for i, r in enumerate(saved):
        print(f"    lw x{r}, {4 * i}(sp)")
    print("    addi sp, sp, 64\n    li a0, 0\n    ret\n    .size main, . - main")
    print('    .section .rodata.init, "a", @progbits\n    .balign 4')
    print("\n".join(data))


if __name__ == "__main__":
    main()
