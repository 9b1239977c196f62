#!/usr/bin/env python3
"""tools/scaling-sim.py: agrees with what was measured, takes the JSON of bench --scaling, and reacts to its
parameters as physics would have it."""
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "tools", "scaling-sim.py")
checks = failures = 0


def check(ok, what):
    global checks, failures
    checks += 1
    if not ok:
        failures += 1
        print("FAIL", what)


def run(*args, code=0):
    r = subprocess.run([sys.executable, TOOL, *map(str, args)], capture_output=True, text=True)
    check(r.returncode == code, f"{args}: exit code {r.returncode}\n{r.stdout[-500:]}{r.stderr[-500:]}")
    return r.stdout


def rows(text, title):
    """Cells of the table behind a title, as numbers where they are."""
    out = []
    for line in text.split(title, 1)[1].split("\n\n")[1].splitlines()[2:]:
        out.append([float(c) if re.fullmatch(r"[\d.]+", c) else c
                    for c in (re.sub(r" (%|M)$", "", c.strip()) for c in line.strip("| ").split("|"))])
    return out


def test_measured():
    out = run("--check")
    check(out.count("\n| ") >= 8, out)
    run("--check", "--within", "0.001", code=1)


def test_parameters():
    base = rows(run("--ranks", 1, 2, 4, 8, 64), "strong:")
    check([r[0] for r in base] == [1, 2, 4, 8, 64], f"{base}")
    check(base[0][5] == 100.0 and base[0][6] == 100.0, "efficiency of one rank")
    check(all(0 < r[5] <= 100 and abs(sum(r[7:10]) - 100) < 2 for r in base), f"{base}")
    check(base[-1][1] == "infiniband" and base[-2][1] == "nvlink", "links")
    slow = rows(run("--ranks", 1, 2, 4, 8, 64, "--bandwidth", 1e9), "strong:")
    check(slow[0] == base[0] and all(s[3] > b[3] for s, b in zip(slow[1:], base[1:])), f"slow link: {slow}")
    # two times the rows take longer, but not twice: what a partition costs at any size stays
    twice = rows(run("--ranks", 1, "--steps", 1 << 25), "strong:")
    check(1.2 < twice[0][3] / base[0][3] < 2, f"{twice} {base[0]}")


def test_execution():
    """With execution fast enough proofs wait for the first shard only; a slow pass sets the pace."""
    fast = rows(run("--ranks", 4, "--pass", 1e12, "--record", 1e12, "--shards", 1000), "a run of")[0]
    check(fast[4] < 0.5 and abs(fast[3] / fast[2] - 1) < 0.01, f"{fast}")
    slow = rows(run("--ranks", 4, "--pass", 50e6, "--record", 1e12, "--shards", 100), "a run of")[0]
    check(45 <= slow[3] <= 50, f"{slow}")


def test_bench_json():
    """Points of a machine that behaves exactly as the model says, but for one."""
    def point(steps, partitions, ranks, factor=1.0):
        phases = {k: {"max_s": factor * ((2e-9 * steps + 0.01 * partitions) / ranks + 0.002)}
                  for k in ("assign", "commit", "tasks", "open", "query")}
        phases["fold"] = {"max_s": 0.0}
        return {"verified": True, "shards": 1, "steps": steps, "ranks": ranks, "phases": phases,
                "plan": {"partitions": partitions}}
    data = {"version": 1, "scaling": [{"series": "strong", "points": [point(1 << 24, 4, 1), point(1 << 24, 4, 4)]},
                                      {"series": "weak", "points": [point(1 << 22, 1, 1), point(1 << 24, 4, 4)]}]}
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "bench.json")

        def write():
            with open(path, "w", encoding="utf-8") as f:
                json.dump(data, f)
        write()
        run("--json", path, "--check", "--within", "0.02", "--bandwidth", 1e12, "--latency", 0, "--uneven", 0)
        data["scaling"][0]["points"][1] = data["scaling"][1]["points"][1] = point(1 << 24, 4, 4, 1.5)
        write()
        out = run("--json", path, "--check", "--within", "0.02", "--bandwidth", 1e12, "--latency", 0, "--uneven",
                  0, code=1)
        check("-3" in out, out)


for test in test_measured, test_parameters, test_execution, test_bench_json:
    test()
print(f"{checks} checks, {failures} failed")
sys.exit(1 if failures or not checks else 0)
