"""By what a program with loops is compared with its turns written out.

A comparison is a function `compare(graph, args)` of the recorded graph, which raises
AssertionError where something differs. One of `OF_FUNCTION` is given in place of the
graph what makes the person's function, anew in each call.

What is expected is the reference on the recorded graph. How far a number may be from it
is measured: by how much it moves where the arguments move by their last digits.
"""

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.differentiating import by_turns, deriving
from pellucid.graphs.folding import folded as folding
from pellucid.graphs.folding import recorded
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import OtherPath
from pellucid.running import compiled
from pellucid.running.numpy import Program

Args = tuple[Any, ...]
Run = Callable[..., Any]
SMALL = 900  # nodes up to which a gradient is run, too
NUMBERS = np.random.default_rng(7)
HOSTILE = (1e-200, 1e-9, 30.0, 800.0, 1e200, 0.0)  # by which arguments are multiplied


@contextlib.contextmanager
def saving(nodes: float) -> Iterator[None]:
    """Fold what saves so many nodes, wherever loops are looked for; nothing for inf."""
    rooms = folding, recorded, by_turns, compiled
    before, found = [room.SAVING for room in rooms], deriving.folded
    for room in rooms:
        room.SAVING = nodes  # type: ignore[assignment, attr-defined]
    if nodes == np.inf:
        deriving.folded = lambda graph: graph  # type: ignore[assignment]
    try:
        yield
    finally:
        deriving.folded = found
        for room, value in zip(rooms, before, strict=True):
            room.SAVING = value  # type: ignore[attr-defined]


def written(graph: Graph, by: Any, stable: bool = False) -> Graph:
    """The gradient of a graph, of which no step is in a loop."""
    with saving(np.inf):
        return pl.gradient(graph, by, stable=stable)


# -- how near -------------------------------------------------------------------------


def leaves(result: Any) -> list[Any]:
    """The arrays of a result."""
    return [np.asarray(value) for value in structure.leaves(result)]


def moved(args: Args, by: float) -> Args:
    """The arguments, each of their numbers moved by about this part of it."""
    return tuple(
        np.asarray(a * (1 + by * NUMBERS.normal(size=np.shape(a))), np.asarray(a).dtype,
                   order="A")[()] if np.ndim(a) else a * (1 + by * NUMBERS.normal())
        for a in args
    )  # fmt: skip


def spread(run: Run, args: Args, expected: list[Any]) -> list[Any]:
    """By how much a result moves with the last digits of the arguments."""
    most = [np.zeros(np.shape(e)) for e in expected]
    small = any(np.asarray(a).dtype == np.float32 for a in args)
    by = 1e-6 if small else 1e-13
    for _ in range(3):
        for m, a, b in zip(most, leaves(run(*moved(args, by))), expected, strict=True):
            np.maximum(m, np.nan_to_num(np.abs(a - b), nan=np.inf), out=m)
    return most


def digits(graph: Graph) -> float:
    """What numbers may differ by, one to the other, where they are well conditioned."""
    small = any(node.dtype == np.float32 for node in graph.order)
    return 1e-5 if small else 1e-8


def assert_near(
    came: Any, run: Run, args: Args, rtol: float, other: Run | None = None
) -> None:
    """Where the expected result is finite and well conditioned, it came so.

    `other` is what may be right too, where what is expected is less so.
    """
    expected = leaves(run(*args))
    got = leaves(came)
    if [a.shape for a in got] != [b.shape for b in expected]:
        raise AssertionError("other shapes")
    if all(map(_is_near, got, expected, [rtol] * len(got))):
        return
    moves = spread(run, args, expected)
    for a, b, move in zip(got, expected, moves, strict=True):
        largest = np.max(np.abs(b), initial=0, where=np.isfinite(b))
        asked = np.isfinite(b) & np.isfinite(move)
        near = np.abs(a - b) <= rtol * (1 + largest) + 1e3 * move
        if not np.all(near | ~asked):
            if other is None:
                raise AssertionError(_text(a, b, move, near | ~asked))
            assert_near(came, other, args, rtol)
            return


def _is_near(a: Any, b: Any, rtol: float) -> bool:
    largest = np.max(np.abs(b), initial=0, where=np.isfinite(b))
    return np.allclose(a, b, rtol, rtol * (1 + largest), equal_nan=True)


def _text(a: Any, b: Any, move: Any, near: Any) -> str:
    first = np.unravel_index(np.argmin(near), near.shape)
    return f"{a[first]!r} is not {b[first]!r} within {move[first]:.1e} at {first}"


# -- of a recorded graph --------------------------------------------------------------


def everything(args: Args) -> tuple[int, ...]:
    """The places of all arguments."""
    return tuple(range(len(args)))


def values(graph: Graph, args: Args) -> None:
    """The value of the folded graph, and of it unrolled again, to the last bit."""
    made = folded(graph)
    expected = graph(*args)
    np.testing.assert_array_equal(made(*args), expected)
    np.testing.assert_array_equal(unrolled(made)(*args), expected)


def gradients(graph: Graph, args: Args) -> None:
    """The gradient by the folded graph, nearly that by the recorded one."""
    by = everything(args)
    run = written(graph, by)
    assert_near(
        pl.gradient(folded(graph), by, stable=False)(*args), run, args, digits(graph)
    )


def sources(graph: Graph, args: Args) -> None:
    """The value of the source, all but to the last bit; its arguments stay."""
    text = pl.source(folded(graph))
    names: dict[str, Any] = {}
    exec(compile(text, f"<source of {graph.title}>", "exec"), names)
    given = copy.deepcopy(args)
    np.testing.assert_allclose(names[graph.title](*given), graph(*args), 1e-13, 1e-13)
    np.testing.assert_equal(given, args)


def backwards(graph: Graph, args: Args) -> None:
    """The same of the source of the gradient."""
    by = everything(args)
    slope = pl.gradient(folded(graph), by, stable=False)
    names: dict[str, Any] = {}
    exec(compile(pl.source(slope), "<source of a gradient>", "exec"), names)
    given = copy.deepcopy(args)
    assert_near(names[slope.title](*given), slope, args, digits(graph))
    np.testing.assert_equal(given, args)


def programs(graph: Graph, args: Args) -> None:
    """What NumPy runs of the value, called twice, and of a small one's gradient."""
    ran(folded(graph), args)
    if len(graph.order) < SMALL:
        ran(pl.gradient(folded(graph), (0, 2, 4, 5), stable=False), args)


def ran(graph: Graph, args: Args) -> None:
    """The program of a graph gives what the graph does, and only that."""
    inputs = graph.bind(*copy.deepcopy(args))
    given = [inputs[node] for node in graph.inputs]
    program = Program(graph)
    came = program.run(*given)
    first = copy.deepcopy(came)
    with contextlib.suppress(OtherPath):
        program.run(*moved(given, 1e-2))
    for a, b in zip(came, first, strict=True):
        np.testing.assert_array_equal(a, b)
    assert_near(list(came), graph, args, digits(graph))
    again = graph.bind(*args)
    for node, value in zip(graph.inputs, given, strict=True):
        np.testing.assert_array_equal(value, again[node])


def on(target: str, stable: bool = True) -> Callable[[Graph, Args], None]:
    """What a target runs, of the value and of the gradient."""

    def compare(graph: Graph, args: Args) -> None:
        by, rtol = everything(args), digits(graph)
        made = folded(graph)
        slope = pl.gradient(made, by, stable=stable)
        plain = written(graph, by)
        value = pl.compile(made, target, stable=stable)
        assert_near(value(*args), graph, args, rtol, lambda *a: pl.stable(graph)(*a))
        run = pl.compile(slope, target, stable=stable)

        def rewritten(*given: Any) -> Any:
            return written(graph, by, stable=True)(*given)

        others = [] if graph.guards else [moved(args, 1e-2)]
        for given in (args, *others, args):
            assert_near(run(*given), plain, given, rtol, rewritten)

    return compare


def stable(graph: Graph, args: Args) -> None:
    """What is stable with loops is so without them, at large and tiny numbers too."""
    looped, plain = pl.stable(folded(graph)), pl.stable(graph)
    for scale in (1.0, *(() if graph.guards else HOSTILE)):
        given = tuple(a * np.asarray(a).dtype.type(scale) for a in args)
        assert_near(looped(*given), plain, given, digits(graph))
    for place in () if graph.guards else everything(args):
        given = tuple(np.where(NUMBERS.random(np.shape(a)) < 0.3, a * np.inf, a)
                      if i == place else a for i, a in enumerate(args))  # fmt: skip
        assert_near(looped(*given), plain, given, digits(graph))


# -- of what makes the function -------------------------------------------------------


def person(function: Run, args: Args) -> None:
    """The gradient of a function at numbers, called three times on other numbers."""
    by, rtol = everything(args), digits(pl.graph(function(), *args))
    with saving(0):
        found = pl.gradient(function(), by)
        given = [args, moved(args, 1e-2), args, moved(args, 1e-1)]
        came = [found(*each) for each in given]
    with saving(np.inf):
        for each, result in zip(given, came, strict=True):
            one, other = (pl.gradient(function(), by, stable=s) for s in (False, True))
            assert_near(result, one, each, rtol, other)


def calls(function: Run, args: Args) -> None:
    """A compiled function, called on numbers for which it goes other ways; by NumPy."""
    rtol = digits(pl.graph(function(), *args))
    given = [args, *(moved(args, by) for by in (0.01, 0.3, 1.0, 0.01, 3.0)), args]
    with saving(0):
        run = pl.compile(function())
        came = [run(*copy.deepcopy(each)) for each in given]
    for each, result in zip(given, came, strict=True):

        def plain(*args: Any) -> Any:
            return function()(*copy.deepcopy(args))

        def rewritten(*args: Any) -> Any:
            return pl.stable(function(), *args)(*args)

        assert_near(result, plain, each, rtol, rewritten)


def second(function: Run, args: Args) -> None:
    """The Hessian of a function times a vector, at numbers and compiled."""
    vector, by = moved(args, 1.0), everything(args)
    rtol = 10 * digits(pl.graph(function(), *args))
    with saving(0):
        came = pl.hvp(function(), by, stable=False)(*args, vector)
        ran = pl.compile(pl.hvp(function(), by), stable=True)(*args, vector)
    with saving(np.inf):

        def run(*given: Any) -> Any:
            return pl.hvp(function(), by, stable=False)(*given, vector)

        def rewritten(*given: Any) -> Any:
            return pl.hvp(function(), by)(*given, vector)

        assert_near(came, run, args, rtol)
        assert_near(ran, run, args, rtol, rewritten)


def hessian(function: Run, args: Args) -> None:
    """The Hessian of a function in one vector, row after row, in a loop."""
    rtol = 10 * digits(pl.graph(function(), *args))
    with saving(0):
        came = pl.hessian(function(), 3, stable=False)(*args)
        ran = pl.compile(pl.hessian(function(), 3, stable=False))(*args)
    with saving(np.inf):

        def run(*given: Any) -> Any:
            return pl.hessian(function(), 3, stable=False)(*given)

        def rewritten(*given: Any) -> Any:
            return pl.hessian(function(), 3)(*given)

        assert_near(came, run, args, rtol)
        assert_near(ran, run, args, rtol, rewritten)


OF_FUNCTION: dict[str, Callable[[Run, Args], None]] = {
    "person": person, "calls": calls, "second": second, "hessian": hessian
}  # fmt: skip
COMPARISONS: dict[str, Callable[..., None]] = {
    "values": values, "gradients": gradients, "sources": sources,
    "backwards": backwards, "programs": programs, "numpy": on("numpy"),
    "jax": on("jax"), "torch": on("torch"), "stable": stable, **OF_FUNCTION,
}  # fmt: skip
