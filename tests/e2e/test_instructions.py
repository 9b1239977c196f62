#!/usr/bin/env python3
"""A proof of a run that executes every instruction with every class of edge operands: the example
`edges`, which compares each result with the right one. What it executes is counted by the model in
guest/oracle, in the table that is printed; no cell of it may be empty."""
import os
import re
import struct
import sys

import cli
from cli import guest

sys.path[:0] = [os.path.join(cli.ROOT, "guest", folder) for folder in ("oracle", "tools")]

import hints  # noqa: E402
from coverage import LEGEND, Coverage  # noqa: E402
from model import OPS, Elf, Machine  # noqa: E402


def test_edges(t):
    coverage, size = Coverage(), struct.pack("<I", 1)
    machine = Machine(Elf(guest("edges")), hints.region([size]))
    machine.run(coverage.see)
    print(coverage.table())
    print(LEGEND)
    for op, column in coverage.empty():
        t.check(False, f"not executed: {op} {column}")
    t.check(machine.exit_code == 0, f"exit code {machine.exit_code}")
    _, out, _ = t.prove("edges", 1, "edges.mgp", "-q", "--json", "report.json")
    steps = sum(coverage.count[op, "any"] for op in OPS)
    t.check(t.json("report.json")["steps"] == steps, f"the model executes {steps} steps: {out}")
    t.write("output", bytes(machine.output[3]))
    _, out, _ = t.run("--elf", guest("edges"), "--public-output", "output", "edges.mgp",
                      program=t.mgverify)
    t.check(re.search(r"^verdict +accepted$", out, re.M), out)


if __name__ == "__main__":
    sys.exit(cli.main([test_edges]))
