"""Random programs with loops, and whether the folded graph is the same function.

Nested, triangular and broken-off loops over lists, buffers and state, with helpers and
branches by the turn. Each seed is one program, always the same.

    python tools/random_loops.py 0 1000              values of a thousand programs
    python tools/random_loops.py 7 --show            one of them, printed
    python tools/random_loops.py 0 99 --by gradients by another comparison

A comparison is a function `compare(graph, args)` of the recorded graph, which raises
AssertionError where something differs; `COMPARISONS` has them by name.
"""

import argparse
import copy
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.running.numpy import Program

Compare = Callable[[Graph, tuple[Any, ...]], None]
LARGEST = 6000  # nodes; beyond it a program takes too long
SMALL = 900  # nodes up to which its gradient is run, too

HELPERS = """
import numpy as np

def cell(a, b):
    z = np.tanh(a + 0.5 * b)
    return z * 0.9 + 0.1 * a

def two(a, b):
    s = a * b
    return s, np.sin(a - b)

def looped(a, n):
    for q in range(n):
        a = np.cos(a) + 0.1
    return a

def f(p, q, u, w, x, X, A):
    B = np.zeros(12)
    M = np.zeros((8, 8))
    ls, vs = [p], [u, w]
"""
RESULT = """\
    return (np.sum(np.sin(vs)) + np.sum(np.cos(ls)) + p + np.tanh(q) + np.sum(u * w)
            + np.sum(np.sin(B)) + np.sum(np.sin(M)))
"""
PERMUTATION = np.random.default_rng(3).permutation(12)


def arguments() -> tuple[Any, ...]:
    """What each program is run on: two numbers, three vectors and two matrices."""
    normal = np.random.default_rng(0).normal
    return (0.3, -0.4, normal(size=3), normal(size=3), normal(size=12),
            normal(size=(12, 3)), normal(size=(3, 3)) / 3)  # fmt: skip


class Maker:
    """The text of one random program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.loops: list[str] = []  # the variables of those around
        self.count = 0

    def program(self) -> str:
        """Write one to three loops, some after a statement of its own."""
        for _ in range(self.random.randrange(1, 4)):
            if self.random.random() < 0.3:
                self.statement(0, 0)
            self.loop(0, 300)
        for name, join in (("vs", "np.stack"), ("ls", "np.array")):
            joined = self.random.choice([join, "sum"])
            self.write(0, f"{name} = {joined}({name})")
        return HELPERS + "\n".join(self.lines) + "\n" + RESULT

    def write(self, depth: int, text: str) -> None:
        """Add a line."""
        self.lines.append("    " * (depth + 1) + text)

    def one(self, choices: list[Any], weights: list[int] | None = None) -> Any:
        """One of some choices, made by calling it where it is a function."""
        chosen = self.random.choices(choices, weights)[0]
        return chosen() if callable(chosen) else chosen

    # -- expressions ------------------------------------------------------------------

    def scalar(self, d: int = 2) -> str:
        """An expression without axes, so many deep at most."""
        r, s, v = self.random, self.scalar, self.vector
        name = r.choice(["p", "q"])
        if d == 0:
            return name
        e = d - 1
        choices = [
            (20, lambda: name),
            (5, lambda: f"np.sum({v(e)})"),
            (5, lambda: f"{v(e)}[{r.randrange(3)}]"),
            (5, lambda: f"np.tanh({s(e)})"),
            (5, lambda: f"cell({s(e)}, {s(e)})"),
            (5, lambda: f"B[{self.place(12)}]"),
            (5, lambda: f"M[{self.place(8)}, {self.place(8)}]"),
            (4, lambda: f"looped({s(e)}, {r.randrange(1, 5)})"),
            (26, lambda: f"({s(e)} {r.choice('+-*')} {s(e)})"),
            (10, lambda: f"({s(e)} {r.choice('+-*')} {r.uniform(0.1, 1):.2f})"),
        ]
        if self.loops:
            choices += [(10, lambda: f"x[{self.place(12)}]"), (8, lambda: self.turn(e))]
        weights, functions = zip(*choices, strict=True)
        return str(self.one(list(functions), list(weights)))

    def turn(self, d: int) -> str:
        """An expression with the number of a turn."""
        i, s = self.random.choice(self.loops), self.scalar(d)
        return str(self.one([f"np.sin({s} * {i})", f"({s} / (1 + {i}))", f"({i} + {s})",
                             f"({s} * 0.5 ** {i})"]))  # fmt: skip

    def vector(self, d: int = 2) -> str:
        """An expression of shape (3,)."""
        r, s, v = self.random, self.scalar, self.vector
        name = r.choice(["u", "w"])
        if d == 0:
            return name
        e = d - 1
        choices = [
            (25, lambda: name),
            (15, lambda: f"X[{self.place(12)}]"),
            (10, lambda: f"(A @ {v(e)})"),
            (10, lambda: f"np.tanh({v(e)})"),
            (5, lambda: f"cell({v(e)}, {v(e)})"),
            (5, lambda: f"({s(e)} * {v(e)})"),
            (5, lambda: f"np.concatenate([{v(e)}[1:], {v(e)}[:1]])"),
            (20, lambda: f"({v(e)} {r.choice('+-*')} {v(e)})"),
        ]
        if self.loops:
            choices.append((5, self.window))
        weights, functions = zip(*choices, strict=True)
        return str(self.one(list(functions), list(weights)))

    def window(self) -> str:
        """The sum over rows that move with a turn."""
        i = self.random.choice(self.loops)
        return f"np.sum(X[{i} % 8:{i} % 8 + 3], axis=0)"

    def place(self, n: int) -> str:
        """A place along an axis, which mostly moves with a turn."""
        if not self.loops or self.random.random() < 0.1:
            return str(self.random.randrange(n))
        i = self.random.choice(self.loops)
        return str(self.one([
            f"{i} % {n}", f"({i} + 1) % {n}", f"({n} - 1 - {i}) % {n}",
            f"(2 * {i}) % {n}", f"min({i}, {n} - 1)", f"max({i} - 1, 0) % {n}",
            f"PERMUTATION[{i} % 12] % {n}", f"{i} % {n} - {n}",
        ]))  # fmt: skip

    # -- statements -------------------------------------------------------------------

    def statement(self, depth: int, budget: int) -> None:
        """An assignment, a branch or a loop."""
        r, s, v = self.random, self.scalar, self.vector
        choices = [
            (22, lambda: f"{r.choice('pq')} = {s()}"),
            (18, lambda: f"{r.choice('uw')} = {v()}"),
            (5, lambda: f"{r.choice('pq')} += 0.1 * {s()}"),
            (5, lambda: f"u, w = w, {v(1)}"),
            (5, lambda: f"p, q = two({s(1)}, {s(1)})"),
            (7, lambda: f"B[{self.place(12)}] {r.choice(['=', '+='])} {s()}"),
            (4, lambda: f"M[{self.place(8)}, {self.place(8)}] = {s()}"),
            (2, lambda: f"M[{self.place(8)}, :3] {r.choice(['=', '+='])} {v(1)}"),
            (4, lambda: f"ls.append({s(1)})"),
            (4, lambda: f"vs.append({v(1)})"),
            (3, lambda: "p = p + 0.1 * ls[-1]"),
            (2, lambda: f"w = vs[-{r.randrange(1, 3)}] * 0.5"),
            (2, lambda: f"p = sum([{s(1)} * k for k in range({r.randrange(1, 6)})])"),
            (6, lambda: self.branch(depth, budget)),
            (15, lambda: self.loop(depth, budget)),
        ]
        weights, functions = zip(*choices, strict=True)
        text = self.one(list(functions), list(weights))
        if text:
            self.write(depth, text)

    def branch(self, depth: int, budget: int) -> str:
        """A branch by the number of a turn; no text where there is one."""
        if not self.loops:
            return "u = np.tanh(u)"
        i = self.random.choice(self.loops)
        asked = [f"{i} % 2", f"{i} > 0", f"{i} % 3 == 1", f"{i} == 2", f"{i} < 4",
                 f"PERMUTATION[{i} % 12] > 5"]  # fmt: skip
        self.write(depth, f"if {self.random.choice(asked)}:")
        self.statement(depth + 1, budget)
        if self.random.random() < 0.4:
            self.write(depth, "else:")
            self.statement(depth + 1, budget)
        return ""

    def loop(self, depth: int, budget: int) -> str:
        """A loop over a range; no text where there is one."""
        r = self.random
        if len(self.loops) == 3 or (self.loops and budget <= 8):
            return f"w = {self.vector(1)}"
        i, self.count = f"i{self.count}", self.count + 1
        n = r.randrange(1, 9) if self.loops else r.randrange(3, 12)
        ranges = [f"range({n})", f"range({n} - 1, -1, -1)", f"range(1, {n} + 1)",
                  f"reversed(range({n}))", f"range(0, {2 * n}, 2)"]  # fmt: skip
        if self.loops:
            o = r.choice(self.loops)
            ranges += [f"range({o} % 6)", f"range({o} % 6 + 1)",
                       f"range(max(6 - {o}, 0))", f"range({o} % 5, 6)"]  # fmt: skip
        self.write(depth, f"for {i} in {r.choice(ranges)}:")
        self.loops.append(i)
        for _ in range(r.randrange(1, 5)):
            self.statement(depth + 1, budget // n)
        if r.random() < 0.07:
            way = r.choice(["break", "continue"])
            self.write(depth + 1, f"if {i} == {r.randrange(2, 6)}: {way}")
            self.statement(depth + 1, 0)
        self.loops.pop()
        return ""


# -- comparisons ----------------------------------------------------------------------


def values(graph: Graph, args: tuple[Any, ...]) -> None:
    """The value of the folded graph, and of it unrolled again, to the last bit."""
    made = folded(graph)
    expected = graph(*args)
    np.testing.assert_array_equal(made(*args), expected)
    np.testing.assert_array_equal(unrolled(made)(*args), expected)


def gradients(graph: Graph, args: tuple[Any, ...]) -> None:
    """The gradient by the folded graph, nearly that by the recorded one."""
    by = tuple(range(len(args)))
    expected = pl.gradient(graph, by, stable=False)(*args)
    came = pl.gradient(folded(graph), by, stable=False)(*args)
    for a, b in zip(
        map(np.asarray, structure.leaves(came)),
        map(np.asarray, structure.leaves(expected)),
        strict=True,
    ):
        largest = np.max(np.abs(b), initial=0, where=np.isfinite(b))
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9 * (1 + largest))


def sources(graph: Graph, args: tuple[Any, ...]) -> None:
    """The value of the source, to the last bit; it leaves its arguments as they are."""
    text = pl.source(folded(graph))
    names: dict[str, Any] = {}
    exec(compile(text, f"<source of {graph.title}>", "exec"), names)
    given = copy.deepcopy(args)
    np.testing.assert_array_equal(names[graph.title](*given), graph(*args))
    np.testing.assert_equal(given, args)


def programs(graph: Graph, args: tuple[Any, ...]) -> None:
    """What NumPy runs of the value, called twice, and of a small one's gradient."""
    ran(folded(graph), args)
    if len(graph.order) < SMALL:
        ran(pl.gradient(folded(graph), (0, 2, 4, 5), stable=False), args)


def ran(graph: Graph, args: tuple[Any, ...]) -> None:
    """The program of a graph gives what the graph does, and only that."""
    inputs = graph.bind(*copy.deepcopy(args))
    given = [inputs[node] for node in graph.inputs]
    program = Program(graph)
    came = program.run(*given)
    first = copy.deepcopy(came)
    program.run(*(value * 1.01 for value in given))
    expected = list(structure.leaves(graph(*args)))
    for a, b, c in zip(came, first, expected, strict=True):
        np.testing.assert_array_equal(a, b)
        largest = np.max(np.abs(c), initial=0, where=np.isfinite(c))
        np.testing.assert_allclose(a, c, rtol=1e-9, atol=1e-9 * (1 + largest))
    again = graph.bind(*args)
    for node, value in zip(graph.inputs, given, strict=True):
        np.testing.assert_array_equal(value, again[node])


COMPARISONS: dict[str, Compare] = {
    "values": values, "gradients": gradients, "sources": sources, "programs": programs
}  # fmt: skip


def program(seed: int) -> Callable[..., Any]:
    """The function of a seed."""
    names: dict[str, Any] = {"PERMUTATION": PERMUTATION}
    text = Maker(seed).program()
    exec(compile(text, f"<program {seed}>", "exec"), names)
    return names["f"]  # type: ignore[no-any-return]


def checked(seed: int, compare: Compare = values) -> Counter[str]:
    """Compare the program of a seed: what was done; AssertionError where it differs."""
    args = arguments()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            graph = pl.graph(program(seed), *args)
        except (PellucidError, ValueError, TypeError, IndexError, OverflowError):
            return Counter(refused=1)  # by NumPy, or as too many nodes
        if len(graph.order) > LARGEST:
            return Counter(large=1)
        compare(graph, args)
        loops = sum(node.operation == "loop" for node in folded(graph).order)
    return Counter(programs=1, nodes=len(graph.made), loops=loops, fold=loops > 0)


def main() -> None:
    """Check the programs of some seeds and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=int)
    parser.add_argument("stop", type=int, nargs="?")
    parser.add_argument("--by", choices=COMPARISONS, default="values")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    done: Counter[str] = Counter()
    for seed in range(given.start, given.stop or given.start + 1):
        if given.show:
            print(Maker(seed).program())
        try:
            done += checked(seed, COMPARISONS[given.by])
        except Exception as error:
            done["wrong"] += 1
            print(seed, type(error).__name__, " ".join(str(error).split())[:150])
    print(", ".join(f"{number} {what}" for what, number in done.items()))
    sys.exit(bool(done["wrong"]))


if __name__ == "__main__":
    main()
