#!/usr/bin/env python3
"""Arrows between the rooms of src/ point one way: an #include "room/..." is allowed only if
src/CMakeLists.txt names that room as a dependency. Libraries for several machines or GPUs have
their own folders: nothing in src/ includes them."""
import re

import common

FOREIGN = re.compile(r"^(mpi|nccl|nvml|omp-tools)\.h$|^cuda|^cu(?!rve\.)[a-z]+\.h$|^nv[a-z]+\.h$")


def main():
    deps, problems, checked = common.rooms(), [], 0
    order = list(deps)
    for room, uses in deps.items():
        problems += ["src/CMakeLists.txt: %s uses %s, which does not stand before it" % (room, u)
                     for u in uses if u not in order[:order.index(room)]]
    for name in common.files(".c", ".h", ".inc", under=("src/",)):
        room = name.split("/")[1]
        if room not in deps:
            problems.append("%s: src/CMakeLists.txt has no room %s" % (name, room))
            continue
        for number, line in enumerate(common.read(name).splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not m:
                continue
            checked += 1
            where = "%s:%d: includes %s" % (name, number, m[2])
            used = m[2].split("/")[0]
            if FOREIGN.match(m[2].split("/")[-1]):
                problems.append(where + ", which no file in src/ may know")
            elif m[1] == '"' and used == "mgprove":
                continue
            elif m[1] == '"' and used not in deps:
                problems.append(where + ": write it as \"room/file.h\"")
            elif m[1] == '"' and used != room and used not in deps[room]:
                problems.append(where + ", but %s may use only: %s" % (room, " ".join(deps[room])))
    common.finish(checked, problems)


main()
