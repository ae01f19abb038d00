"""A choice inside a pole: where the limit is chosen the gradient is 0, not inf 0."""

import functools

import numpy as np
import pytest
from comparison import on_target
from scipy import special

import pellucid as pl
from pellucid.layers.activations import relu

LOG2, LOG10 = np.log(2), np.log(10)
targets = pytest.mark.parametrize("target", ["numpy", "jax", "torch"])

# Functions with an infinite slope at u = 0: h, h', h''.
POLES = {
    "sqrt": (np.sqrt, lambda u: u**-0.5 / 2, lambda u: -(u**-1.5) / 4),
    "cbrt": (
        np.cbrt,
        lambda u: u ** (-2 / 3) / 3,
        lambda u: -2 / 9 * u ** (-5 / 3),
    ),
    "log": (np.log, lambda u: 1 / u, lambda u: -1 / u**2),
    "log2": (np.log2, lambda u: 1 / u / LOG2, lambda u: -1 / u**2 / LOG2),
    "log10": (np.log10, lambda u: 1 / u / LOG10, lambda u: -1 / u**2 / LOG10),
    "log1p": (lambda u: np.log1p(u - 1), lambda u: 1 / u, lambda u: -1 / u**2),
    "power 0.5": (
        lambda u: u**0.5,
        lambda u: u**-0.5 / 2,
        lambda u: -(u**-1.5) / 4,
    ),
    "power -1": (lambda u: u**-1.0, lambda u: -1 / u**2, lambda u: 2 / u**3),
    "power y": (
        lambda u: u ** np.full(3, 0.5),
        lambda u: u**-0.5 / 2,
        lambda u: -(u**-1.5) / 4,
    ),
    "reciprocal": (np.reciprocal, lambda u: -1 / u**2, lambda u: 2 / u**3),
    "divide": (lambda u: 3 / u, lambda u: -3 / u**2, lambda u: 6 / u**3),
    "arccos": (
        lambda u: np.arccos(1 - u),
        lambda u: (u * (2 - u)) ** -0.5,
        lambda u: (u - 1) * (u * (2 - u)) ** -1.5,
    ),
    "arcsin": (
        lambda u: np.arcsin(1 - u),
        lambda u: -((u * (2 - u)) ** -0.5),
        lambda u: (1 - u) * (u * (2 - u)) ** -1.5,
    ),
    "arctanh": (
        lambda u: np.arctanh(1 - u),
        lambda u: -1 / (u * (2 - u)),
        lambda u: (2 - 2 * u) / (u * (2 - u)) ** 2,
    ),
    "arccosh": (
        lambda u: np.arccosh(1 + u),
        lambda u: (u * (2 + u)) ** -0.5,
        lambda u: -(1 + u) * (u * (2 + u)) ** -1.5,
    ),
    "logit": (
        special.logit,
        lambda u: 1 / (u * (1 - u)),
        lambda u: (2 * u - 1) / (u * (1 - u)) ** 2,
    ),
    "xlogy": (
        lambda u: special.xlogy(u, 2 * u),
        lambda u: np.log(2 * u) + 1,
        lambda u: 1 / u,
    ),
    "entr": (special.entr, lambda u: -np.log(u) - 1, lambda u: -1 / u),
    "hypot": (lambda u: np.hypot(u, 0.0), lambda u: u**0, lambda u: 0 * u),
    "norm": (
        lambda u: np.linalg.norm(u[:, None], axis=1),
        lambda u: u**0,
        lambda u: 0 * u,
    ),
    "power 1.5": (lambda u: u**1.5, lambda u: 1.5 * u**0.5, lambda u: 0.75 * u**-0.5),
    "of a sum": (
        lambda u: np.sqrt(np.sum(u[:, None] * np.ones(2), axis=1)),
        lambda u: (2 * u) ** -0.5,
        lambda u: -((2 * u) ** -1.5),
    ),
    "of a product": (
        lambda u: np.sqrt(u * np.array([2.0, 2, 2])),
        lambda u: (2 * u) ** -0.5,
        lambda u: -((2 * u) ** -1.5),
    ),
    "reshaped": (
        lambda u: np.log(u.reshape(3, 1).T[0][[0, 1, 2]]),
        lambda u: 1 / u,
        lambda u: -1 / u**2,
    ),
    "joined": (
        lambda u: np.sqrt(np.concatenate([u, u])).reshape(2, 3).sum(axis=0),
        lambda u: u**-0.5,
        lambda u: -(u**-1.5) / 2,
    ),
}


def by_assignment(x):
    u = x.copy()
    u[u <= 0] = 0
    return u


def by_putmask(x):
    u = x.copy()
    np.putmask(u, x <= 0, 0)
    return u


def by_copyto(x):
    u = np.zeros(3)
    np.copyto(u, x, where=x > 0)
    return u


def by_element(x):
    u = np.zeros(3)
    for i in range(3):
        u[i] = np.maximum(x[i], 0)
    return u


# Choices of 0 where x <= 0 and of x elsewhere.
CHOICES = {
    "maximum": lambda x: np.maximum(x, 0),
    "maximum, the other way": lambda x: np.maximum(0.0, x),
    "maximum of arrays": lambda x: np.maximum(x, np.zeros(3)),
    "minimum": lambda x: 1 - np.minimum(1 - x, 1),
    "fmax": lambda x: np.fmax(x, 0),
    "fmin": lambda x: -np.fmin(-x, 0),
    "clip below": lambda x: np.clip(x, 0, None),
    "clip": lambda x: np.clip(x, 0, 9),
    "method": lambda x: x.clip(min=0),
    "relu": relu,
    "where": lambda x: np.where(x > 0, x, 0),
    "select": lambda x: np.select([x > 0], [x], 0.0),
    "piecewise": lambda x: np.piecewise(x, [x > 0], [lambda x: x, 0.0]),
    "product with a condition": lambda x: x * (x > 0),
    "product with a cast": lambda x: (x > 0).astype(float) * x,
    "heaviside": lambda x: np.heaviside(x, 0) * x,
    "assignment": by_assignment,
    "putmask": by_putmask,
    "copyto": by_copyto,
    "element by element": by_element,
    "largest of rows": lambda x: np.max(np.stack([x, np.zeros(3)]), axis=0),
    "smallest of rows": lambda x: -np.min(np.stack([-x, np.zeros(3)]), axis=0),
    "nanmax": lambda x: np.nanmax(np.stack([x, np.zeros(3)]), axis=0),
    "sort": lambda x: np.where(x > 0, np.sort(np.stack([x, 0 * x]), axis=0)[1], 0),
    "reduce": lambda x: np.maximum.reduce([x, np.zeros(3)]),
    "square root of a square": lambda x: np.where(x > 0, np.sqrt(x**2), 0),
    "nested": lambda x: np.maximum(np.maximum(x, 0), 0),
    "row by row": lambda x: np.maximum(x[:, None], [0, 0]).mean(axis=1),
}

X = np.array([-0.75, 0.0, 0.25])  # the limit is chosen, a tie, and it is not
CROSSED = [(c, p) for c in CHOICES for p in POLES]


def composed(choice, pole):
    return lambda x: np.sum(POLES[pole][0](CHOICES[choice](x)))


@pytest.mark.parametrize(("choice", "pole"), CROSSED)
def test_the_gradient_is_0_where_the_limit_is_chosen(choice, pole):
    slope = POLES[pole][1](X[2])
    with np.errstate(all="ignore"):
        ours = pl.gradient(composed(choice, pole))(X)
    np.testing.assert_allclose(ours, [0, 0, slope], rtol=1e-13)


@functools.cache
def curvatures(choice):
    """The row sums of the Hessian of each pole behind a choice, from one graph."""

    def cost(rows):
        return sum(composed(choice, pole)(x) for pole, x in rows.items())

    with np.errstate(all="ignore"):
        return pl.hvp(cost)(dict.fromkeys(POLES, X), dict.fromkeys(POLES, np.ones(3)))


@pytest.mark.parametrize(("choice", "pole"), CROSSED)
def test_the_curvature_is_0_where_the_limit_is_chosen(choice, pole):
    right = [0, 0, POLES[pole][2](X[2])]
    np.testing.assert_allclose(curvatures(choice)[pole], right, rtol=1e-12)


@pytest.mark.parametrize("choice", ["maximum", "where", "assignment", "sort"])
def test_the_hessian_is_0_where_the_limit_is_chosen(choice):
    with np.errstate(all="ignore"):
        ours = pl.hessian(composed(choice, "sqrt"))(X)
    right = np.diag([0, 0, POLES["sqrt"][2](X[2])])
    np.testing.assert_allclose(ours, right, rtol=1e-12)


@pytest.mark.parametrize("pole", POLES)
def test_hessian_times_vector(pole):
    with np.errstate(all="ignore"):
        ours = pl.hvp(composed("maximum", pole))(X, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(ours, [0, 0, 3 * POLES[pole][2](X[2])], rtol=1e-12)


@pytest.mark.parametrize("pole", POLES)
def test_single_precision(pole):
    slope = POLES[pole][1](X[2])
    with np.errstate(all="ignore"):
        ours = pl.gradient(composed("maximum", pole))(X.astype(np.float32))
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, [0, 0, slope], rtol=2e-6)


SOME = ["sqrt", "cbrt", "log", "power 0.5", "divide", "arccos", "power 1.5"]


def of_some(choice):
    """A cost of a row for each of some poles behind a choice."""
    return lambda U: sum(composed(choice, p)(U[i]) for i, p in enumerate(SOME))


@functools.cache
def slopes_on(target):
    """The slopes of some poles behind each choice."""
    U = np.tile(X, (len(SOME), 1))
    return on_target(target, {c: (pl.gradient(of_some(c)), [U]) for c in CHOICES})


@targets
@pytest.mark.parametrize("choice", CHOICES)
def test_targets_agree(choice, target):
    with np.errstate(all="ignore"):
        ours = slopes_on(target)[choice]
    slopes = [[0, 0, POLES[p][1](X[2])] for p in SOME]
    np.testing.assert_allclose(ours, slopes, rtol=1e-12)


# -- by name: function, where, its gradient -------------------------------------------

PAIR = np.array([[1.0, 2.0], [1.0, 2.0], [4.0, 6.0]])
APART = [[-0.6, -0.8], [-0.6, -0.8], [1.2, 1.6]]  # of both distances to the third
Z = np.array([0.3, -0.4, 0.2])


def squares(x):
    return np.sum((x[:, None] - x[None]) ** 2, axis=-1)


def products(x):
    norms = np.sum(x**2, axis=1)
    return norms[:, None] + norms[None] - 2 * x @ x.T


def pairs(distances):
    return distances[np.triu_indices(3, 1)]


NAMED = {
    "root of maximum": (lambda x: np.sqrt(np.maximum(x, 0)), X, [0, 0, 1]),
    "root of clip": (lambda x: np.sqrt(np.clip(x, 0, None)), X, [0, 0, 1]),
    "arccos of clip": (
        lambda x: np.arccos(np.clip(x, -1, 1)),
        np.array([-2.0, -1, 0, 1, 2]),
        [0, 0, -1, 0, 0],
    ),
    "root of 1 - minimum": (
        lambda x: np.sqrt(1 - np.minimum(x, 1)),
        np.array([0.75, 1.0, 2.0]),
        [-1, 0, 0],
    ),
    "logit of clip": (
        lambda p: np.log(np.clip(p, 0, 1) / (1 - np.clip(p, 0, 1))),
        np.array([0.5]),
        [4],
    ),
    "root of absolute": (
        lambda x: np.sqrt(np.abs(x)),
        np.array([-0.25, 0, 0.25]),
        [-1, 0, 1],
    ),
    "log of absolute": (
        lambda x: np.log(np.abs(x)),
        np.array([-0.25, 0, 0.25]),
        [-4, 0, 4],
    ),
    "root of hypot": (
        lambda x: np.sqrt(np.hypot(x, [0.0, 0.0, 0.25])),
        np.array([-0.25, 0, 0]),
        [-1, 0, 0],
    ),
    "root of square": (lambda x: np.sqrt(x**2), np.array([-2.0, 0, 3]), [-1, 0, 1]),
    "root of product": (lambda x: np.sqrt(x * x), np.array([-2.0, 0, 3]), [-1, 0, 1]),
    "root of matrix product": (
        lambda x: np.sqrt(np.array([[1.0, 2], [3, 4]]) @ np.maximum(x, 0)),
        np.array([-1.0, -2.0]),
        [0, 0],
    ),
    "distances": (lambda x: pairs(np.sqrt(squares(x))), PAIR, APART),
    "distances of maximum": (
        lambda x: pairs(np.sqrt(np.maximum(squares(x), 0))),
        PAIR,
        APART,
    ),
    "distances by products": (
        lambda x: pairs(np.sqrt(np.maximum(products(x), 0))),
        PAIR,
        APART,
    ),
    "all distances": (
        lambda x: np.sqrt(np.maximum(squares(x), 0)) / 2,
        PAIR,
        APART,
    ),
    # A factor that is 0 for every input.
    "mask": (lambda x: np.array([0.0, 1]) * np.sqrt(x), np.array([0, 0.25]), [0, 1]),
    "number": (lambda x: 0.0 * np.sqrt(x), np.array([0, 0.25]), [0, 0]),
    "one-hot": (
        lambda p: -np.eye(2)[0] * np.log(p),
        np.array([0.5, 0.0]),
        [-2, 0],
    ),
    "dot": (lambda p: np.eye(2)[0] @ np.sqrt(p), np.array([0.25, 0.0]), [1, 0]),
    "triangle": (
        lambda x: np.sum(np.tri(2) * np.sqrt(x)),
        np.array([[0.25, 0], [1, 4]]),
        [[1, 0], [0.5, 0.25]],
    ),
    "inside": (
        lambda x: np.sqrt(x * np.array([0.0, 1.0])),
        np.array([3.0, 0.25]),
        [0, 1],
    ),
    "condition": (
        lambda x: (x > 0) * np.sqrt(x),
        np.array([0, 0.25]),
        [0, 1],
    ),
    "buffer": (
        lambda x: written(x) * np.sqrt(np.concatenate([x - x, x])),
        np.array([0.25]),
        [0.75],
    ),
}


def written(x):
    b = np.zeros(2)
    b[1] = x[0]
    return b


def of_name(name):
    return pl.gradient(lambda x: np.sum(NAMED[name][0](x)))


@functools.cache
def named_slopes_on(target):
    return on_target(
        target, {name: (of_name(name), [x]) for name, (_, x, _) in NAMED.items()}
    )


@pytest.mark.parametrize("name", NAMED)
def test_by_name(name):
    _, x, slopes = NAMED[name]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(of_name(name)(x), slopes, rtol=1e-12, atol=1e-12)


@targets
@pytest.mark.parametrize("name", NAMED)
def test_by_name_on_targets(name, target):
    with np.errstate(all="ignore"):
        ours = named_slopes_on(target)[name]
    np.testing.assert_allclose(ours, NAMED[name][2], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.sum(np.sqrt(x) * np.sqrt(x)), 0.0),
        (lambda x: np.sum(np.abs(np.sqrt(x))), 0.0),
        (lambda x: np.sign(x) * np.sqrt(np.abs(x)), 0.0),
        (lambda x: np.cbrt(x) ** 2, 0.0),
    ],
    ids=["x", "root", "signed root", "square of a root"],
)
def test_what_is_no_choice_is_not_made_0(f, x):
    with np.errstate(all="ignore"):
        assert pl.gradient(f)(x) != 0


# -- correlation matrices from partial correlations (LKJ) -----------------------------


def lower(z):
    Z = np.zeros((3, 3))
    Z[np.tril_indices(3, -1)] = z
    return Z


def by_columns(z):
    L, Z = np.zeros((3, 3)), lower(z) + np.eye(3)
    for i in range(3):
        L[:, i] = Z[:, i] * np.sqrt(1 - np.sum(L[:, :i] ** 2, axis=1))
    return L


def by_columns_of_tril(z):
    L, Z = np.zeros((3, 3)), np.tril(lower(z) + 2 * np.ones((3, 3)), -1)
    Z = Z - 2 * np.tri(3, k=-1) + np.eye(3)
    for i in range(3):
        L[:, i] = Z[:, i] * (1 - (L[:, :i] ** 2).sum(1)) ** 0.5
    return L


def by_elements(z):
    L = np.zeros((3, 3))
    L[0, 0], k = 1.0, 0
    for i in range(1, 3):
        for j in range(i):
            L[i, j] = z[k] * np.sqrt(1 - np.sum(L[i, :j] ** 2))
            k += 1
        L[i, i] = np.sqrt(1 - np.sum(L[i, :i] ** 2))
    return L


def by_products(z):
    Z = lower(z) + np.eye(3)
    left = np.sqrt(np.cumprod(1 - Z**2, axis=1))
    return Z * np.concatenate([np.ones((3, 1)), left[:, :-1]], axis=1)


def by_stacks(z):
    first = np.array([1.0, z[0], z[1]])
    second = np.stack([0.0, 1.0, z[2]]) * np.sqrt(1 - first**2)
    third = np.array([0, 0, 1]) * np.sqrt(1 - first**2 - second**2)
    return np.stack([first, second, third], axis=1)


def by_rows(z):
    U, Z = np.zeros((3, 3)), lower(z).T + np.eye(3)
    for i in range(3):
        U[i] = Z[i] * np.sqrt(1 - np.sum(U[:i] ** 2, axis=0))
    return U.T


TRIANGLES = [
    by_columns, by_columns_of_tril, by_elements, by_products, by_stacks, by_rows,
]  # fmt: skip
WEIGHTS = np.arange(9.0).reshape(3, 3)


def weighed(triangle):
    return lambda z: np.sum(WEIGHTS * triangle(z))


def by_hand(z):
    """The triangle's elements, written out."""
    a, b, c = z
    left = np.sqrt(1 - b**2)
    return (
        3 * a
        + 4 * np.sqrt(1 - a**2)
        + 6 * b
        + 7 * c * left
        + 8 * left * np.sqrt(1 - c**2)
    )


@pytest.mark.parametrize("triangle", TRIANGLES)
def test_the_factor_of_a_correlation_matrix(triangle):
    with np.errstate(all="ignore"):
        ours = pl.gradient(weighed(triangle))(Z)
    np.testing.assert_allclose(ours, pl.gradient(by_hand)(Z), rtol=1e-12)


@functools.cache
def factors_on(target):
    return on_target(target, {t: (pl.gradient(weighed(t)), [Z]) for t in TRIANGLES})


@targets
@pytest.mark.parametrize("triangle", TRIANGLES)
def test_the_factor_of_a_correlation_matrix_on_targets(triangle, target):
    with np.errstate(all="ignore"):
        ours = factors_on(target)[triangle]
    np.testing.assert_allclose(ours, pl.gradient(by_hand)(Z), rtol=1e-12)


@pytest.mark.parametrize("triangle", TRIANGLES)
def test_the_curvature_of_the_factor_of_a_correlation_matrix(triangle):
    with np.errstate(all="ignore"):
        ours = pl.hessian(weighed(triangle))(Z)
    np.testing.assert_allclose(ours, pl.hessian(by_hand)(Z), rtol=1e-12, atol=1e-14)


# -- a mask goes back through what moves elements -------------------------------------


def put(a):
    b = np.zeros(4)
    np.put(b, [0, 1, 3], a)
    return b


MOVES = {
    "repeat": lambda a: np.repeat(a, 2),
    "repeat by counts": lambda a: np.repeat(a, [1, 2, 3]),
    "broadcast_to": lambda a: np.broadcast_to(a, (2, 3)),
    "tile": lambda a: np.tile(a, 2),
    "diagonal": lambda a: np.diagonal(np.stack([a, a, a])),
    "trace": lambda a: np.trace(np.stack([a[::-1], a, a])),
    "diag": lambda a: np.diag(np.stack([a, a, a])),
    "windows": lambda a: np.lib.stride_tricks.sliding_window_view(a, 2),
    "meshgrid": lambda a: np.meshgrid(a, a)[0],
    "broadcast_arrays": lambda a: np.broadcast_arrays(a, np.ones((2, 3)))[0],
    "put": put,
    "einsum, transposed": lambda a: np.einsum("ij->ji", np.stack([a, a])),
    "einsum, summed": lambda a: np.einsum("ij->j", np.stack([a, a])),
    "einsum, diagonal": lambda a: np.einsum("ii->i", np.stack([a, a, a])),
    "pad": lambda a: np.pad(a, 1, mode="edge"),
    "resize": lambda a: np.resize(a, (2, 2)),
    "roll": lambda a: np.roll(a, 1),
    "take": lambda a: np.take(a, [0, 0, 1]),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_mask_goes_back_through_what_moves_elements(name):
    move, x = MOVES[name], np.array([0.0, 2.0, -1.0])
    taken = move(x) > 0

    def cost(x):
        return np.sum(np.where(taken, move(np.log(x)), 0))

    with np.errstate(all="ignore"):
        ours = pl.gradient(cost)(x)
        root = pl.hessian(cost)(x)
    right = pl.gradient(cost)(np.where(x > 0, x, 1.0)) * (x > 0)
    np.testing.assert_allclose(ours, right, rtol=1e-14)
    np.testing.assert_allclose(root, np.diag(-right / 2), rtol=1e-14)


FACTORS = {
    "x * inf": lambda x: x * np.inf,
    "inf * x": lambda x: np.inf * x,
    "x * nan": lambda x: x * np.nan,
    "x / 0": lambda x: x / 0.0,
    "an array": lambda x: x * np.array([np.nan, 1.0, 1.0]),
    "another": lambda x: x / np.array([0.0, 1.0, 1.0]),
    "made inside": lambda x: x * np.full(3, np.inf),
}
TAKES = {
    "where": lambda u: np.where(np.array([False, True, True]), u, 0),
    "heaviside": lambda u: np.heaviside([1.0, 0.0, 0.0], u),
    "maximum": lambda u: np.maximum(np.nan_to_num(u), [9.0, 0.0, 0.0]),
    "index": lambda u: u[1:],
    "places": lambda u: u[[1, 2, 1]],
    "product": lambda u: u * np.array([0.0, 1.0, 1.0]),
}


@pytest.mark.parametrize("take", TAKES)
@pytest.mark.parametrize("factor", FACTORS)
def test_what_is_not_taken_may_have_a_factor_that_is_not_finite(factor, take):
    with np.errstate(all="ignore"):
        slopes = pl.gradient(lambda x: np.sum(TAKES[take](FACTORS[factor](x))))(X)
    assert slopes[0] == 0


PRODUCTS = {
    "first": lambda m, x: m * np.sin(x) * np.sqrt(x),
    "between": lambda m, x: np.sin(x) * m * np.sqrt(x),
    "of three": lambda m, x: np.sqrt(x) * (np.exp(x) * (m * x)),
    "a quotient": lambda m, x: m * x / 2.0 * np.log(x),
    "two": lambda m, x: (x > -9) * x * m * np.log(x),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_condition_among_the_factors_of_a_product_chooses(name):
    def cost(x, is_taken):
        return np.sum(PRODUCTS[name](is_taken(x), x))

    with np.errstate(all="ignore"):
        ours = pl.gradient(cost)(X, lambda x: x > 0)
    right = pl.gradient(cost)(np.full(3, X[2]), lambda x: x > 0)
    np.testing.assert_allclose(ours, right * [0, 0, 1], rtol=1e-14)


@pytest.mark.parametrize("pole", POLES)
def test_the_value_at_a_step_is_taken_there_alone(pole):
    def cost(x):
        return np.sum(np.heaviside([1.0, -1.0, 0.0], POLES[pole][0](x)))

    with np.errstate(all="ignore"):
        ours, curved = pl.gradient(cost)(X), pl.hvp(cost)(X, np.ones(3))
    _, slope, curvature = POLES[pole]
    np.testing.assert_allclose(ours, [0, 0, slope(X[2])], rtol=1e-13)
    np.testing.assert_allclose(curved, [0, 0, curvature(X[2])], rtol=1e-12)


def test_zeros_are_known_in_the_shape_of_a_condition():
    def cost(x):
        first = np.zeros((1, 2))
        first[0, 0] = x[1]
        rows = np.where(np.stack([x > 0.1, x > 0.2], axis=1), first, np.zeros((1, 2)))
        return np.sum(np.reshape(rows, 6) * np.sqrt(np.concatenate([x, x])))

    x = np.array([0.0, 0.5, 1.0])
    with np.errstate(all="ignore"):
        slopes = pl.gradient(cost)(x)
    root = np.sqrt(0.5)
    np.testing.assert_allclose(slopes[1:], [1 + root + 0.25 / root, 0.25], rtol=1e-15)
