#!/usr/bin/env python3
"""The second verifier accepts what mgprove proves, reads ELF files as mgprove does, and refuses another
program, another exit code, another public output."""
import os
import subprocess
import sys

import harness
from elf_file import CODE, EXECUTE, HALT, READ, WRITE, code, elf, random_instruction, words
from program import BadProgram, Program

HERE = os.path.dirname(os.path.abspath(__file__))
DATA, TEXT = READ | WRITE, READ | EXECUTE


def expect(bench, proof, what, verdict="accepted"):
    got = proof.mine(proof.data)
    bench.check(got == verdict, "%s: %s, not %s" % (what, got, verdict))


def test_guests(bench):
    for name, size, options in (("silent", 20, ("--partitions", "7", "--trace-rows", "64")),
                                ("panic", 5, ("--partitions", "3", "--trace-rows", "1024")),
                                ("edges", 1, ("--partitions", "2", "--trace-rows", "65536")),
                                ("interpreter", 2, ())):
        proof = bench.prove(name, *options, size=size)
        expect(bench, proof, "%s %s" % (name, " ".join(options)))
        harness.check_bits(bench, proof)


def test_plans(bench):
    """Shapes that the planner would not choose."""
    tiny = code(*HALT)
    for plan in ((64, 14, 6, 20, 5, 3), (1, 8, 4, 20, 1, 4), (1, 9, 9, 17, 8, 1), (2, 12, 5, 5, 7, 2)):
        names = ("partitions", "log_height", "log_chunk", "log_rows", "log_final", "log_fold")
        security = {4: ("queries 193", "grind_alpha 3", "grind_u 2", "grind_query 20"),
                    5: ("queries 261", "grind_alpha 3", "grind_u 2", "grind_query 20")}[bench.degree]
        lines = ["# mgprove plan 2", "budget 0", "shard 1"] + ["%s %d" % pair for pair in zip(names, plan)] + list(security)
        path = bench.write("plan", ("\n".join(lines) + "\n").encode())
        expect(bench, bench.prove(tiny, "--plan", path), "plan %s" % (plan,))


def test_decoder(bench):
    """All words of a program enter its table, also those that never run: a difference shows."""
    rng = harness.seed()
    for at in (0, CODE, 0x3FFF0000):
        instructions = [random_instruction(rng) for _ in range(1500)]
        expect(bench, bench.prove(code(*HALT, *instructions, at=at)), "random instructions at %#x" % at)


def test_keys(bench):
    """Segments of all kinds: the verifying key is mgprove's, byte for byte, or both refuse."""
    text = (TEXT, CODE, words(*HALT), 12)
    many = lambda n: elf([text] + [(DATA, CODE + 4096 * i, b"abcd", 4) for i in range(1, n)])
    good = {
        "plain": elf([text]), "executable only": elf([(EXECUTE, CODE, words(*HALT), 12)]),
        "bss": elf([(TEXT, CODE, words(*HALT), 64)]), "bss alone": elf([text, (DATA, CODE + 4096, b"", 64)]),
        "code joined to code": elf([text, (TEXT, CODE + 12, words(*HALT), 12)]),
        "code joined to data": elf([text, (DATA, CODE + 12, b"abcd", 4)]),
        "two codes, descending": elf([(TEXT, CODE + 256, words(*HALT), 12), text]),
        "data off the words": elf([text, (DATA, CODE + 4097, b"abcde", 9)]),
        "two in a word": elf([text, (DATA, CODE + 13, b"a", 1), (DATA, CODE + 15, b"b", 1)]),
        "code with a broken word": elf([(TEXT, CODE, words(*HALT) + b"ab", 14)]),
        "its word filled by data": elf([(TEXT, CODE, words(*HALT) + b"a", 13), (DATA, CODE + 13, b"bc", 2)]),
        "zero words": elf([text, (DATA, CODE + 4096, bytes(8) + b"abcd" + bytes(8), 28)]),
        "last word": elf([text, (DATA, 0x3FFFFFFC, b"abcd", 4)]), "first word": code(*HALT, at=0),
        "later entry": elf([text], CODE + 4), "empty segment": elf([text, (DATA, 4096, b"", 0)]),
        "64 segments": many(64), "float flag": elf([text], flags=6)}
    bad = {
        "no code": elf([(DATA, CODE, words(*HALT), 12)]), "overlap": elf([text, (DATA, CODE + 8, b"abcd", 4)]),
        "overlap with bss": elf([(TEXT, CODE, words(*HALT), 64), (DATA, CODE + 32, b"abcd", 4)]),
        "code off the words": elf([(TEXT, CODE + 2, bytes(2) + words(*HALT), 14)], CODE + 4),
        "entry behind the code": elf([text], CODE + 12), "odd entry": elf([text], CODE + 2),
        "hint region": elf([text, (DATA, 0x28000000, b"abcd", 4)]),
        "into the hint region": elf([text, (DATA, 0x27FFFFFC, b"abcd", 8)]),
        "above memory": elf([text, (DATA, 0x3FFFFFFC, b"abcd", 8)]),
        "more in the file": elf([(TEXT, CODE, words(*HALT), 8)]), "65 segments": many(65),
        "compressed": elf([text], flags=1), "interpreter": elf([text], kind=3), "cut": elf([text])[:60]}
    for name, data in list(good.items()) + list(bad.items()):
        path, key = bench.write("key.elf", data), os.path.join(bench.work, "key.vk")
        done = subprocess.run([bench.mgprove, "setup", "--quiet", path, "-o", key], capture_output=True, timeout=60)
        bench.check((done.returncode == 0) == (name in good), "mgprove setup: %s" % name)
        try:
            mine = Program.of_elf(data).key_bytes()
        except BadProgram as error:
            mine = None
            bench.check(name in bad, "%s: %s" % (name, error))
        if name in good:
            with open(key, "rb") as f:
                theirs = f.read()
            bench.check(mine == theirs, "key of %s" % name)
            bench.check(Program.of_key(theirs).key_bytes() == theirs, "key of %s, read" % name)
        else:
            bench.check(mine is None, "%s: read" % name)


def test_command(bench):
    """The program's exit codes and options."""
    proof = bench.prove("panic", size=5)
    path, output = bench.write("panic.mgp", proof.data), bench.write("five", b"\5\0\0\0")
    # without the bytes of the output, which the digest stands for: has_output and their number are 0
    bare = bench.write("bare.mgp", proof.changed({16: 0, 17: 0})[:-4])

    def run(code_wanted, says, elf_path, *options, path=path):
        done = subprocess.run([sys.executable, os.path.join(HERE, "verifier.py"), "--elf", elf_path, "--degree",
                               str(bench.degree), path, *options], capture_output=True, timeout=120)
        text = done.stdout.decode() + done.stderr.decode()
        bench.check(done.returncode == code_wanted and says in text, "%s: %d, %s" % (options, done.returncode, text))

    run(0, "accepted", proof.elf_path, "--exit-code", "5", "--public-output", output)
    run(0, "accepted", proof.elf_path, "--exit-code", "5", "--public-output", output, path=bare)
    run(1, "refused: public-output", proof.elf_path, "--exit-code", "5", "--public-output", bare, path=bare)
    run(1, "refused: exit-code", proof.elf_path)
    run(1, "refused: public-output", proof.elf_path, "--exit-code", "any", "--public-output", path)
    run(2, "no ELF file", output)
    other = os.path.join(harness.ROOT, "guest", "prebuilt", "silent.elf")
    run(1, "refused: ", other, "--exit-code", "any")


harness.main(test_keys, test_guests, test_plans, test_decoder, test_command)
