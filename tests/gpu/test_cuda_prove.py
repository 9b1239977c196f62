#!/usr/bin/env python3
"""mgprove on a GPU, or on the emulated one if MGP_TEST_MGPROVE names that program: the cpu backend's
proof byte for byte at every cache level, memory as planned, and what happens without a device."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402
from cli import RESOURCES  # noqa: E402

EMULATED = "MGP_TEST_MGPROVE" in os.environ
# guest, size, options of the plan, options that change no byte
PROOFS = [
    ("fibonacci", 40, [], [["--cache", "none"]]),
    ("edges", 1, ["--partitions", "2"], [["--cache", "trace", "--ranks", "2", "--share-gpu"]]),
    ("sort", 20, ["--trace-rows", "4096"], [["--cache", "full"]]),
]


def emulated(t):
    if EMULATED:
        t.mgprove = os.environ["MGP_TEST_MGPROVE"]


def check_memory(t, name):
    """The ledger's peak of device memory is the planned one, and host memory is in the report too."""
    for rank in t.json(name)["ranks"]:
        peak = max(p["total"] for p in rank["phases"].values())
        planned = rank["predicted_peak_bytes"]
        t.check(0.98 * planned <= peak <= planned, f"planned {planned}, measured {peak}")
        t.check(rank["host_peak_bytes"] > 0, "no host memory in the report")


def test_bytes(t):
    emulated(t)
    for name, size, plan, variants in PROOFS[1:] if EMULATED else PROOFS:
        t.prove(name, size, "cpu.mgp", "--backend", "cpu", "-q", *plan)
        for options in variants:
            # left to itself, the device's memory would choose another shard budget
            t.prove(name, size, "cuda.mgp", "--backend", "cuda", "--mem-report", "memory.json", "-q",
                    "--plan", "cpu.mgp", *options)
            t.check(t.read("cuda.mgp") == t.read("cpu.mgp"), f"{name} {options}: other bytes")
            check_memory(t, "memory.json")


def test_room(t):
    """Less and less memory: chip proofs are prepared beside the commitment, or only some of them, or none; in
    small rooms smaller ones go ahead of larger ones. Always the same bytes, and memory as planned."""
    emulated(t)
    name, size, plan = PROOFS[2][:3] if EMULATED else PROOFS[1][:3]
    t.prove(name, size, "cpu.mgp", "--backend", "cpu", "-q", *plan)
    early = []
    for limit in ("55M", "26M") if EMULATED else ("400M", "345M", "250M", "200M", "120M", "90M", "60M"):
        t.prove(name, size, "cuda.mgp", "--backend", "cuda", "-q", "--plan", "cpu.mgp", "--json", "report.json",
                "--mem-report", "memory.json", "--memory", limit)
        t.check(t.read("cuda.mgp") == t.read("cpu.mgp"), f"{limit}: other bytes")
        if limit != "26M":  # of which what formulas leave out is 2 %
            check_memory(t, "memory.json")
        early.append(t.json("report.json")["by_rank"][0]["tasks_early"])
    t.check(early[0] > early[-1] == 0, f"{early}")


def test_ahead(t):
    """Shards whose records were sent to the device while the shard before was proved: the same bytes, and
    the planned memory. Two partitions, so that pieces are cut, by two ranks."""
    emulated(t)
    size, steps = (3, 16000) if EMULATED else (400, 20000)
    plan = ["--shard-steps", str(steps), "--partitions", "2"]
    t.prove("fibonacci", size, "cpu.mgp", "--backend", "cpu", "-q", *plan)
    t.prove("fibonacci", size, "cuda.mgp", "--backend", "cuda", "-q", *plan, "--ranks", "2", "--share-gpu",
            "--mem-report", "memory.json", "--trace-log", "log", "--json", "report.json")
    t.check(t.read("cuda.mgp") == t.read("cpu.mgp"), "other bytes")
    check_memory(t, "memory.json")
    t.check(t.json("report.json")["shards_beside"] > 0, "no shard beside another one")
    for rank in "0", "1":
        pieces = re.findall(r"^sent rank \d+ shard \d+ pieces (\d+) of (\d+)$", t.read("log." + rank).decode(), re.M)
        t.check(len(pieces) >= 2 and pieces[0][0] == "0", f"{pieces}")
        t.check(any(int(sent) for sent, _ in pieces), f"nothing was sent ahead: {pieces}")
        t.check("further" in t.read("log." + rank).decode(), "never two shards ahead")


def test_beside(t):
    """A shard is committed while chip proofs of the one before it are under way, as far as both fit: the same
    bytes, with one partition and several, and memory as planned."""
    emulated(t)
    size, steps = (3, 24000) if EMULATED else (2000, 200000)
    for partitions in "2" if EMULATED else "12":
        plan = ["--shard-steps", str(steps), "--partitions", partitions]
        t.prove("fibonacci", size, "cpu.mgp", "--backend", "cpu", "-q", *plan)
        beside = []
        for limit in ("72M",) if EMULATED else ("", "800M", "400M", "300M"):
            t.prove("fibonacci", size, "cuda.mgp", "--backend", "cuda", "-q", *plan, "--json", "report.json",
                    "--mem-report", "memory.json", "--trace-log", "log", *(["--memory", limit] if limit else []))
            t.check(t.read("cuda.mgp") == t.read("cpu.mgp"), f"{partitions}, {limit}: other bytes")
            log = t.read("log.0").decode()
            t.check("further" in log or "second recorder" not in log, "two recorders where one is enough")
            check_memory(t, "memory.json")
            report = t.json("report.json")
            beside.append(report["shards_beside"])
            t.check(beside[-1] < report["shards"] + report["memory_shards"], f"{beside}")
        t.check(beside[0] > 0, f"{beside}")


def test_limits(t):
    """What cannot fit is refused before anything is computed, with the numbers."""
    emulated(t)
    hint = t.hint(40)
    t.refused(RESOURCES, r"GiB per rank.*GiB", "prove", cli.guest("fibonacci"), "--hint", hint, "-q",
              "--backend", "cuda", "--memory", "10M")
    t.refused(RESOURCES, r"free.*--memory asks for", "prove", cli.guest("fibonacci"), "--hint", hint,
              "-q", "--backend", "cuda", "--memory", "4000G")


def test_report(t):
    emulated(t)
    _, out, err = t.prove("fibonacci", 40, "p.mgp", "--backend", "cuda", "--json", "report.json")
    report = t.json("report.json")
    t.check(report["backend"] == "cuda" and report["isa"] in err, f"{report['isa']} in\n{err}")
    _, out, _ = t.run("doctor", "--json", "doctor.json")
    devices = t.json("doctor.json")["ranks"][0]["devices"]
    t.check(devices and devices[0]["name"] == report["isa"] and report["isa"] in out, out)
    t.check(re.fullmatch(r"GPU(-[0-9a-f]+){5}", devices[0]["id"]) and re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{2}:.*\.0", devices[0]["pci"]),
            f"{devices[0]}")
    _, out, _ = t.run("plan", cli.guest("fibonacci"), "--hint", t.hint(40), "--backend", "cuda")
    t.check(re.search(r"^peak memory +\d", out, re.M), out)


def test_resume(t):
    """A job that one backend began, killed or stopped in some phases, and another one ends: the same bytes."""
    emulated(t)
    plan = ["--shard-steps", "16384", "--trace-rows", "16384", "--partitions", "2"]
    size = 90 if EMULATED else 1000
    t.prove("sort", size, "whole.mgp", "--backend", "cpu", "-q", *plan)
    args = [cli.guest("sort"), "--hint", t.hint(size), "-o", "job.mgp", "--job-dir", "job", "-q", "--resume",
            "--threads", "1"]
    t.run("prove", *args, *plan, "--backend", "cuda", "--kill-phase", "open:0:2", code=-9)
    t.check(not os.path.exists(t.path("job.mgp")), "a proof before its time")
    t.run("prove", *args, "--backend", "cpu", "--kill-phase", "tasks:0:3" if EMULATED else "tasks:0:5", code=-9)
    _, _, err = t.run("prove", *[a for a in args if a != "-q"], "--backend", "cuda")
    # the last one may still have been verified when that was killed
    found = re.search(r"with the job in job: (\d+) shards? finished", err)
    t.check(found and 0 <= (2 if EMULATED else 4) - int(found[1]) <= 1, err)
    t.check(t.read("job.mgp") == t.read("whole.mgp"), "other bytes than those of a run that was left alone")


def test_no_device(t):
    """Only where devices can be taken away."""
    if not EMULATED:
        return
    emulated(t)
    os.environ["MGP_EMU_DEVICES"] = "0"
    try:
        t.refused(RESOURCES, "no CUDA device", "prove", cli.guest("fibonacci"), "--hint", t.hint(40),
                  "--backend", "cuda")
        _, _, err = t.prove("fibonacci", 40, "auto.mgp")
        t.check(len(re.findall("no CUDA device", err)) == 1, err)
        _, out, _ = t.run("doctor")
        t.check("none found" in out, out)
        # parts of a device are devices: two processes that see one each do not share it
        os.environ["MGP_EMU_DEVICES"] = "1"
        seen = []
        for name in "MIG-GPU-1a2b/3/0", "MIG-GPU-1a2b/4/0,MIG-GPU-1a2b/5/0":
            os.environ["CUDA_VISIBLE_DEVICES"] = name
            t.run("doctor", "--json", "part.json")
            seen.append(t.json("part.json")["ranks"][0]["devices"][0]["id"])
        t.check(seen == ["MIG-GPU-1a2b/3/0", "MIG-GPU-1a2b/4/0"], f"{seen}")
    finally:
        os.environ.pop("CUDA_VISIBLE_DEVICES", None)
        del os.environ["MGP_EMU_DEVICES"]


def skip_without_device():
    t = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    emulated(t)
    _, out, _ = t.run("doctor", code=None)
    if "architecture" not in out:
        print("skipped: no CUDA device")
        sys.exit(77)


if __name__ == "__main__":
    skip_without_device()
    sys.exit(cli.main([test_bytes, test_room, test_ahead, test_beside, test_limits, test_report, test_resume,
                       test_no_device]))
