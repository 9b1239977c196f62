#!/usr/bin/env python3
"""libmgverify stands alone and has no state: all of it links with nothing but libc and libm, no
variable that is shared by threads can be written, and its global names begin with mgp."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import common


def lines(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def main():
    build = sys.argv[1]
    library = os.path.join(build, "libmgverify.a")
    cc = os.environ.get("MGP_CC") or shutil.which("cc") or common.skip("no C compiler")
    for tool in ("objdump", "nm"):
        shutil.which(tool) or common.skip("no " + tool)
    if not os.path.exists(library):
        common.skip("the library is not built")
    with open(os.path.join(build, "CMakeCache.txt")) as f:
        if re.search(r"^MGP_SANITIZE:.*=.", f.read(), re.M):
            common.skip("a sanitized library needs the sanitizer")
    problems = []
    with tempfile.TemporaryDirectory() as work:
        r = subprocess.run([cc, "-shared", "-Wl,-z,defs", "-o", os.path.join(work, "all.so"),
                            "-Wl,--whole-archive", library, "-Wl,--no-whole-archive", "-lm"],
                           capture_output=True, text=True)
        if r.returncode:
            problems.append("does not link alone:\n" + r.stderr[:3000])
    checked = 0
    for line in lines("objdump", "-t", library):
        m = re.match(r"[0-9a-f]{16} (.{7}) (\S+)\s+([0-9a-f]+) (?:\.hidden )?(\S+)$", line)
        if not m or "O" not in m[1]:
            continue
        checked += 1
        if re.match(r"\.(data|bss)(?!\.rel\.ro)|\*COM\*", m[2]):
            problems.append("%s: a variable of %d bytes in %s" % (m[4], int(m[3], 16), m[2]))
    for line in lines("nm", "--defined-only", "--extern-only", library):
        m = re.match(r"[0-9a-f]+ [A-Z] (\S+)$", line)
        if m:
            checked += 1
            if not re.match(r"mgp(rove)?_", m[1]):
                problems.append("%s: a global name without mgp_" % m[1])
    common.finish(checked, problems)


main()
