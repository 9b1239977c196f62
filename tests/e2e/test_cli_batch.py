#!/usr/bin/env python3
"""prove --batch: many programs in one job; events; a failure leaves the others alone."""
import json
import os
import sys

import cli
from cli import BAD_INPUT, USAGE, guest


def test_batch(t):
    """Proofs as one by one, failures in between, and what --resume keeps."""
    t.write("list", f"""# a comment
{guest('silent')} -o 'one two' --hint {t.hint(3)}

missing.elf -o missing.mgp
{guest('sieve')} --hint={t.hint(50)}  # the default name
{guest('panic')} --hint {t.hint(7)} --output third\\ one --json third.json
{guest('sort')} --hint {t.hint(20)} -o never --max-steps 5
""".encode())
    t.write("empty.elf", b"")
    for name, size, output in ("silent", 3, "a"), ("sieve", 50, "b"), ("panic", 7, "c"):
        t.prove(name, size, output, "-q", "--partitions", "2")
    for ranks in ["--ranks", "2"], ["--partitions", "2"]:
        _, out, err = t.run("prove", "--batch", "list", "--threads", "1", *ranks, "--json", "sum.json",
                            "--events", "events", code=BAD_INPUT)
        for ours, alone in ("one two", "a"), ("sieve.mgp", "b"), ("third one", "c"):
            t.check(t.read(ours) == t.read(alone), f"{ours}: not the proof that is made alone")
        t.check(not os.path.exists(t.path("never")), "a program that failed has a proof")
        t.check("5 programs: 3 proved, 0 kept, 2 failed, 0 not tried" in out, out)
        t.check("list:4: missing.elf" in err and "list:7: the run does not halt" in err, err)
        t.check("2 of 5 programs failed, the first on line 4" in err, err)
        summary = t.json("sum.json")
        t.check([(x["line"], x["outcome"]) for x in summary["lines"]] ==
                [(2, "proved"), (4, "failed"), (5, "proved"), (6, "proved"), (7, "failed")], f"{summary}")
        t.check(summary["lines"][3]["guest_exit_code"] == 7, "guest's exit code")
        t.check(t.json("third.json")["exit_code"] == 7, "report of one line")
        events = [json.loads(line) for line in t.read("events").decode().splitlines()]
        t.check(all(e["version"] == 1 for e in events), "version of the events")
        t.check([e["outcome"] for e in events if e["event"] == "line"] ==
                ["proved", "failed", "proved", "proved", "failed"], "events of the lines")
        t.check(events[0]["event"] == "start" and events[-1]["event"] == "end"
                and events[-1]["exit_code"] == BAD_INPUT, "first and last event")
        os.remove(t.path("events"))
        os.remove(t.path("sieve.mgp"))
        t.write("one two", t.read("one two")[:-1])
    # a proof that is there is kept; one that is missing, or does not verify, is made
    t.write("sieve.mgp", t.read("b"))
    _, out, _ = t.run("prove", "--batch", "list", "--threads", "1", "--partitions", "2", "--resume",
                      code=BAD_INPUT)
    t.check("5 programs: 1 proved, 2 kept, 2 failed, 0 not tried" in out, out)
    t.check(t.read("one two") == t.read("a"), "the damaged proof was kept")


def test_mpi(t):
    t.write("list", f"missing.elf\n{guest('silent')} -o one --hint {t.hint(3)}\n".encode())
    code, out, err = t.run("prove", "--batch", "list", code=BAD_INPUT, launcher=[*cli.MPIRUN, "2"])
    if code is not None:
        t.check("2 programs: 1 proved, 0 kept, 1 failed, 0 not tried" in out, out)
        t.run("verify", "--elf", guest("silent"), "one")


def test_bad_lists(t):
    silent, hint = guest("silent"), t.hint(3)

    def refused(says, text, code=BAD_INPUT):
        t.write("list", text)
        t.refused(code, says, "prove", "--batch", "list", "-q")
    refused("no program", b"")
    refused("no program", b"# nothing\n\n   \n")
    refused("list:2: a quote is not closed", f"{silent}\n{silent} -o 'one\n".encode())
    refused("list:1: .*--backend", f"{silent} --backend cpu\n".encode())
    refused("list:1: leftover argument \"other\"", f"{silent} other\n".encode())
    refused("list:1: no program", f"--hint {hint}\n".encode())
    refused("list:3: writes to silent.mgp, as line 1 does", f"{silent}\n{silent} -o x\n{silent}\n".encode())
    refused("not a text file", f"{silent}\0\n".encode())
    t.refused(BAD_INPUT, "no such file", "prove", "--batch", "missing")
    t.write("list", f"{silent} --hint {hint}\n".encode())
    t.refused(USAGE, "leftover", "prove", silent, "--batch", "list")
    t.refused(USAGE, "belong to the lines", "prove", "--batch", "list", "-o", "x")
    t.refused(USAGE, "--resume", "prove", silent, "--resume")
    t.refused(cli.RESOURCES, "events", "prove", "--batch", "list", "--events", "missing/events")


if __name__ == "__main__":
    sys.exit(cli.main([test_batch, test_mpi, test_bad_lists]))
