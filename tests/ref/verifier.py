#!/usr/bin/env python3
"""verifier.py --elf ELF PROOF: a second verifier, written from docs/protocol.md, docs/chips.md and
docs/security.md alone. It shares no code with the first; the questions that the documents left open are
in QUESTIONS.md beside it.

Exit code 0: the proof is valid, and the run is the expected one. 1: refused, by the check that is named.
2: the program or the command line is at fault."""
import argparse
import sys

import chips
from field import EXTENSIONS
from keccak import keccak256
from program import BadProgram, Program
from proof import Body, Reader, Run
from refusal import Refused, check
from shard import Shard
from statement import check_output, output_digest


def verify(data, program, degree=4, all_chips=None, make_body=Body):
    """Raises Refused, or returns the run that is proved. `bits`: of each shard, by name of the round."""
    all_chips = all_chips or chips.load()
    reader = Reader(data)
    run = Run(reader, degree)
    check_output(run)
    shards = [Shard(run, parameters, reader, program, all_chips) for parameters in run.read_parameters(reader)]
    check(reader.at == reader.end, "format-length", "something follows")
    for shard in shards:
        shard.verify(make_body)
    run.bits = [shard.bits for shard in shards]
    return run


def main(arguments):
    parser = argparse.ArgumentParser(description="Checks a proof against a program.")
    parser.add_argument("--elf", required=True, help="the program")
    parser.add_argument("--degree", type=int, choices=sorted(EXTENSIONS), default=4,
                        help="of the extension (default 4)")
    parser.add_argument("--exit-code", default="0", help="what the run must exit with, or any (default 0)")
    parser.add_argument("--public-output", help="a file: the run must have this public output")
    parser.add_argument("proof")
    options = parser.parse_args(arguments)
    try:
        with open(options.elf, "rb") as f:
            program = Program(f.read())
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
    print("accepted: program %s, exit code %d, %.1f bits" % (program.digest.hex(), result.exit_code, min(min(bits.values()) for bits in result.bits)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
