#!/usr/bin/env python3
"""Bad input for each command: one clear line, the right exit code, no output file."""
import os
import subprocess
import sys

import cli
from cli import BAD_INPUT, RESOURCES, USAGE, guest

FIB = guest("fibonacci")
# how each command is called with a program
WITH_PROGRAM = {
    "run": lambda elf: ("run", elf),
    "plan": lambda elf: ("plan", elf),
    "prove": lambda elf: ("prove", elf, "-q"),
    "short prove": lambda elf: (elf, "-q"),
    "prove by threads": lambda elf: ("prove", elf, "-q", "--ranks", "3"),
    "setup": lambda elf: ("setup", elf),
    "verify": lambda elf: ("verify", "--elf", elf, FIB),
    "inspect": lambda elf: ("inspect", "--elf", elf, FIB),
}
COMMANDS = ["run", "plan", "prove", "setup", "verify", "inspect", "demo", "bench", "doctor"]


def test_programs(t):
    for name, data, says in cli.bad_programs():
        path = t.write(name, data)
        for command in WITH_PROGRAM.values():
            t.refused(BAD_INPUT, says, *command(path))
        t.refused(BAD_INPUT, says, "--elf", path, FIB, program=t.mgverify)


def test_missing_files(t):
    for command in WITH_PROGRAM.values():
        t.refused(BAD_INPUT, "no such file", *command(t.path("missing.elf")))
        t.refused(BAD_INPUT, "folder", *command(t.work))
    t.refused(BAD_INPUT, "no such file", "verify", "--elf", FIB, t.path("missing.mgp"))
    t.refused(BAD_INPUT, "no such file", "verify", "--vk", t.path("missing.vk"), FIB)
    t.refused(BAD_INPUT, "no such file", "inspect", t.path("missing.mgp"))
    for command in "run", "plan", "prove":
        t.refused(BAD_INPUT, "hint.*no such file", command, FIB, "--hint", t.path("missing"))
    for command in "plan", "prove":
        t.refused(BAD_INPUT, "no such file", command, FIB, "--plan", t.path("missing"))


def test_options(t):
    needs = {c: () for c in COMMANDS}
    needs.update({c: (FIB,) for c in ("run", "plan", "prove", "setup", "inspect")})
    needs["verify"] = ("--elf", FIB, FIB)
    for command, args in needs.items():
        t.refused(USAGE, "--frobnicate", command, *args, "--frobnicate")
        t.refused(USAGE, "--frobnicate", command, "--frobnicate=3", *args)
        t.refused(USAGE, "-z", command, *args, "-z")
        t.refused(USAGE, "surplus", command, *args, "surplus")
        if args:
            t.refused(USAGE, "argument|no proof", command)
    t.refused(USAGE, "command", "frobnicate")
    t.refused(USAGE, "command")
    t.refused(USAGE, "--max-steps", "run", FIB, "--max-steps")
    t.refused(USAGE, "--max-steps.*whole number", "run", FIB, "--max-steps", "many")
    t.refused(USAGE, "--max-steps", "run", FIB, "--max-steps=-1")
    t.refused(USAGE, "--max-steps", "run", FIB, "--max-steps=99999999999999999999999")
    t.refused(USAGE, "--max-steps.*twice", "run", FIB, "--max-steps=5", "--max-steps=6")
    t.refused(USAGE, "--stats", "run", FIB, "--stats=1")
    t.refused(USAGE, "--quiet.*--verbose", "run", FIB, "-q", "-v")


def test_proof_options(t):
    for command in ("prove", FIB), ("plan", FIB), ("demo",), ("bench",):
        t.refused(USAGE, "fpga.*auto", *command, "--backend", "fpga")
        t.refused(USAGE, "--isa", *command, "--isa", "mmx")
        t.refused(USAGE, "--partitions", *command, "--partitions", "0")
        t.refused(USAGE, "--partitions", *command, "--partitions", "65")
        t.refused(USAGE, "power of two", *command, "--trace-rows", "1000")
        t.refused(USAGE, "strict", *command, "--backend", "strict", "--isa", "avx2")
    os.environ["CUDA_VISIBLE_DEVICES"] = "" # no GPU, also where there is one
    t.refused(RESOURCES, "CUDA", "prove", FIB, "--backend", "cuda")
    t.refused(RESOURCES, "CUDA", "plan", FIB, "--backend", "cuda")
    del os.environ["CUDA_VISIBLE_DEVICES"]
    t.refused(USAGE, "--memory", "prove", FIB, "--memory", "lots")
    t.refused(USAGE, "--memory", "prove", FIB, "--memory", "1K")
    t.refused(USAGE, "--cache", "prove", FIB, "--cache", "some")
    t.refused(USAGE, "--ranks", "prove", FIB, "--ranks", "0")
    t.refused(USAGE, "--workload", "bench", "--workload", "frobnicate")
    t.refused(USAGE, "--log-steps", "bench", "--log-steps", "99")
    t.refused(RESOURCES, "GiB|MiB", "prove", FIB, "-q", "--memory", "1M")
    t.refused(RESOURCES, "GiB|MiB", "prove", FIB, "-q", "--memory", "1M", "--ranks", "2")


def test_plan_files(t):
    good = ("# mgprove plan 2\nbudget 0\nshard 1\npartitions 1\nlog_height 12\nlog_chunk 6\n"
            "log_rows 16\nqueries 250\ngrind_alpha 10\ngrind_u 10\ngrind_query 20\nlog_final 5\nlog_fold 3\n")
    bad = {
        "empty": ("", "neither"),
        "other": ("hello\n", "neither"),
        "word": (good.replace("queries", "querys"), "querys"),
        "value": (good.replace("250", "many"), "many"),
        "twice": (good + "queries 7\n", "twice"),
        "lacks": (good.replace("log_fold 3\n", ""), "log_fold"),
        "bounds": (good.replace("log_height 12", "log_height 99"), "height|bound|params"),
        "short-proof": ("mgproof\n", "short|truncated|length|bytes|format"),
    }
    for name, (text, says) in bad.items():
        path = t.write(name, text.encode())
        for command in "prove", "plan":
            t.refused(BAD_INPUT, says, command, FIB, "-q", "--plan", path)
    path = t.write("good", good.encode())
    t.refused(USAGE, "--plan", "prove", FIB, "--plan", path, "--partitions", "2")
    # a plan that is too weak
    path = t.write("weak", good.replace("250", "3").encode())
    t.refused(USAGE, "security", "prove", FIB, "-q", "--plan", path)


def test_outputs(t):
    """Where nothing can be written is known before anything is computed."""
    nowhere = os.path.join(t.work, "no", "folder")
    for command in "prove", "setup":
        t.refused(RESOURCES, "no/folder", command, FIB, "-o", nowhere)
        t.refused(RESOURCES, "folder", command, FIB, "-o", t.work)
        copy = t.write("program", bytes(cli.guest_bytes()))
        t.refused(USAGE, "replace the input", command, copy, "-o", copy)
        t.check(t.read("program") == bytes(cli.guest_bytes()), "the input was changed")
    for command in ("run", FIB), ("plan", FIB), ("prove", FIB), ("bench",), ("doctor",):
        t.refused(RESOURCES, "no/folder", *command, "--json", nowhere)
    t.refused(RESOURCES, "no/folder", "inspect", FIB, "--json", nowhere)
    t.refused(RESOURCES, "no/folder", "plan", FIB, "--write-plan", nowhere)
    t.refused(RESOURCES, "no/folder", "prove", FIB, "--mem-report", nowhere)
    t.refused(RESOURCES, "no/folder", "prove", FIB, "--mem-report", nowhere, "--ranks", "2")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([t.mgprove, "--help"], stdout=full, stderr=subprocess.PIPE)
        t.check(done.returncode == RESOURCES and b"standard output" in done.stderr, "full stdout")


def test_runs(t):
    """Runs that cannot be proved."""
    trap = t.write("trap.elf", cli.elf(cli.NOP, cli.EBREAK))
    loop = t.write("loop.elf", cli.elf(cli.NOP, cli.LOOP))
    for command in "run", "plan", "prove":
        t.refused(1, "08000004", command, trap)
        t.refused(RESOURCES, "1000 steps", command, loop, "--max-steps", "1000")
    t.refused(1, "08000004", "prove", trap, "--ranks", "3")


if __name__ == "__main__":
    sys.exit(cli.main([test_programs, test_missing_files, test_options, test_proof_options,
                       test_plan_files, test_outputs, test_runs]))
