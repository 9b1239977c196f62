"""The tasks, one per trace: GKR for the sum of the trace's fractions, then the main sumcheck, which ends
in claims of the columns' values at one point (protocol.md, section 5, step 4)."""
import tables
import transcript as tr
from multilinear import eq_at, selector
from refusal import check


class Task:
    """sum: (p, q), the trace's share p/q of the buses. point, columns: the claims. digest: of its
    transcript."""

    def __init__(self, trace, fork, body, alpha, beta, program):
        self.trace = trace
        point, p, q = self.gkr(fork, body)
        self.main(fork, body, alpha, beta, point, p, q, program)
        self.digest = fork.squeeze_words(8)

    def gkr(self, fork, body):
        p, q = body.send_elements(fork, tr.GKR_ROOT, 2)
        check(q, "gkr-root-zero", "a denominator is zero")
        self.sum = p, q
        point = []
        for layer in range(self.trace.log_interactions + self.trace.log_rows):
            weight = fork.challenge()
            claim = p + weight * q
            bound = []
            for r in point:
                h1, h2 = body.send_elements(fork, tr.GKR_ROUND, 2)
                h0 = claim - r * (h1 + h2)
                x = fork.challenge()
                claim = h0 + x * (h1 + x * h2)
                bound.append(x)
            p0, p1, q0, q1 = body.send_elements(fork, tr.GKR_EVALS, 4)
            check(claim == p0 * q1 + p1 * q0 + weight * q0 * q1, "gkr-layer", "layer %d" % layer)
            x = fork.challenge()
            p, q = p0 + x * (p1 - p0), q0 + x * (q1 - q0)
            point = [x] + bound
        return point, p, q

    def main(self, fork, body, alpha, beta, point, p, q, program):
        m = self.trace.log_interactions
        inner, rows = point[:m], point[m:]
        weight = fork.challenge()
        claim = p + weight * (q - 1)
        self.point = []
        for r in rows:
            h1, h2, h3 = body.send_elements(fork, tr.MAIN_ROUND, 3)
            h0 = claim - r * (h1 + h2 + h3)
            x = fork.challenge()
            claim = h0 + x * (h1 + x * (h2 + x * h3))
            self.point.append(x)
        self.columns = body.send_elements(fork, tr.COLUMNS, len(self.trace.chip.columns))
        check(self.summand(inner, weight, alpha, beta, program) == claim, "main-last", self.trace.chip.name)

    def summand(self, inner, weight, alpha, beta, program):
        chip = self.trace.chip
        virtual = tables.virtual(chip.name, self.point, program) if chip.virtual else []
        values = chip.environment(self.columns, virtual)
        fractions = 0
        for j, interaction in enumerate(chip.interactions):
            denominator = alpha + interaction.tag
            power = 1
            for entry in interaction.entries:
                power = power * beta
                denominator = denominator + power * entry.value(values)
            multiplicity = interaction.multiplicity.value(values)
            fractions = fractions + eq_at(inner, j) * (weight * (denominator - 1) + multiplicity)
        out = selector(self.point, self.trace.n_rows) * fractions
        power = weight * weight
        for constraint in chip.constraints:
            out = out + power * constraint.value(values)
            power = power * weight
        return out
