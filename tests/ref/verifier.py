#!/usr/bin/env python3
"""verifier.py --elf ELF PROOF (or --vk KEY PROOF): a second verifier, written from docs/protocol.md,
docs/chips.md and docs/security.md alone. It shares no code with the first; the questions that the documents
left open are in QUESTIONS.md beside it.

Exit code 0: the proof is valid, and the run is the expected one. 1: refused, by the check that is named.
2: the program or the command line is at fault."""
import argparse
import sys

import chips
from claim import first_starts
from field import EXTENSIONS
from keccak import keccak256
from program import BadProgram, Program
from proof import Reader, Run
from refusal import Refused, check
from shard import Shard
from statement import check_output, check_run, output_digest


def read_shards(run, reader, program, all_chips):
    """What all headers say; no body is looked at."""
    starts, out, committed = first_starts(program), [], 0
    for number, parameters in enumerate(run.read_parameters(reader)):
        shard = Shard(run, number, starts, parameters, reader, program, all_chips)
        committed += shard.claim.has_commit
        check(committed <= 1, "run-commit", "two shards committed")
        starts[shard.claim.kind] = shard.claim.end()
        out.append(shard)
    check(reader.at == reader.end, "format-length", "something follows")
    return out


def verify(data, program, degree=4, all_chips=None, verify_shard=Shard.verify):
    """Raises Refused, or returns the run that is proved. `proved`: its shards."""
    reader = Reader(data)
    run = Run(reader, degree)
    check_output(run)
    run.proved = read_shards(run, reader, program, all_chips or chips.load())
    for shard in run.proved:
        verify_shard(shard)
    check_run(run, [shard.claim for shard in run.proved])
    return run


def main(arguments):
    parser = argparse.ArgumentParser(description="Checks a proof against a program.")
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--elf", help="the program")
    program.add_argument("--vk", help="its verifying key, as mgprove setup makes it")
    parser.add_argument("--degree", type=int, choices=sorted(EXTENSIONS), default=4,
                        help="of the extension (default 4)")
    parser.add_argument("--exit-code", default="0", help="what the run must exit with, or any (default 0)")
    parser.add_argument("--public-output", help="a file: the run must have this public output")
    parser.add_argument("proof")
    options = parser.parse_args(arguments)
    try:
        with open(options.elf or options.vk, "rb") as f:
            program = (Program.of_elf if options.elf else Program.of_key)(f.read())
        with open(options.proof, "rb") as f:
            data = f.read()
        expected = None
        if options.public_output:
            with open(options.public_output, "rb") as f:
                expected = keccak256(f.read())
        expected_code = None if options.exit_code == "any" else int(options.exit_code, 0)
    except (BadProgram, OSError, ValueError) as error:
        print("verifier: %s" % error, file=sys.stderr)
        return 2
    try:
        result = verify(data, program, options.degree)
        check(expected_code is None or result.exit_code == expected_code, "exit-code", "%d" % result.exit_code)
        check(expected in (None, output_digest(result)), "public-output", "not the expected one")
    except Refused as refused:
        print("refused: %s" % refused)
        return 1
    bits = min(min(shard.bits.values()) for shard in result.proved)
    print("accepted: program %s, exit code %d, %d shards, %.1f bits" % (
        program.digest.hex(), result.exit_code, len(result.proved), bits))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
