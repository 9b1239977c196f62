#!/usr/bin/env python3
"""One plan, one proof: the same bytes from every number of ranks (as threads and under mpirun), cache
level, instruction set and the strict backend, number of threads, and compiler. By default every pair of
such choices is met by some proof; with MGP_TEST_SLOW in the environment all combinations are. The other
compiler's mgprove is built in BUILD/other-compiler, and stays there for the next time; or in the build folder
that MGP_OTHER_COMPILER names, if that has been configured for another compiler and is otherwise like BUILD."""
import itertools
import os
import re
import shutil
import subprocess
import sys
import time

import cli

PARTITIONS, SIZE = 4, 60  # of `sort`
RANKS = [1, 2, 3, 4, 8]


def cached(build, name):
    """A value from the build folder's cache."""
    with open(os.path.join(build, "CMakeCache.txt")) as f:
        found = re.search(rf"^{name}:\w+=(.*)$", f.read(), re.M)
    return found[1] if found else ""


def is_like(folder, build):
    """Whether it is built by another compiler, and the same otherwise."""
    return all(cached(folder, name) == cached(build, name) for name in ("MGP_EXT_DEGREE", "MGP_HAVE_MPI")) and \
        ("clang" in cached(folder, "CMAKE_C_COMPILER")) != ("clang" in cached(build, "CMAKE_C_COMPILER"))


def other_compiler(build):
    """mgprove by clang if this one is by gcc, and the other way round; None if there is none."""
    mine = os.path.basename(cached(build, "CMAKE_C_COMPILER"))
    other = "gcc" if "clang" in mine else "clang"
    folder, commands = os.environ.get("MGP_OTHER_COMPILER"), []
    if folder and not is_like(folder, build):
        print(f"# {folder} is not {build} by another compiler: not used")
        folder = None
    if not folder:
        if not shutil.which(other):
            return None
        folder = os.path.join(build, "other-compiler")
        options = [f"-D{name}={cached(build, name)}" for name in ("MGP_EXT_DEGREE", "MGP_MPI")]
        commands += [["cmake", "-S", cli.ROOT, "-B", folder, f"-DCMAKE_C_COMPILER={other}",
                      "-DCMAKE_BUILD_TYPE=Release", "-DMGP_CUDA=OFF", *options]]
    commands += [["cmake", "--build", folder, "--target", "mgprove", "--parallel", str(os.cpu_count() or 1)]]
    for command in commands:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"FAIL {' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return os.path.join(folder, "mgprove")


def instruction_sets():
    try:
        with open("/proc/cpuinfo") as f:
            flags = set(f.read().split())
    except OSError:
        flags = set()
    wide = {"avx512f", "avx512dq", "avx512bw", "avx512vl"}
    return ["portable"] + ["avx2"] * ("avx2" in flags) + ["avx512"] * (wide <= flags)


def choices(t, build):
    """name of a choice -> {name of a value: (program, launcher, options)}, each but one of them empty."""
    out = {"ranks": {}, "cache": {}, "backend": {}, "threads": {}, "compiler": {}}
    for n in RANKS:
        out["ranks"][f"{n} as threads"] = (None, [], ["--ranks", n])
        if cached(build, "MGP_HAVE_MPI") == "ON" and shutil.which(cli.LAUNCHER):
            out["ranks"][f"mpirun -n {n}"] = (None, [*cli.MPIRUN, str(n)], [])
    for cache in "none", "trace", "full":
        out["cache"]["cache " + cache] = (None, [], ["--cache", cache])
    for isa in instruction_sets():
        out["backend"][isa] = (None, [], ["--backend", "cpu", "--isa", isa])
    out["backend"]["strict"] = (None, [], ["--backend", "strict"])
    for n in 1, 2:
        out["threads"][f"{n} per rank"] = (None, [], ["--threads", n])
    out["compiler"][os.path.basename(cached(build, "CMAKE_C_COMPILER"))] = (t.mgprove, [], [])
    other = other_compiler(build)
    if other:
        out["compiler"][os.path.basename(cached(os.path.dirname(other), "CMAKE_C_COMPILER"))] = (other, [], [])
    for name, values in out.items():
        print(f"{name}: {', '.join(values)}")
    for name, least in ("ranks", 2 * len(RANKS)), ("compiler", 2):
        if len(out[name]) < least:
            print(f"# not all of {name}: MPI or a second compiler (gcc and clang) is missing")
    return out


def pairs(row):
    return set(itertools.combinations(enumerate(row), 2))


def covering(rows):
    """Few of the rows, greedily chosen, in which every pair of values of two choices that occurs in any
    row occurs."""
    left = set().union(*map(pairs, rows))
    chosen = []
    while left:
        row = max(rows, key=lambda r: len(pairs(r) & left))
        left -= pairs(row)
        chosen.append(row)
    return chosen


def test_same_bytes(t):
    build = os.path.dirname(t.mgprove)
    all_choices = choices(t, build)
    rows = list(itertools.product(*(values.items() for values in all_choices.values())))
    names = [tuple(name for name, _ in row) for row in rows]
    by_name = dict(zip(names, rows))
    runs = names if os.environ.get("MGP_TEST_SLOW") else covering(names)
    print(f"{len(runs)} proofs, of {len(names)} combinations", flush=True)
    first, start = None, time.monotonic()
    for number, name in enumerate(runs, 1):
        row = [value for _, value in by_name[name]]
        program = [p for p, _, _ in row if p][0]
        launcher = [word for _, words, _ in row for word in words]
        options = [word for _, _, words in row for word in words]
        t.run("prove", cli.guest("sort"), "--hint", t.hint(SIZE), "-o", "proof", "-q", "--no-self-check",
              "--partitions", PARTITIONS, "--trace-rows", 16384, *options, program=program,
              launcher=launcher)
        if not t.check(os.path.exists(t.path("proof")), f"{name}: no proof"):
            continue
        proof = t.read("proof")
        os.remove(t.path("proof"))
        if first is None:
            first = proof
            t.write("first", proof)
            t.run("verify", "--elf", cli.guest("sort"), "first")
        t.check(proof == first, f"{name}: other bytes")
        if number % 50 == 0:
            print(f"{number} proofs, {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(cli.main([test_same_bytes]))
