#!/usr/bin/env python3
"""The checks by which proofs are refused: docs/security.md lists those of the sources, all and no others,
and each is provoked by a test in tests/neg that names it."""
import re

import common

DOC = "docs/security.md"
# takes a collision of the challenges
NOT_PROVOKED = {"public-denominator"}
# names that are put together, and names that the command line adds
FORMED = {"grind-%s": ["grind-alpha", "grind-u", "grind-query"]}
COMMAND_LINE = {"exit-code", "public-output"}


def documented():
    """From the first paragraph of the section: `name`, or `-rest` after a name with the same beginning."""
    section = common.read(DOC).split("\n## 6. The checks\n", 1)[1].split("`tests/neg`", 1)[0]
    names, beginning = set(), ""
    for word in re.findall(r"`([a-z0-9-]+)`", section):
        if word.startswith("-"):
            word = beginning + word
        else:
            beginning = word.split("-")[0]
        names.add(word)
    return names - COMMAND_LINE


def main():
    problems, names = [], set()
    for name in common.files(".c", ".h", under=("src/",)):
        for check in re.findall(r'MGP_REJECT\(\s*"([a-z0-9%-]+)"', common.read(name)):
            names.update(FORMED.get(check, [check]))
    listed = documented()
    problems += [f"{DOC}: lists {n}, which no source refuses by" for n in sorted(listed - names)]
    problems += [f"{DOC}: does not list {n}" for n in sorted(names - listed)]
    tests = "\n".join(common.read(n) for n in common.files(".c", ".h", under=("tests/neg/",)))
    problems += [f"tests/neg: no test provokes {n}" for n in sorted(names - NOT_PROVOKED)
                 if f'"{n}"' not in tests]
    common.finish(len(names) + len(listed), problems)


main()
