"""What the tests of the command line share: running mgprove in a folder of its own, and making ELF
files. A test is a function `test_...(t)`; main() runs them all and returns the exit code."""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PREBUILT = os.path.join(ROOT, "guest", "prebuilt")
USAGE, BAD_INPUT, RESOURCES = 2, 3, 4
LAUNCHER = os.environ.get("MGP_MPIRUN", "mpirun")
MPIRUN = ["bash", os.path.join(ROOT, "tests", "mpirun.sh")]
# the same without a limit of time, for those who call mpirun themselves
MPI_ENV = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
           "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
           "OMPI_MCA_hwloc_base_binding_policy": "none"}


def guest(name):
    return os.path.join(PREBUILT, name + ".elf")


def guest_bytes(name="fibonacci"):
    with open(guest(name), "rb") as f:
        return bytearray(f.read())


def changed(data, **fields):
    """An ELF with other values of fields of its header or of its first loaded segment."""
    places = {"klass": ("B", 4), "order": ("B", 5), "type": ("<H", 16), "machine": ("<H", 18),
              "entry": ("<I", 24), "phoff": ("<I", 28), "phentsize": ("<H", 42), "phnum": ("<H", 44)}
    phoff, = struct.unpack_from("<I", data, 28)
    while struct.unpack_from("<I", data, phoff)[0] != 1:
        phoff += 32
    segment = {"p_offset": 4, "p_vaddr": 8, "p_filesz": 16, "p_memsz": 20}
    out = bytearray(data)
    for name, value in fields.items():
        form, at = places[name] if name in places else ("<I", phoff + segment[name])
        struct.pack_into(form, out, at, value)
    return bytes(out)


def elf(*words):
    """An executable of these instructions alone."""
    code = struct.pack(f"<{len(words)}I", *words)
    base, offset = 0x08000000, 84
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    head += struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, base, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    head += struct.pack("<8I", 1, offset, base, base, len(code), len(code), 5, 4)
    return head + code


NOP, LOOP, EBREAK = 0x00000013, 0x0000006F, 0x00100073
HALT = (0x00000293, 0x00000513, 0x00000073)  # li t0, 0; li a0, 0; ecall


def bad_programs():
    """name, bytes, what the message must say."""
    good = bytes(guest_bytes())
    yield "empty", b"", "ELF|short|truncated|bytes"
    yield "text", b"#!/bin/sh\necho no program at all, but long enough to hold a header\n", "ELF"
    yield "cut-10", good[:10], "."
    yield "cut-51", good[:51], "."
    yield "cut-in-headers", good[:60], "."
    yield "cut-in-code", good[:len(good) // 3], "."
    yield "64-bit", changed(good, klass=2), "32|64|class"
    yield "big-endian", changed(good, order=2), "endian"
    yield "arm", changed(good, machine=40), "RISC-V|machine"
    yield "object", changed(good, type=1), "executable|type"
    yield "huge-filesz", changed(good, p_filesz=0xFFFFFFF0), "."
    yield "huge-memsz", changed(good, p_memsz=0xFFFFFFF0), "."
    yield "far-offset", changed(good, p_offset=0xFFFFFFF0), "."
    yield "high-address", changed(good, p_vaddr=0x7FFFFFF0), "."
    yield "many-segments", changed(good, phnum=0xFFFF), "."
    yield "no-segments", changed(good, phnum=0), "."
    yield "entry-outside", changed(good, entry=0x20000000), "entry"
    yield "entry-odd", changed(good, entry=0x08000002), "entry|align"


class Test:
    def __init__(self, build, work):
        self.mgprove = os.path.join(build, "mgprove")
        self.build = build
        self.mgverify = os.path.join(build, "mgverify")
        self.work = work
        self.failures = 0
        self.checks = 0

    def has_mpi(self):
        with open(os.path.join(self.build, "CMakeCache.txt"), encoding="utf-8") as f:
            return "MGP_HAVE_MPI:INTERNAL=ON" in f.read() and shutil.which(LAUNCHER) is not None

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def json(self, name):
        return json.loads(self.read(name))

    def check(self, ok, what):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"FAIL {what}", flush=True)
        return ok

    def run(self, *args, code=0, program=None, launcher=()):
        """Runs mgprove; checks the exit code only, which is None where it cannot be started that way."""
        if launcher and not self.has_mpi():
            print(f"not run, without MPI: {' '.join(map(str, args))}")
            return None, "", ""
        command = [*launcher, program or self.mgprove, *map(str, args)]
        done = subprocess.run(command, cwd=self.work, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=280)
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        if done.returncode == 77 and launcher:
            print(out, end="")
            return None, out, err
        self.check(code is None or done.returncode == code,
                   f"{' '.join(command)}: exit code {done.returncode}, not {code}\n{out[-400:]}{err[-800:]}")
        return done.returncode, out, err

    def hint(self, size):
        """A file with the size of a guest's work."""
        return self.write(f"hint.{size}", struct.pack("<I", size))

    def prove(self, name, size, output, *args, **kw):
        # one thread: on a busy machine several wait for each other
        threads = () if "--threads" in args else ("--threads", "1")
        return self.run("prove", guest(name), "--hint", self.hint(size), "-o", output, *threads, *args,
                        **kw)

    def refused(self, code, says, *args, program=None):
        """A command that must fail: its exit code, exactly one line that says why, nothing on stdout,
        and no file that was not there before."""
        before = sorted(os.listdir(self.work))
        got, out, err = self.run(*args, code=None, program=program)
        text = " ".join(map(str, args))
        self.check(got == code, f"{text}: exit code {got}, not {code}: {err.strip()[:300]}")
        lines = err.splitlines()
        self.check(len(lines) == 1, f"{text}: {len(lines)} lines instead of one:\n{err[:1000]}")
        line = lines[0] if lines else ""
        self.check(re.match(r"(mgprove( verify)?|\S*mgverify): \S", line), f"{text}: says {line!r}")
        self.check(re.search(says, line, re.I), f"{text}: says {line!r}, not /{says}/")
        self.check(out == "", f"{text}: prints {out[:200]!r}")
        after = sorted(os.listdir(self.work))
        self.check(before == after, f"{text}: leaves {set(after) - set(before)}")


class Running:
    """A job in the background whose events are followed."""

    def __init__(self, t, args, launcher=(), env=None):
        self.t, self.seen = t, 0
        if os.path.exists(t.path("events")):
            os.remove(t.path("events"))
        command = [*launcher, t.mgprove, "prove", *args, "--threads", "1", "--events", "events"]
        self.err = open(t.path("stderr"), "w+")
        self.job = subprocess.Popen(command, cwd=t.work, stdin=subprocess.DEVNULL, stderr=self.err,
                                    stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})

    def events(self):
        if not os.path.exists(self.t.path("events")):
            return []
        # a line that is being written may be there in part
        whole, _, _ = self.t.read("events").decode().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for(self, event, **members):
        """True once such an event was written; False if the job ended before."""
        while True:
            running = self.job.poll() is None
            for e in self.events():
                if e["event"] == event and all(e[k] == v for k, v in members.items()):
                    return True
            if not running:
                return False
            time.sleep(0.02)

    def ends(self, code, says, within=30):
        start = time.monotonic()
        got = self.job.wait(timeout=200)
        took = time.monotonic() - start
        self.err.seek(0)
        text = self.err.read()
        self.t.check(got == code, f"exit code {got}, not {code}: {text[-400:]}")
        self.t.check(took < within, f"stopped after {took:.1f} s")
        self.t.check(says in text, f"says {text[-400:]!r}, not {says!r}")
        self.t.check(not self.t.read("events") or self.events()[-1]["event"] in ("end", "phase", "progress"),
                     "events")


def main(tests):
    build = os.path.abspath(sys.argv[1])
    only = sys.argv[2:]
    work = tempfile.mkdtemp(prefix="mgprove-cli-")
    failures = checks = 0
    try:
        for test in tests:
            if only and test.__name__ not in only:
                continue
            folder = os.path.join(work, test.__name__)
            os.mkdir(folder)
            t = Test(build, folder)
            start = time.monotonic()
            test(t)
            print(f"{test.__name__}: {t.checks} checks, {t.failures} failed, "
                  f"{time.monotonic() - start:.1f} s", flush=True)
            failures += t.failures
            checks += t.checks
    finally:
        shutil.rmtree(work)
    return 1 if failures or not checks else 0
