#!/usr/bin/env python3
"""Ranks with a GPU each, or an emulated one (MGP_TEST_MGPROVE, as in test_cuda_prove.py): one proof by
one GPU and by two, as threads and under mpirun, sums by NCCL and through the host: the cpu backend's
bytes. And an error in NCCL, which leaves no file."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import cli  # noqa: E402

EMULATED = "MGP_TEST_MGPROVE" in os.environ
INTERNAL = 4
# guest, size, options of the plan; an emulated proof takes a core some 20 seconds
PROOFS = [("fibonacci", 20, [])]
if not EMULATED:
    PROOFS += [("fibonacci", 600, ["--shard-steps", "65536"]), ("sort", 20, ["--trace-rows", "4096"])]


def program(t):
    if EMULATED:
        t.mgprove = os.environ["MGP_TEST_MGPROVE"]


def set_environment(name, value):
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


def test_bytes(t):
    program(t)
    for name, size, plan in PROOFS:
        t.prove(name, size, "cpu.mgp", "--backend", "cpu", "-q", "--partitions", "2", *plan)
        ways = [("NCCL", None, ["--ranks", "2"], ()), ("host", "host", ["--ranks", "2"], ())]
        if not EMULATED:
            ways.append(("none", None, [], ()))
        if not EMULATED and t.has_mpi():
            ways.append(("NCCL", None, [], [*cli.MPIRUN, "2"]))
        for link, way, options, launcher in ways:
            set_environment("MGP_LINK", way)
            t.prove(name, size, "cuda.mgp", "--backend", "cuda", "-q", "--plan", "cpu.mgp", "--json",
                    "report.json", "--timeout", "60", *options, launcher=launcher)
            set_environment("MGP_LINK", None)
            report = t.json("report.json")
            t.check(t.read("cuda.mgp") == t.read("cpu.mgp"), f"{name} {link} {options}: other bytes")
            t.check(report["link"].split()[0] == link, f"{name}: sums go by {report['link']}, not {link}")
            direct = report["collectives"].get("device_sum_field", {}).get("calls", 0)
            t.check((direct > 0) == (link == "NCCL"), f"{name}: {direct} sums by NCCL")


def test_error(t):
    """At calls from the first one, when they connect, to one when the polynomial is summed."""
    program(t)
    for call in (1, 5, 9) if EMULATED else (1, 3, 5, 7, 9, 10):
        os.environ["MGP_NCCL_FAIL"] = f"{call}:1"
        t.refused(INTERNAL, "NCCL, rank 1 of 2, CUDA device [0-9].* on host .*: nccl", "prove",
                  cli.guest("fibonacci"), "--hint", t.hint(20), "--backend", "cuda", "--ranks", "2", "-q",
                  "--threads", "1", "-o", "error.mgp")
    del os.environ["MGP_NCCL_FAIL"]


def test_doctor(t):
    program(t)
    t.run("doctor", "--ranks", "2", "--json", "doctor.json")
    found = t.json("doctor.json")["between_gpus"]
    t.check(found["name"].startswith("NCCL") and found["missing"] is None
            and found["allreduce_bytes_per_s"] > 0, f"doctor finds {found}")
    os.environ["MGP_NCCL_FAIL"] = "6:1"
    t.run("doctor", "--ranks", "2", "--json", "doctor.json")
    del os.environ["MGP_NCCL_FAIL"]
    t.check("does not work" in t.json("doctor.json")["between_gpus"]["missing"], "doctor hides an error")


def skip_without_devices():
    t = cli.Test(os.path.abspath(sys.argv[1]), os.getcwd())
    program(t)
    _, out, _ = t.run("doctor", code=None)
    if out.count(" sm_") < 2:
        print("skipped: fewer than two CUDA devices")
        sys.exit(77)


if __name__ == "__main__":
    skip_without_devices()
    sys.exit(cli.main([test_doctor, test_bytes, test_error]))
