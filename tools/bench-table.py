#!/usr/bin/env python3
"""Tables for docs/performance-log.md from the JSON of `mgprove bench` on the CPU.

bench-table.py [--perm M] [--encode M] [--product NS] FILE...: of each workload and number of ranks the
fastest run in the files, by phase, and beside it a floor: what the kernels alone would take on that many
threads, at the speeds of one thread that bench_kernels and bench_tasks measure (millions of
permutations and of encoded words a second, nanoseconds for an extension product):

  hash     stacked columns · 2^(s+1) / 8 permutations for the leaves and 2^(s+1) for the nodes
  encode   stacked columns · 2^(s+1) words
  sums     10.5 products an interaction and 14 a row: fraction tree, GKR and main sumcheck (bench_tasks)
"""
import argparse
import json


def floor(run, speed):
    words = run["stacked_columns"] << run["plan"]["log_height"] + 1
    leaves = run["plan"]["partitions"] << run["plan"]["log_height"] + 1
    threads = min(run["threads"] * run["ranks"], speed.cores)
    seconds = {"hash": (words / 8 + leaves) / speed.perm * 1e-6,
               "encode": words / speed.encode * 1e-6,
               "sums": (10.5 * run["interactions"] + 14 * run["rows"]) * speed.product * 1e-9}
    return {name: s / threads for name, s in seconds.items()}


def phases(run):
    """Seconds of the slowest rank."""
    def total(*names):
        return sum(run["phases"][n]["max_s"] for n in names if n in run["phases"])
    return {"record": total("record"), "assign": total("assign", "reduce"), "commit": total("commit"),
            "tasks": total("tasks"), "opening": total("open", "fold", "query")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--perm", type=float, default=9.2)
    parser.add_argument("--encode", type=float, default=347)
    parser.add_argument("--product", type=float, default=2.06)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    best = {}
    for path in args.files:
        with open(path) as f:
            text = f.read()
        if not text.strip():
            continue
        for run in json.loads(text)["workloads"]:
            key = run["ranks"], run["workload"]
            if run["verified"] and (key not in best or run["seconds"] < best[key]["seconds"]):
                best[key] = run
    print("| workload (size) | ranks | steps | steps/s | s | record | assign | commit | tasks | opening | "
          "floor | reached | peak MiB | proof KiB | verify ms | bits |")
    print("| --- " * 16 + "|")
    for (ranks, name), run in best.items():
        p, least = phases(run), sum(floor(run, args).values())
        print(f"| {name} ({run['size']:,}) | {ranks} | {run['steps']:,} | {run['prove_steps_per_s']:,.0f} | "
              f"{run['seconds']:.3f} | " + " | ".join(f"{s:.3f}" for s in p.values()) +
              f" | {least:.3f} | {100 * least / run['seconds']:.0f} % | "
              f"{run['peak_bytes']['total'] / 2**20:.0f} | {run['proof_bytes'] / 1024:.0f} | "
              f"{run['verify_ms']:.1f} | {run['security_bits']:.1f} |")


if __name__ == "__main__":
    main()
