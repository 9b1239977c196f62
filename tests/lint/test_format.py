#!/usr/bin/env python3
"""The C sources are formatted by clang-format 14 with the .clang-format at the root."""
import os
import re
import shutil
import subprocess

import common


def main():
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    if not tool:
        common.skip("clang-format 14 is not installed")
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout
    if " version 14." not in version:
        common.skip("not clang-format 14: " + version.strip())
    names = common.files(".c", ".h", ".inc", ".cu", ".cuh", ".cpp")
    r = subprocess.run([tool, "--dry-run", "--style=file"] + names, cwd=common.ROOT,
                       capture_output=True, text=True)
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning", r.stderr, re.M)))
    common.finish(len(names), ["%s: not formatted; run %s -i on it" % (w, os.path.basename(tool))
                               for w in wrong])


main()
