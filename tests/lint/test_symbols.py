#!/usr/bin/env python3
"""What the libraries of a build folder export and import: every global name of src/ begins with mgp_ or
mgprove_, no two rooms define the same one, and a room links against those only that src/CMakeLists.txt
lets it use."""
import os
import shutil
import subprocess
import sys

import common

OURS = ("mgp_", "mgprove_")
OTHERS = ("__", "_GLOBAL_", "asan.", "tsan.", ".")  # of compilers and sanitizers


def symbols(archive, *options):
    out = subprocess.run(["nm", "-g", *options, archive], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in out.splitlines() if len(line.split()) >= 2}


def main():
    build = sys.argv[1]
    libraries = {room: os.path.join(build, "src", f"libmgp_{room}.a") for room in common.rooms()}
    libraries.update({room: os.path.join(build, "src", room, f"libmgp_{room}.a") for room, path in
                      libraries.items() if not os.path.exists(path)})
    built = {room: path for room, path in libraries.items() if os.path.exists(path)}
    if not shutil.which("nm") or not built:
        common.skip("no nm, or nothing is built")
    problems, checked, home = [], 0, {}
    for room, path in built.items():
        for name in symbols(path, "--defined-only"):
            checked += 1
            if name.startswith(OTHERS):
                continue
            if not name.startswith(OURS):
                problems.append(f"{room}: exports {name}, which begins neither with mgp_ nor with mgprove_")
            if home.setdefault(name, room) != room:
                problems.append(f"{room}: exports {name}, as {home[name]} does")
    for room, path in built.items():
        may = {room, *common.rooms()[room]}
        for name in symbols(path, "--undefined-only"):
            checked += 1
            if home.get(name, room) not in may:
                problems.append(f"{room}: uses {name} of {home[name]}, but may use only: {' '.join(may)}")
    print(f"rooms: {', '.join(built)}")
    common.finish(checked, problems)


main()
