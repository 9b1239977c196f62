#!/usr/bin/env python3
"""test_rebuild.py BUILD: builds the guests again. The compiler that guest/prebuilt/VERSIONS names must
make guest/prebuilt, byte for byte; programs made by any other one (another gcc, or clang with lld) must
behave the same: exit code, outputs, committed digest. Skipped (77) without a compiler for RISC-V."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

GUEST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "guest")
PREBUILT = os.path.join(GUEST, "prebuilt")
GCC = "riscv64-unknown-elf-gcc"
CLANG = "clang --target=riscv32-unknown-elf -mno-relax -fuse-ld=lld"


def make(*args):
    return subprocess.run(["make", "-s", "-C", GUEST, *args], check=True, capture_output=True).stdout


def read(path):
    with open(path, "rb") as f:
        return f.read()


def behaviour(mgprove, elf, hint, work):
    """What a run shows, but for the places and steps that the guest's log names."""
    report = os.path.join(work, "report.json")
    done = subprocess.run([mgprove, "run", elf, "-q", "--json", report, *hint], capture_output=True,
                          timeout=120)
    if done.returncode != 0:
        sys.exit(f"run {elf}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
    run = json.loads(read(report))
    log = re.sub(rb"pc 0x[0-9a-f]+, step \d+", b"pc, step", done.stderr)
    return {"exit code": run["exit_code"], "fd 1": done.stdout, "fd 2": log,
            "public output": run["public_output"], "digest": run["committed_digest"]}


def main():
    mgprove = os.path.join(os.path.abspath(sys.argv[1]), "mgprove")
    names = sorted(f for f in os.listdir(PREBUILT) if f.endswith(".elf"))
    failures = []
    edges = subprocess.run([sys.executable, os.path.join(GUEST, "tools", "gen_edges.py")], check=True,
                           capture_output=True).stdout
    if edges != read(os.path.join(GUEST, "examples", "edges_ops.S")):
        failures.append("examples/edges_ops.S is not what tools/gen_edges.py writes")

    with tempfile.TemporaryDirectory() as work:
        five = os.path.join(work, "five")
        with open(five, "wb") as f:
            f.write((5).to_bytes(4, "little"))

        def compare_behaviour(folder, compiler):
            for name in names:
                for hint in [], ["--hint", five]:
                    old, new = (behaviour(mgprove, os.path.join(at, name), hint, work)
                                for at in (PREBUILT, folder))
                    failures.extend(f"{name} {' '.join(hint)}: by {compiler} another {part}: "
                                    f"{old[part]!r:.200}, {new[part]!r:.200}"
                                    for part in old if old[part] != new[part])
            print(f"{compiler}: the behaviour of {len(names)} programs compared with guest/prebuilt")

        built = 0
        if shutil.which(GCC):
            built += 1
            folder = os.path.join(work, "gcc")
            make(f"OUT={folder}", "all")
            versions = make("versions")
            if versions == read(os.path.join(PREBUILT, "VERSIONS")):
                if sorted(os.listdir(folder)) != names:
                    failures.append(f"built: {sorted(os.listdir(folder))}")
                failures.extend(f"{name}: other bytes" for name in names
                                if read(os.path.join(folder, name)) != read(os.path.join(PREBUILT, name)))
                print(f"{GCC}: {len(names)} programs built and compared with guest/prebuilt, byte for byte")
            else:
                print(f"not the compiler of guest/prebuilt/VERSIONS: {versions.decode()}")
                compare_behaviour(folder, GCC)
        if shutil.which("clang") and shutil.which("ld.lld"):
            built += 1
            folder = os.path.join(work, "clang")
            make(f"OUT={folder}", f"CC={CLANG}", "STRIP=true", "all")
            compare_behaviour(folder, "clang")
    for failure in failures:
        print("FAIL", failure)
    if not built:
        print("skipped: neither riscv64-unknown-elf-gcc nor clang with lld is installed")
        return 77
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
