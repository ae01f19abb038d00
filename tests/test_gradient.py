"""Gradients of every argument, kind and order; judged by hand, JAX and PyTorch."""

import itertools
import warnings
from collections import namedtuple

import numpy as np
import pytest
from pandas import Series

import pellucid as pl
from pellucid.errors import GradientError, PellucidError, TraceWarning
from pellucid.graphs import structure
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.recorder import Recorder

X = np.array([0.5, -1.25, 2.0])
Y = np.array([1.5, 0.25, -2.0])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])


def product(a, b, c=1.0):
    return np.sum(a * b * c)


# -- which argument -------------------------------------------------------------------

WRT = {
    "default": ({}, (X, Y), {}, Y),
    "position": ({"wrt": 1}, (X, Y), {}, X),
    "negative": ({"wrt": -1}, (X, Y), {}, X),
    "name": ({"wrt": "b"}, (X, Y), {}, X),
    "name by keyword": ({"wrt": "b"}, (X,), {"b": Y}, X),
    "position by keyword": ({"wrt": 1}, (X,), {"b": Y}, X),
    "all keywords": ({"wrt": "a"}, (), {"b": Y, "a": X}, Y),
    "optional": ({"wrt": "c"}, (X, Y, 2.0), {}, np.dot(X, Y)),
}


@pytest.mark.parametrize("name", WRT)
def test_wrt_names_the_argument(name):
    options, args, kwargs, slope = WRT[name]
    ours = pl.gradient(product, **options)(*args, **kwargs)
    np.testing.assert_allclose(ours, slope, rtol=1e-15)
    value, again = pl.value_and_gradient(product, **options)(*args, **kwargs)
    assert value == product(*args, **kwargs)
    np.testing.assert_array_equal(again, ours)


def test_a_tuple_gives_a_tuple():
    ours = pl.gradient(product, wrt=("b", 0, -1))(X, Y, 2.0)
    assert isinstance(ours, tuple)
    np.testing.assert_allclose(np.concatenate(ours[:2]), np.r_[X * 2, Y * 2])
    assert ours[2] == pytest.approx(X @ Y)


@pytest.mark.parametrize("recorded", [False, True], ids=["function", "graph"])
def test_a_position_counts_through_any_number_of_arguments(recorded):
    def power_sum(a, *xs):
        return a * sum(x**k for k, x in enumerate(xs, 1))

    args = (2.0, 3.0, 4.0, 5.0)
    f = pl.graph(power_sum, *args) if recorded else power_sum
    assert pl.gradient(f, (0, 2, 3))(*args) == (144.0, 16.0, 150.0)


def test_a_tuple_of_one_gives_a_tuple_of_one():
    (ours,) = pl.gradient(product, wrt=(1,))(X, Y)
    np.testing.assert_array_equal(ours, X)


def test_an_argument_named_twice_has_its_gradient_twice():
    first, second = pl.gradient(product, wrt=(0, "a"))(X, Y)
    np.testing.assert_array_equal(first, Y)
    np.testing.assert_array_equal(second, Y)


def test_arguments_that_are_one_array_stay_apart():
    first, second = pl.gradient(lambda a, b: np.sum(a**2 * b), (0, 1))(X, X)
    np.testing.assert_allclose(first, 2 * X * X)
    np.testing.assert_allclose(second, X**2)


WRONG_WRT = {
    "unknown name": ("z", "no argument 'z'"),
    "out of range": (5, "names none of them"),
    "not given": ("c", "names none of them"),
}


@pytest.mark.parametrize("name", WRONG_WRT)
def test_a_wrong_wrt_is_refused(name):
    wrt, part = WRONG_WRT[name]
    with pytest.raises(GradientError, match=part):
        pl.gradient(product, wrt=wrt)(X, Y)


# -- structure and kind ---------------------------------------------------------------


def test_a_float_gives_a_float():
    slope = pl.gradient(lambda a: a * a)(3.0)
    assert (type(slope), slope) == (float, 6.0)


def test_a_float_of_an_array_function_gives_a_float():
    assert type(pl.gradient(lambda a: np.sum(a * X))(3.0)) is float


def test_an_integer_in_wrt_is_a_float():
    assert pl.gradient(lambda a, b: a**2 * b)(3, 2) == 12.0
    ours = pl.gradient(lambda a: np.sum(a**2))(np.arange(3))
    np.testing.assert_array_equal(ours, [0.0, 2.0, 4.0], strict=True)


def test_an_integer_elsewhere_is_a_constant():
    assert pl.gradient(lambda x, n: sum(x[i] for i in range(n)))(X, 2)[2] == 0


Point = namedtuple("Point", ["x", "y"])

STRUCTURES = {
    "list": [X, 2.0],
    "tuple": (X, 2.0),
    "dictionary": {"w": X, "b": 2.0},
    "named tuple": Point(X, 2.0),
    "nested": {"layers": [{"w": X, "b": (2.0, Y)}, {"w": A, "b": (1.0, X)}]},
    "empty": {"w": X, "none": []},
}


def squares(tree):
    if isinstance(tree, dict):
        return sum(squares(part) for part in tree.values())
    if isinstance(tree, (list, tuple)):
        return sum(squares(part) for part in tree)
    return np.sum(tree**2)


def doubled(tree):
    if isinstance(tree, dict):
        return {key: doubled(part) for key, part in tree.items()}
    if hasattr(tree, "_fields"):
        return type(tree)(*map(doubled, tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(map(doubled, tree))
    return 2 * tree


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_gradient_has_the_structure_of_the_argument(name):
    ours = pl.gradient(squares)(STRUCTURES[name])
    assert repr(ours) == repr(doubled(STRUCTURES[name]))


def test_constants_in_a_structure_have_no_gradient():
    def f(p):
        return np.sum(p["w"]) if p["kind"] == "sum" else 0.0

    ours = pl.gradient(f)({"w": X, "kind": "sum", "mask": None})
    np.testing.assert_array_equal(ours["w"], [1, 1, 1])
    assert (ours["kind"], ours["mask"]) == (None, None)


def test_numpys_numbers_keep_their_type():
    slope = pl.gradient(lambda a: a * a)(np.float32(3))
    assert (slope, slope.dtype) == (6, np.float32)


def into_doubles(x):
    b = np.zeros(2)
    b[0] = x[1]
    return b.sum()


SINGLE = {
    "mixed with floats": lambda x: np.sum((2.0 * x + 1) ** 2 / 3.0),
    "relu": lambda x: np.sum(np.maximum(x, 0) ** 2),
    "with doubles": lambda x: np.sum(x * np.arange(3.0)),
    "mean": lambda x: np.mean(np.exp(x)),
    "max": lambda x: np.max(x),
    "var": lambda x: np.var(x),
    "buffer of doubles": lambda x: into_doubles(x),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_single_precision_gives_single_precision(name):
    x = X.astype(np.float32)
    ours = pl.gradient(SINGLE[name])(x)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, pl.gradient(SINGLE[name])(X), rtol=1e-5)


def test_single_precision_is_not_computed_in_double():
    def cost(w, x):
        return np.sum(np.maximum(x @ w, 0) / 2) + np.max(w)

    w, x = np.ones((3, 2), np.float32), A.astype(np.float32)
    nodes = pl.graph(pl.gradient(cost), w, x).nodes
    # A choice between two Python numbers is double, in NumPy too.
    floats = {n.dtype for n in nodes if n.dtype.kind == "f" and n.operation != "where"}
    assert floats == {np.dtype(np.float32)}


# -- what a cost is -------------------------------------------------------------------

ONE_ELEMENT = {
    "number": lambda x: x[0] ** 2,
    "0-d": lambda x: np.asarray(x[0] ** 2),
    "(1,)": lambda x: x[:1] ** 2,
    "(1, 1)": lambda x: (x[:1] ** 2)[None],
    "keepdims": lambda x: np.sum(x[:1] ** 2, keepdims=True),
    "matmul": lambda x: x[None, :1] @ x[:1, None],
}


@pytest.mark.parametrize("name", ONE_ELEMENT)
def test_a_result_of_one_element_is_a_cost(name):
    np.testing.assert_allclose(pl.gradient(ONE_ELEMENT[name])(X), [1.0, 0, 0])


MANY = {
    "vector": lambda x: x * 2,
    "tuple": lambda x: (x[0], x[1]),
    "list": lambda x: [x[0]],
    "dictionary": lambda x: {"cost": x[0]},
    "empty": lambda x: x[:0],
}


@pytest.mark.parametrize("name", MANY)
def test_any_other_result_is_refused_with_a_hint(name):
    with pytest.raises(GradientError, match="jacobian"):
        pl.gradient(MANY[name])(X)
    with pytest.raises(GradientError, match="jacobian"):
        pl.gradient(pl.graph(MANY[name], X))


UNUSED = {
    "unused": (lambda x, y: np.sum(y**2), [0, 0, 0]),
    "constant": (lambda x, y: 3.0, [0, 0, 0]),
    "in part": (lambda x, y: x[1] * 2, [0, 2, 0]),
    "overwritten": (lambda x, y: (x.fill(1.0), np.sum(x))[1], [0, 0, 0]),
    "through integers": (lambda x, y: np.sum(x.astype(int) * y), [0, 0, 0]),
    "through a comparison": (lambda x, y: np.sum((x > 0) * y), [0, 0, 0]),
}


@pytest.mark.parametrize("name", UNUSED)
def test_what_a_cost_does_not_depend_on_has_gradient_zero(name):
    f, slope = UNUSED[name]
    with warnings.catch_warnings(action="ignore", category=TraceWarning):
        ours = pl.gradient(lambda x, y: f(x * 1, y))(X, Y)
    np.testing.assert_array_equal(ours, np.array(slope, float), strict=True)


def test_a_derivative_that_is_missing_is_refused_with_its_line(monkeypatch):
    monkeypatch.delitem(DERIVATIVES, "exp")
    with pytest.raises(GradientError, match="exp has no derivative") as caught:
        pl.gradient(lambda x: np.sum(np.exp(x)))(X)
    assert "test_gradient.py, line " in str(caught.value)


# -- higher orders --------------------------------------------------------------------


def test_third_derivatives():
    third = pl.gradient(pl.gradient(pl.gradient(lambda x: x**4 + np.sin(x))))
    assert third(0.7) == pytest.approx(24 * 0.7 - np.cos(0.7), rel=1e-14)


ORDERS = {
    "exp": (np.exp, lambda x, n: np.exp(x)),
    "sin": (np.sin, lambda x, n: np.sin(x + n * np.pi / 2)),
    "log": (np.log, lambda x, n: (-1) ** (n - 1) * np.prod(range(1, n)) / x**n),
    "cube": (lambda x: x**3, lambda x, n: [x**3, 3 * x**2, 6 * x, 6, 0, 0][n]),
    "reciprocal": (
        lambda x: 1 / x,
        lambda x, n: (-1) ** n * np.prod(range(1, n + 1)) / x ** (n + 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", ORDERS)
def test_derivatives_of_every_order(name, order):
    f, formula = ORDERS[name]
    for _ in range(order):
        f = pl.gradient(f)
    assert f(1.3) == pytest.approx(formula(1.3, order), rel=1e-12)


def test_perturbations_are_not_confused():
    def outer(x):
        return x * pl.gradient(lambda y: x + y)(1.0)

    assert pl.gradient(outer)(5.0) == 1.0


def test_perturbations_are_not_confused_in_products():
    def outer(x):
        return x * pl.gradient(lambda y: x * y)(2.0)

    assert pl.gradient(outer)(5.0) == 10.0


def test_a_gradient_with_respect_to_an_argument_used_outside_too():
    def outer(x):
        return pl.gradient(lambda y: np.sum(y * y * x))(x) @ x

    np.testing.assert_allclose(pl.gradient(outer)(X), 6 * X**2)


def test_a_gradient_step_in_a_traced_function():
    def cost(w):
        return np.sum(w**4)

    def after_a_step(w):
        return cost(w - 0.1 * pl.gradient(cost)(w))

    w = X - 0.4 * X**3
    np.testing.assert_allclose(
        pl.gradient(after_a_step)(X), 4 * w**3 * (1 - 1.2 * X**2), rtol=1e-13
    )


def test_a_gradient_of_a_function_that_writes_into_its_argument():
    def f(x):
        x *= 2
        return np.sum(x**2)

    def outer(x):
        return np.sum(pl.gradient(f)(x) * x)

    np.testing.assert_allclose(pl.gradient(outer)(X), 16 * X)


def cost(w):
    return np.sum(np.exp(w[:2] * w[1:])) + np.log(1 + w @ w)


def curve(w):
    return np.stack([w[0] * w[1], np.sin(w[2]), w @ w, w[0] / w[1]])


def test_the_hessian_is_symmetric_and_agrees_three_ways():
    h = pl.hessian(cost)(X)
    np.testing.assert_allclose(h, h.T, rtol=1e-13)
    np.testing.assert_allclose(h, pl.jacobian(pl.gradient(cost))(X), rtol=1e-13)
    columns = [pl.hvp(cost)(X, v) for v in np.eye(3)]
    np.testing.assert_allclose(h, np.stack(columns), rtol=1e-13)
    directed = [pl.jvp(pl.gradient(cost))(X, v) for v in np.eye(3)]
    np.testing.assert_allclose(h, np.stack(directed), rtol=1e-13)


def test_the_jacobian_agrees_three_ways():
    j = pl.jacobian(curve)(X)
    assert j.shape == (4, 3)
    rows = [pl.vjp(curve)(X, v) for v in np.eye(4)]
    np.testing.assert_allclose(j, np.stack(rows), rtol=1e-14)
    columns = [pl.jvp(curve)(X, v) for v in np.eye(3)]
    np.testing.assert_allclose(j, np.stack(columns, axis=1), rtol=1e-14)


TRANSFORMS = {
    "gradient": (lambda m, f, g: m.grad(f)(X), lambda f, g: pl.gradient(f)(X)),
    "jacobian": (lambda m, f, g: m.jacrev(g)(X), lambda f, g: pl.jacobian(g)(X)),
    "hessian": (lambda m, f, g: m.hessian(f)(X), lambda f, g: pl.hessian(f)(X)),
    "vjp": (
        lambda m, f, g: m.vjp(g, X)[1](A.ravel()[:4])[0],
        lambda f, g: pl.vjp(g)(X, A.ravel()[:4]),
    ),
    "jvp": (lambda m, f, g: m.jvp(g, (X,), (Y,))[1], lambda f, g: pl.jvp(g)(X, Y)),
    "hvp": (
        lambda m, f, g: m.jvp(m.grad(f), (X,), (Y,))[1],
        lambda f, g: pl.hvp(f)(X, Y),
    ),
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.filterwarnings("ignore")
def test_transforms_are_jaxs(name):
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def jax_cost(w):
        return jnp.sum(jnp.exp(w[:2] * w[1:])) + jnp.log(1 + w @ w)

    def jax_curve(w):
        return jnp.stack([w[0] * w[1], jnp.sin(w[2]), w @ w, w[0] / w[1]])

    theirs, ours = TRANSFORMS[name]
    with jax.enable_x64(True):
        expected = jax.jit(lambda: theirs(jax, jax_cost, jax_curve))()
    np.testing.assert_allclose(ours(cost, curve), expected, rtol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_the_hessian_is_torchs():
    torch = pytest.importorskip("torch")

    def torch_cost(w):
        return torch.sum(torch.exp(w[:2] * w[1:])) + torch.log(1 + w @ w)

    theirs = torch.func.hessian(torch_cost)(torch.tensor(X))
    np.testing.assert_allclose(pl.hessian(cost)(X), theirs, rtol=1e-12)


SHAPES = {
    "number to number": (lambda x: x**2, 0.7),
    "number to vector": (lambda x: x * X, 0.7),
    "vector to number": (lambda x: x @ x, X),
    "matrix to vector": (lambda a: a @ X, A),
    "vector to matrix": (lambda x: np.outer(x, x[:2]), X),
    "matrix to matrix": (lambda a: a.T * 2, A),
    "constant": (lambda x: np.ones(2), X),
    "empty": (lambda x: x[:0], X),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_jacobian_has_the_shape_of_the_result_then_the_argument(name):
    f, x = SHAPES[name]
    with warnings.catch_warnings(action="ignore", category=TraceWarning):
        ours = pl.jacobian(f)(x)
    assert np.shape(ours) == np.shape(f(x)) + np.shape(x)


def network(p, x=A):
    hidden = np.tanh(x @ p["W"] + p["b"])
    return {"mean": np.mean(hidden, axis=0), "largest": np.max(hidden)}


STARTS = {
    "fewer rows": (curve, Y),
    "fewer columns": (lambda x: np.outer(np.exp(x), np.sin(x)) / np.sum(x), X),
    "one number": (lambda x: np.exp(x * X), 0.7),
    "float32": (lambda x: x[:, None] * np.tanh(x), X.astype(np.float32)),
    "structures": (network, {"W": A.T, "b": 0.5}),
    "one value twice": (lambda x: [x, np.sum(x), x], X),
    "gradient": (pl.gradient(cost), X),
}


def assert_same_array(one, other):
    assert (one.shape, one.dtype) == (other.shape, other.dtype)
    rtol = 1e-6 if one.dtype == np.float32 else 1e-13
    np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-16)


@pytest.mark.parametrize("name", STARTS)
def test_a_jacobian_at_numbers_is_the_one_in_a_traced_function(name):
    f, x = STARTS[name]
    ours, unrolled = pl.jacobian(f)(x), pl.graph(pl.jacobian(f), x)(x)
    structure.mapped(assert_same_array, ours, unrolled)


def nodes_recorded(monkeypatch, work):
    count = itertools.count()
    record = Recorder.record
    with monkeypatch.context() as patch:
        patch.setattr(
            Recorder, "record", lambda *a, **k: (next(count), record(*a, **k))[1]
        )
        work()
    return next(count)


def test_a_hessian_at_numbers_is_recorded_once_for_all_rows(monkeypatch):
    f = pl.hessian(lambda w: np.sum(np.log(1 + np.exp(w * w[::-1]))))
    small, large = np.ones(2), np.ones(40)
    few = nodes_recorded(monkeypatch, lambda: f(small))
    assert nodes_recorded(monkeypatch, lambda: f(large)) == few


def test_a_value_returned_twice_is_differentiated_twice():
    np.testing.assert_array_equal(pl.vjp(lambda x: (x, x))(X, (X, Y)), X + Y)


def test_jacobians_of_structures():
    ours = pl.jacobian(lambda p: {"a": p["w"] * 2, "b": p["b"] ** 2})(
        {"w": X, "b": 3.0}
    )
    np.testing.assert_array_equal(ours["a"]["w"], 2 * np.eye(3))
    np.testing.assert_array_equal(ours["a"]["b"], np.zeros(3))
    assert ours["b"]["b"] == 6


def test_products_with_structures():
    def f(p):
        return p["w"] * p["b"], p["b"] ** 2

    left = pl.vjp(f)({"w": X, "b": 3.0}, (Y, 1.0))
    np.testing.assert_allclose(left["w"], 3 * Y)
    assert left["b"] == pytest.approx(X @ Y + 6)
    first, second = pl.jvp(f)({"w": X, "b": 3.0}, {"w": Y, "b": 2.0})
    np.testing.assert_allclose(first, 3 * Y + 2 * X)
    assert second == pytest.approx(12)


def test_jvp_and_hvp_with_respect_to_two_arguments():
    def f(a, b):
        return np.sum(a**2 * b)

    da, db = pl.hvp(f, (0, 1))(X, Y, (Y, X))
    np.testing.assert_allclose(da, 2 * Y * Y + 2 * X * X)
    np.testing.assert_allclose(db, 2 * X * Y)
    assert pl.jvp(f, (0, 1))(X, Y, (Y, X)) == pytest.approx(2 * X * Y @ Y + X**2 @ X)


# -- gradients as graphs --------------------------------------------------------------


def test_the_gradient_of_a_graph_is_a_graph_with_the_same_inputs():
    graph = pl.graph(product, X, Y, 2.0)
    slopes = pl.gradient(graph, wrt="b")
    assert isinstance(slopes, Graph)
    assert slopes.inputs == graph.inputs
    np.testing.assert_allclose(slopes(X, Y, 2.0), 2 * X)


def test_the_gradient_of_a_graph_with_respect_to_several():
    graph = pl.graph(product, X, Y, 2.0)
    first, third = pl.gradient(graph, wrt=(0, "c"))(X, Y, 2.0)
    np.testing.assert_allclose(first, 2 * Y)
    assert third == pytest.approx(X @ Y)


def test_the_gradient_of_the_gradient_of_a_graph():
    graph = pl.graph(lambda x: x**3, 2.0)
    twice = pl.gradient(pl.gradient(graph))
    assert twice(2.0) == 12
    assert pl.gradient(twice)(5.0) == 6


def test_the_gradient_of_a_graph_with_structures_and_constants():
    graph = pl.graph(lambda p: np.sum(p["w"] * p["n"]), {"w": X, "n": 3})
    ours = pl.gradient(graph)({"w": X, "n": 3})
    np.testing.assert_array_equal(ours["w"], [3, 3, 3])
    assert ours["n"] is None


def test_the_gradient_of_a_graph_by_the_name_of_an_input():
    graph = pl.graph(lambda p: np.sum(p["w"] ** 2) * p["b"], {"w": X, "b": 3.0})
    np.testing.assert_allclose(pl.gradient(graph, "w")({"w": X, "b": 3.0}), 6 * X)


def test_the_gradient_of_a_graph_names_its_adjoints():
    def f(x):
        square = x**2
        total = np.sum(square)
        return np.exp(2 * total)

    names = [node.name for node in pl.gradient(pl.graph(f, X)).nodes]
    assert {"x", "square", "total", "dtotal", "dx"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_graph_refuses_an_unknown_argument():
    with pytest.raises(GradientError, match="no argument 'z'"):
        pl.gradient(pl.graph(product, X, Y), "z")


def test_a_gradient_runs_on_other_numbers_and_other_shapes():
    slopes = pl.gradient(lambda x: np.sum(x**2))
    np.testing.assert_array_equal(slopes(X), 2 * X)
    np.testing.assert_array_equal(slopes(A), 2 * A)
    assert slopes(3.0) == 6


def test_a_gradient_keeps_the_signature():
    slopes = pl.gradient(product, wrt="b")
    assert slopes.__name__ == "product_gradient"
    np.testing.assert_array_equal(slopes(b=Y, a=X), X)
    with pytest.raises((TypeError, PellucidError)):
        slopes(X, Y, 1.0, 2.0)


def test_arguments_stay_as_they_are():
    x = X.copy()

    def f(x):
        x *= 2
        x[0] = 0
        return np.sum(x**2)

    np.testing.assert_allclose(pl.gradient(f)(x), [0, *8 * X[1:]])
    np.testing.assert_array_equal(x, X)


def unrolled(rate):
    w = np.zeros(3)
    for _ in range(3):
        w = w - rate * pl.gradient(lambda w: np.sum((w - V) ** 4))(w)
    return np.sum(w)


V = np.array([0.3, -1.2, 0.7])
AT_KNOWN_POINTS = {
    "a number": (lambda a: pl.gradient(lambda b: a**2 * b**2)(3.0), 2.0),
    "descent from zeros": (unrolled, 0.05),
    "a Hessian": (lambda a: pl.hessian(lambda b: np.sin(a * b))(0.5), 0.7),
}


@pytest.mark.parametrize("case", AT_KNOWN_POINTS)
def test_a_gradient_at_a_known_point_inside_a_traced_function_is_no_constant(case):
    f, x = AT_KNOWN_POINTS[case]
    assert pl.graph(f, x)(x) == pytest.approx(f(x), rel=1e-12)
    slope = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    assert pl.gradient(f)(x) == pytest.approx(slope, rel=1e-6)


def summed_squares(x):
    return np.sum(x**2)


UNFIT = {
    "a series": (lambda: pl.gradient(summed_squares)(Series([1.0, 2.0])), "a Series"),
    "complex": (lambda: pl.gradient(summed_squares)(1 + 2j), "of kind complex"),
    "None": (lambda: pl.gradient(summed_squares)(None), "NoneType"),
    "no place": (
        lambda: pl.gradient(summed_squares, wrt=[0])(1.0),
        "a position, a name",
    ),
    "not given": (lambda: pl.gradient(lambda a, n=2.0: a, wrt="n")(1.0), "wrt='n'"),
    "jvp": (
        lambda: pl.jvp(summed_squares)(V, 1.0),
        r"the argument .* \(3,\); it has \(\)",
    ),
    "hvp": (lambda: pl.hvp(summed_squares)(V, np.ones((2, 3))), r"it has \(2, 3\)"),
    "vjp": (
        lambda: pl.vjp(summed_squares)(V, np.ones(2)),
        r"the result .* it has \(2,\)",
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_cannot_be_differentiated_is_told_in_a_sentence(case):
    call, part = UNFIT[case]
    with pytest.raises(GradientError, match=part):
        call()
