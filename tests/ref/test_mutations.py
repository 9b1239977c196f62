#!/usr/bin/env python3
"""Changed proofs: for each section of the file and each kind of message, refused by the check that is
named, by both verifiers; and a few random changes, for which they must agree (test_mutations_slow.py has
hundreds)."""
import harness
from field import P

# kind of message -> the checks that may notice that a word of it is another one
EXPECTED = {
    "ROOT": ["gkr-layer"], "grind-alpha": ["gkr-layer", "grind-alpha"], "GKR_ROOT": ["gkr-layer"],
    "GKR_ROUND": ["gkr-layer"], "GKR_EVALS": ["gkr-layer"], "MAIN_ROUND": ["main-last"],
    "COLUMNS": ["main-last"], "OPEN_ROUND": ["open-v"], "V": ["open-v"], "grind-u": ["fold-final"],
    "FOLD_ROOT": ["fold-final"], "FOLD_ROUND": ["fold-final"], "FINAL": ["fold-final"],
    "grind-query": ["grind-query"], "ROW": ["query-path-matrix"], "COSET": ["query-path-word"],
    "PATH": ["query-path-matrix", "query-path-word"]}

# words behind the magic: place, new value (None: one more), check
RUN = {
    "version": (0, 1, "format-version"), "degree": (1, 6, "format-degree"), "no shard": (2, 0, "format-shards"),
    "shards without memory": (2, 2, "format-shards"), "memory without shards": (3, 1, "format-shards"),
    "budget": (4, None, "format-shards"), "exit code": (6, None, "gkr-layer"), "has_commit": (7, 2, "statement-commit"),
    "digest": (8, None, "statement-output"), "has_output": (16, 2, "format-output"),
    "no output, but bytes": (16, 0, "format-output"), "three bytes of four": (17, 3, "statement-output"),
    "a long output": (17, 0xFFFFFFFF, "format-length"), "partitions": (18, 65, "params"),
    "no partition": (18, 0, "params"), "log_height": (19, 27, "params"), "log_chunk": (20, 3, "params"),
    "log_rows": (21, 23, "params"), "no query": (22, 0, "params"), "queries": (22, 20, "security"),
    "grind_query": (25, 31, "params"), "log_final": (26, 9, "params"), "log_fold": (27, 0, "params")}
REGISTERS, CHAINS = 28, 28 + 66
STATEMENT = {
    "register 0": (REGISTERS, 1, "statement-x0"), "register 2": (REGISTERS + 4, None, "gkr-layer"),
    "timestamp": (REGISTERS + 5, 1 << 29, "statement-timestamp"),
    "image chain": (CHAINS, (1 << 28) + 1, "statement-chain"),
    "hint chain": (CHAINS + 1, 0x28000000 // 4 - 1, "statement-chain"), "gap chain": (CHAINS + 2, None, "gkr-layer")}


def test_header(bench):
    proof = bench.prove("panic", size=5)
    for what, (at, value, name) in {**RUN, **STATEMENT}.items():
        value = proof.word(at) + 1 if value is None else value
        bench.agree(proof, proof.changed({at: value}), what, [name])
    rows = CHAINS + 2 + len(proof.program.gaps())
    ids = {chip.name: rows + chip.id - 1 for chip in bench.chips}
    for what, chip, value, name in (
            ("more rows", "ADDI", None, "gkr-layer"), ("a run too long", "DIV", 1 << 28, "statement-time"),
            ("two HALT rows", "HALT", 2, "statement-halt"), ("no HALT row", "HALT", 0, "statement-halt"),
            ("two COMMIT rows", "COMMIT", 2, "statement-commit"), ("no COMMIT row", "COMMIT", 0, "statement-commit"),
            ("memory from nowhere", "SHARD_RAM", 2, "statement-ram"),
            ("image rows", "MEM_IMAGE", len(proof.program.image) + 1, "statement-image"),
            ("entries of a bus", "REFRESH", (P - 217) // 4, "shape-bus"), ("chunks", "REFRESH", 1 << 28, "shape-chunks"),
            ("another length", "REFRESH", 1 << 14, "format-length")):
        value = proof.word(ids[chip]) + 1 if value is None else value
        bench.agree(proof, proof.changed({ids[chip]: value}), what, [name])
    many = {ids["REFRESH"]: 1 << 18, 20: 4, 21: 4}
    bench.agree(proof, proof.changed(many), "traces", ["shape-traces"])
    wide = {ids["REFRESH"]: 1 << 22, 19: 8, 20: 8, 26: 5}
    bench.agree(proof, proof.changed(wide), "stacked columns", ["shape-columns"])
    bench.agree(proof, proof.changed({proof.words() - 1: 7}), "other output", ["statement-output"])
    for what, data, name in (("magic", b"M" + proof.data[1:], "format-magic"), ("nothing", b"", "format-magic"),
                             ("cut a byte", proof.data[:-1], "format-length"),
                             ("header cut", proof.data[:60], "format-length"),
                             ("a word less", proof.data[:-8] + proof.data[-4:], "format-length"),
                             ("a word more", proof.data[:-4] + bytes(4) + proof.data[-4:], "format-length"),
                             ("a word behind", proof.data + bytes(4), "statement-output")):
        bench.agree(proof, data, what, [name])


def test_other_program(bench):
    """The proof of one program against another of the same shape."""
    proof = bench.prove("silent", size=20)
    with open(proof.elf_path, "rb") as f:
        elf = bytearray(f.read())
    at = elf.rindex(b"malformed hint region")
    elf[at] ^= 1
    other = bench.prove(bytes(elf), size=20)
    bench.agree(other, other.data, "its own proof", ["accepted"])
    bench.agree(other, proof.data, "another program's proof", ["gkr-layer"])


def test_messages(bench):
    """One word of the first and the last message of each kind; a word that is not canonical."""
    proof = bench.prove("silent", "--partitions", "2", size=20)
    places, = proof.places()
    bench.check(set(places) == set(EXPECTED), "kinds of messages: %s" % sorted(places))
    for kind, where in sorted(places.items()):
        for at in sorted({where[0], where[-1]}):
            what = "%s at word %d" % (kind, at)
            bench.agree(proof, proof.changed({at: (proof.word(at) + 1) % P}), what, EXPECTED[kind])
    for kind, where in sorted(places.items()):
        at = where[0]
        bench.agree(proof, proof.changed({at: proof.word(at) + P}), "%s, re-encoded" % kind, ["format-canonical"])
    at = places["GKR_ROOT"][0] + bench.degree
    zero = proof.changed({at + i: 0 for i in range(bench.degree)})
    bench.agree(proof, zero, "a zero denominator", ["gkr-root-zero"])


def test_random(bench):
    rng = harness.seed()
    proof = bench.prove("silent", size=20)
    heads = proof.heads()
    for _ in range(10):
        what, data = harness.random_change(proof, heads, rng)
        verdict = bench.agree(proof, data, what)
        bench.check((verdict == "accepted") == (data == proof.data), "%s: %s" % (what, verdict))


harness.main(test_header, test_other_program, test_messages, test_random)
