#!/usr/bin/env python3
"""run, setup, help, version, doctor: what they print, and their JSON."""
import re
import struct
import sys

import cli
from cli import guest

COMMANDS = ["run", "plan", "prove", "setup", "verify", "inspect", "demo", "bench", "doctor"]


def test_help(t):
    _, out, _ = t.run("--help")
    for command in COMMANDS:
        t.check(re.search(rf"^  {command} ", out, re.M), f"--help does not list {command}")
        _, text, err = t.run(command, "--help")
        t.check(text.startswith("usage: mgprove " + command) and "--help" in text and not err,
                f"{command} --help prints {text!r}")
        t.check("--fail-phase" not in text, f"{command} --help lists options for tests")
    _, out, _ = t.run("--version")
    t.check(re.search(r"mgprove \d+\.\d+\.\d+ \(commit \S+\)", out) and "extension degree" in out,
            f"--version prints {out!r}")


def test_run(t):
    _, out, err = t.run("run", guest("sieve"))
    t.check("primes" in out, f"run prints {out!r}")
    t.check(re.search(r"exit code 0, 329245 steps in [\d.]+ s, [\d.]+ M steps/s", err), err)
    _, out, err = t.run("run", "-q", guest("sieve"))
    t.check("primes" in out and err == "", f"run -q says {err!r}")
    # the guest's own failure is no failure of run
    _, out, err = t.run("run", guest("panic"))
    t.check("exit code 42," in err, err)
    # hints: how far to sieve
    hint = t.write("hint", struct.pack("<I", 100))
    _, out, err = t.run("run", guest("sieve"), "--hint", hint)
    t.check(out.startswith("25 primes"), f"25 primes up to 100: {out!r}")
    t.check("public output: 12 bytes: 64000000" in err, err)
    t.run("run", guest("sieve"), "--max-steps=329245")


def test_counts(t):
    _, _, err = t.run("run", guest("sieve"), "--stats", "--profile", "--json", "out.json")
    t.check(re.search(r"^  ADDI +\d+", err, re.M) and re.search(r"^  main +\d+", err, re.M), err)
    got = t.json("out.json")
    t.check(sum(got["opcodes"].values()) == got["steps"] == 329245, "opcodes do not add up")
    t.check(sum(f["steps"] for f in got["functions"]) == got["steps"], "functions do not add up")
    t.check(got["exit_code"] == 0 and len(got["program"]) == 64, "exit code or program")
    t.check(bytes.fromhex(got["public_output"])[:4] == struct.pack("<I", 50000), "public output")
    # without the counts
    t.run("run", guest("sieve"), "--json=plain.json")
    plain = t.json("plain.json")
    t.check(plain["committed_digest"] == got["committed_digest"] and "opcodes" not in plain, "plain")
    # to a pipe
    _, out, _ = t.run("run", guest("silent"), "--json", "/dev/stdout")
    t.check('"steps"' in out, f"JSON on stdout: {out!r}")


def test_traps(t):
    words = {"ebreak": (cli.NOP, cli.EBREAK), "far load": (0x00000013, 0xFFFFF537, 0x00052503),
             "fall off": (cli.NOP, cli.NOP)}
    for name, code in words.items():
        path = t.write("trap.elf", cli.elf(*code))
        _, out, err = t.run("run", path, code=1)
        t.check(len(err.splitlines()) == 1 and "0x0800000" in err, f"{name}: {err!r}")
    path = t.write("halt.elf", cli.elf(*cli.HALT))
    t.run("run", path)


def test_setup(t):
    _, out, _ = t.run("setup", guest("sieve"))
    vk = t.read("sieve.vk")
    digest = re.search(r"^program +([0-9a-f]{64})$", out, re.M)
    t.check(digest and f"{len(vk)} bytes" in out, out)
    t.run("setup", guest("sieve"), "-o", "other")
    t.check(t.read("other") == vk, "the key differs from run to run")
    t.run("run", guest("sieve"), "-q", "--json", "run.json")
    t.check(digest and t.json("run.json")["program"] == digest.group(1), "the digests differ")
    t.run("setup", guest("sort"), "--output=other")
    t.check(t.read("other") != vk, "two programs have one key")
    # a changed key is refused
    t.write("bad.vk", vk[:-1])
    t.refused(cli.BAD_INPUT, "bad.vk", "verify", "--vk", t.path("bad.vk"), guest("sieve"))


def test_doctor(t):
    _, out, _ = t.run("doctor", "--json", "alone.json")
    t.check(re.search(r"^ranks +1 \(self\)", out, re.M), out)
    _, out, _ = t.run("doctor", "--ranks", "3", "--json", "three.json")
    got = t.json("three.json")
    t.check([r["rank"] for r in got["ranks"]] == [0, 1, 2] and got["allreduce_s"] > 0, "three ranks")
    t.check(all(r["memory_limit_bytes"] > 0 and r["cores"] > 0 for r in got["ranks"]), "resources")
    t.check(all("memory_cgroup_bytes" in r and r["affinity"] for r in got["ranks"]), "limits, cores")
    t.check(got["between_ranks"]["missing"] is None and got["between_ranks"]["allreduce_bytes_per_s"] > 0, "ranks")
    t.check(got["between_gpus"]["missing"], "without GPUs there is nothing between them")
    t.check(re.search(r"^all-reduce +thread: [\d.]+ us for 16 bytes, [\d.]+ GB/s for 4 MiB$", out, re.M), out)
    t.check(len(re.findall(r"^  [012] +\S+ +[012] +[\d,-]+ +the CPU$", out, re.M)) == 3, out)
    for n in 1, 2, 3, 4:
        code, out, _ = t.run("doctor", "--json", "mpi.json", launcher=[*cli.MPIRUN, str(n)])
        if code is None or not t.has_mpi():
            break
        ranks = t.json("mpi.json")["ranks"]
        t.check([r["local_rank"] for r in ranks] == list(range(n)), f"{n} ranks by mpirun: {ranks}")
        t.check(out.count("all-reduce") == (n > 1) and f"ranks          {n} (mpi)" in out, out)
        crowded = ranks[0]["cores"] < n
        t.check(("start fewer ranks" in out) == crowded, f"{n} ranks, {ranks[0]['cores']} cores: {out}")


def test_serial_commands_under_mpirun(t):
    """One rank does the work and speaks."""
    code, out, _ = t.run("run", guest("sieve"), launcher=[*cli.MPIRUN, "2"])
    if code is not None:
        t.check(out.count("primes") == 1, f"printed {out.count('primes')} times")
    code, _, err = t.run("run", guest("sieve"), "--frobnicate", code=2, launcher=[*cli.MPIRUN, "2"])
    if code is not None:
        t.check(err.count("--frobnicate") == 1, err)


if __name__ == "__main__":
    sys.exit(cli.main([test_help, test_run, test_counts, test_traps, test_setup, test_doctor,
                       test_serial_commands_under_mpirun]))
