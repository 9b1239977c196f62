#!/usr/bin/env python3
"""Each header compiles alone as C; those with MGP_HD code also as C++ and, if nvcc is there, as CUDA.
(A piece of code that is only included by others has the ending .inc.)"""
import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import common

FLAGS = ["-D_GNU_SOURCE", "-DMGP_EXT_DEGREE=4", "-DMGP_ISA_SUFFIX=portable",
         "-I" + os.path.join(common.ROOT, "src"), "-I" + os.path.join(common.ROOT, "include"),
         "-I" + os.path.join(common.ROOT, "tests")]
WARN = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-const-variable",
        "-Wno-unused-variable"]


# headers that are the inside of another one: compiled through that
PARTS = {"src/backend/cpu/lanes_": "src/backend/cpu/lanes.h"}


def opened_by(name):
    return next((whole for start, whole in PARTS.items() if name.startswith(start)), name)


def isa(name):
    if "avx512" in name:
        return ["-mavx2", "-mbmi2", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"]
    return ["-mavx2", "-mbmi2"] if "avx2" in name else []


def run(command, name, language):
    r = subprocess.run(command, capture_output=True, text=True)
    return None if r.returncode == 0 else "%s does not compile alone as %s:\n%s" % (
        name, language, r.stderr[:2000])


def main():
    headers = common.files(".h", under=("src/", "include/", "tests/test.h"))
    shared = [h for h in headers if h.startswith("src/")
              and re.search(r"\bMGP_HD\b", common.read(h))]
    cc = os.environ.get("MGP_CC") or shutil.which("cc") or common.skip("no C compiler")
    cxx = shutil.which("g++") or shutil.which("clang++") or shutil.which("c++")
    nvcc = os.environ.get("MGP_NVCC")
    jobs = []
    with tempfile.TemporaryDirectory() as work:
        for i, h in enumerate(headers):
            # not the header itself: it would be compiled as the main file, with other warnings
            text = os.path.join(work, "%d" % i)
            for ending in (".c", ".cc"):
                with open(text + ending, "w") as f:
                    f.write('#include "%s"\n' % os.path.join(common.ROOT, opened_by(h)))
            flags = FLAGS + isa(h) + WARN + ["-fsyntax-only"]
            jobs.append(([cc, "-std=gnu11"] + flags + [text + ".c"], h, "C"))
            if cxx and (h in shared or h.startswith("include/")):
                jobs.append(([cxx, "-std=c++17"] + flags + [text + ".cc"], h, "C++"))
        if nvcc and shared:
            # one file with all of them: nvcc is slow to start
            text = os.path.join(work, "all.cu")
            with open(text, "w") as f:
                f.writelines('#include "%s"\n' % os.path.join(common.ROOT, h) for h in shared)
            jobs.append(([nvcc, "-std=c++17", "-c", "-o", os.path.join(work, "all.o")] + FLAGS
                         + [text], " ".join(shared), "CUDA"))
        with ThreadPoolExecutor(2) as pool:
            problems = [p for p in pool.map(lambda j: run(*j), jobs) if p]
    for tool, what in ((cxx, "C++ compiler"), (nvcc, "nvcc")):
        if not tool:
            print("without that check: no %s" % what)
    common.finish(len(jobs), problems)


main()
