"""What the tests of jobs with a folder share: one long program, whose proof is many shards."""
import os
import re
import shutil

from cli import guest

PHASES = ["record", "assign", "reduce", "commit", "tasks", "open", "fold", "query", "finish"]
PLAN = ["--shard-steps", "16384", "--partitions", "2"]
SIZE = 2000  # 16 program shards and more, then memory shards
references = {}


def job(t, *args, size=SIZE, output="proof"):
    return [guest("sort"), "--hint", t.hint(size), "-o", output, "--job-dir", "job", *args]


def reference(t, size=SIZE):
    """The proof of a job without a folder."""
    if size not in references:
        t.run("prove", guest("sort"), "--hint", t.hint(size), "-o", "reference", "-q", "--threads", "1",
              *PLAN)
        references[size] = t.read("reference")
        os.remove(t.path("reference"))
    return references[size]


def shards(t):
    """Those the folder has. A process that is killed while it writes one leaves what it has written under
    another name, until the folder is opened again."""
    return sorted(n for n in os.listdir(t.path("job")) if re.fullmatch(r"shard\.\d{5}", n))


def finished(t, want, what):
    t.check(t.read("proof") == want, f"{what}: other bytes")
    os.remove(t.path("proof"))
    shutil.rmtree(t.path("job"))
