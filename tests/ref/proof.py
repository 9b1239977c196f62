"""The proof file: the run's header, the parameters and the body of a shard, the public output (protocol.md,
section 3)."""
import struct

from field import P
from refusal import check
from transcript import LABELS

MAGIC = b"mgproof\n"
VERSION = 2
PARAMETERS = ("partitions", "log_height", "log_chunk", "log_rows", "queries", "grind_alpha", "grind_u",
              "grind_query", "log_final", "log_fold")
MAX_SHARDS = (1 << 16) - 1


class Reader:
    """32-bit words of a file that must be long enough."""

    def __init__(self, data):
        self.data, self.at, self.end = data, 0, len(data)

    def words(self, n):
        check(self.at + 4 * n <= self.end, "format-length", "the file ends too early")
        out = struct.unpack_from("<%dI" % n, self.data, self.at)
        self.at += 4 * n
        return list(out)


class Run:
    """What the file says of the whole run."""

    def __init__(self, reader, degree):
        data = reader.data
        check(data[:8] == MAGIC, "format-magic", "no proof file")
        reader.at = len(MAGIC)
        self.version, = reader.words(1)
        check(self.version == VERSION, "format-version", "version %d" % self.version)
        check(len(data) % 4 == 0, "format-length", "not a whole number of words")
        words = reader.words(17)
        self.degree, self.shards, self.memory_shards = words[:3]
        self.budget = words[3:5]
        self.exit_code, self.has_commit = words[5:7]
        self.digest = words[7:15]
        self.has_output, self.n_output = words[15:]
        check(self.degree == degree, "format-degree", "degree %d, not %d" % (self.degree, degree))
        check(1 <= self.shards <= MAX_SHARDS and self.memory_shards <= MAX_SHARDS
              and (self.shards == 1) == (self.memory_shards == 0), "format-shards",
              "%d shards, %d of memory" % (self.shards, self.memory_shards))
        check(self.shards > 1 or self.budget == [0, 0], "format-shards", "a budget, but nothing that was cut by it")
        check(self.has_output <= 1, "format-output", "has_output is neither 0 nor 1")
        # the output is at the end of the file
        reader.end = len(data) - 4 * ((self.n_output + 3) // 4)
        n_parameters = len(PARAMETERS) * (self.shards + self.memory_shards)
        check(reader.end >= reader.at + 4 * n_parameters, "format-length", "the file ends before its output")
        self.output, padding = data[reader.end:reader.end + self.n_output], data[reader.end + self.n_output:]
        check(not any(padding), "format-output", "padding of the output is not zero")

    def read_parameters(self, reader):
        """Their words, of each shard."""
        return [reader.words(len(PARAMETERS)) for _ in range(self.shards + self.memory_shards)]


class Parameters:
    """Of one shard. degree: of the extension."""

    def __init__(self, words, degree):
        self.words, self.degree = words, degree
        for name, word in zip(PARAMETERS, words):
            setattr(self, name, word)
        ok = (1 <= self.partitions <= 64 and 8 <= self.log_height <= 26
              and 4 <= self.log_chunk <= min(self.log_height, 16)
              and self.log_chunk <= self.log_rows <= 22 and 1 <= self.queries <= 1024
              and max(self.grind_alpha, self.grind_u, self.grind_query) <= 26
              and 1 <= self.log_final <= 8 and self.log_final < self.log_height
              and 1 <= self.log_fold <= 4)
        check(ok, "params", "a parameter is out of its bounds")

    def fold_groups(self):
        """Numbers of rounds from one committed word to the next."""
        rounds = self.log_height - self.log_final
        full, rest = divmod(rounds, self.log_fold)
        return [self.log_fold] * full + ([rest] if rest else [])


class Body:
    """Reads the words of section 5, and calls mark(kind) before each message. `send` absorbs what it
    reads."""

    def __init__(self, words, extension):
        self.body, self.extension, self.at = words, extension, 0
        check(all(w < P for w in self.body), "format-canonical", "a word of the body is not below p")

    def mark(self, kind):
        pass

    def words(self, kind, n):
        if n:
            self.mark(kind)
        out = self.body[self.at:self.at + n]
        assert len(out) == n, "the length of the body was checked"
        self.at += n
        return out

    def path(self, n):
        words = self.words("PATH", 8 * n)
        return [words[i:i + 8] for i in range(0, 8 * n, 8)]

    def as_elements(self, words):
        d = self.extension.degree
        return [self.extension(tuple(words[i:i + d])) for i in range(0, len(words), d)]

    def send(self, transcript, label, n):
        words = self.words(LABELS[label], n)
        transcript.absorb(label, words)
        return words

    def send_elements(self, transcript, label, n):
        return self.as_elements(self.send(transcript, label, n * self.extension.degree))

    def send_cap(self, transcript, label, n):
        words = self.send(transcript, label, 8 * n)
        return [words[i:i + 8] for i in range(0, 8 * n, 8)]

    def send_nonce(self, transcript, bits, name):
        check(transcript.grind(bits, *self.words(name, 1)), name, "the nonce has not enough work in it")
