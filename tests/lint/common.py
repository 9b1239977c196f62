"""What the lint tests share: the project's files, and how a test reports."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77


def files(*endings, under=("",)):
    """Paths, relative to the root, of the files under version control (all files in a copy without
    git) that end in one of `endings` and begin with one of `under`."""
    try:
        out = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True)
        names = out.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, here in os.walk(ROOT):
            folders[:] = [f for f in folders if not f.startswith((".git", "build", "__pycache__"))]
            names += [os.path.relpath(os.path.join(folder, f), ROOT) for f in here]
    return sorted(n for n in names if n and n.endswith(endings or "") and n.startswith(tuple(under))
                  and os.path.isfile(os.path.join(ROOT, n)))


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as f:
        return f.read()


def rooms():
    """room -> rooms it may use: `mgp_room(NAME DEPS...)`, or `add_subdirectory(NAME) # DEPS...`"""
    deps = {}
    for line in read("src/CMakeLists.txt").splitlines():
        m = re.match(r"mgp_room\((\w+)([\w ]*)\)|add_subdirectory\((\w+)\) *#([\w ]*)$", line)
        if m:
            deps[m[1] or m[3]] = (m[2] if m[1] else m[4]).split()
    return deps


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def finish(checked, problems):
    """Ends the test: a test that looked at nothing has failed."""
    for p in problems:
        print(p)
    print("%d checked, %d problems" % (checked, len(problems)))
    sys.exit(1 if problems or checked == 0 else 0)
