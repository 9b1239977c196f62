#!/usr/bin/env python3
"""Rules for the text of the sources: length, allocation, references out of the tree, generated
files that are current."""
import os
import re
import subprocess
import sys
import tempfile

import common

MAX_LINES = 700
# made by a program, or a table
MAY_BE_LONGER = {"guest/examples/edges_ops.S", "docs/chips.md", "CHANGELOG.md"}

# Folders whose memory is accounted: the ledger of src/base allocates for them.
LEDGER_ONLY = ("src/backend/", "src/prover/")
ALLOCATES = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|aligned_alloc|posix_memalign|strn?dup|mmap"
                       r")\s*\(")
# results that the caller gets to keep
ALLOWED = {("src/prover/prove.c", "r->ranks = malloc("), ("src/prover/shards.c", "s->output = malloc("),
           ("src/prover/estimate.c", "e->out.plan = malloc(")}
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)

# command (with the output file as its last argument) -> file under version control
GENERATED = {"tools/gen_poseidon2.py": "src/math/poseidon2_constants.h",
             "tools/gen_curve.py": "src/math/curve_constants.h"}

OUTSIDE = "../" + "shared"


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def main():
    problems, checked = [], 0
    for name in common.files(".c", ".h", ".inc", ".cu", ".py", ".sh", ".S", ".md", ".cmake",
                             ".txt", ".json", "run", "Makefile"):
        checked += 1
        text = common.read(name)
        lines = text.count("\n")
        if lines > MAX_LINES and name not in MAY_BE_LONGER:
            problems.append("%s: %d lines, more than %d" % (name, lines, MAX_LINES))
        if OUTSIDE in text:
            problems.append("%s: refers to %s, which is not part of the project" % (name, OUTSIDE))
        if name.startswith(LEDGER_ONLY):
            code = COMMENT_OR_STRING.sub(blank, text)
            for number, line in enumerate(code.splitlines(), 1):
                if ALLOCATES.search(line) and not any(name == n and a in line for n, a in ALLOWED):
                    problems.append("%s:%d: allocates outside the ledger: %s"
                                    % (name, number, line.strip()))
    with tempfile.TemporaryDirectory() as work:
        for tool, target in GENERATED.items():
            checked += 1
            made = os.path.join(work, "made")
            subprocess.run([sys.executable, os.path.join(common.ROOT, tool), made], check=True)
            with open(made, encoding="utf-8") as f:
                if f.read() != common.read(target):
                    problems.append("%s: not what %s writes; run it" % (target, tool))
    common.finish(checked, problems)


main()
