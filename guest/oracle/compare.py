#!/usr/bin/env python3
"""Compares the emulator with independent ones, on the examples and on random sequences.

Every program is linked twice at the same addresses: as a guest, for `mgprove run` and model.py, and
for Linux, for qemu-riscv32. What it writes ends with its registers and a checksum of its memory (the
examples), or has registers and memory after each sequence (the random programs)."""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.dirname(HERE)
sys.path[:0] = [HERE, os.path.join(GUEST, "tools")]

import hints  # noqa: E402
from coverage import LEGEND, Coverage  # noqa: E402
from model import Elf, Machine  # noqa: E402

DUMP_BYTES = 192  # of one random sequence
GCC = "riscv64-unknown-elf-gcc"
CLANG = "clang --target=riscv32-unknown-elf -mno-relax -fuse-ld=lld"

PROGRAM = "str:,[.,]>++++++[<++++++++>-]<."  # copies its input, then writes a 0
EXAMPLES = [
    ("fibonacci", []), ("fibonacci", ["u32:0"]), ("fibonacci", ["u32:300"]),
    ("sort", []), ("sort", ["u32:0"]), ("sort", ["u32:100", "@examples/sort.c"]),
    ("sha256", []), ("sha256", ["@examples/sha256.c"]), ("sha256", ["u32:119", "str:abc"]),
    ("keccak", []), ("keccak", ["@examples/keccak.c"]), ("keccak", ["u32:136", "str:abcde"]),
    ("matrix", []), ("matrix", ["u32:7"]),
    ("sieve", []), ("sieve", ["u32:2"]),
    ("interpreter", []), ("interpreter", ["u32:3", PROGRAM, "str:echo"]), ("interpreter", ["str:[[]"]),
    ("memory", []), ("memory", ["u32:100000"]),
    ("panic", []), ("panic", ["u32:7"]), ("silent", []), ("silent", ["u32:0"]),
    ("edges", []), ("edges", ["u32:2"]),
]


class Run:
    """What one machine did: the bytes of fd 1, 2, 3, the committed digest (None if not known), and the
    exit code."""

    def __init__(self, out, err, public, digest, code):
        self.parts = {"fd 1": out, "fd 2": err, "fd 3": public, "digest": digest, "exit code": code}

    def differs(self, other):
        """The names of the parts that both know and that differ."""
        return [k for k, v in self.parts.items()
                if v is not None and other.parts[k] is not None and v != other.parts[k]]


def run_qemu(elf, items, work):
    stem = os.path.join(work, "qemu.")
    names = ["in", "out", "err", "public", "digest"]
    with open(stem + "in", "wb") as f:
        f.write(hints.region([hints.item(i) for i in items]))
    redirect = " ".join(f"{fd}{'>' if fd else '<'}\"$2{n}\"" for fd, n in enumerate(names))
    command = ["sh", "-c", f'exec qemu-riscv32 -cpu rv32,c=false "$1" {redirect}', "sh", elf, stem]
    code = subprocess.run(command, timeout=600).returncode
    out, err, public, digest = (open(stem + n, "rb").read() for n in names[1:])
    return Run(out, err, public, digest, code)


def run_model(elf, items, see=None):
    machine = Machine(Elf(elf), hints.region([hints.item(i) for i in items]))
    machine.run(see)
    fd = machine.output
    return Run(bytes(fd[1]), bytes(fd[2]), bytes(fd[3]), machine.digest or b"", machine.exit_code & 255)


def run_mgprove(mgprove, elf, items, work):
    command = [mgprove, "run", elf]
    for i, text in enumerate(items):
        name = os.path.join(work, f"hint.{i}")
        with open(name, "wb") as f:
            f.write(hints.item(text))
        command += ["--hint", name]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return Run(done.stdout, None, None, None, None)


class Comparison:
    def __init__(self, args):
        self.args = args
        self.qemu = shutil.which("qemu-riscv32") is not None
        self.failures = 0
        if not self.qemu:
            print("# qemu-riscv32 is not installed: compared with model.py instead")

    def make(self, *goals):
        subprocess.run(["make", "-s", "-C", GUEST, f"OUT={self.args.work}", f"CC={self.args.cc}", *goals],
                       check=True)

    def expect(self, name, reference, got, who):
        """Counts and reports a difference; returns whether there is none."""
        parts = reference.differs(got)
        if parts:
            self.failures += 1
            part = parts[0]
            print(f"FAIL {name}: {who} differs in {', '.join(parts)}")
            print(f"  expected {part}: {reference.parts[part]!r:.400}")
            print(f"  got      {part}: {got.parts[part]!r:.400}")
        return not parts

    def example(self, name, items):
        items = [os.path.join(GUEST, i[1:]) if i.startswith("@") else i for i in items]
        path = os.path.join(self.args.work, name)
        if self.qemu:
            reference = run_qemu(path + ".linux.elf", items, self.args.work)
        else:
            reference = run_model(path + ".dump.elf", items)
        label = " ".join([name, *(os.path.basename(i) for i in items)])
        ok = True
        if self.qemu and self.args.slow:
            ok = self.expect(label, reference, run_model(path + ".dump.elf", items), "model.py")
        if self.args.mgprove:
            ok &= self.expect(label, reference,
                              run_mgprove(self.args.mgprove, path + ".dump.elf", items, self.args.work), "mgprove")
        print(f"{label:44.44s} {reference.parts['exit code']:5d} {len(reference.parts['fd 1']):8d} "
              f"{len(reference.parts['fd 3']):8d}  {'ok' if ok else 'WRONG'}")

    def sequences(self, name, coverage):
        path = os.path.join(self.args.work, name)
        elf = Elf(path + ".dump.elf")
        inside = set()
        for symbol, address in elf.symbols.items():
            if symbol.startswith("body_"):
                inside.update(range(address, elf.symbols["done_" + symbol[5:]], 4))

        def see(pc, *rest):
            if pc in inside or rest[0][0] == "ECALL":
                coverage.see(pc, *rest)

        reference = run_model(path + ".dump.elf", [], see)
        others = []
        if self.qemu:
            others.append(("qemu", run_qemu(path + ".linux.elf", [], self.args.work)))
        if self.args.mgprove:
            others.append(("mgprove", run_mgprove(self.args.mgprove, path + ".dump.elf", [], self.args.work)))
        for who, run in others:
            if not self.expect(name, reference, run, who):
                a, b = reference.parts["fd 1"], run.parts["fd 1"]
                for at in range(0, len(a), DUMP_BYTES):
                    if a[at:at + DUMP_BYTES] != b[at:at + DUMP_BYTES]:
                        print(f"  first wrong sequence: {at // DUMP_BYTES} of {path}.S")
                        break


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mgprove", help="the program to test; without it, qemu and model.py are compared")
    parser.add_argument("--work", required=True, help="an empty folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", type=int, default=4)
    parser.add_argument("--sequences", type=int, default=500, help="in each program")
    parser.add_argument("--slow", action="store_true", help="run the examples on model.py too")
    args = parser.parse_args()
    args.work = os.path.abspath(args.work)
    args.cc = GCC if shutil.which(GCC) else CLANG
    comparison = Comparison(args)

    comparison.make("oracle")
    print("# example and its hints                       exit     fd 1     fd 3")
    for name, items in EXAMPLES:
        comparison.example(name, items)

    coverage = Coverage()
    for i in range(args.programs):
        name = f"random_{args.seed + i}"
        source = os.path.join(args.work, name + ".S")
        with open(source, "w") as f:
            subprocess.run([sys.executable, os.path.join(HERE, "gen_random.py"), str(args.seed + i),
                            str(args.sequences)], stdout=f, check=True)
        comparison.make(f"{args.work}/{name}.dump.elf", f"{args.work}/{name}.linux.elf")
        comparison.sequences(name, coverage)
    print(f"# random sequences: {args.programs} x {args.sequences}, seeds from {args.seed}")
    print(coverage.table())
    print(LEGEND)
    for op, column in coverage.empty():
        comparison.failures += 1
        print(f"FAIL empty cell: {op} {column}")
    print(f"# {comparison.failures} wrong")
    return comparison.failures != 0


if __name__ == "__main__":
    sys.exit(main())
