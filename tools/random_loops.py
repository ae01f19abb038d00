"""Random programs with loops, and whether the folded graph is the same function.

Nested, triangular and broken-off loops over lists, buffers, views and state, with
helpers, masks and branches by the turn. Each seed is one program, always the same.

    python tools/random_loops.py 0 1000              values of a thousand programs
    python tools/random_loops.py 7 --show            one of them, printed
    python tools/random_loops.py 0 99 --by gradients by another comparison

`loop_comparisons` has the comparisons by name.
"""

import argparse
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from loop_comparisons import (
    COMPARISONS,
    OF_FUNCTION,
    gradients,
    programs,
    values,
)

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.folding.folded import folded

__all__ = ["checked", "gradients", "program", "programs", "values"]
LARGEST = 6000  # nodes; beyond it a program takes too long

HELPERS = """
import functools
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

def deep(a, n):
    s = 0.0
    for j in range(n):
        s = s + looped(a, 2) * cell(a, 0.1 * j)
    return np.tanh(s)

def f(p, q, u, w, x, X, A):
    B = np.zeros(12)
    M = np.zeros((8, 8))
    V, T = B[2:], M.T
    S = x[:6].astype(SMALL)
    P = np.ones((8, 3)) / 3
    K, k, on, c = np.zeros(3, int), 0, True, 0.5
    z = p + 0.5j
    ls, vs = [p], [u, w]
    rows = [[p] * 4 for _ in range(3)]
    st = {"a": q, "b": u}
"""
RESULT = """\
    return (np.sum(np.sin(vs)) + np.sum(np.cos(ls)) + p + np.tanh(q) + np.sum(u * w)
            + np.sum(np.sin(B)) + np.sum(np.sin(M)) + np.sum(np.cos(S)) * c
            - np.sum(np.log(P[np.arange(8), PERMUTATION[:8] % 3] + 1e-3))
            + np.real(z) * np.imag(z) + np.where(q > 0, q, 0.0) + st["a"] * 0.1
            + np.sum(st["b"]) + np.sum(np.tanh(rows)) + k + np.sum(K) * 0.1)
"""
SWEEPS = Path(__file__).with_name("loop_sweeps.txt").read_text().split("\n\n")
PERMUTATION = np.random.default_rng(3).permutation(12)


def arguments(seed: int = 0) -> tuple[Any, ...]:
    """What each program is run on: two numbers, three vectors and two matrices.

    Some lie by columns in memory, some have zeros among them, some are small floats.
    """
    normal = np.random.default_rng(0).normal
    args = [0.3, -0.4, normal(size=3), normal(size=3), normal(size=12),
            normal(size=(12, 3)), normal(size=(3, 3)) / 3]  # fmt: skip
    order = "F" if seed % 4 == 3 else "C"
    dtype = small(seed) if seed % 4 == 1 else np.float64
    args[2:] = [np.array(a, dtype, order=order) for a in args[2:]]  # type: ignore[call-overload]
    if seed % 5 == 2:
        for a in args[2:]:
            a.flat[::2] = 0  # type: ignore[attr-defined]
        args[0] = 0.0
    return tuple(args)


def small(seed: int) -> Any:
    """The type of some arrays in the program of a seed."""
    return np.float32 if seed % 6 == 5 else np.float64


class Maker:
    """The text of one random program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.loops: list[str] = []  # the variables of those around
        self.count = 0
        self.budget = self.random.choice([20, 60, 300])  # turns of all loops around

    def program(self) -> str:
        """Write one to three loops, some after a statement of its own."""
        for _ in range(self.random.randrange(1, 4)):
            if self.random.random() < 0.3:
                self.statement(0, 0)
            self.loop(0, self.budget)
            if self.random.random() < 0.5:
                self.sweep(0)
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
            (14, lambda: self.kinked(s(e), s(e))),
            (10, lambda: self.naive(e)),
            (10, lambda: self.held(e)),
            (5, lambda: self.collected(e)),
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
            (14, lambda: self.kinked(v(e), v(e))),
            (14, lambda: self.turned(e)),
            (4, lambda: self.one(['st["b"]', "S[:3]", "np.tanh(B[:3])", "V[1:4]"])),
            (4, lambda: f"np.tanh(M[{self.place(8)}, {self.place(6)}:][:3])"),
        ]
        if self.loops:
            choices += [
                (5, self.window),
                (5, lambda: f"B[{self.slice(12)}]"),
                (3, lambda: f"T[{self.slice(8)}, {self.place(8)}]"),
            ]
        weights, functions = zip(*choices, strict=True)
        return str(self.one(list(functions), list(weights)))

    def kinked(self, a: str, b: str) -> str:
        """One with masks, kinks and poles, which gradients must pass by."""
        return str(self.one([
            f"np.where({a} > 0, {b}, 0.0)", f"np.maximum({a}, {b})",
            f"np.clip({a}, -0.5, 0.5)", f"np.abs({a})", f"np.sqrt(np.abs({a}) + 0.1)",
            f"np.sqrt(np.maximum({a}, 0))", f"np.where({a} > 0, np.sqrt({a}), {b})",
            f"np.where(({a} < 0.2) | ({b} > 0), {a}, {b})", f"np.minimum({a}, 0.3)",
            f"np.log(np.where({a} > 0, {a}, 1.0))", f"np.sign({a}) * {b}",
            f"np.abs({a}) ** 0.5", f"np.where({a} != 0, {b} / {a}, 0.0)",
            f"np.exp(-np.abs({a}))",
        ]))  # fmt: skip

    def naive(self, d: int) -> str:
        """One that is stable only where it is written anew."""
        s, v = self.scalar(d), self.vector(d)
        return str(self.one([
            f"np.log(np.sum(np.exp({v})))", f"np.log(1 + np.exp({s}))",
            f"np.sqrt({s} ** 2 + {self.scalar(d)} ** 2)", f"1 / (1 + np.exp(-{s}))",
            f"(np.exp({s}) - 1)", f"np.linalg.norm({v})", f"np.mean({v} ** 2)",
            f"(np.exp({v}) / np.sum(np.exp({v})))[{self.place(3)}]", f"np.var({v})",
        ]))  # fmt: skip

    def held(self, d: int) -> str:
        """One of what is kept in lists, dicts, views and arrays of other types."""
        return str(self.one([
            'st["a"]', "c", "(c * p)", f"S[{self.place(6)}]", "(S[0] * c)",
            f"rows[{self.place(3)}][{self.place(4)}]", f"V[{self.place(10)}]",
            f"T[{self.place(8)}, {self.place(8)}]", "np.real(z)", "abs(z)", "k * 0.1",
            "(q if on else p)", "x[k % 12]", f"K[{self.place(3)}]", "x[K[0] % 12]",
            f"P[{self.place(8)}, {self.place(3)}]", f"deep({self.scalar(d)}, 3)",
        ]))  # fmt: skip

    def collected(self, d: int) -> str:
        """A loop within an expression."""
        n, s = self.random.randrange(3, 9), self.scalar(d)
        return str(self.one([
            f"sum({s} * x[j] for j in range({n}))", f"np.max([a * {s} for a in x])",
            f"functools.reduce(lambda a, b: np.tanh(a + b * {s}), x)",
            f"np.sum(np.array([cell({s}, a) for a in x[:{n}]]))",
            "sum(a * b for a, b in zip(x, x[1:]))", "sum(np.sum(row) for row in X)",
            f"np.prod([np.cos(a + {s}) for a in x[:{n}]])",
        ]))  # fmt: skip

    def turned(self, d: int) -> str:
        """One by a function of whole vectors."""
        v, w = self.vector(d), self.vector(d)
        return str(self.one([
            f"np.roll({v}, 1)", f"np.cumsum({v})", f"np.einsum('ij,j->i', A, {v})",
            f"np.linalg.solve(A + 3 * np.eye(3), {v})", f"np.sort({v})", f"{v}[::-1]",
            f"np.outer({v}, {w})[1]", f"np.stack([{v}, {w}]).sum(axis=0)",
            f"({v}[:, None] * {w}).max(axis=1)", f"({v} - np.mean({w}))",
            f"np.exp({v} - np.log(np.sum(np.exp({v}))))", f"{v}[np.argsort({w})]",
            f"np.append({v}[1:], {self.scalar(d)})", f"({v} @ A)", f"({v} @ {w}) * {v}",
        ]))  # fmt: skip

    def slice(self, n: int) -> str:
        """Three places in a row along an axis, mostly moving with a turn."""
        if not self.loops:
            return "1:4"
        i = self.random.choice(self.loops)
        return str(self.one([
            f"{i} % {n - 2}:{i} % {n - 2} + 3", f"({n} - 3 - {i}) % 5:({n} - 3 - {i}) "
            f"% 5 + 3", f"{i} % 2:{i} % 2 + 6:2", f"2 * {i} % {n - 3}:2 * {i} % "
            f"{n - 3} + 3",
        ]))  # fmt: skip

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
            (34, lambda: self.writing()),
            (3, lambda: f"{r.choice('pq')} = np.tanh({s()})"),
            (6, lambda: self.branch(depth, budget)),
            (1 + 3 * (depth == 1), lambda: self.sweep(depth)),
            (15, lambda: self.loop(depth, budget)),
        ]
        weights, functions = zip(*choices, strict=True)
        text = self.one(list(functions), list(weights))
        if text:
            self.write(depth, text)

    def writing(self) -> str:
        """An assignment to what is kept beside the four values."""
        s, v, q = self.scalar(1), self.vector(1), self.place
        symbol = self.random.choice(["=", "+="])
        return str(self.one([
            f"V[{q(10)}] {symbol} {s}", f"T[{q(8)}, {q(8)}] {symbol} {s}",
            "on = not on",
            f"B[{self.slice(12)}] {symbol} {v}", f"T[{self.slice(8)}, {q(8)}] = {v}",
            f"M[{self.slice(8)}, :3] {symbol} {v}", "c = c * 0.9",
            "k = (k * 3 + 1) % 7",
            f"S[{q(6)}] {symbol} {s}", f"S[{self.slice(6)}] = {v}", "c += 0.1",
            "S = np.sin(S) * c", f"K[{q(3)}] += 1", "K = K + 1", "k += 1", "S *= 0.5",
            f"P[{q(8)}] = np.exp({v}) / np.sum(np.exp({v}))", "z = z * np.exp(1j * p)",
            f"st['a'] = {s}", f"st = {{'a': st['a'] * 0.5, 'b': {v}}}", "x = np.sin(x)",
            f"rows[{q(3)}][{q(4)}] = {s}", "rows.append([p, q, p, q])", "z = z + q",
            f"row = M[{q(8)}]; row[:3] {symbol} {v}", "q = np.tanh(q + k * 0.1)",
            f"B[{q(12)}], B[{q(12)}] = B[{q(12)}], {s}", "M[:3, :3] = A @ M[:3, :3]",
            "M = np.tanh(M) + 0.1", "B = np.roll(B, 1); V = B[2:]", "B[B > 1] = 0.5",
            "A = np.tanh(A @ A)", f"u = np.where({v} > 0, {v}, u * 0.1)", "B *= 0.9",
            "p, on = (q, False) if on else (p * 0.5, True)", f"rows = [[{s}] * 4] * 3",
            f"B[PERMUTATION[:3]] {symbol} {v}", f"M[{q(8)}] = np.sort(M[{q(8)}])",
        ]))  # fmt: skip

    def sweep(self, depth: int) -> str:
        """A loop as people write it, from `loop_sweeps.txt`; no text besides."""
        self.count += 1
        chosen = self.random.choice(SWEEPS)
        for word, text in (("EXPR", self.scalar(1)), ("I", f"i{self.count}_")):
            chosen = re.sub(rf"\b{word}\b", lambda _, text=text: text, chosen)
        for line in chosen.splitlines():
            self.write(depth, line)
        return ""

    def branch(self, depth: int, budget: int) -> str:
        """A branch by the number of a turn; no text where there is one."""
        if not self.loops:
            return "u = np.tanh(u)"
        i = self.random.choice(self.loops)
        asked = ["p > 0", "q < 0.3", "abs(q) > 1e-3", f"{i} % 2",
                 f"{i} > 0", f"{i} % 3 == 1", f"{i} == 2", f"{i} < 4",
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
        most = max(3, min(9, budget // 2))
        n = r.randrange(1, most) if self.loops else r.randrange(3, 12)
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


def program(seed: int) -> Callable[..., Any]:
    """The function of a seed."""
    names: dict[str, Any] = {"PERMUTATION": PERMUTATION, "SMALL": small(seed)}
    text = Maker(seed).program()
    exec(compile(text, f"<program {seed}>", "exec"), names)
    return names["f"]  # type: ignore[no-any-return]


def checked(
    seed: int, compare: Callable[..., None] = values, largest: int = LARGEST
) -> Counter[str]:
    """Compare the program of a seed: what was done; AssertionError where it differs.

    `compare` takes the graph and the arguments; one `OF_FUNCTION` what makes the
    function, new in each call.
    """
    args = arguments(seed)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            graph = pl.graph(program(seed), *args)
        except (PellucidError, ValueError, TypeError, IndexError, OverflowError):
            return Counter(refused=1)  # by NumPy, or as too many nodes
        if graph.outputs[0].shape:
            return Counter(refused=1)  # no cost
        if len(graph.order) > largest:
            return Counter(large=1)
        of_function = compare in OF_FUNCTION.values()
        compare(partial(program, seed) if of_function else graph, args)
        loops = sum(node.operation == "loop" for node in folded(graph).order)
    return Counter(programs=1, nodes=len(graph.made), loops=loops, fold=loops > 0)


def main() -> None:
    """Check the programs of some seeds and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=int)
    parser.add_argument("stop", type=int, nargs="?")
    parser.add_argument("--by", choices=COMPARISONS, default="values")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--largest", type=int, default=LARGEST, help="nodes")
    given = parser.parse_args()
    done: Counter[str] = Counter()
    for seed in range(given.start, given.stop or given.start + 1):
        if given.show:
            print(Maker(seed).program())
        try:
            done += checked(seed, COMPARISONS[given.by], given.largest)
        except Exception as error:
            done["wrong"] += 1
            print(seed, type(error).__name__, " ".join(str(error).split())[:150])
    print(", ".join(f"{number} {what}" for what, number in done.items()))
    sys.exit(bool(done["wrong"]))


if __name__ == "__main__":
    main()
