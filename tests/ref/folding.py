"""Folding of the combined polynomial, and the queries (protocol.md, section 5, steps 9 and 10)."""
import transcript as tr
from field import HALF, P, inverse, reverse_bits, root_of_unity
from multilinear import eq_table
from poseidon2 import MerkleCap, cap_depth
from refusal import check


class Word:
    """A committed codeword: its length, the size of its leaves, the challenges of its group of rounds."""

    def __init__(self, log_length, group, cap):
        self.log_length, self.group, self.challenges = log_length, group, []
        log_leaves = log_length - group
        self.tree = MerkleCap(cap, log_leaves - cap_depth(log_leaves))


def domain_point(log_length, position):
    return pow(root_of_unity(log_length), reverse_bits(position, log_length), P)


def fold(word, coset_index, values):
    """The value that the coset folds to."""
    log_length, position = word.log_length, coset_index << word.group
    for x in word.challenges:
        folded = []
        for i in range(0, len(values), 2):
            a, b = values[i], values[i + 1]
            even = (a + b) * HALF
            odd = (a - b) * (HALF * inverse(domain_point(log_length, position + i)))
            folded.append(even + (odd - even) * x)
        values = folded
        log_length -= 1
        position >>= 1
    return values[0]


def receive_words(main, body, shape, rho, claim):
    """The committed words, and the final polynomial, whose value is the claim."""
    parameters, words, done = shape.parameters, [], 0
    for log_length, group in shape.fold_words():
        cap = body.send_cap(main, tr.FOLD_ROOT, 1 << cap_depth(log_length - group))
        words.append(Word(log_length, group, cap))
        for r in rho[done:done + group]:
            h1, = body.send_elements(main, tr.FOLD_ROUND, 1)
            x = main.challenge()
            claim = claim - r * h1 + x * h1
            words[-1].challenges.append(x)
        done += group
    final = body.send_elements(main, tr.FINAL, 1 << parameters.log_final)
    total = 0
    for weight, value in zip(eq_table(rho[done:]), final):
        total = total + weight * value
    check(total == claim, "fold-final", "the final polynomial's value")
    return words, final


def evaluate(polynomial, z):
    out = 0
    for coefficient in reversed(polynomial):
        out = out * z + coefficient
    return out


class Answer:
    """What the body says to one query: rows of the matrices, cosets of the words, each with its path."""

    def __init__(self, body, shape, x, trees, words):
        self.x, self.rows, self.cosets, position = x, [], [], x
        for (_, width), tree in zip(shape.matrices, trees):
            self.rows.append((body.words("ROW", width), body.path(tree.path_length)))
        for word in words:
            position >>= word.group
            leaf = body.words("COSET", body.extension.degree << word.group)
            self.cosets.append((position, leaf, body.path(word.tree.path_length)))


def check_paths(answers, shape, trees, words):
    for answer in answers:
        for (partition, _), tree, (row, path) in zip(shape.matrices, trees, answer.rows):
            check(tree.holds(answer.x, row, path), "query-path-matrix", "partition %d, row %d" % (partition, answer.x))
    for number, word in enumerate(words):
        for answer in answers:
            check(word.tree.holds(*answer.cosets[number]), "query-path-word",
                  "word %d, leaf %d" % (number, answer.cosets[number][0]))


def check_values(answer, body, coefficients, words, final):
    entries = [entry for row, _ in answer.rows for entry in row]
    expected = 0
    for coefficient, entry in zip(coefficients, entries):
        expected = expected + coefficient * entry
    position, name = answer.x, "query-combination"
    for word, (index, leaf, _) in zip(words, answer.cosets):
        values = body.as_elements(leaf)
        check(values[position & ((1 << word.group) - 1)] == expected, name, "row %d" % answer.x)
        expected, name, position = fold(word, index, values), "query-fold", index
    z = domain_point(words[-1].log_length - words[-1].group, position)
    check(evaluate(final, z) == expected, "query-final", "row %d" % answer.x)


def answer_queries(main, body, shape, caps, coefficients, words, final):
    trees = [MerkleCap(cap, shape.matrix_path_length()) for cap in caps]
    bits = shape.parameters.log_height + 1
    positions = [main.squeeze() & ((1 << bits) - 1) for _ in range(shape.parameters.queries)]
    answers = [Answer(body, shape, x, trees, words) for x in positions]
    check_paths(answers, shape, trees, words)
    for answer in answers:
        check_values(answer, body, coefficients, words, final)
