#!/usr/bin/env python3
"""Writes the bytes of a guest's hint region to stdout: hints.py ITEM...

An item is a file's name, or u32:N for one little-endian word, or str:TEXT."""
import sys


def item(arg):
    if arg.startswith("u32:"):
        return int(arg[4:], 0).to_bytes(4, "little")
    if arg.startswith("str:"):
        return arg[4:].encode()
    with open(arg, "rb") as f:
        return f.read()


def region(items):
    if not items:
        return b""
    words = [8 + 4 * len(items), 4] + [len(i) for i in items]
    head = b"".join(w.to_bytes(4, "little") for w in words)
    return head + b"".join(i + bytes(-len(i) % 4) for i in items)


if __name__ == "__main__":
    sys.stdout.buffer.write(region([item(a) for a in sys.argv[1:]]))
