"""Loops on a target: what is run on it, and what it is held against."""

import inspect

import numpy as np
from loop_programs import PROGRAMS

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.bodies import Body, loop, part
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.places import Place, Turn, of_turn
from pellucid.running.targets import target

N = np.random.default_rng(1).normal
SEEDS = range(30)
# Loops in which a shape changes, or a branch is by an outside mask, stay unrolled.
UNROLLED = {"forward substitution slices", "attention causal slices",
            "branch by outside mask"}  # fmt: skip


# -- what is read and written at places that move -------------------------------------


def neighbours(X):
    s = np.zeros(X.shape[1])
    for t in range(1, len(X) - 1):
        s = np.sin(s + X[t - 1] - 2 * X[t] + X[t + 1])
    return s


def windows(X):
    s = np.zeros((3, X.shape[1]))
    for t in range(len(X) - 2):
        s = np.tanh(s + X[t : t + 3])
    return s


def windows_turned_round(X):
    s = np.zeros((3, X.shape[1]))
    for t in range(len(X) - 4):
        s = np.tanh(s - X[t + 4 : t + 1 : -1])
    return s


def windows_of_every_second(X):
    s = np.zeros((3, X.shape[1]))
    for t in range(len(X) - 5):
        s = np.tanh(s * 0.5 + X[t : t + 6 : 2])
    return s


def windows_from_the_end(X):
    s = np.zeros((2, X.shape[1]))
    for t in range(2, len(X)):
        s = np.cos(s) + X[-t - 1 : -t + 1]
    return s


def rows_from_the_end(X):
    s = np.zeros(X.shape[1])
    for t in range(len(X)):
        s = np.cos(s) + X[-1 - t]
    return s


def columns(X):
    s = np.zeros(len(X))
    for t in range(X.shape[1]):
        s = np.sin(s) + X[:, t]
    return s


def windows_with_more(X):
    s = np.zeros((2, 2))
    for t in range(len(X) - 2):
        s = np.sin(s) + X[t : t + 2, [2, 0]] - X[t, None, 1:3]
    return s


def places_beside_tables(X):
    s = np.zeros(3)
    for t in range(4):
        s = np.sin(s) + X[[2, 0, 1], t] * X[t, [0, 3, 3]]
    return s


def written_windows(X):
    Y = np.zeros((len(X), 4))
    for t in range(len(X) - 2):
        Y[t : t + 2, 1:3] = np.sin(Y[t + 1 : t + 3, :2]) + X[t : t + 2, :2]
    return Y


def written_columns(X):
    Y = np.ones((3, len(X)))
    for t in range(1, len(X)):
        Y[:, t] = Y[:, t - 1] * 0.5 + X[t, :3]
        Y[1, t] += X[t, 3]
    return Y


def written_by_tables(X):
    Y = np.zeros((len(X), 4))
    for t in range(len(X) - 1):
        Y[t, [3, 1]] = X[t, :2] + Y[t - 1, [0, 3]]
        Y[t + 1, 0] = Y[t, 3]
    return Y


def triangle(X):
    Y = X[:6, :6] * 1.0 if X.shape[1] > 5 else np.outer(X[:6, 0], X[:6, 1])
    s = 0.0
    for i in range(6):
        for j in range(i):
            Y[i, j] = Y[i, j] - 0.5 * Y[j, i]
            s = s + Y[i, j] * j
    return Y, s


def numbers(X):
    s, q = 0.0, 1.0
    for t in range(len(X)):
        s = s + (t + 1) * X[t, 0] / (2 * t + 1)
        q = q * 0.9 + s**2
    return s, q


def integers(X):
    k, c = np.int64(3), np.zeros(4, np.int32)
    for t in range(len(X)):
        k = (k * 5 + t) % 17
        c[t % 2] = c[t % 2] + t
        c = c * 2 % 1001
    return k, c, X[0]


def truths(X):
    up = np.zeros(X.shape[1], bool)
    seen = np.zeros((len(X), X.shape[1]), bool)
    for t in range(len(X)):
        up = np.logical_xor(up, X[t] > 0)
        seen[t] = up | (X[t] < -1)
    return up, seen, np.any(seen)


def once(X):
    s = np.zeros(X.shape[1])
    for t in range(1):
        for k in range(len(X)):
            s = np.sin(s + X[k] * X[t])
    return s


MOVING = [neighbours, windows, windows_turned_round, windows_of_every_second,
          windows_from_the_end, rows_from_the_end, columns, windows_with_more,
          places_beside_tables, written_windows, written_columns, written_by_tables,
          triangle, numbers, integers, truths, once]  # fmt: skip
ROWS = N(size=(9, 4))


# -- loops that are made by hand ------------------------------------------------------


def inputs(*arrays):
    return [Node("input", (), a.shape, a.dtype, name=f"a{i}")
            for i, a in enumerate(arrays)]  # fmt: skip


def graph_of(outer, outputs):
    """A graph of nodes that are given names now, with its inputs as arguments."""
    for i, node in enumerate(ancestors(outputs)):
        if not (node.name or node.is_constant):
            node.christen(f"t{i}")
    parameters = {node.name: node for node in outer}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(inspect.Parameter(n, kind) for n in parameters)
    return Graph("made", parameters, tuple(outputs), signature)


def step(operation, *arguments, **options):
    first = arguments[0]
    return Node(operation, arguments, first.shape, first.dtype, options)


def put(array, value, at):
    return Node("assign", (array, value), array.shape, array.dtype, {"at": at})


def read(array, at):
    return Node("index", (array,), (3,), array.dtype, {"at": at})


def started_as_one():
    """Two carried values that begin as one array, of which one is written into."""
    (a, x), (p, q, f) = inputs(A, A), inputs(A, A, A)
    written = put(p, constant(1.0), (0,))
    body = Body(Turn(("t",), 4), 4, ((p, written), (q, step("add", q, f))), (f,))
    made = loop(body, (a, a, x))
    ends = [part(made, node, each=False) for node in (written, body.carried[1][1])]
    return graph_of([a, x], [*ends, a])


def handed_on():
    """What is written into is another value in the next turn."""
    (a, x), (p, q) = inputs(A, A), inputs(A, A)
    written = put(p, constant(5.0), (1,))
    other = step("add", q, step("sin", p))
    body = Body(Turn(("t",), 5), 5, ((p, written), (q, written)), ())
    made = loop(body, (a, x))
    ends = [part(made, n, e) for n in (written, other, q) for e in (True, False)]
    return graph_of([a, x], ends)


def read_late():
    """What is written into is kept where it is read later."""
    (a,), (p,) = inputs(B), inputs(B)
    turn = Turn(("t",), 4)
    at = (of_turn(turn),)
    row, written = read(p, at), put(p, constant(np.zeros(3)), at)
    late = step("add", row, read(written, (0,)))
    made = loop(Body(turn, 4, ((p, written),), ()), (a,))
    ends = [part(made, late, True), part(made, p, True), part(made, p, False),
            part(made, written, True), part(made, written, False),
            part(made, row, False)]  # fmt: skip
    return graph_of([a], ends)


def written_after():
    """What a loop gives is written into, and the same value is read as well."""
    (a,), (p,) = inputs(A), inputs(A)
    now = step("sin", p)
    made = loop(Body(Turn(("t",), 5), 5, ((p, now),), ()), (a,))
    each, last, again = (part(made, now, e) for e in (True, False, False))
    return graph_of([a], [put(each, last, (0,)), put(again, constant(7.0), (0,)), last])


def passed_along():
    """Values that go from one carried input to the next."""
    (a, x), (p, q, r) = inputs(A, A), inputs(A, A, A)
    body = Body(Turn(("t",), 6), 6, ((p, step("sin", r)), (q, p), (r, q)), ())
    made = loop(body, (a, x, x))
    asked = [(body.carried[0][1], False), (p, False), (q, False), (r, False),
             (p, True), (r, True)]  # fmt: skip
    return graph_of([a, x], [part(made, node, each) for node, each in asked])


def maybe_never(is_reversed):
    """An inner loop that turns as often as the outer turn says: at first not at all."""
    (a, x), (p, rows), (q, table) = inputs(A, B), inputs(A, B), inputs(A, B)
    outer, inner = Turn(("i",), 4), Turn(("j",), 3)
    now = step("add", step("sin", q), read(table, (of_turn(inner),)))
    body = Body(inner, Place(0, [(outer, 1)]), ((q, now),), (table,), is_reversed)
    nest = loop(body, (p, rows))
    end, every = part(nest, now, False), part(nest, now, True)
    made = loop(Body(outer, 4, ((p, end),), (rows,), is_reversed), (a, x))
    asked = [(end, False), (end, True), (every, True)]
    return graph_of([a, x], [part(made, node, each) for node, each in asked])


def no_turn():
    """A loop that never turns gives what it begins with."""
    (a,), (p,) = inputs(A), inputs(A)
    now = step("sin", p)
    made = loop(Body(Turn(("t",), 0), 0, ((p, now),), ()), (a,))
    return graph_of([a], [part(made, now, False), part(made, now, True)])


def views():
    """Views of what is carried, of all turns and of the last."""
    (a,), (p,) = inputs(A), inputs(A)
    twice = Node("concatenate", (p, step("cos", p)), (6,), p.dtype, {"axis": 0})
    whole = step("tanh", twice)
    half = read(whole, (slice(2, 5),))
    made = loop(Body(Turn(("t",), 5), 5, ((p, half),), ()), (a,))
    ends = [part(made, node, each) for node in (half, whole, p) for each in (0, 1)]
    return graph_of([a], ends)


def added_up():
    """Sums into places, of which one is named twice, backwards."""
    (a, x), (p, rows) = inputs(A, B), inputs(A, B)
    turn = Turn(("t",), 4)
    value = read(rows, (of_turn(turn),))
    twice = {"at": (np.array([0, 2, 0]),)}
    added = Node("add_at", (p, value), (3,), p.dtype, twice)
    made = loop(Body(turn, 4, ((p, added),), (rows,), True), (a, x))
    return graph_of([a, x], [part(made, added, False), part(made, added, True)])


A, B = N(size=3), N(size=(4, 3))
HAND_MADE = {
    "started as one": started_as_one, "handed on": handed_on, "read late": read_late,
    "written after": written_after, "passed along": passed_along,
    "maybe never": lambda: maybe_never(False),
    "maybe never, backwards": lambda: maybe_never(True),
    "no turn": no_turn, "views": views, "added up": added_up,
}  # fmt: skip


# -- what a target gives --------------------------------------------------------------


def run(name, graph, args):
    """The outputs of a graph on a target, and its source."""
    given = graph.bind(*args)
    program = target(name).Program(graph)
    return program.run(*(given[node] for node in graph.inputs)), program.source


def assert_near(found, wanted, rtol=1e-12):
    for a, b in zip(found, wanted, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        scale = np.max(np.abs(b), initial=0) if b.dtype.kind == "f" else 0
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale)


def assert_as_plain(name, f, args, loops, rtol=1e-12):
    """A function is the same on a target, where its loops are loops."""
    graph = folded(pl.graph(f, *args))
    found, source = run(name, graph, args)
    assert_near(found, structure.leaves(f(*args)), rtol)
    assert any(word in source for word in loops) == has_loops(graph)
    return graph


def assert_as_reference(name, graph, args):
    """A graph gives twice what the reference gives, and leaves arguments alone."""
    before = [np.array(a) for a in args]
    given = graph.bind(*args)
    program = target(name).Program(graph)
    for _ in range(2):
        found = program.run(*(given[node] for node in graph.inputs))
        assert_near(found, structure.leaves(graph(*args)))
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)


def assert_as_unrolled(name, graph, args):
    """A folded graph is what it is with every turn written out."""
    made = folded(graph)
    if not has_loops(made):
        return
    wanted, _ = run(name, unrolled(made), args)
    if all(np.all(np.isfinite(value)) for value in wanted):
        assert_near(run(name, made, args)[0], wanted, rtol=1e-9)


def has_loops(graph):
    return any(n.operation == "loop" and not n.known for n in graph.order)


def arguments_of(name):
    return PROGRAMS[name][1]
