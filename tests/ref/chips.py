"""The chips, read from docs/chips.md: bus tags of section 1, ids and time steps of section 8, columns,
constraints and interactions of section 9."""
import os
import re

from field import P, inverse

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "chips.md")

# a request of one of these finds its row in a table; the others are balanced by rows and public terms
LOOKUP_BUSES = ("PROGRAM", "IMAGE", "RANGE", "BYTE", "TS2", "SHAMT")


class Expression:
    """A polynomial in named columns, parsed from its text: sums, products, powers of constants, division
    by constants, parentheses."""

    TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|([-+·/^()]))")

    def __init__(self, text):
        self.text, self.tokens, self.at = text, [], 0
        position = 0
        while position < len(text.rstrip()):
            match = self.TOKEN.match(text, position)
            assert match, "cannot read %r" % text[position:]
            self.tokens.append(match[1] and int(match[1]) or match[2] or match[3] or 0)
            position = match.end()
        self.names = set()
        self.value = self.sum()
        assert self.at == len(self.tokens), text

    def next(self, *wanted):
        if self.at < len(self.tokens) and self.tokens[self.at] in wanted:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def sum(self):
        sign = self.next("-", "+")
        value = self.product()
        if sign == "-":
            value = (lambda a: lambda v: -a(v))(value)
        while True:
            sign = self.next("-", "+")
            if not sign:
                return value
            other = self.product()
            if sign == "+":
                value = (lambda a, b: lambda v: a(v) + b(v))(value, other)
            else:
                value = (lambda a, b: lambda v: a(v) - b(v))(value, other)

    def product(self):
        value = self.atom()
        while True:
            sign = self.next("·", "/")
            if not sign:
                return value
            other = self.atom()
            if sign == "/":
                other = (lambda c: lambda v: c)(inverse(other(None)))
            value = (lambda a, b: lambda v: a(v) * b(v))(value, other)

    def atom(self):
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":
            value = self.sum()
            assert self.next(")")
            return value
        if isinstance(token, int):
            if self.next("^"):
                token **= self.tokens[self.at]
                self.at += 1
            return lambda v: token % P
        assert token not in "-+·/^)", self.text
        self.names.add(token)
        return lambda v: v[token]


class Interaction:
    def __init__(self, bus, tag, multiplicity, entries):
        self.bus, self.tag = bus, tag
        self.multiplicity = Expression(multiplicity)
        self.entries = [Expression(e) for e in entries.split(",")]
        self.constant = not self.multiplicity.names
        self.sign = None
        if self.constant:
            self.sign = {1: 1, P - 1: -1}[self.multiplicity.value(None) % P]

    def __len__(self):
        return len(self.entries)


class Chip:
    def __init__(self, name, number, time_step):
        self.name, self.id, self.time_step = name, number, time_step
        self.columns, self.virtual, self.constraints, self.interactions = [], [], [], []
        self.formulas = []

    def is_table(self):
        return any(i.bus in LOOKUP_BUSES and i.bus == self.name for i in self.interactions)

    def parse_line(self, line, tags):
        if line.startswith("columns: "):
            self.columns = line.split()[1:]
        elif line.startswith("virtual: "):
            self.virtual = line.split()[1:]
        elif ":=" in line:
            name, text = line.split(" := ")
            self.formulas.append((name, Expression(text)))
        elif line.startswith("0 = "):
            self.constraints.append(Expression(line[4:].split("    (")[0]))
        else:
            head, entries = line.split(": ")
            bus, multiplicity = head.split(" ", 1)
            self.interactions.append(Interaction(bus, tags[bus], multiplicity, entries))

    def environment(self, values, virtual):
        """Columns, virtual columns and formulas by name."""
        out = dict(zip(self.columns + self.virtual, list(values) + list(virtual)))
        for name, formula in self.formulas:
            out[name] = formula.value(out)
        return out


def load(path=DOCUMENT):
    """All chips in the order of their ids."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    tags = {}
    for names, numbers in re.findall(r"^\| ([A-Z_0-9, ]+) \| ([\d, ]+) \|", text.split("## 2.")[0], re.M):
        tags.update(zip(names.split(", "), map(int, numbers.split(", "))))
    chips = {}
    for number, name, counts in re.findall(r"^\| (\d+) \| (\w+) \| (.*) \|$", text.split("## 8.")[1], re.M):
        columns, interactions, _, constraints, _, time_step, _ = counts.split(" | ")
        chips[name] = Chip(name, int(number), int(time_step))
        chips[name].counts = int(columns), int(interactions), int(constraints)
    for name, body in re.findall(r"^### (\w+)\n\n```\n(.*?)\n```$", text.split("## 9.")[1], re.M | re.S):
        for line in body.split("\n"):
            chips[name].parse_line(line, tags)
    for chip in chips.values():
        assert chip.counts == (len(chip.columns), len(chip.interactions), len(chip.constraints)), chip.name
    out = sorted(chips.values(), key=lambda c: c.id)
    assert [c.id for c in out] == list(range(1, len(out) + 1))
    return out
