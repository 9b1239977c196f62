"""All column claims at one point of the stacked columns, then one polynomial for all of them
(protocol.md, section 5, steps 7 and 8)."""
import transcript as tr
from field import HALF, log2_ceil
from multilinear import eq, eq_at, eq_table
from refusal import check


def weights(shape, tasks, gamma, rho):
    """W_j(rho) of every stacked column j."""
    b = shape.parameters.log_chunk
    at_position = eq_table(rho[b:])
    out = [0] * shape.n_columns
    power = 1
    for task in tasks:
        low = (task.point + [0] * b)[:b]
        inside = eq(low, rho[:b])
        powers = []
        for _ in task.columns:
            powers.append(power)
            power = power * gamma
        for number, places in enumerate(task.trace.places):
            chunk = inside * eq_at(task.point[b:], number)
            for factor, (column, position) in zip(powers, places):
                out[column] = out[column] + factor * chunk * at_position[position]
    return out


def open_columns(main, body, shape, tasks):
    """rho, the values v of the stacked columns there."""
    gamma = main.challenge()
    claim, power = 0, 1
    for task in tasks:
        for value in task.columns:
            claim = claim + power * value
            power = power * gamma
    rho = []
    for _ in range(shape.parameters.log_height):
        h1, h2 = body.send_elements(main, tr.OPEN_ROUND, 2)
        h0 = (claim - h1 - h2) * HALF
        x = main.challenge()
        claim = h0 + x * (h1 + x * h2)
        rho.append(x)
    v = body.send_elements(main, tr.V, shape.n_columns)
    total = 0
    for value, weight in zip(v, weights(shape, tasks, gamma, rho)):
        total = total + value * weight
    check(total == claim, "open-v", "values of the stacked columns")
    return rho, v


def combine(main, v):
    """The coefficients eq(u, j) and the claim of their combination."""
    u = [main.challenge() for _ in range(log2_ceil(len(v)))]
    coefficients = eq_table(u, len(v))
    claim = 0
    for c, value in zip(coefficients, v):
        claim = claim + value * c
    return coefficients, claim
