"""Naive formulas become stable ones: each identity, each spelling, at 400 digits."""

import functools
import inspect
from pathlib import Path

import numpy as np
import pytest
from comparison import assert_derivatives
from exact import correct_digits, exact, units_off
from hypothesis import given, settings
from hypothesis import strategies as st

import docs
import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.identities import IDENTITIES
from pellucid.graphs.node import ancestors
from pellucid.graphs.operations import robust
from pellucid.graphs.rewriting.driver import (
    always,
    applied,
    by_operation,
    rewritten,
    shared,
)
from pellucid.graphs.tracing.trace import resumed

# -- the table ------------------------------------------------------------------------

OPTIONS = {"axis": -1, "keepdims": False, "at": (np.array([0, 1, 1]),), "n": 2}
SPELLINGS = [
    pytest.param(identity, naive, id=f"{identity.name}-{number}")
    for identity in IDENTITIES.values()
    for number, naive in enumerate(identity.naive, 1)
]
BETWEEN = [
    pytest.param(identity, between, id=f"{identity.name}-{number}")
    for identity in IDENTITIES.values()
    for number, between in enumerate(identity.between, 1)
]
TABLE = [pytest.param(identity, id=identity.name) for identity in IDENTITIES.values()]

# Where the terms of a result cancel, its rounding is that of the largest of them.
SCALES = {
    "1 - tanh^2": lambda x: np.ones_like(x),
    "log of a multiple of exp": lambda x, y: np.maximum(np.abs(x), np.abs(np.log(y))),
    "log of a weighted sum of exp": lambda z, w: np.max(
        np.maximum(np.abs(z), np.abs(np.log(w)))
    ),
    "log of a mean of exp": lambda z: np.maximum(np.max(np.abs(z)), np.log(3)),
    "log of a mean under softmax": lambda z, w: np.max(
        np.maximum(np.maximum(-robust.log_softmax(z), np.abs(np.log(w))), 1)
    ),
    "log of a multiple of sigmoid": lambda x, y: np.maximum(
        robust.softplus(-x), np.abs(np.log(y))
    ),
    "log of a multiple of softmax": lambda z, y: np.maximum(
        -robust.log_softmax(z), np.abs(np.log(y))
    ),
    "log of two exponentials": lambda x, y: np.maximum(np.abs(x), np.abs(y)),
    "logistic density": lambda x: 1.5 * robust.sigmoid(x) * robust.sigmoid(-x),
    "log of cosh": lambda x: np.maximum(np.abs(x), np.log(2)),
    "log of sinh": lambda x: np.maximum(np.abs(x), np.log(2)),
    "log of 1 and a sum of exp": lambda z: (
        np.maximum(np.max(np.abs(z)), 1) * np.log1p(np.sum(np.exp(z)))
    ),
    "log of a running sum of exp": lambda z: np.maximum(np.max(np.abs(z)), np.log(3)),
    "log of a multiple of a running sum of exp": lambda z, y: np.maximum(
        np.max(np.maximum(np.abs(z), np.abs(np.log(y)))), np.log(3)
    ),
    "log10 of a sum of powers": lambda z: np.maximum(np.max(np.abs(z)), 1),
    "log2 of a sum of powers": lambda z: np.maximum(np.max(np.abs(z)), np.log2(3)),
    "log2 of two powers": lambda x, y: np.maximum(np.maximum(np.abs(x), np.abs(y)), 1),
    "log10 of two powers": lambda x, y: np.maximum(np.maximum(np.abs(x), np.abs(y)), 1),
    "mean under softmax": lambda w, z: np.max(np.abs(w)),
}
# Unknowns that only have some values.
LABELS = {"log loss", "summed log loss"}
POSITIVE = {
    "root of a mean",
    "log(1 - exp)",
    "difference of roots",
    "log of a product",
    "log1p",
    "log of sinh",
}
POSITIVE_W = {"log of a weighted sum of exp", "log of a mean under softmax"}
POSITIVE_Y = {
    "log of a multiple of exp", "log of a multiple of sigmoid",
    "log of a multiple of softmax", "log of a multiple of a running sum of exp",
}  # fmt: skip


def options(function):
    return {
        k: v for k, v in OPTIONS.items() if k in inspect.signature(function).parameters
    }


def unknowns(identity):
    return [
        k for k in inspect.signature(identity.naive[0]).parameters if k not in OPTIONS
    ]


def examples(identity, rng, scale=1.0, shape=(3,)):
    """Random values of the unknowns, in the domain."""
    values = {name: scale * rng.normal(size=shape) for name in unknowns(identity)}
    if identity.name in LABELS:
        values["y"] = rng.integers(0, 2, shape).astype(float)
    if identity.name in POSITIVE:
        values = {name: np.abs(value) for name, value in values.items()}
    if identity.name in POSITIVE_Y:
        values["y"] = np.abs(values["y"])
    if identity.name in POSITIVE_W:
        values["w"] = np.abs(values["w"])
    return values


def called(function, values):
    return function(**values, **options(function))


def truth(identity, values):
    # The float np.e is not e, so that only the stable form says what is meant.
    meant = identity.stable if identity.name == "power of e" else identity.naive[0]
    return called(meant, {k: exact(v) for k, v in values.items()})


def stable_of(function, values, **switches):
    recorded = functools.partial(function, **options(function))
    return pl.stable(pl.graph(recorded, **values), **switches)


@pytest.mark.parametrize(("identity", "naive"), SPELLINGS)
def test_every_spelling_is_recognised(identity, naive, rng):
    values = examples(identity, rng)
    found = stable_of(naive, values)
    assert identity.name in [rewrite.rule for rewrite in found.rewrites]
    np.testing.assert_allclose(found(**values), called(identity.stable, values), 1e-14)


@pytest.mark.parametrize(("identity", "between"), BETWEEN)
def test_what_is_between_is_recognised_as_it_is(identity, between, rng):
    values = examples(identity, rng)
    others = [name for name in IDENTITIES if name != identity.name]
    found = stable_of(between, values, without=others)
    assert {rewrite.rule for rewrite in found.rewrites} == {identity.name}
    np.testing.assert_allclose(found(**values), called(identity.stable, values), 1e-14)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("log loss", "complement of sigmoid"),
        ("log loss", "log sigmoid"),
        ("log odds", "complement of sigmoid"),
        ("log softmax", "log-sum-exp"),
        ("tanh", "expm1"),
        ("tanh", "sigmoid"),
    ],
)
def test_a_spelling_is_recognised_without_another_identity(name, other, rng):
    identity = IDENTITIES[name]
    values = examples(identity, rng)
    found = [stable_of(naive, values, without=other) for naive in identity.naive]
    assert all(name in [rewrite.rule for rewrite in one.rewrites] for one in found)


@pytest.mark.parametrize(("identity", "naive"), SPELLINGS)
def test_a_rewrite_is_listed_once(identity, naive, rng):
    listed = [str(r) for r in stable_of(naive, examples(identity, rng)).rewrites]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("identity", TABLE)
def test_a_stable_form_is_left_as_it_is(identity, rng):
    values = examples(identity, rng)
    rules = [r.rule for r in stable_of(identity.stable, values).rewrites]
    assert identity.name not in rules


@pytest.mark.parametrize(("identity", "naive"), SPELLINGS)
def test_a_spelling_in_a_matrix_is_recognised(identity, naive, rng):
    values = examples(identity, rng, shape=(4, 3))
    found = stable_of(naive, values)
    assert identity.name in [rewrite.rule for rewrite in found.rewrites]
    np.testing.assert_allclose(found(**values), called(naive, values), 1e-10, 1e-12)


@pytest.mark.parametrize(("identity", "naive"), SPELLINGS)
def test_single_precision_stays(identity, naive, rng):
    values = {k: v.astype(np.float32) for k, v in examples(identity, rng).items()}
    found = stable_of(naive, values)(**values)
    assert found.dtype == called(naive, values).dtype == np.float32
    right = np.vectorize(float)(truth(identity, values))
    np.testing.assert_allclose(found, right, 3e-5)


@pytest.mark.parametrize("identity", TABLE)
def test_the_digits_won_are_those_of_the_table(identity):
    values = {name: np.array(value) for name, value in identity.fails_at.items()}
    right = truth(identity, values)
    with np.errstate(all="ignore"):
        naive = min(correct_digits(called(f, values), right) for f in identity.naive)
    won = correct_digits(called(identity.stable, values), right) - naive
    assert won == identity.digits


@pytest.mark.parametrize("identity", TABLE)
def test_an_identity_holds_without_a_warning_where_the_naive_form_fails(identity):
    values = {name: np.array(value) for name, value in identity.fails_at.items()}
    found = stable_of(identity.naive[0], values)(**values)
    assert correct_digits(found, truth(identity, values)) == 16


SIZES = (1e-8, 0.1, 1.0, 3.0, 10.0, 30.0)


@pytest.mark.parametrize("scale", SIZES)
@pytest.mark.parametrize("identity", TABLE)
def test_where_the_naive_form_is_right_two_units_in_the_last_place(
    identity, scale, rng
):
    assert max(excess(identity, scale, rng) for _ in range(25)) <= 2


def excess(identity, scale, rng):
    """How many units the stable form is off, where the naive form is right."""
    values = examples(identity, rng, scale)
    size = SCALES.get(identity.name, lambda **_: 0.0)(**values)
    with np.errstate(all="ignore"):
        naive = called(identity.naive[0], values)
        stable = called(identity.stable, values)
    right = truth(identity, values)
    return 0 if units_off(naive, right, size) > 1 else units_off(stable, right, size)


SPECIAL = (np.inf, -np.inf, np.nan, 0.0, -0.0, 1e-300, 800.0, -800.0, 1.0)


@pytest.mark.parametrize("special", SPECIAL, ids=repr)
@pytest.mark.parametrize("identity", TABLE)
def test_at_special_values_what_is_right_stays(identity, special, rng):
    values = examples(identity, rng)
    first = next(iter(values))
    values[first] = np.array([special, *values[first][1:]])
    with np.errstate(all="ignore"):
        naive = called(identity.naive[0], values)
        stable = called(identity.stable, values)
    agree = np.isclose(stable, naive, 1e-9, 1e-12, equal_nan=True)
    assert np.all(agree | (~np.isfinite(naive) & ~np.isnan(stable)) | wrong(naive))


def wrong(naive):
    """Where a naive form has lost everything: it is 0, or not a number."""
    return (naive == 0) | np.isnan(naive)


@pytest.mark.parametrize("identity", TABLE)
def test_an_identity_can_be_switched_off(identity, rng):
    values = examples(identity, rng)
    found = stable_of(identity.naive[0], values, without=(identity.name,))
    assert identity.name not in [rewrite.rule for rewrite in found.rewrites]


@pytest.mark.parametrize("identity", TABLE)
def test_the_slope_is_that_of_the_naive_form(identity, rng):
    f = functools.partial(identity.naive[0], **options(identity.naive[0]))
    values = examples(identity, rng)
    first = next(iter(values))

    def cost(x):
        result = f(**{**values, first: x})
        return np.sum(result * np.linspace(1.0, 2.0, np.size(result)))

    stable = pl.gradient(cost)(values[first])
    plain = pl.gradient(cost, stable=False)(values[first])
    np.testing.assert_allclose(stable, plain, 1e-8, 1e-10)
    assert_derivatives(cost, values[first])


def test_a_name_that_there_is_not_is_refused():
    with pytest.raises(
        PellucidError, match="No identity is called 'sigmod'; there are"
    ):
        pl.stable(pl.graph(np.exp, 1.0), without=("sigmod",))


# -- log loss as tutorials write it ---------------------------------------------------


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def with_mean(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def with_helper_and_sum(z, y):
    m = z.size
    p = sigmoid(z)
    return (-1 / m) * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def with_signs_inside(z, y):
    h = sigmoid(z)
    return np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / y.size


def with_named_parts(z, y):
    p = 1.0 / (1.0 + np.exp(-z))
    positive = np.multiply(np.log(p), y)
    negative = np.multiply(np.log(1 - p), 1 - y)
    return -np.sum(positive + negative) / z.size


def with_dot(z, y):
    p, y = sigmoid(z).ravel(), y.ravel()
    return -(np.dot(y, np.log(p)) + np.dot(1 - y, np.log(1 - p))) / y.size


def with_two_sums(z, y):
    p = np.exp(z) / (1 + np.exp(z))
    return -(np.sum(y * np.log(p)) + np.sum((1 - y) * np.log(1 - p))) / z.size


def with_where(z, y):
    p = sigmoid(z)
    return np.mean(np.where(y == 1, -np.log(p), -np.log(1 - p)))


def with_mean_method(z, y):
    p = sigmoid(z)
    return (-(y * np.log(p)) - (1 - y) * np.log(1.0 - p)).mean()


LOSSES = [
    with_mean, with_helper_and_sum, with_signs_inside, with_named_parts, with_dot,
    with_two_sums, with_where, with_mean_method,
]  # fmt: skip
SHAPES = [(4,), (1, 4), (4, 1)]
Z = np.array([800.0, -800.0, 800.0, -800.0])
Y = np.array([1.0, 0.0, 0.0, 1.0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda d: d.__name__)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)
def test_naive_log_loss_is_right_at_800_without_a_warning(loss, shape, dtype):
    z, y = Z.reshape(shape).astype(dtype), Y.reshape(shape).astype(dtype)
    value, slope = pl.value_and_gradient(loss)(z, y)
    assert value == 400
    assert slope.dtype == dtype
    np.testing.assert_array_equal(slope.ravel(), [0, 0, 0.25, -0.25])


@pytest.mark.parametrize(
    "labels", [Y, Y.astype(int), Y.astype(bool)], ids=lambda y: y.dtype
)
@pytest.mark.parametrize("loss", [with_mean, with_where], ids=lambda f: f.__name__)
def test_labels_may_be_captured_and_of_any_kind(loss, labels):
    kind = labels if labels.dtype != bool or loss is with_where else labels.astype(int)
    value, slope = pl.value_and_gradient(lambda z: loss(z, kind))(Z)
    assert value == 400
    np.testing.assert_array_equal(slope, [0, 0, 0.25, -0.25])


def linear(loss):
    def cost(w, b, X, y):
        return loss(X @ w + b, y)

    return cost


@pytest.mark.parametrize(
    "method", [pl.methods.Newton(), pl.methods.GradientDescent(0.1)]
)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)
def test_naive_log_loss_is_minimised_without_a_warning(loss, method):
    X = np.array([[800.0], [-800.0], [1.0], [-1.0], [0.5]])
    y = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    fit = pl.minimise(linear(loss), (np.ones(1), 0.0), X, y, method=method, max_iter=20)
    assert np.isfinite(fit.fun)
    assert fit.fun < fit.history[0]


@pytest.mark.parametrize("loss", [with_mean, with_dot, with_two_sums, with_named_parts],
                         ids=lambda f: f.__name__)  # fmt: skip
def test_the_gradient_is_the_textbooks(loss, rng):
    graph = pl.graph(
        linear(loss), np.zeros(3), 0.5, rng.normal(size=(5, 3)), np.ones(5)
    )
    text = pl.source(pl.gradient(graph))
    body = text[text.rindex("def ") :]
    assert "sigmoid(" in body
    assert " - y" in body
    assert "X.T @" in body
    assert "np.exp" not in body
    assert body.count("\n") <= 5


def test_stable_off_computes_what_is_written():
    with np.errstate(all="ignore"):
        assert np.isnan(pl.value_and_gradient(with_mean, stable=False)(Z, Y)[0])
        assert np.isnan(pl.compile(with_mean, stable=False)(Z, Y))


def test_compiled_code_is_stable():
    assert pl.compile(with_mean)(Z, Y) == 400


# -- softmax and cross-entropy --------------------------------------------------------


def cross_entropy_one_hot(z, y):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.sum(y * np.log(p), axis=1))


def cross_entropy_shifted(z, y):
    e = np.exp(z - np.max(z, axis=1).reshape(-1, 1))
    p = e / np.sum(e, axis=1)[:, None]
    return -np.sum(y * np.log(p)) / len(z)


def cross_entropy_transposed(z, y):
    p = np.exp(z.T) / np.sum(np.exp(z.T), axis=0)
    return -np.mean(np.sum(y.T * np.log(p), axis=0))


def cross_entropy_picked(z, y):
    p = np.exp(z) / np.sum(np.exp(z), axis=1)[:, np.newaxis]
    return -np.mean(np.log(p[np.arange(len(z)), [2, 0]]))


def cross_entropy_from_logs(z, y):
    log_p = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
    return -(log_p[range(len(z)), [2, 0]]).mean()


ENTROPIES = [
    cross_entropy_one_hot, cross_entropy_shifted, cross_entropy_transposed,
    cross_entropy_picked, cross_entropy_from_logs,
]  # fmt: skip


@pytest.mark.parametrize("entropy", ENTROPIES, ids=lambda f: f.__name__)
def test_naive_cross_entropy_is_right_at_800_without_a_warning(entropy):
    z = np.array([[800.0, 0.0, -800.0], [3.0, 1.0, 2.0]])
    y = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    value, slope = pl.value_and_gradient(entropy)(z, y)
    p = np.exp([3.0, 1.0, 2.0]) / np.sum(np.exp([3.0, 1.0, 2.0]))
    assert value == pytest.approx((1600 - np.log(p[0])) / 2, rel=1e-15)
    np.testing.assert_allclose(slope, ([[1, 0, 0], p] - y) / 2, 1e-14)


# -- the operations that NumPy lacks --------------------------------------------------

ROBUST = {
    "sigmoid": lambda x: robust.sigmoid(x),
    "softplus": lambda x: robust.softplus(x),
    "log1mexp": lambda x: robust.log1mexp(x),
    "log_loss": lambda x: robust.log_loss(x, np.cos(x)),
    "logsumexp": lambda x: robust.logsumexp(x, axis=0),
    "log_weighted_sum": lambda x: robust.log_weighted_sum(x, x * x, axis=0),
    "logsumexp of all": lambda x: robust.logsumexp(x),
    "softmax": lambda x: robust.softmax(x, axis=1),
    "softmax of all": lambda x: robust.softmax(x),
    "log_softmax": lambda x: robust.log_softmax(x, axis=-1),
    "log_product": lambda x: robust.log_product(x, axis=1, keepdims=True),
    "norm": lambda x: robust.norm(x, axis=1),
}
MATRIX = np.array([[0.3, 1.2, 2.5], [0.7, 0.4, 1.9]])


@pytest.mark.parametrize("f", ROBUST.values(), ids=ROBUST)
def test_a_robust_operation_has_its_derivatives(f):
    weights = np.cos(np.arange(np.size(f(MATRIX)))).reshape(np.shape(f(MATRIX)))
    assert_derivatives(lambda x: np.sum(weights * f(x)), MATRIX)


@pytest.mark.parametrize("f", ROBUST.values(), ids=ROBUST)
def test_a_robust_operation_is_written_out_in_plain_numpy(f):
    names = {}
    exec(pl.source(f, MATRIX), names)
    np.testing.assert_array_equal(names["f"](MATRIX), f(MATRIX))


@pytest.mark.parametrize("f", ROBUST.values(), ids=ROBUST)
def test_a_robust_operation_is_compiled(f):
    np.testing.assert_array_equal(pl.compile(f)(MATRIX), f(MATRIX))


# -- what only looks like a formula is left alone -------------------------------------

SQUARE = np.arange(9.0).reshape(3, 3) / 10
LOOKALIKES = {
    "softmax of rows by column sums": lambda z: np.exp(z) / np.sum(np.exp(z), axis=1),
    "softmax by the sums of the transpose": lambda z: (
        np.exp(z) / np.sum(np.exp(z.T), axis=1, keepdims=True)
    ),
    "softmax of another array": lambda z: np.exp(z) / np.sum(np.exp(2 * z)),
    "log-sum-exp of a maximum": lambda z: np.log(np.max(np.exp(z), axis=0) + 2),
    "variance along two axes": lambda z: np.mean(z**2, 0) - np.mean(z, 1) ** 2,
    "repeated before it is summed": lambda z: (
        np.exp(z[0]) / np.sum(np.broadcast_to(np.exp(z[0]), (3, 3)))
    ),
    "sigmoid of two arguments": lambda z: np.exp(z) / (2 + np.exp(2 * z)),
    "cos of another angle": lambda z: 2 - np.cos(z),
    "clipped by hand": lambda z: np.log(np.clip(z, 1e-9, 1 - 1e-9)),
    "log of a choice": lambda z: np.log(np.where(z > 1, z, 2.0)),
    "log of what is picked": lambda z: np.log(z[[1, 2]]),
    "clipped probabilities": lambda z: np.log(np.clip(robust.sigmoid(z), 1e-9, 1)),
    "probabilities and a little": lambda z: np.log(robust.softmax(z) + 1e-15),
    "base 2": lambda z: np.log2(z + 1),
    "power of another number": lambda z: 2.0**z,
    "roots of different numbers": lambda z: np.sqrt(z + 1) - np.sqrt(2 * z),
    "a cube": lambda z: np.sqrt(z**2 + z**3),
    "root of a difference": lambda z: np.sqrt(1 + z**2 - (z / 2) ** 2),
}


@pytest.mark.parametrize("f", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_lookalike_is_left_alone(f):
    found = pl.stable(pl.graph(f, SQUARE))
    assert found.rewrites == ()
    np.testing.assert_array_equal(found(SQUARE), f(SQUARE))


# -- sharing, numbers and dead code ---------------------------------------------------


def operations(graph):
    return [node.operation for node in graph.nodes if not node.is_input]


def test_what_is_computed_twice_is_shared():
    graph = pl.stable(lambda x: np.sin(x) * np.sin(x) + np.sin(x), 1.0)
    assert operations(graph).count("sin") == 1


@pytest.mark.parametrize("kind", [np.array, lambda x: np.reshape(x, ())])
def test_numbers_that_are_printed_alike_are_not_shared(kind):
    def f(x):
        return np.sin(x * kind(0.123456789012)) - np.sin(x * kind(0.123456789013))

    assert pl.stable(f, 2.0)(2.0) == f(2.0) != 0


def test_arrays_full_of_0_and_of_minus_0_are_not_shared():
    def f(x):
        return np.arctan2(np.full(2, 0.0), x) - np.arctan2(np.full(2, -0.0), x)

    x = np.array([-1.0, -2.0])
    np.testing.assert_array_equal(pl.stable(f, x)(x), [2 * np.pi, 2 * np.pi])


def test_numbers_are_folded():
    graph = pl.stable(lambda x: x * (np.sqrt(2.0) / np.log(3.0)), 1.0)
    assert operations(graph) == ["multiply"]


def test_a_number_that_warns_is_left_to_the_run():
    graph = pl.stable(lambda x: x + np.log(np.zeros(())), 1.0)
    assert operations(graph) == ["log", "add"]


def test_minus_signs_meet():
    graph = pl.stable(lambda x: -np.mean(np.negative(-x) * -x), np.ones(3))
    assert operations(graph) == ["multiply", "mean"]


def test_a_graph_is_not_changed():
    graph = pl.graph(with_mean, Z, Y)
    before = str(graph)
    pl.stable(graph)
    assert str(graph) == before


def test_a_rewrite_tells_what_where_and_why():
    rewrite = pl.stable(with_mean, Z, Y).rewrites[0]
    assert (rewrite.rule, rewrite.digits) == ("sigmoid", 16)
    assert rewrite.before == "1 / (1 + np.exp(-z))"
    assert rewrite.after == "sigmoid(z)"
    assert rewrite.line[1] == inspect.getsourcelines(with_mean)[1] + 1
    assert rewrite.fails_at == {"x": 800.0}


def test_a_logarithm_that_moved_keeps_its_line():
    def cost(x):
        p = 1 / (1 + np.exp(-x))
        return np.sum(np.log(p[1:]))

    first = inspect.getsourcelines(cost)[1]
    lines = [r.line[1] - first for r in pl.stable(cost, np.ones(3)).rewrites]
    assert lines == [1, 2]


WINDOWS = np.lib.stride_tricks.sliding_window_view
VIEWS = {
    "diagonal": lambda p: np.diagonal(p),
    "windows": lambda p: WINDOWS(p, 2, axis=1),
    "swapped": lambda p: np.swapaxes(p, 0, 1)[None],
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_logarithm_goes_through_every_view(view):
    graph = pl.stable(lambda x: np.log(view(1 / (1 + np.exp(-x)))), np.ones((3, 3)))
    x = np.full((3, 3), -800.0)
    np.testing.assert_array_equal(graph(x), view(x))


# -- the driver -----------------------------------------------------------------------


def driven(f, *families):
    """The operations of a function of x after one walk by these families."""
    graph = pl.graph(f, 1.0)
    with resumed(graph).running():
        outputs = rewritten(graph.outputs, families)
    return [n.operation for n in ancestors(outputs) if n.arguments]


COSINES = by_operation({"sin": lambda node: applied(np.cos, *node.arguments)})


def test_a_rule_gives_what_takes_the_place_of_a_step():
    assert driven(lambda x: np.sin(x) + np.cos(x), COSINES) == ["cos", "cos", "add"]


def test_rules_follow_one_another_in_a_walk():
    families = COSINES, shared
    assert driven(lambda x: np.sin(x) + np.cos(x), *families) == ["cos", "add"]


def test_the_step_itself_says_that_no_further_rule_looks_at_it():
    stays = always(lambda node: node if node.operation == "sin" else None)
    assert driven(lambda x: np.sin(x) + np.sin(-x), stays, COSINES).count("sin") == 2


# -- random programs ------------------------------------------------------------------

UNARY = {
    "exp": np.exp, "log": lambda x: np.log(np.abs(x)), "tanh": np.tanh, "cos": np.cos,
    "sqrt": lambda x: np.sqrt(np.abs(x)), "square": lambda x: x * x,
    "minus": lambda x: -x, "double": lambda x: x + x, "half": lambda x: x / 2,
    "inverse": lambda x: 1 / x, "more": lambda x: 1 + x, "less": lambda x: x - 1,
    "rest": lambda x: 1 - x, "cube": lambda x: x**3,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "total": lambda x: x / np.sum(x),
    "centred": lambda x: x - np.max(x), "spread": lambda x: x + np.sum(x),
}  # fmt: skip
BINARY = {"add": np.add, "subtract": np.subtract, "multiply": np.multiply,
          "divide": lambda x, y: x / y, "repeated": lambda x, y: x + y * x}  # fmt: skip
AXES = {
    "transposed": np.transpose, "column": lambda x: np.reshape(x, (-1, 1))[:2],
    "sum0": lambda x: np.sum(x, axis=0), "sum1": lambda x: np.sum(x, axis=-1),
    "kept0": lambda x: np.sum(x, axis=0, keepdims=True),
    "kept1": lambda x: np.sum(x, axis=-1, keepdims=True),
    "mean0": lambda x: np.sum(x, axis=0) / 2, "raised": lambda x: x[..., None],
    "softmax": lambda x: np.exp(x) / np.sum(np.exp(x), axis=0),
    "softmax1": lambda x: np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True),
    "rows": lambda x: np.exp(x) / np.sum(np.exp(x), axis=-1),
    "length": lambda x: np.sqrt(np.sum(x**2, axis=0)),
    "deviation": lambda x: np.sum(x**2, axis=0) / 2 - (np.sum(x, axis=0) / 2) ** 2,
}  # fmt: skip


def programs(unary):
    """Random programs of x and y, as nested tuples."""
    return st.recursive(
        st.sampled_from(["x", "y"]),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(sorted(unary)), inner),
            st.tuples(st.sampled_from(sorted(BINARY)), inner, inner),
        ),
        max_leaves=6,
    )


def numbers(count):
    """Numbers that are not next to 0."""
    close = st.floats(-6, 6).filter(lambda v: abs(v) > 1e-3)
    return st.lists(close, min_size=count, max_size=count).map(np.array)


def run(program, x, y):
    """A random program on numbers, exact numbers or traced values."""
    if program in ("x", "y"):
        return x if program == "x" else y
    name, *arguments = program
    return (UNARY | BINARY | AXES)[name](*(run(a, x, y) for a in arguments))


@settings(max_examples=300)
@given(programs(UNARY), numbers(3), numbers(3))
def test_a_stable_program_is_no_worse_than_the_naive_one(program, x, y):
    compare(program, x, y)


@settings(max_examples=300)
@given(
    programs(AXES | {"exp": 0, "log": 0, "square": 0, "more": 0}),
    numbers(4),
    numbers(4),
)
def test_axes_are_not_mistaken_in_square_matrices(program, x, y):
    try:
        with np.errstate(all="ignore"):
            run(program, np.ones((2, 2)), np.ones((2, 2)))
    except ValueError:
        return  # the axes do not fit together
    compare(program, x.reshape(2, 2), y.reshape(2, 2))


def compare(program, x, y):
    """Hold the stable program against exact numbers, beside the naive one."""
    with np.errstate(all="ignore"):
        found = pl.stable(lambda x, y: run(program, x, y) + 0.0, x, y)
        naive, ours = run(program, x, y), found(x, y)
        nearby = [run(program, x * (1 + e), y * (1 - e)) for e in (1e-14, -1e-14)]
    if not np.all(np.isfinite([naive, *nearby])):
        return
    try:
        right = np.vectorize(float)(run(program, exact(x), exact(y)))
    except ZeroDivisionError:
        return  # what the naive program divides by is 0, but for rounding
    # What rounding its arguments does to a result is no fault of a formula.
    allowed = np.max(np.abs(np.array([naive, *nearby]) - right), axis=0)
    assert np.shape(ours) == np.shape(naive)
    assert np.all(np.abs(ours - right) <= 4 * allowed + 1e-13 * np.abs(right))


def test_the_page_of_the_identities_is_up_to_date():
    page = Path(docs.DOCS / "identities.md").read_text("utf-8")
    assert page == docs.PAGES["identities.md"](), "run python tools/docs.py"
