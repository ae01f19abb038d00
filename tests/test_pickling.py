"""Graphs, compiled functions, fits and models are pickled and copied."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import scipy.special

import pellucid as pl
from pellucid.errors import PellucidError

X = np.array([0.5, -1.0, 2.0])
LARGE = np.ones(1 << 18)


def cost(w, n=3):
    return np.sum(np.tanh(w) ** 2) / n


def steps(x):
    for _ in range(400):
        x = np.sin(x) + 0.1
    return x


def helped(p, k):
    first, second = p["a"], p["b"][0]
    return cost(first) * second + np.sum(np.where(first > 0, first, 0)[1:]) * k


def many(x):
    return np.sum(x * LARGE) + np.sum(LARGE)


GRAPHS = {
    "400 steps": (lambda: pl.graph(steps, 1.0), (0.7,)),
    "cost": (lambda: pl.graph(cost, X), (2 * X,)),
    "structures": (
        lambda: pl.graph(helped, {"a": X, "b": [2.0]}, 3),
        ({"a": 2 * X, "b": [1.0]}, 3),
    ),
    "gradient": (lambda: pl.gradient(pl.graph(cost, X)), (2 * X,)),
    "stable": (lambda: pl.stable(lambda x: np.log(1 + np.exp(x)), 1.0), (3.0,)),
}
BY_GRAPH = pytest.mark.parametrize(("make", "args"), GRAPHS.values(), ids=GRAPHS.keys())


@BY_GRAPH
def test_a_graph_is_pickled(make, args):
    graph = make()
    read = pickle.loads(pickle.dumps(graph))
    assert (str(read), repr(read), type(read)) == (str(graph), repr(graph), type(graph))
    np.testing.assert_equal(read(*args), graph(*args))
    np.testing.assert_equal(read.values(*args), graph.values(*args))
    assert [n.line for n in read.nodes] == [n.line for n in graph.nodes]
    assert pl.source(read) == pl.source(graph)


@BY_GRAPH
def test_a_graph_is_copied(make, args):
    graph = make()
    copied = copy.deepcopy(graph)
    assert str(copied) == str(copy.copy(graph)) == str(graph)
    np.testing.assert_equal(copied(*args), graph(*args))


def test_a_pickled_graph_is_differentiated_and_compiled():
    read = pickle.loads(pickle.dumps(pl.graph(cost, X)))
    np.testing.assert_allclose(pl.gradient(read)(X), pl.gradient(cost)(X), rtol=1e-14)
    np.testing.assert_allclose(pl.compile(read)(X), cost(X), rtol=1e-14)


def test_a_chain_of_ten_thousand_nodes_is_pickled_and_copied():
    def chain(x):
        for _ in range(10_000):
            x = -x
        return x

    graph = pl.graph(chain, 1.0)
    read = pickle.loads(pickle.dumps(graph))
    assert (len(read.nodes), float(read(3.0))) == (len(graph.nodes), 3.0)
    assert copy.deepcopy(graph.nodes[-1]).name == graph.nodes[-1].name
    assert pickle.loads(pickle.dumps(graph.nodes[-1])).name == graph.nodes[-1].name


def test_a_large_constant_is_pickled_once():
    assert len(pickle.dumps(pl.graph(many, 1.0))) < 1.1 * LARGE.nbytes


@pl.compile
def decorated(x):
    return cost(x)


compiled = pl.compile(cost, verify=True)
COMPILED = {"made": compiled, "decorated": decorated,
            "gradient of a graph": pl.compile(pl.graph(cost, X))}  # fmt: skip


@pytest.mark.parametrize("f", COMPILED.values(), ids=COMPILED.keys())
def test_a_compiled_function_is_pickled_and_copied(f):
    expected = f(X)
    read = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(read(X), expected)
    np.testing.assert_array_equal(copy.deepcopy(f)(X), expected)
    assert (read.target, read.verify, read.stable) == (f.target, f.verify, f.stable)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_compiled_function_is_pickled_for_its_target(target):
    f = pl.compile(cost, target)
    read = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(read(X), f(X))
    assert read.target is f.target


def test_a_compiled_lambda_is_refused_in_a_sentence():
    with pytest.raises(PellucidError, match="define it with def in a module"):
        pickle.dumps(pl.compile(lambda x: x))
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(pl.compile(lambda x: x))


def test_what_is_pickled_is_read_in_another_process(tmp_path):
    (tmp_path / "costs.py").write_text(
        "import numpy as np, pellucid as pl\n"
        "def cost(w): return np.sum(np.tanh(w) ** 2)\n"
        "decorated = pl.compile(cost)\n"
    )
    write = "import costs, pickle, sys, numpy as np, pellucid as pl\n" + (
        "graph = pl.graph(costs.cost, np.ones(2))\n"
        "costs.decorated(np.ones(2))\n"
        "pickle.dump((graph, costs.decorated), open('kept', 'wb'))\n"
    )
    read = "import pickle, numpy as np\n" + (
        "graph, f = pickle.load(open('kept', 'rb'))\n"
        "print(float(graph(np.ones(2))) == float(f(np.ones(2))))\n"
    )
    run = [sys.executable, "-c"]
    subprocess.run([*run, write], cwd=tmp_path, check=True)
    told = subprocess.run([*run, read], cwd=tmp_path, check=True, capture_output=True)
    assert told.stdout.strip() == b"True"


@pytest.mark.parametrize("call", ["np.interp(x, X, X)", "np.real(1j + x)",
                                  "scipy.special.expit(x)"])  # fmt: skip
def test_a_pickled_graph_is_called_where_nothing_was_recorded(call, tmp_path):
    space = {"np": np, "scipy": scipy, "X": np.sort(X)}
    graph = pl.graph(eval(f"lambda x: {call}", space), X)
    (tmp_path / "kept").write_bytes(pickle.dumps(graph))
    read = "import pickle, numpy as np\ngraph = pickle.load(open('kept', 'rb'))\n" + (
        "print(graph(np.array([0.5, -1.0, 2.0])).tolist())"
    )
    told = subprocess.run([sys.executable, "-c", read], cwd=tmp_path, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert told.stdout.strip() == str(graph(X).tolist())


def test_a_fit_is_pickled_and_gone_on_with():
    first = pl.minimise(cost, X, method=pl.methods.Adam(), max_iter=3)
    read = pickle.loads(pickle.dumps(first))
    again = [pl.minimise(cost, f, method=pl.methods.Adam(), max_iter=3).x
             for f in (first, read)]  # fmt: skip
    np.testing.assert_array_equal(*again)


def test_an_estimator_is_pickled_with_its_graph():
    model = pl.LogisticRegression().fit(np.arange(6.0)[:, None], [0, 1, 0, 1, 0, 1])
    read = pickle.loads(pickle.dumps(model))
    assert str(read.graph_) == str(model.graph_)
    np.testing.assert_array_equal(read.coef_, model.coef_)


DERIVED = {
    "gradient": lambda: pl.gradient(cost),
    "two arguments": lambda: pl.gradient(helped, wrt=("p",)),
    "value and gradient": lambda: pl.value_and_gradient(cost, stable=False),
    "hessian": lambda: pl.hessian(cost),
    "product": lambda: pl.hvp(cost),
}


@pytest.mark.parametrize("name", DERIVED)
def test_a_compiled_derivative_is_pickled(name):
    args = {"two arguments": ({"a": X, "b": [2.0]}, 3), "product": (X, X)}
    fast = pl.compile(DERIVED[name]())
    read = pickle.loads(pickle.dumps(fast))
    given = args.get(name, (X,))
    np.testing.assert_equal(read(*given), fast(*given))
