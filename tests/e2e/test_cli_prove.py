#!/usr/bin/env python3
"""prove, verify, inspect on small runs: files, verdicts, reports, failures of a rank."""
import os
import re
import struct
import sys
from xml.etree import ElementTree

import cli
from cli import RESOURCES, guest

PHASES = ["record", "assign", "reduce", "commit", "tasks", "open", "fold", "query", "finish"]


def test_prove(t):
    _, out, err = t.run("prove", guest("sieve"), "--hint", t.hint(200), "--threads", "1", "--json",
                        "report.json", "--mem-report", "memory.json")
    t.check(sorted(os.listdir(t.work)) == ["hint.200", "memory.json", "report.json", "sieve.mgp"],
            f"files: {os.listdir(t.work)}")
    size = len(t.read("sieve.mgp"))
    for says in (r"^46 primes", r"^program +[0-9a-f]{64}$", r"^steps +\d+$", r"^exit code +0$",
                 r"^public output +12 bytes: c8000000", r"^security +\d{3}\.\d bits$",
                 rf"^proof +sieve.mgp, {size} bytes$"):
        t.check(re.search(says, out, re.M), f"stdout has no /{says}/:\n{out}")
    for says in (r"^# phase", r"^  commit ", r"^# memory", r"^  witness ", r"steps/s", r"Gcell/s"):
        t.check(re.search(says, err, re.M), f"the report has no /{says}/:\n{err}")
    report, memory = t.json("report.json"), t.json("memory.json")
    t.check(report["proof_bytes"] == size and report["prove_steps_per_s"] > 0, "JSON report")
    t.check(set(PHASES) <= set(report["phases"]), f"phases {list(report['phases'])}")
    t.check(report["security_bits"] >= 100 and report["by_rank"][0]["tasks"] > 0, "JSON report")
    rank = memory["ranks"][0]
    peak = max(p["total"] for p in rank["phases"].values())
    t.check(0 < peak <= rank["predicted_peak_bytes"], f"peak {peak}, {rank['predicted_peak_bytes']}")
    t.check(peak == report["peak_bytes"]["total"], "peaks of the two reports")
    # the picture of it
    picture = os.path.join(cli.ROOT, "tools", "mem-picture.py")
    _, _, err = t.run(picture, "memory.json", "memory.svg", program=sys.executable)
    drawn = "".join(ElementTree.parse(t.path("memory.svg")).getroot().itertext())
    t.check(all(phase in drawn for phase in PHASES), f"the picture shows {drawn!r}")
    # quiet, and as `mgprove ELF`: the same bytes
    _, out, err = t.run(guest("sieve"), "--hint", t.hint(200), "-q", "-o", "quiet", "--threads=1")
    t.check(err == "" and "primes" not in out, f"-q says {err!r}")
    t.check(t.read("quiet") == t.read("sieve.mgp"), "the same command gave another proof")


def test_verify(t):
    t.prove("panic", 7, "panic.mgp", "-q")
    t.run("setup", guest("panic"))
    for program, verify in ((None, ["verify"]), (t.mgverify, [])):
        for key in ("--elf", guest("panic")), ("--vk", "panic.vk"):
            def check(*args, code):
                return t.run(*verify, *key, *args, code=code, program=program)[1]
            check("panic.mgp", code=1)
            check("--exit-code", "0", "panic.mgp", code=1)
            out = check("--exit-code", "7", "panic.mgp", code=0)
            t.check(re.search(r"^exit code +7$", out, re.M), out)
            check("--exit-code=any", "panic.mgp", code=0)
            t.write("output", struct.pack("<I", 7))
            check("--exit-code=any", "--public-output", "output", "panic.mgp", code=0)
            t.write("output", struct.pack("<I", 8))
            check("--exit-code=any", "--public-output", "output", "panic.mgp", code=1)
        t.run(*verify, "--elf", guest("silent"), "--exit-code=any", "panic.mgp", code=1,
              program=program)
        proof = bytearray(t.read("panic.mgp"))
        for at in (0, 20, 60, len(proof) // 2, len(proof) - 1):
            proof[at] ^= 1
            t.write("bad.mgp", bytes(proof))
            t.run(*verify, "--elf", guest("panic"), "--exit-code=any", "bad.mgp", code=1,
                  program=program)
            proof[at] ^= 1
        t.write("bad.mgp", bytes(proof[:-4]))
        t.run(*verify, "--elf", guest("panic"), "--exit-code=any", "bad.mgp", code=1, program=program)


def test_inspect(t):
    t.prove("silent", 3, "silent.mgp", "-q", "--partitions", "2")
    _, out, _ = t.run("inspect", "silent.mgp", "--json", "bare.json")
    t.check(re.search(r"^partitions +2$", out, re.M), out)
    _, out, _ = t.run("inspect", "silent.mgp", "--elf", guest("silent"), "--json", "full.json")
    bare, full = t.json("bare.json"), t.json("full.json")
    t.check(full["complete"] and bare["plan"] == full["plan"], "plan")
    t.check(full["security_bits"] == min(int(10 * (r["bits"] + r["grind"]) + 1e-6) / 10
                                         for r in full["rounds"]), f"bits {full['rounds']}")
    t.check(sum(full["bytes"].values()) < full["size"] == len(t.read("silent.mgp")), "sizes")


def test_failures(t):
    """A rank that fails: one line, exit code 4, and the file of before stays."""
    t.write("old", b"as it was")
    files = sorted([*os.listdir(t.work), "hint.3"])
    t.hint(3)
    for phase in PHASES:
        for ranks, failing in ((1, 0), (3, 1)):
            t.refused(RESOURCES, "failure injected" + (f".*rank {failing} .*{phase}" if ranks > 1 else ""),
                      "prove", guest("silent"), "--hint", t.hint(3), "-q", "-o", "old",
                      "--threads", "1", "--ranks", ranks, "--fail-phase", f"{phase}:{failing}")
    t.refused(RESOURCES, "planned", "prove", guest("silent"), "--hint", t.hint(3), "-q", "-o", "old",
              "--wrong-peak")
    code, _, err = t.prove("silent", 3, "old", "-q", "--fail-phase", "commit:1", code=RESOURCES,
                         launcher=[*cli.MPIRUN, "2"])
    if code is not None:
        t.check(len(re.findall(r"mgprove: .*rank 1 on", err)) == 1, err)
        t.check(len(re.findall(r"mgprove: ", err)) == 1, err)
    t.check(t.read("old") == b"as it was", "the old file was changed")
    t.check(sorted(os.listdir(t.work)) == files, f"left behind: {os.listdir(t.work)}")


def test_trace_log(t):
    t.prove("silent", 3, "proof", "-q", "--ranks", "2", "--trace-log", "log")
    for rank in 0, 1:
        lines = t.read(f"log.{rank}").decode().splitlines()
        t.check(lines and all(f"rank {rank} " in line for line in lines), f"log.{rank}: {lines[:3]}")


def test_waiting(t):
    """Threads of GNU's OpenMP spin for a short time only, unless the user has said how they wait."""
    said = {name: os.environ.pop(name) for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT") if name in os.environ}
    os.environ["OMP_DISPLAY_ENV"] = "verbose"
    try:
        turns = []
        for choice in {}, {"GOMP_SPINCOUNT": "7"}, {"OMP_WAIT_POLICY": "passive"}:
            os.environ.update(choice)
            _, _, err = t.prove("silent", 3, "proof", "-q", "--backend", "cpu")
            turns.append(re.findall(r"GOMP_SPINCOUNT = '(\d+)'", err))
            for name in choice:
                del os.environ[name]
    finally:
        del os.environ["OMP_DISPLAY_ENV"]
        os.environ.update(said)
    if not any(turns):
        return  # without OpenMP, or with another one
    t.check(len(turns[0]) == 2 and turns[0][1] == "1000" and turns[1] == ["7"] and len(turns[2]) == 1, f"{turns}")


def test_smaller_shards(t):
    """What does not fit is refused with shards that do, and they do."""
    what = ["prove", guest("fibonacci"), "--hint", t.hint(1000), "--backend", "cpu", "--threads", "1", "-q", "--memory", "20M"]
    t.refused(RESOURCES, r"needs .* GiB per rank.*--shard-steps \d+ \(expected to fit\)", *what, "--shard-steps", "131072")
    _, _, err = t.run(*what, "--shard-steps", "131072", code=None)
    steps = re.search(r"--shard-steps (\d+)", err)
    t.check(steps and int(steps[1]) < 131072, err)
    if steps:
        t.run(*what, "--shard-steps", steps[1], "-o", "smaller")
        t.check(len(t.read("smaller")) > 0, "no proof")


if __name__ == "__main__":
    sys.exit(cli.main([test_prove, test_smaller_shards, test_verify, test_inspect, test_failures, test_trace_log, test_waiting]))
