"""A graph as text and as source, in the person's own names."""

import types

import numpy as np
import pytest
from comparison import assert_same
from covered import slope_of
from operation_examples import NAMES, X, example, robust

import pellucid as pl
from pellucid.graphs.structure import leaves
from pellucid.reading.source.spelling import as_python

# ruff: noqa: RET504 (the tutorials name their result, and the name is tested)


def forward(w, b, x, y):
    z = np.dot(w.T, x) + b
    y_head = 1 / (1 + np.exp(-z))
    loss = -y * np.log(y_head) - (1 - y) * np.log(1 - y_head)
    cost = (np.sum(loss)) / x.shape[1]
    return cost


def two_layers(X, W1, W2):
    Z = X.dot(W1)
    Z[Z < 0] = 0
    expA = np.exp(Z.dot(W2))
    Y = expA / expA.sum(axis=1, keepdims=True)
    return Y, Z


def convolved(x, k):
    out = np.empty((x.shape[0] - 1, x.shape[1] - 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[i : i + 2, j : j + 2] * k)
    return out


def aliased(x):
    b = np.zeros(x.shape)
    row = b[1]
    row[:] = x[0] ** 2
    before = b.copy()
    b[2] += row
    b.T[0] *= 3
    return b - before


def swapped(x):
    b = np.array(x)
    first = b[0] * 1.0
    b[0] = b[1]
    b[1] = first
    return b


def network(p, X):
    h = np.tanh(X @ p["W"] + p["b"][0])
    return {"output": h @ p["v"], "hidden": [h]}


def arithmetic(a, b):
    return a - (b - a) - -b * (a + b) / (a / b) ** 2 ** (-b) % 3 // (1 - b)


def selected(x):
    return np.where(x > 0.5, x, -1.0)[[0, 2, 2], None] @ np.ones((3, 2), np.float32)


rng = np.random.default_rng(0)
PROGRAMS = {
    "logistic cost": (forward, rng.normal(size=(5, 1)), 0.1, rng.normal(size=(5, 8)),
                      (rng.random((1, 8)) > 0.5).astype(float)),
    "two layers": (two_layers, rng.normal(size=(6, 4)), rng.normal(size=(4, 3)),
                   rng.normal(size=(3, 2))),
    "convolution": (convolved, rng.normal(size=(4, 4)), rng.normal(size=(2, 2))),
    "aliased buffers": (aliased, rng.normal(size=(3, 3))),
    "swapped rows": (swapped, rng.normal(size=(3, 2))),
    "nested arguments": (network, {"W": rng.normal(size=(3, 2)), "b": [0.5],
                                   "v": rng.normal(size=2)}, rng.normal(size=(4, 3))),
    "precedence": (arithmetic, 0.7, 0.4),
    "selection": (selected, rng.normal(size=(3, 3))),
    "inf and nan": (lambda x: np.array([np.inf, -np.inf, 1.0]) * x + np.nan, 2.0),
}  # fmt: skip


def run(source, title, *args):
    module = types.ModuleType("written")
    exec(source, module.__dict__)
    return getattr(module, title)(*args)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_source_runs_to_the_same_numbers(program):
    f, *args = program
    graph = pl.graph(f, *args)
    assert_same(run(pl.source(graph), graph.title, *args), f(*args), ulps=0)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_source_of_a_gradient_runs_to_the_same_numbers(program):
    f, *args = program

    def cost(*args):
        return sum(np.sum(part**2) for part in leaves(f(*args)))

    graph = pl.gradient(pl.graph(cost, *args))
    assert_same(run(pl.source(graph), graph.title, *args), graph(*args), ulps=0)


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_recorded_by_its_example(name):
    graph = pl.graph(example(name), X)
    assert name in {node.operation for node in graph.order}


@pytest.mark.filterwarnings("ignore:floating point number truncated")
@pytest.mark.filterwarnings("ignore:non-integer arg")
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_written_in_source_that_runs(name):
    graph = pl.graph(example(name), X)
    assert_same(run(pl.source(graph), graph.title, X), graph(X), ulps=0)


# Those that have a slope; of the others there is no gradient to write.
SLOPED = [name for name in NAMES if slope_of(name) == "differentiable"]


@pytest.mark.filterwarnings("ignore:floating point number truncated")
@pytest.mark.parametrize("name", SLOPED)
def test_every_derivative_is_written_in_source_that_runs(name):
    f = example(name)
    graph = pl.graph(lambda x: sum(np.sum(z**2) for z in leaves(f(x))), X)
    graph = pl.gradient(graph)
    assert_same(run(pl.source(graph), graph.title, X), graph(X), ulps=0)


def test_the_source_of_the_tutorials_cost_is_the_tutorials_code():
    f, *args = PROGRAMS["logistic cost"]
    assert pl.source(f, *args) == (
        "import numpy as np\n\n\n"
        "def forward(w, b, x, y):\n"
        "    z = np.dot(w.T, x) + b\n"
        "    y_head = 1 / (1 + np.exp(-z))\n"
        "    loss = -y * np.log(y_head) - (1 - y) * np.log(1 - y_head)\n"
        "    cost = np.sum(loss) / 8\n"
        "    return cost\n"
    )


def test_an_assignment_is_written_in_place_where_nobody_reads_the_old_content():
    f, *args = PROGRAMS["convolution"]
    source = pl.source(f, *args)
    assert "out[i, j] = np.sum(x[i:i + 2, j:j + 2] * k)" in source
    assert "np.array(out)" not in source


def test_a_result_without_a_name_is_returned_where_it_is_computed():
    source = pl.source(lambda x: np.sum(x**2) / 2, np.ones(3))
    assert source.endswith("def f(x):\n    return np.sum(x**2) / 2\n")


def test_a_variable_that_the_person_called_t1_is_kept():
    def f(x):
        t1 = x * 2
        return t1 + 1

    assert "    t1 = x * 2\n    return t1 + 1\n" in pl.source(f, 1.0)


def test_functions_that_numpy_lacks_are_written_out_under_a_free_name():
    def softplus(x):
        return robust("softplus")(x)

    source = pl.source(softplus, 1.0)
    assert "def softplus_(x):\n" in source
    assert "    return softplus_(x)\n" in source
    assert run(source, "softplus", 800.0) == 800.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        ("same", '"same"'),
        ((1, np.inf), "(1, np.inf)"),
        ((2.5,), "(2.5,)"),
        ([1, None], "[1, None]"),
        (slice(None, None, -1), "::-1"),
        (np.dtype(np.float32), "np.float32"),
        (np.float32(0.5), "np.float32(0.5)"),
        (np.int8, "np.int8"),
        (np.add, "np.add"),
        (True, "True"),
        (-0.0, "-0.0"),
        (1 + 2j, "(1+2j)"),
    ],
    ids=repr,
)
def test_options_are_written_as_code_that_makes_them(value, expected):
    assert as_python(value) == expected


def test_text_has_one_line_a_node_with_name_shape_and_line():
    f, *args = PROGRAMS["logistic cost"]
    graph = pl.graph(f, *args)
    lines = str(graph).splitlines()
    assert len(lines) == len(graph.nodes)
    (line,) = [line for line in lines if line.startswith("z = ")]
    first = forward.__code__.co_firstlineno
    assert line.split() == ["z", "=", "t2", "+", "b", "float64", "(1,", "8)", "line",
                            str(first + 1)]  # fmt: skip


def test_names_of_a_gradient_are_those_of_the_variables():
    f, *args = PROGRAMS["logistic cost"]
    names = {node.name for node in pl.gradient(pl.graph(f, *args), ("w", "b")).nodes}
    assert {"dz", "dw", "db"} <= names


def test_a_chain_of_ten_thousand_nodes_is_printed_and_written():
    def chain(x):
        for _ in range(5000):
            x = np.sin(x) + 0.5
        return x

    graph = pl.graph(chain, 0.3)
    assert len(str(graph).splitlines()) == 10_001
    assert run(pl.source(graph), "chain", 0.3) == chain(0.3)


def test_an_expression_longer_than_a_line_is_cut_into_named_parts():
    def f(x):
        return np.exp(
            np.sin(np.cos(np.sqrt(x + 1) + np.sqrt(x + 2)) * np.sqrt(x + 3))
            + np.sqrt(x + 5)
            + np.sqrt(x + 6)
        )

    source = pl.source(f, 0.5)
    assert max(len(line) for line in source.splitlines()) <= 88
    assert run(source, "f", 0.5) == f(0.5)
