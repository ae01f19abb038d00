"""What is not chosen has gradient zero, whatever its derivative is there."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import GradientError
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.derivatives.choices import Choice, Under

X = np.array([-1.0, 0.0, 4.0])
NOT_NEGATIVE = np.array([0.0, 0.25, 4.0])
TABLE = np.array([[1.0, 2.0], [0.0, 3.0], [-1.0, 2.0]])
HOLES = np.array([np.nan, np.inf, 3.0])
LOG4 = np.log(4)


def masked_by_assignment(x):
    root = np.sqrt(x)
    root[x <= 0] = 0.0
    return root


def overwritten(x):
    root = np.sqrt(x)
    root[:1] = 1.0
    return root


def loop(x):
    logs = np.zeros(3)
    for i in range(3):
        logs[i] = np.log(x[i])
    return np.where(x > 0, logs, 0)


def shared(x):
    root = np.sqrt(x)
    return np.where(x > 0, root, 0) + np.where(x > 1, root, 0) * 2


def rows(x):
    return np.where(np.all(x > 0, axis=1), np.sum(np.log(x), axis=1), 0)


# name: function, where, its gradient, the diagonal of its Hessian
BRANCHES = {
    "sqrt": (
        lambda x: np.where(x > 0, np.sqrt(x), 0),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 32],
    ),
    "log": (lambda x: np.where(x > 0, np.log(x), 0), X, [0, 0, 1 / 4], [0, 0, -1 / 16]),
    "divide": (
        lambda x: np.where(x != 0, 1 / x, 0),
        X,
        [-1, 0, -1 / 16],
        [-2, 0, 1 / 32],
    ),
    "power": (lambda x: np.where(x > 0, x**1.5, 0), X, [0, 0, 3], [0, 0, 3 / 8]),
    "exponent": (
        lambda x: np.where(x > 0, x**x, 0),
        np.array([-1.0, 0, 1]),
        [0, 0, 1],
        [0, 0, 2],
    ),
    "x log x": (
        lambda x: np.where(x > 0, x * np.log(x), 0),
        X,
        [0, 0, 1 + LOG4],
        [0, 0, 1 / 4],
    ),
    "arccos": (
        lambda x: np.where(np.abs(x) < 1, np.arccos(x), 0),
        X,
        [0, -1, 0],
        [0, 0, 0],
    ),
    "arccosh": (
        lambda x: np.where(x > 1, np.arccosh(x), 0),
        X,
        [0, 0, 15**-0.5],
        [0, 0, -4 * 15**-1.5],
    ),
    "exp": (
        lambda x: np.where(x > 1, x, np.exp(1000 * x)),
        X,
        [0, 1000, 1],
        [0, 1e6, 0],
    ),
    "else": (
        lambda x: np.where(x <= 0, 0, np.log(x)),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 16],
    ),
    "norm": (
        lambda x: np.where(x > 0, np.sqrt(x**2 + 0 * x), 0),
        X,
        [0, 0, 1],
        [0, 0, 0],
    ),
    "nested": (
        lambda x: np.where(x > 0, np.where(x > 1, np.log(np.log(x)), 0), 0),
        X,
        [0, 0, 1 / (4 * LOG4)],
        [0, 0, -(1 + LOG4) / (4 * LOG4) ** 2],
    ),
    "shared": (shared, X, [0, 0, 3 / 4], [0, 0, -3 / 32]),
    "broadcast": (
        lambda x: np.where(x > 0, np.log(x)[None] * np.ones((2, 1)), 0),
        X,
        [0, 0, 1 / 2],
        [0, 0, -1 / 8],
    ),
    "none of a number": (
        lambda x: np.where(X > 9, np.log(x[1]), x),
        X,
        [1, 1, 1],
        [0, 0, 0],
    ),
    "sum": (rows, TABLE, [[1, 1 / 2], [0, 0], [0, 0]], [[-1, -1 / 4], [0, 0], [0, 0]]),
    "mean": (
        lambda x: np.where(np.all(x > 0, axis=1), np.mean(1 / x, axis=1), 0),
        TABLE,
        [[-1 / 2, -1 / 8], [0, 0], [0, 0]],
        [[1, 1 / 8], [0, 0], [0, 0]],
    ),
    "max": (
        lambda x: np.where(np.all(x > 0, axis=1), np.max(np.log(x), axis=1), 0),
        TABLE,
        [[0, 1 / 2], [0, 0], [0, 0]],
        [[0, -1 / 4], [0, 0], [0, 0]],
    ),
    "reshape": (
        lambda x: np.where(x > 0, np.log(x).reshape(3, 1).T.ravel(), 0),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 16],
    ),
    "concatenate": (
        lambda x: np.where(np.r_[x, x] > 0, np.concatenate([np.log(x), x]), 0),
        X,
        [0, 0, 5 / 4],
        [0, 0, -1 / 16],
    ),
    "backwards": (
        lambda x: np.where(x[::-1] > 0, np.log(x)[::-1], 0),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 16],
    ),
    "repeated": (
        lambda x: np.where(x > 0, np.log(x)[[2, 2, 2]], 0),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 16],
    ),
    "assignment": (masked_by_assignment, X, [0, 0, 1 / 4], [0, 0, -1 / 32]),
    "loop": (loop, X, [0, 0, 1 / 4], [0, 0, -1 / 16]),
    "select": (
        lambda x: np.select([x > 0, x < 0], [np.log(x), np.sqrt(-x)], 0.0),
        X,
        [-1 / 2, 0, 1 / 4],
        [-1 / 4, 0, -1 / 16],
    ),
    "piecewise": (
        lambda x: np.piecewise(x, [x > 0], [np.log, 0]),
        X,
        [0, 0, 1 / 4],
        [0, 0, -1 / 16],
    ),
    "clip": (
        lambda x: np.clip(1 / x, 0, 1),
        NOT_NEGATIVE,
        [0, 0, -1 / 16],
        [0, 0, 1 / 32],
    ),
    "missing values": (
        lambda x: np.where(np.isfinite(x), (2 * x - 1) ** 2, 0),
        HOLES,
        [0, 0, 20],
        [0, 0, 8],
    ),
}

# The function itself gives no warning; then neither does its gradient.
SILENT = {
    "sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0), NOT_NEGATIVE, [0, 1, 1 / 4]),
    "cbrt": (
        lambda x: np.where(x != 0, np.cbrt(x), 0),
        np.array([0.0, 8]),
        [0, 1 / 12],
    ),
    "power": (lambda x: np.where(x > 0, x**0.5, 0), NOT_NEGATIVE, [0, 1, 1 / 4]),
    "arccos": (
        lambda x: np.where(x < 1, np.arccos(x), 0),
        np.array([1.0, 0.0]),
        [0, -1],
    ),
    "maximum": (lambda x: np.maximum(np.sqrt(x), 1), NOT_NEGATIVE, [0, 0, 1 / 4]),
    "minimum": (lambda x: np.minimum(-np.sqrt(x), -1), NOT_NEGATIVE, [0, 0, -1 / 4]),
    "max": (lambda x: np.max(np.sqrt(x)), NOT_NEGATIVE, [0, 0, 1 / 4]),
    "index": (lambda x: np.sqrt(x)[1:], NOT_NEGATIVE, [0, 1, 1 / 4]),
    "overwritten": (overwritten, NOT_NEGATIVE, [0, 1, 1 / 4]),
    "distances": (
        lambda x: np.sqrt((x[:, None] - x) ** 2)[np.triu_indices(3, 1)],
        X,
        [-2, 0, 2],
    ),
    "fixed mask": (
        lambda x: np.where(X > 0, np.sqrt(x), 0),
        NOT_NEGATIVE,
        [0, 0, 1 / 4],
    ),
}


@pytest.mark.parametrize("name", BRANCHES)
def test_what_is_not_taken_has_gradient_zero(name):
    f, x, slopes, _ = BRANCHES[name]
    with np.errstate(all="ignore"):
        ours = pl.gradient(lambda x: np.sum(f(x)))(x)
    np.testing.assert_allclose(ours, slopes, rtol=1e-14)


@pytest.mark.parametrize("name", BRANCHES)
def test_what_is_not_taken_has_curvature_zero(name):
    f, x, _, curvatures = BRANCHES[name]
    with np.errstate(all="ignore"):
        ours = pl.hessian(lambda x: np.sum(f(x)))(x).reshape(x.size, x.size)
    np.testing.assert_allclose(ours, np.diag(np.ravel(curvatures)), rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", BRANCHES)
def test_a_compiled_gradient_passes_choices_as_well(name):
    f, x, slopes, _ = BRANCHES[name]
    with np.errstate(all="ignore"):
        ours = pl.compile(pl.gradient(lambda x: np.sum(f(x))))(x)
    np.testing.assert_allclose(ours, slopes, rtol=1e-14)


@pytest.mark.parametrize("name", SILENT)
def test_a_gradient_is_as_silent_as_the_function(name):
    f, x, slopes = SILENT[name]
    f(x)  # raises nothing
    gradient = pl.gradient(lambda x: np.sum(f(x)))
    np.testing.assert_allclose(gradient(x), slopes, rtol=1e-14)
    np.testing.assert_allclose(pl.compile(gradient)(x), slopes, rtol=1e-14)


@pytest.mark.parametrize("name", SILENT)
def test_single_precision_passes_choices_as_well(name):
    f, x, slopes = SILENT[name]
    ours = pl.gradient(lambda x: np.sum(f(x)))(x.astype(np.float32))
    np.testing.assert_allclose(ours, np.asarray(slopes, np.float32), rtol=1e-6)
    assert ours.dtype == np.float32


def test_a_warning_of_the_function_itself_is_not_lost():
    gradient = pl.gradient(lambda x: np.sum(np.log(x)))
    with pytest.raises(FloatingPointError):
        gradient(np.zeros(2))


def test_the_gradient_of_a_choice_reads_as_a_person_would_write_it():
    graph = pl.graph(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)), NOT_NEGATIVE)
    source = pl.source(pl.gradient(graph))
    assert "np.where(x > 0, 1 / (2 * np.sqrt(x)), 0.0)" in source.replace(
        "1.0 /", "1 /"
    )


# A rule of a choice that is wrong by a thousandth gives another gradient.

CHOSEN = {
    "where": lambda x: np.where(x > 1, np.sqrt(x), 0),
    "maximum": lambda x: np.maximum(np.sqrt(x), 1.5),
    "minimum": lambda x: np.minimum(np.sqrt(x), 1.5),
    "max": lambda x: np.max(np.sqrt(x)),
    "min": lambda x: np.min(np.sqrt(x)),
    "index": lambda x: np.sqrt(x)[1:],
    "assign": overwritten,
    "fmax": lambda x: np.fmax(np.sqrt(x), 1.5),
    "fmin": lambda x: np.fmin(np.sqrt(x), 1.5),
    "fmax.reduce": lambda x: np.nanmax(np.sqrt(x)),
    "fmin.reduce": lambda x: np.nanmin(np.sqrt(x)),
    "diagonal": lambda x: np.diagonal(np.sqrt(np.multiply.outer(x, x))),
    "absolute": lambda x: np.cbrt(np.abs(x)),
    "fabs": lambda x: np.cbrt(np.fabs(x)),
    "copysign": lambda x: np.cbrt(np.copysign(x, 1)),
    "square": lambda x: np.cbrt(np.square(x)),
    "cos": lambda x: np.cbrt(np.cos(x)),
    "cosh": lambda x: np.cbrt(np.cosh(x)),
    "power": lambda x: np.cbrt(x**4),
}


def wrong(found):
    """What a rule gives, wrong by a thousandth; of a choice what it is at poles."""
    match found:
        case Choice(plain, at_poles):
            return Choice(plain, lambda: wrong(at_poles()))
        case Under(g, mask):
            return Under(g * 1.001, mask)
    return found * 1.001


@pytest.mark.parametrize("name", CHOSEN)
def test_a_choice_wrong_by_a_thousandth_is_caught(name, monkeypatch):
    rule_at = DERIVATIVES[name]

    def spoilt(position):
        rule = rule_at(position)
        return rule and (lambda *args, **options: wrong(rule(*args, **options)))

    f, x = CHOSEN[name], np.array([0.5, 2.0, 4.0])
    pl.check(f, x)
    monkeypatch.setitem(DERIVATIVES, name, spoilt)
    with pytest.raises(GradientError, match="differences give"):
        pl.check(f, x)
