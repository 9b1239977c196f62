#!/usr/bin/env python3
"""How a proof is computed and what is said before: ranks, plans, demo, bench."""
import os
import re
import subprocess
import sys
import xml.dom.minidom

import cli
from cli import guest


def test_same_bytes(t):
    """One plan, however it is computed."""
    t.prove("silent", 3, "one", "-q", "--partitions", "3")
    ways = {"ranks 2, portable": ["--partitions", "3", "--ranks", "2", "--isa", "portable",
                                   "--threads", "2"],
            "ranks 3, full": ["--ranks", "3", "--cache", "full"],
            "plan of a proof": ["--plan", "one", "--ranks", "2", "--cache", "none"],
            "strict": ["--partitions", "3", "--backend", "strict", "--no-self-check"]}
    for name, args in ways.items():
        t.prove("silent", 3, "other", "-q", *args)
        t.check(t.read("other") == t.read("one"), f"{name}: other bytes")
        os.remove(t.path("other"))
    code, _, _ = t.prove("silent", 3, "other", "-q", launcher=[*cli.MPIRUN, "3"])
    if code is not None and t.check(os.path.exists(t.path("other")), "mpirun: no file"):
        t.check(t.read("other") == t.read("one"), "mpirun: other bytes")


def test_plan(t):
    """What is planned is what happens."""
    for ranks in 1, 2:
        args = ["--hint", t.hint(100), "--ranks", ranks, "--threads", "1"]
        _, out, _ = t.run("plan", guest("sieve"), *args, "--json", "plan.json", "--write-plan", "plan",
                          "--stats")
        t.check(re.search(r"^shards +1 ", out, re.M) and re.search(r"^  ADDI ", out, re.M), out)
        t.run("prove", guest("sieve"), *args, "-o", "proof", "-q", "--json", "proof.json",
              "--cache", "none")
        plan, proof = t.json("plan.json"), t.json("proof.json")
        for key in ("steps", "rows", "cells", "interactions", "traces", "stacked_columns",
                    "proof_bytes", "security_bits", "plan", "exit_code", "program"):
            t.check(plan[key] == proof[key], f"{key}: planned {plan[key]}, got {proof[key]}")
        planned = plan["peak_bytes"]["none"]
        got = max(r["predicted_peak_bytes"] for r in proof["by_rank"])
        t.check(0.95 * got <= planned <= 1.05 * got, f"peak: planned {planned}, prover says {got}")
        # and the other way round: the plan's file gives this proof
        t.run("prove", guest("sieve"), *args, "-o", "again", "-q", "--plan", "plan")
        t.check(t.read("again") == t.read("proof"), "--plan: other bytes")


def test_demo(t):
    for args in ["--threads", "1"], ["--ranks", "2"]:
        _, out, _ = t.run("demo", *args)
        t.check("the proof was accepted" in out and re.search(r"^security +\d", out, re.M), out)
    t.check(os.listdir(t.work) == [], "demo leaves files")
    code, out, _ = t.run("demo", launcher=[*cli.MPIRUN, "2"])
    if code is not None:
        t.check(out.count("the proof was accepted") == 1, out)


def test_bench(t):
    _, out, _ = t.run("bench", "--workload", "sieve", "--log-steps", "15", "--json", "bench.json",
                      "--ranks", "2", "--threads", "1")
    lines = out.splitlines()
    t.check(len(lines) == 4 and all(line.startswith("#") for line in lines[:3]), out)
    t.check(lines[-1].split()[0] == "sieve", out)
    t.check(len(lines[1].split()) - 1 == len(lines[3].split()), "columns of head and row differ")
    row = t.json("bench.json")["workloads"][0]
    t.check(row["verified"] and row["steps"] >= 1 << 15 and row["ranks"] == 2, f"{row}")
    for key in "prove_steps_per_s", "verify_ms", "gcells_per_s", "ginteractions_per_s":
        t.check(row[key] > 0, f"{key}: {row[key]}")


def check_point(t, p, ranks):
    t.check(p["ranks"] == ranks and p["verified"], f"{ranks} ranks: {p}")
    s = p["split"]
    parts = [s[k] for k in ("pass_s", "recording_s", "work_s", "imbalance_s", "comm_s", "tail_s", "other_s")]
    # more where a rank that comes late to one phase is late in the next as well, and no wait is left to take it from
    rest = min(s["comm_s"], s["other_s"])
    t.check(min(parts) >= 0 and sum(parts) > 0.98 * s["all_s"] and sum(parts) < (1.02 if rest > 0 else 1.5) * s["all_s"],
            f"{ranks} ranks: {s} does not add up")
    t.check(s["load"] >= 1 and s["predicted_load"] >= 1, f"{s}")
    t.check(len(p["by_rank"]) == ranks and sum(r["predicted_load"] for r in p["by_rank"]) > 0, "loads")
    t.check(all(0 < r["exchange_s"] <= p["phases"]["record"]["max_s"] for r in p["by_rank"]), "exchange of accesses")


def test_scaling(t):
    """Parts of a job: every proof verifies, and those of one program are equal."""
    ways = [("threads", ["--ranks", "3"], ())]
    if t.has_mpi():
        ways.append(("mpi", [], [*cli.MPIRUN, "3"]))
    for name, args, launcher in ways:
        code, out, err = t.run("bench", "--scaling", "--log-steps", "15", "--repeat", "1", "--threads", "1",
                               "--timeout", "100", "--json", "scaling.json", *args,
                               launcher=launcher)
        rows = [line.split() for line in out.splitlines() if not line.startswith("#")]
        t.check([r[0] for r in rows] == ["1", "2", "3"] * 2, f"{name}: {out}")
        t.check([r[-1] for r in rows] == ["same"] * 3 + ["verified"] * 3, f"{name}: {out}")
        got = t.json("scaling.json")
        t.check(got["version"] == 1 and got["ranks"] == 3, f"{name}: head of the JSON")
        for series in got["scaling"]:
            points = series["points"]
            for p, ranks in zip(points, (1, 2, 3)):
                check_point(t, p, ranks)
            for key in "efficiency", "prove_efficiency", "prove_speedup":
                t.check(abs(points[0][key] - 1) < 1e-9, f"{key} of one rank: {points[0][key]}")
            steps = [p["steps"] for p in points]
            t.check(len(points) == 3 and steps == sorted(steps), f"{steps}")
            t.check((series["series"] == "weak") == (steps[0] < steps[2]), f"{series['series']}: {steps}")
    if t.check(os.path.exists(t.path("scaling.json")), "no JSON"):
        tool = os.path.join(cli.ROOT, "tools", "scaling-plot.py")
        subprocess.run([sys.executable, tool, "scaling.json", "-o", "scaling.svg"], cwd=t.work, check=True)
        svg = xml.dom.minidom.parse(t.path("scaling.svg"))
        t.check(len(svg.getElementsByTagName("circle")) == 6, "the picture has not six points")
        t.check(len(svg.getElementsByTagName("rect")) >= 6, "the picture has no bars")
        done = subprocess.run([sys.executable, tool, "scaling.json", "--table"], cwd=t.work,
                              capture_output=True, text=True, check=True)
        t.check(done.stdout.count("\n| ") == 7, done.stdout)
    t.refused(cli.USAGE, "--repeat", "bench", "--repeat", "2")


if __name__ == "__main__":
    sys.exit(cli.main([test_same_bytes, test_plan, test_demo, test_bench, test_scaling]))
