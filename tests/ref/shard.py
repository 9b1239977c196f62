"""One shard: its claim and shape, then the messages of its body (protocol.md, sections 3 and 5)."""
import folding
import opening
import security
import transcript as tr
from claim import Claim
from field import EXTENSIONS
from poseidon2 import cap_depth
from proof import Body, Parameters
from refusal import check
from shape import Shape
from statement import Counts, check_statement, public_terms
from tasks import Task
from transcript import Transcript, limbs


def check_buses(terms, tags, tasks, alpha, beta):
    """The sum over traces and public terms is zero. A sum of fractions is kept as one fraction."""
    p, q = 0, 1
    for task in tasks:
        task_p, task_q = task.sum
        p, q = p * task_q + task_p * q, q * task_q
    for count, bus, entries in terms:
        denominator, power = alpha + tags[bus], 1
        for entry in entries:
            power = power * beta
            denominator = denominator + power * entry
        check(denominator, "public-denominator", "a denominator is zero")
        p, q = p * denominator + count * q, q * denominator
    check(p == 0, "bus-sum", "the buses are not balanced")


class Shard:
    """What is known of a shard before its body is read. starts: of each kind, where its next shard starts."""

    def __init__(self, run, number, starts, parameters, reader, program, chips):
        self.run, self.program = run, program
        self.parameters = Parameters(parameters, run.degree)
        ordinary = [c for c in chips if not c.is_table()]
        self.tags = {i.bus: i.tag for c in chips for i in c.interactions}
        self.claim = Claim(run, number, starts)
        self.claim.read(reader, self.parameters.partitions, len(ordinary))
        counts = Counts(self.claim, ordinary)
        check_statement(self.claim, counts, program)
        self.shape = Shape(self.parameters, self.claim.rows, chips, program)
        self.terms = list(public_terms(self.claim, counts))
        self.bits = security.check_security(self.parameters, self.shape, len(self.terms))
        self.at = reader.at
        self.words = reader.words(self.shape.body_words())

    def verify(self, make_body=Body):
        run, parameters, shape, program = self.run, self.parameters, self.shape, self.program
        body = make_body(self.words, EXTENSIONS[run.degree])
        main = Transcript(body.extension)
        main.absorb(tr.HEADER, limbs([run.version, run.degree] + parameters.words + run.budget))
        main.absorb(tr.PROGRAM, [int.from_bytes(program.digest[i:i + 2], "little") for i in range(0, 32, 2)])
        main.absorb(tr.STATEMENT, limbs(self.claim.words()))
        n_cap = 1 << cap_depth(parameters.log_height + 1)
        caps = [body.send_cap(main, tr.ROOT, n_cap) for _ in shape.matrices]
        body.send_nonce(main, parameters.grind_alpha, "grind-alpha")
        alpha, beta = main.challenge(), main.challenge()
        seed = main.squeeze_words(8)
        tasks = [Task(trace, main.fork(seed, number), body, alpha, beta, program)
                 for number, trace in enumerate(shape.traces)]
        check_buses(self.terms, self.tags, tasks, alpha, beta)
        for task in tasks:
            main.absorb(tr.JOIN, task.digest)
        rho, v = opening.open_columns(main, body, shape, tasks)
        body.send_nonce(main, parameters.grind_u, "grind-u")
        coefficients, claim = opening.combine(main, v)
        words, final = folding.receive_words(main, body, shape, rho, claim)
        body.send_nonce(main, parameters.grind_query, "grind-query")
        folding.answer_queries(main, body, shape, caps, coefficients, words, final)
        assert body.at == len(body.body)
