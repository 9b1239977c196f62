#!/usr/bin/env python3
"""Hundreds of random changes of several proofs: both verifiers give the same verdict by the same check,
and none but the unchanged file is accepted."""
import harness
from elf_file import add_up


def test_random(bench):
    rng = harness.seed()
    for name, size, options, rounds in (("silent", 20, (), 150), ("silent", 20, ("--partitions", "5"), 100),
                                        ("panic", 5, ("--partitions", "2", "--trace-rows", "1024"), 100),
                                        ("fibonacci", 30, (), 50),
                                        (add_up(20, 6), 5, ("--shard-steps", "700"), 100)):
        proof = bench.prove(name, *options, size=size)
        heads = proof.heads()
        verdicts, shown = {}, "add_up" if isinstance(name, bytes) else name
        for _ in range(rounds):
            what, data = harness.random_change(proof, heads, rng)
            verdict = bench.agree(proof, data, "%s: %s" % (shown, what))
            bench.check((verdict == "accepted") == (data == proof.data), "%s: %s: %s" % (shown, what, verdict))
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
        print(shown, *options, verdicts, flush=True)


harness.main(test_random)
