"""Linear programs in fractions: a judge of what is found in float64."""

from __future__ import annotations

from fractions import Fraction


def greatest(c, A, b):
    """Maximise c x where A x <= b, x >= 0, with b >= 0, to the last digit.

    The simplex method with Bland's rule, which does not go in circles: "New finite
    pivoting rules for the simplex method" (1977).
    """
    m, n = len(A), len(c)
    rows = [
        [*map(Fraction, A[i]), *(Fraction(i == j) for j in range(m)), Fraction(b[i])]
        for i in range(m)
    ]
    last, basis = (
        [*(-Fraction(x) for x in c), *[Fraction(0)] * (m + 1)],
        [*range(n, n + m)],
    )
    while (enters := next((j for j in range(n + m) if last[j] < 0), None)) is not None:
        ratios = [
            (row[-1] / row[enters], basis[i], i)
            for i, row in enumerate(rows)
            if row[enters] > 0
        ]
        leaves = min(ratios)[-1]
        pivot = [x / rows[leaves][enters] for x in rows[leaves]]
        rows = [eliminated(row, pivot, enters) for row in rows]
        rows[leaves], basis[leaves] = pivot, enters
        last = eliminated(last, pivot, enters)
    return last[-1]


def eliminated(row, pivot, j):
    """A row less what of the pivot's it has in column j."""
    return [a - row[j] * x for a, x in zip(row, pivot, strict=True)]


def are_separable(X, y, k, intercept):
    """Whether some B has x_i (B_y - B_c) >= 0 in all rows, and not 0 in all of them."""
    X = [[*map(Fraction, row), *[Fraction(1)] * intercept] for row in X.tolist()]
    p = len(X[0])
    margins = []
    for x, own in zip(X, y.tolist(), strict=True):
        for other in set(range(k)) - {own}:
            margin = [Fraction(0)] * (p * k)
            margin[own * p : (own + 1) * p] = x
            margin[other * p : (other + 1) * p] = [-a for a in x]
            margins.append(margin[p:])  # with B = 0 for the first class
    both = [[*margin, *(-a for a in margin)] for margin in margins]  # B = u - v
    total = [sum(column) for column in zip(*both, strict=True)]
    one = [[Fraction(i == j) for j in range(len(total))] for i in range(len(total))]
    A = [*([-a for a in row] for row in both), *one]
    return greatest(total, A, [0] * len(margins) + [1] * len(one)) > 0
