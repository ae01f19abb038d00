"""Each unpacked element has its own name: in the graph, source, formula and drawing."""

from functools import reduce
from types import SimpleNamespace

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.tracing.naming import is_numbered

P = np.array([0.5, 1.5])
Q = np.array([2.0, 3.0])
W = np.array([[0.3, 0.7, 1.1], [0.2, 0.4, 0.6]])
A = np.array([[2.0, 0.5], [0.25, 1.5]])


def array(params):
    beta, gamma = params
    return beta * gamma


def read_once(params):
    _beta, gamma = params
    return gamma


def of_function(p):
    a, b = np.exp(p)
    return a * b


def nested(p, q):
    (a, b), c = p, np.sum(q)
    return a * b * c


def nested_rows(W):
    (a, b, c), row = W
    return a * b * c * np.sum(row)


def starred(W):
    first, *rest = W.T
    return np.sum(first * rest[0] * rest[1])


def starred_amid(p):
    first, *_, last = np.concatenate([p, p])
    return first * last


def zipped(x, y):
    s = 0.0
    for a, b in zip(x, y, strict=True):
        s = s + a * b
    return s


def enumerated(x):
    s = 0.0
    for i, v in enumerate(x):
        s = s + v * (i + 1)
    return s


def rows(W):
    w1, w2 = W
    return np.sum(w1 * w2)


def columns(W):
    x, y, z = W.T
    return np.sum(x * y * z)


def factors(A):
    q, r = np.linalg.qr(A)
    return np.sum(q @ r)


def eigen(A):
    w, V = np.linalg.eigh(A + A.T)
    return np.sum(V * w * w)


def divided(p):
    whole, part = np.divmod(p * 3, 2.0)
    return np.sum(part) + whole[0]


def side_by_side(p):
    mu, sigma = p[0], np.exp(p[1])
    return mu * sigma


def four_side_by_side(p):
    a, b, c, d = p[0], p[1], np.exp(p[0]), np.sin(p[1])
    return a * b * c * d


def walrus(p):
    if (n := np.sum(p)) is not None:
        return n * 2
    return 0.0


def attributes(p):
    cell = SimpleNamespace()
    cell.h, cell.c = np.tanh(p), p * 2
    return np.sum(cell.h * cell.c)


def items(p):
    d = {}
    d["k"], d["j"] = p
    return d["k"] * d["j"]


def swapped(p):
    a, b = p
    a, b = b, a + b
    return a * b


def helper(p):
    def split(q):
        return q[0] + 1, q[1] * 2

    low, high = split(p)
    return low * high


def several(p):
    a = b = np.exp(p)
    return np.sum(a * b)


def augmented(p):
    a, b = p
    a += b
    return a * b


def mapped(p):
    a, b = map(np.exp, p)
    return a * b


def comprehended(p):
    a, b = [np.sin(t) for t in p]
    return a * b


def generated(p):
    a, b = (np.sin(t) for t in p)
    return a * b


def listed(p):
    a, b = list(p)
    return a * b


def split_in_two(p):
    a, b = np.split(p, 2)
    return np.sum(a * b)


def summed(p):
    total = sum(p)
    return total * 2


def reduced(p):
    product = reduce(lambda a, b: a * b, p)
    return product * 2


def chosen(p):
    x = np.exp(p) if len(p) else np.log(p)
    return np.sum(x)


def captured(p):
    a, b = p
    return (lambda c: a * b * c)(2.0)


# A function, its arguments and the names of the person's in its graph, in order.
CASES = [
    (array, (P,), "params beta gamma"),
    (read_once, (P,), "params gamma"),
    (of_function, (P,), "p a b"),
    (nested, (P, Q), "p q c a b"),
    (nested_rows, (W,), "W row a b c"),
    (starred, (W,), "W first"),
    (starred_amid, (P,), "p first last"),
    (zipped, (P, Q), "x y a b s a_2 b_2 s_2"),
    (enumerated, (P,), "x v s v_2 s_2"),
    (rows, (W,), "W w1 w2"),
    (columns, (W,), "W x y z"),
    (factors, (A,), "A q r"),
    (eigen, (A,), "A w V"),
    (divided, (P,), "p whole part"),
    (side_by_side, (P,), "p mu sigma"),
    (four_side_by_side, (P,), "p a b c d"),
    (walrus, (P,), "p n"),
    (attributes, (P,), "p h c"),
    (items, (P,), "p k j"),
    (swapped, (P,), "p a b b_2"),
    (helper, (P,), "p low high"),
    (several, (P,), "p a"),
    (augmented, (P,), "p a b a_2"),
    (mapped, (P,), "p a b"),
    (comprehended, (P,), "p t a t_2 b"),
    (generated, (P,), "p t a t_2 b"),
    (listed, (P,), "p a b"),
    (split_in_two, (P,), "p a b"),
    (summed, (P,), "p total"),
    (reduced, (P,), "p product"),
    (chosen, (P,), "p x"),
    (captured, (P,), "p a b"),
]
NAMES = [f.__name__ for f, *_ in CASES]


def argument(params):
    beta, gamma = params
    return beta * gamma


def starred_arguments(*params):
    beta, gamma = params
    return beta * gamma


def layers(params):
    (W1, b1), (W2, b2) = params
    return np.sum(np.tanh(W1 + b1) @ W2 + b2)


def helped(params):
    def layer(each):
        W, b = each
        return np.tanh(W + b)

    return np.sum(layer(params[0]) @ layer(params[1]))


def looped(params):
    total = 0.0
    for W, b in params:
        total = total + np.sum(W @ W + b)
    return total


LAYERS = [(A, P), (A + 1, Q)]
ELEMENTS = {
    "tuple": (argument, ((2.0, 3.0),), "beta gamma"),
    "list": (argument, ([2.0, 3.0],), "beta gamma"),
    "star": (starred_arguments, (2.0, 3.0), "beta gamma"),
    "nested": (layers, (LAYERS,), "W1 b1 W2 b2"),
    "in a helper": (helped, (LAYERS,), "W b W_2 b_2"),
    # Of a loop's variables only the last would have the name.
    "in a loop": (looped, (LAYERS,), "params_0_0 params_0_1 params_1_0 params_1_1"),
}


@pytest.mark.parametrize("case", ELEMENTS)
def test_elements_of_an_argument_are_called_as_they_were_unpacked(case):
    f, values, names = ELEMENTS[case]
    graph, scope = pl.graph(f, *values), {}
    assert [node.name for node in graph.inputs] == names.split()
    exec(pl.source(graph), scope)
    np.testing.assert_allclose(scope[f.__name__](*values), f(*values), rtol=1e-14)


def given_names(graph):
    return [node.name for node in graph.nodes if not is_numbered(node.name)]


@pytest.mark.parametrize(("f", "values", "names"), CASES, ids=NAMES)
def test_each_element_has_its_own_name(f, values, names):
    assert given_names(pl.graph(f, *values)) == names.split()


@pytest.mark.parametrize(("f", "values", "names"), CASES, ids=NAMES)
def test_the_source_has_these_names_and_runs(f, values, names):
    scope = {}
    text = pl.source(f, *values)
    exec(text, scope)
    np.testing.assert_allclose(scope[f.__name__](*values), f(*values), rtol=1e-14)
    assert all(name in text for name in names.split())


@pytest.mark.parametrize(("f", "values", "names"), CASES, ids=NAMES)
def test_it_is_read_drawn_and_explained_under_them(f, values, names):
    last = names.split()[-1]
    assert last in pl.draw(f, *values)._repr_svg_()
    assert last in str(pl.explain(f, *values))


def test_the_source_of_an_unpacked_array_is_as_a_person_writes_it():
    body = pl.source(array, P).split(":\n")[1].split("\n")
    assert [line.strip() for line in body if line] == [
        "beta = params[0]", "gamma = params[1]", "return beta * gamma",
    ]  # fmt: skip


def test_the_formula_has_both_names():
    assert r"\gamma" in str(pl.formula(array, P, gradient=True))


def test_a_message_names_what_was_unpacked():
    def f(p):
        a, b = p
        return a * float(b)

    with pytest.raises(pl.TraceError, match=r"\(b, shape \(\)\)"):
        pl.graph(f, P)


def test_no_other_variable_gives_its_name():
    def f(p):
        np.exp(p)
        b = p
        print(b.shape)
        unrelated = np.zeros(2)
        return np.sum(np.exp(b)) + unrelated[0]

    assert given_names(pl.graph(f, P)) == ["p", "unrelated"]
