#!/usr/bin/env python3
"""The schedule of a proof by many ranks, simulated from what one and two ranks have measured.

scaling-sim.py                      tables: what to expect of 1 ... 64 ranks over each link
scaling-sim.py --check              the model against every point that was measured
scaling-sim.py --json FILE          takes the points of `mgprove bench --scaling --json FILE` (repeatable)
                                    in place of those in scaling-points.json
scaling-sim.py --link nvlink ...    see --help: link, speeds, shard size, ranks

The model. Each rank holds one partition of a shard of N steps on n ranks (or P/n of them).
  per rank     phase(N, P, n) = (a N + b P) / n + e: work of the rows, of the partitions, and what does not get less
  fold         c 2^s + d, of the height s of the plan: each rank does it, but of the hashes, HASHES of c 2^s, its part
  links        per shard: counts of lookups and the combined polynomial Q (all-reduced), first and last accesses (to
               the holder of their key range and back), small messages by latency
  execution    the plain pass on one core of rank 0, at most two shards ahead; each rank gets the words that its
               partition's steps find in memory, records it, uploads it: beside the proof of the shard before
a to e are fitted to the points of one rank alone; the others are predicted."""
import argparse
import json
import math
import os
import sys

PHASES = ["assign", "commit", "tasks", "open", "query"]  # all of them shared; fold is not, for the most part
D, WORD = 4, 4  # extension degree, bytes of a field word
CELLS = 14.2    # committed per step: the height of Q follows from it
STEP_BYTES, TOUCH_BYTES = 40, 20
NOTE_BYTES, NOTE_RATE = 0.75, 10e9  # what the pass notes of a step; bytes/s of it from rank 0 to the others
TOUCHES = 1 / 32       # words of memory that a partition touches, per step
COUNTS = 1 << 20       # counters of lookups
COLLECTIVES = 50       # small ones of a shard: agreements, round polynomials, roots, caps, nonces
HASHES = 0.7           # of the folding's work on the values: leaves and trees, which ranks share
MAX_SHARD = 1 << 26    # steps: timestamps of a shard stay below 2^29

# seconds of a small collective by MPI and of a large one's start, between two ranks (both grow with log2 n);
# bytes/s of a large one, of each rank
LINKS = {
    # through the hosts' memory, copied down and up: between two and four GPUs of one host
    "host": {"small": 3e-6, "latency": 5e-3, "bandwidth": 1.65e9, "ring": False},
    # H100 (NV18) that sum in each other's memory: 16 bytes take 14 to 20 us; Q of 67 MB 0.34 ms by two, 0.52 by four
    "nvlink": {"small": 3e-6, "latency": 20e-6, "bandwidth": 200e9, "reach": True},
    # one NDR port (400 Gb/s) per GPU: not measured
    "infiniband": {"small": 6e-6, "latency": 80e-6, "bandwidth": 45e9},
}
# steps/s of one core for the plain pass; steps/s of recording by the cores of a rank (16 of them beside the two
# H100 record 500 to 600 M/s); bytes/s to the GPU
SPEEDS = {"pass": 800e6, "record": 550e6, "upload": 22e9}
NODE = 8  # GPUs of a node: beyond that, the slower link


def log_height(steps, partitions):
    """s of the plan (src/prover/plan.c): at most 64 stacked columns, of 2^24 at most."""
    return max(10, min(24, math.ceil(math.log2(CELLS * steps / partitions)) - 6))


# --- points that were measured ---------------------------------------------------------------------

def read_points(files):
    """(steps, partitions, ranks, link) -> seconds by phase; where several were measured, the fastest."""
    points = {}
    for name in files:
        with open(name, encoding="utf-8") as f:
            data = json.load(f)
        for p in data.get("points", []):
            add_point(points, (p["steps"], p["partitions"], p["ranks"], p["link"]), p["phases"])
        for series in data.get("scaling", []):
            for p in series["points"]:
                if not p.get("verified") or p.get("shards", 1) != 1:
                    continue
                phases = {k: v["max_s"] for k, v in p["phases"].items()}
                link = "nvlink" if p.get("link", "").startswith("NCCL") else p.get("link", "host")
                add_point(points, (p["steps"], p["plan"]["partitions"], p["ranks"], link), phases)
    return points


def add_point(points, key, phases):
    seconds = {k: phases.get(k, 0.0) for k in PHASES + ["fold"]}
    seconds["assign"] += phases.get("reduce", 0.0)
    old = points.get(key)
    if old is None or sum(seconds.values()) < sum(old.values()):
        points[key] = seconds


def solve(matrix, right):
    """Gauss, small and well-behaved; None where there is no one solution."""
    n = len(right)
    rows = [row[:] + [r] for row, r in zip(matrix, right)]
    for i in range(n):
        k = max(range(i, n), key=lambda j: abs(rows[j][i]))
        rows[i], rows[k] = rows[k], rows[i]
        if abs(rows[i][i]) < 1e-9:
            return None
        for j in range(n):
            if j != i:
                f = rows[j][i] / rows[i][i]
                rows[j] = [x - f * y for x, y in zip(rows[j], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def fit_least(rows, values):
    """Factors of the columns, none negative, with the least sum of squares of the relative errors."""
    scale = [max(abs(r[c]) for r in rows) for c in range(len(rows[0]))]
    scaled = [[x / s / v for x, s in zip(r, scale)] for r, v in zip(rows, values) if v > 0]
    best, best_error = [0.0] * len(scale), float("inf")
    for chosen in range(1, 1 << len(scale)):
        columns = [c for c in range(len(scale)) if chosen >> c & 1]
        found = solve([[sum(r[i] * r[j] for r in scaled) for j in columns] for i in columns],
                      [sum(r[i] for r in scaled) for i in columns])
        if found is None or min(found) < 0:
            continue
        error = sum((sum(f * r[c] for f, c in zip(found, columns)) - 1) ** 2 for r in scaled)
        if error < best_error - 1e-12:
            factors = dict(zip(columns, found))
            best, best_error = [factors.get(c, 0.0) / scale[c] for c in range(len(scale))], error
    return best


def fit(points):
    """phase -> (a, b, e); fold, of the height of its word -> (c, d)."""
    alone = [(n, p, s) for (n, p, r, _), s in points.items() if r == 1]
    if len(alone) < 2:
        sys.exit("the model wants two points of one rank at least, of different size")
    model = {k: fit_least([(n, p, 1) for n, p, _ in alone], [s[k] for _, _, s in alone]) for k in PHASES}
    model["fold"] = fit_least([(1 << log_height(n, p), 1) for n, p, _ in alone], [s["fold"] for _, _, s in alone])
    return model


# --- one shard -------------------------------------------------------------------------------------

def all_reduce(link, nbytes, n):
    """A ring for the bytes, a tree for the latency, but in each other's memory one step; through the hosts, whose
    ways to the devices are the narrow ones, one after the other."""
    if n == 1:
        return 0.0
    if not link.get("ring", True):
        return link["latency"] + nbytes / link["bandwidth"]
    if link.get("reach"):
        return link["latency"] + 2 * (n - 1) / n * nbytes / link["bandwidth"]
    return 2 * math.ceil(math.log2(n)) * link["latency"] + 2 * (n - 1) / n * nbytes / link["bandwidth"]


def shard_parts(model, link, steps, partitions, n, uneven=0.0):
    """Seconds of the prove phase (assign to query) of one shard, by what they are for."""
    part = math.ceil(partitions / n) / partitions  # of the busiest rank
    work = sum((a * steps + b * partitions) * part + e for a, b, e in (model[k] for k in PHASES))
    a, b = model["fold"]
    height = 1 << log_height(steps, partitions)
    q = D * height * WORD
    comm = all_reduce(link, COUNTS * WORD, n) + all_reduce(link, q, n)
    comm += COLLECTIVES * math.ceil(math.log2(n)) * link["small"]
    fold = a * height * (1 - HASHES + HASHES / n) + b
    return {"work": work, "imbalance": uneven * work if n > 1 else 0.0, "comm": comm, "fold": fold}


def prove_seconds(*args, **kw):
    return sum(shard_parts(*args, **kw).values())


def record_seconds(speeds, link, steps, n):
    """Of the last rank: it waits for its words first. Then upload and exchange of accesses."""
    words = steps * (n - 1) / n * NOTE_BYTES / min(NOTE_RATE, link["bandwidth"])
    touched = TOUCHES * steps / n * TOUCH_BYTES
    return (words + steps / n / speeds["record"],
            steps / n * STEP_BYTES / speeds["upload"] + all_reduce(link, touched, n))


# --- a run of several shards ------------------------------------------------------------------------

def simulate(model, link, speeds, steps, shards, n, uneven=0.0):
    """Wall time of a run, and how much of it no rank proved, waiting for execution."""
    one_pass = steps / speeds["pass"]
    recording, moving = record_seconds(speeds, link, steps, n)
    proving = moving + prove_seconds(model, link, steps, n, n, uneven)
    head = 0.06 * proving  # up to the end of assign: then the next shard's recording starts
    passed, begun, ended = [], [], []
    for k in range(shards):
        # the pass is at most two shards ahead of the one whose recording has begun
        may = begun[k - 2] if k >= 2 else 0.0
        passed.append(max(passed[k - 1] if k else 0.0, may) + one_pass)
        start = max(passed[k], (ended[k - 1] - proving + moving + head) if k else 0.0)
        begun.append(start)
        ended.append(max(start + recording, ended[k - 1] if k else 0.0) + proving)
    return ended[-1], ended[-1] - shards * proving


# --- output ----------------------------------------------------------------------------------------

def check(points, model, args):
    worst = 0.0
    print("| steps | partitions | ranks | link | measured s | model s | off |\n|" + " --- |" * 7)
    for (steps, partitions, ranks, name), seconds in sorted(points.items()):
        measured = sum(seconds.values())
        link = with_options(LINKS.get(name, LINKS["nvlink"]), args)
        said = prove_seconds(model, link, steps, partitions, ranks, args.uneven)
        off = said / measured - 1
        worst = max(worst, abs(off))
        print(f"| {steps:,} | {partitions} | {ranks} | {name} | {measured:.4f} | {said:.4f} | {100 * off:+.1f} % |")
    print(f"\nthe worst is {100 * worst:.1f} % off; at most {100 * args.within:.0f} % is allowed")
    return 0 if worst <= args.within else 1


def with_options(link, args):
    given = {k: getattr(args, k) for k in ("small", "latency", "bandwidth") if getattr(args, k) is not None}
    return {**link, **given}


def link_for(args, n):
    name = args.link
    if name == "nvlink" and n > NODE:
        name = "infiniband"
    return name, with_options(LINKS[name], args)


def tables(args, model, speeds):
    alone = LINKS["nvlink"]
    for title, size in (("strong: the same shard", lambda n: args.steps),
                        ("weak: the same steps per rank", lambda n: min(args.steps * n, MAX_SHARD))):
        print(f"\n{title}, {args.steps:,} steps" + (" on one rank" if "weak" in title else "") + ", prove phase\n")
        print("| ranks | link | shard | prove s | M steps/s | of the same plan on one | of one partition | work % "
              "| comm % | fold % |\n|" + " --- |" * 10)
        for n in args.ranks:
            name, link = link_for(args, n)
            steps = size(n)
            parts = shard_parts(model, link, steps, n, n, args.uneven)
            all_s = sum(parts.values())
            same = prove_seconds(model, alone, steps, n, 1) / all_s / n
            single = prove_seconds(model, alone, size(1), 1, 1)
            single = single * steps / size(1) / all_s / n
            print(f"| {n} | {name} | {steps / 1e6:.1f} M | {all_s:.4f} | {steps / all_s / 1e6:.0f} | {100 * same:.1f} % "
                  f"| {100 * single:.1f} % | {100 * parts['work'] / all_s:.1f} | {100 * parts['comm'] / all_s:.1f} | "
                  f"{100 * parts['fold'] / all_s:.1f} |")
    print(f"\na run of {args.shards} shards, the same steps per rank, execution beside the proofs\n")
    print("| ranks | shard | proving alone M steps/s | whole run M steps/s | waits for execution % | plain pass s "
          "| recording s | proving s |\n|" + " --- |" * 8)
    for n in args.ranks:
        _, link = link_for(args, n)
        steps = min(args.steps * n, MAX_SHARD)
        wall, waits = simulate(model, link, speeds, steps, args.shards, n, args.uneven)
        recording, moving = record_seconds(speeds, link, steps, n)
        proving = moving + prove_seconds(model, link, steps, n, n, args.uneven)
        print(f"| {n} | {steps / 1e6:.1f} M | {steps / proving / 1e6:.0f} | {args.shards * steps / wall / 1e6:.0f} | "
              f"{100 * waits / wall:.1f} | {steps / speeds['pass']:.3f} | {recording:.3f} | {proving:.3f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="append", help="of bench --scaling")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--within", type=float, default=0.1, help="how far off --check allows (0.1)")
    parser.add_argument("--link", choices=sorted(LINKS), default="nvlink", help="beyond a node: infiniband")
    parser.add_argument("--small", type=float, help="seconds of a small collective of two ranks, by MPI")
    parser.add_argument("--latency", type=float, help="seconds that a large one takes to start")
    parser.add_argument("--bandwidth", type=float, help="bytes/s of it, of each rank")
    parser.add_argument("--steps", type=int, default=1 << 24, help="of a shard on one rank")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2, 4, 8, 16, 64])
    parser.add_argument("--uneven", type=float, default=0.02,
                        help="the busiest rank over the average, less 1 (0.02: as measured)")
    for name, speed in SPEEDS.items():
        parser.add_argument(f"--{name}", type=float, default=speed, help=f"per second ({speed:.3g})")
    args = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    points = read_points(args.json or [os.path.join(here, "scaling-points.json")])
    model = fit(points)
    if args.check:
        sys.exit(check(points, model, args))
    print("ns a step, ms a partition, ms: " +
          "; ".join(f"{k} {1e9 * model[k][0]:.3f}, {1e3 * model[k][1]:.2f}, {1e3 * model[k][2]:.2f}" for k in PHASES) +
          f"; fold: ns a value {1e9 * model['fold'][0]:.3f}, ms {1e3 * model['fold'][1]:.2f}")
    tables(args, model, {name: getattr(args, name) for name in SPEEDS})


main()
