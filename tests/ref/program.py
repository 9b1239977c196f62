"""The program's side of a statement: ELF file or verifying key -> the key's digest, the memory map
(protocol.md, section 2)."""
import struct

from keccak import keccak256

MEMORY_END = 1 << 30  # bytes
HINT_FIRST, HINT_END = 0x28000000 // 4, 0x30000000 // 4  # words
MAX_SEGMENTS = 64
PT_LOAD, PT_INTERP = 1, 3
PF_X = 1
EF_RISCV_RVC = 1
KEY_MAGIC, KEY_VERSION = b"MGPK", 1


class BadProgram(Exception):
    pass


def need(ok, what):
    if not ok:
        raise BadProgram(what)


def load_segments(elf):
    """entry, [(address, bytes of the file, bytes of memory, executable)] of a static RV32 program."""
    need(len(elf) >= 52 and elf[:4] == b"\x7fELF", "no ELF file")
    need(elf[4] == 1 and elf[5] == 1, "not 32 bits, little-endian")
    kind, machine, _, entry, phoff, _, flags, _, phentsize, phnum = struct.unpack_from("<HHIIIIIHHH", elf, 16)
    need(kind == 2 and machine == 243, "not a RISC-V executable")
    need(not flags & EF_RISCV_RVC, "compressed instructions")
    need(phentsize == 32 and phoff + 32 * phnum <= len(elf), "program headers outside of the file")
    segments = []
    for i in range(phnum):
        kind, offset, address, _, filesz, memsz, flags, _ = struct.unpack_from("<8I", elf, phoff + 32 * i)
        need(kind != PT_INTERP, "dynamically linked")
        if kind != PT_LOAD or memsz == 0 and filesz == 0:
            continue
        need(filesz <= memsz, "a segment has more bytes in the file than in memory")
        need(offset + filesz <= len(elf), "a segment outside of the file")
        need(address + memsz <= MEMORY_END, "a segment outside of memory")
        need(address + memsz <= 4 * HINT_FIRST or address >= 4 * HINT_END, "a segment in the hint region")
        segments.append((address, elf[offset:offset + filesz], memsz, flags & PF_X != 0))
    need(len(segments) <= MAX_SEGMENTS, "too many segments")
    segments.sort(key=lambda s: s[0])
    for before, after in zip(segments, segments[1:]):
        need(before[0] + before[2] <= after[0], "segments overlap")
    return entry, segments


def ranges_of(words):
    """Ascending word indices as maximal (first, count) ranges."""
    out = []
    for w in words:
        if out and w == out[-1][0] + out[-1][1]:
            out[-1][1] += 1
        else:
            out.append([w, 1])
    return [tuple(r) for r in out]


def read_elf(elf):
    """entry, values of the words of the image, which of them are code"""
    entry, segments = load_segments(elf)
    memory, code = {}, set()
    for address, data, _, executable in segments:
        need(not executable or address % 4 == 0, "code is not word aligned")
        for i, byte in enumerate(data):
            word = (address + i) // 4
            memory[word] = memory.get(word, 0) | byte << 8 * ((address + i) % 4)
            if executable:
                code.add(word)
    need(entry % 4 == 0, "the entry point is not word aligned")
    return entry // 4, memory, code


def read_key(key):
    """The same, from a verifying key."""
    need(key[:4] == KEY_MAGIC and len(key) % 4 == 0 and len(key) >= 20, "no verifying key")
    words = list(struct.unpack("<%dI" % (len(key) // 4 - 1), key[4:]))
    version, entry, n_code, n_image = words[:4]
    at = 4 + 2 * (n_code + n_image)
    need(version == KEY_VERSION and at <= len(words), "a verifying key of another version, or cut")
    ranges = [(first, first + n) for first, n in zip(words[4:at:2], words[5:at:2])]
    need(all(end <= MEMORY_END // 4 for _, end in ranges), "a range outside of memory")
    image = [w for first, end in ranges[n_code:] for w in range(first, end)]
    need(len(image) == len(words) - at, "a verifying key of another length")
    code = {w for first, end in ranges[:n_code] for w in range(first, end)}
    memory = dict(zip(image, words[at:]))
    need(code <= memory.keys(), "code outside of the image")
    return entry, memory, code


class Program:
    """entry: a word index. code_ranges, image_ranges: ascending maximal (first word, count).
    image, code: [(word index, value)], ascending."""

    def __init__(self, entry, memory, code):
        need(code, "no code")
        need(entry in code, "the entry point is not in the code")
        self.entry = entry
        self.image = sorted(memory.items())
        self.code_ranges = ranges_of(sorted(code))
        self.image_ranges = ranges_of(w for w, _ in self.image)
        self.code = [(w, memory[w]) for w in sorted(code)]
        self.digest = keccak256(self.key_bytes())

    @classmethod
    def of_elf(cls, elf):
        return cls(*read_elf(elf))

    @classmethod
    def of_key(cls, key):
        out = cls(*read_key(key))
        need(out.key_bytes() == key, "a verifying key that is not written as it should be")
        return out

    def key_bytes(self):
        words = [KEY_VERSION, self.entry, len(self.code_ranges), len(self.image_ranges)]
        for r in self.code_ranges + self.image_ranges:
            words += r
        words += [value for _, value in self.image]
        return KEY_MAGIC + struct.pack("<%dI" % len(words), *words)

    def gaps(self):
        """The maximal intervals [first, end) of words outside of image and hint region, ascending."""
        out, at = [], 0
        for first, end in sorted([(f, f + n) for f, n in self.image_ranges] + [(HINT_FIRST, HINT_END)]):
            if at < first:
                out.append((at, first))
            at = end
        if at < MEMORY_END // 4:
            out.append((at, MEMORY_END // 4))
        return out
