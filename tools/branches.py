"""Random programs that branch, and what must hold of each on both sides of a guard.

A program chooses, loops until a tolerance, breaks off, sorts, takes the greatest and
counts with whole numbers of its argument. Its graph must give the value of a plain
call, and its gradient must agree with differences taken along the same way. With the
numbers of another point the graph gives the plain value too, or says that it goes
another way; and no program goes without a guard for what it asked.

python tools/branches.py --programs 2000 --seed 20261130
"""

import argparse
import linecache
import random
import warnings
from collections import Counter

import numpy as np

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.guards import held

SIZE = 4
STEP = 1e-5
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


class Writer:
    """Writes one program, from the numbers of a generator."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = []
        self.values = [f"x[{i}]" for i in range(SIZE)]

    def write(self, text, depth=1):
        """Add a line."""
        self.lines.append("    " * depth + text)

    def value(self):
        """A number that is known by now."""
        return self.rng.choice(self.values[-6:])

    def number(self):
        """A constant."""
        return str(round(self.rng.uniform(-1.5, 1.5), 2))

    def term(self):
        """A smooth expression whose size is bounded."""
        a, b, c = self.value(), self.value(), self.number()
        return self.rng.choice([
            f"np.sin({a}) * {b} / (1 + {b} * {b}) + {c}", f"np.tanh({a} + {c})",
            f"np.cos({a} - {b})", f"{a} / (1 + {a}**2) + {c} * np.tanh({b})",
            f"np.tanh(np.sum(x[1:]) * {c}) + {b} / (2 + abs({b}))",
        ])  # fmt: skip

    def condition(self):
        """What is asked of the numbers."""
        a, b, c = self.value(), self.value(), self.number()
        return self.rng.choice([
            f"{a} > {c}", f"{a} < {b}", f"{a} > {c} and {b} < {a}",
            f"{a} > {b} or {b} > {c}", f"not {a} < {c}", f"{c} < {a} < {b}",
            f"any(v > {c} for v in x)", f"np.all(x > {c})", "np.argmax(x) > 1",
            f"int(3 * {a}) in (0, 1)", f"round({a}) == 0", f"bool({a} > {c}) is True",
        ])  # fmt: skip

    def statement(self):
        """Add one statement that gives a new value."""
        name = f"v{len(self.values)}"
        self.rng.choice([
            self.choice, self.expression, self.loop, self.broken, self.ordered,
            self.whole, self.gathered,
        ])(name)  # fmt: skip
        self.values.append(name)

    def expression(self, name):
        """A step without a branch, or a conditional expression."""
        other = f" if {self.condition()} else {self.term()}" * self.rng.randint(0, 1)
        self.write(f"{name} = {self.term()}{other}")

    def choice(self, name):
        """`if`, `elif` and `else`, one within another."""
        self.write(f"if {self.condition()}:")
        self.write(f"{name} = {self.term()}", 2)
        if self.rng.random() < 0.5:
            self.write(f"elif {self.condition()}:")
            self.write(f"{name} = {self.term()}", 2)
        self.write("else:")
        self.write(f"{name} = {self.term()}", 2)
        self.write(f"if {self.condition()}:", 2)
        self.write(f"{name} += {self.term()}", 3)

    def loop(self, name):
        """`while` with a tolerance."""
        self.write(f"{name}, n = 1 + abs({self.value()}), 0")
        self.write(f"while abs({name}) > 0.4 and n < 8:")
        step = f"{name} * 0.6 + 0.1 * np.tanh({self.value()})"
        self.write(f"{name}, n = {step}, n + 1", 2)

    def broken(self, name):
        """`for` with `break` and `continue`."""
        self.write(f"{name} = 0.0")
        self.write("for u in x:")
        self.write(f"if u < {self.number()}:", 2)
        self.write("continue", 3)
        self.write(f"{name} = {name} + np.tanh(u) * {self.value()}", 2)
        self.write(f"if {name} > {self.number()}:", 2)
        self.write("break", 3)

    def ordered(self, name):
        """The greatest, the least, or one by its rank."""
        a, b = self.value(), self.value()
        self.write(name + " = np.tanh(" + self.rng.choice([
            f"max({a}, {b})", f"min({a}, {b}, {self.number()})", "max(x)",
            "sorted(x)[1]", "min(x, key=abs)", f"sorted([{a}, {b}], reverse=True)[0]",
            "x[np.argsort(x)[2]]", "sum(sorted(x)[:2])", f"max(0, {a}) * {b}",
        ]) + ")")  # fmt: skip

    def whole(self, name):
        """Whole numbers that count, choose or multiply."""
        a, b = self.value(), self.value()
        self.write(name + " = np.tanh(" + self.rng.choice([
            f"{b} * int(3 * {a})", f"{b} * [1, -2, 3][int(abs({a})) % 3]",
            f"sum({b} for _ in range(int(abs({a})) + 1))", f"x[int(abs({a})) % 4]",
            f"{{0: {b}, 1: x[0]}}.get(round({a}), x[1])", f"{b} * (np.argmax(x) + 1)",
            f"np.sum(x[: int(abs({a})) % 4 + 1])", f"{b}**(int(abs({a})) % 3 + 1)",
        ]) + ")")  # fmt: skip

    def gathered(self, name):
        """What a condition picks out of an array."""
        c = self.number()
        self.write(f"{name} = np.tanh(" + self.rng.choice([
            f"np.sum(x[np.where(x > {c})[0]])", f"sum(v for v in x if v > {c})",
            f"np.sum(x) / (1 + len(x[x > {c}]))", f"sum(filter(lambda v: v < {c}, x))",
            f"np.sum(np.compress(x < {c}, x))", "np.sum(np.roll(x, np.argmin(x))[:2])",
        ]) + ")")  # fmt: skip


def written(seed):
    """The source of a program, and the function."""
    writer = Writer(seed)
    for _ in range(writer.rng.randint(2, 6)):
        writer.statement()
    found = [v for v in writer.values if v.startswith("v")]
    writer.write(f"return {' + '.join(found)} + 0.1 * np.sum(x**2)")
    source = "\n".join(["def f(x):", *writer.lines, ""])
    name = f"<branches {seed}>"
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    space = {"np": np}
    exec(compile(source, name, "exec"), space)
    return source, space["f"]


def differences(f, graph, x):
    """Central differences; None where a step goes another way."""
    slope = np.zeros(SIZE)
    for i in range(SIZE):
        ends = []
        for step in (STEP, -STEP):
            moved = x.copy()
            moved[i] += step
            try:
                held(graph.guards, graph.bind(moved), graph.title)
            except PellucidError:
                return None
            ends.append(f(moved))
        slope[i] = (ends[0] - ends[1]) / (2 * STEP)
    return slope


def assert_followed(seed):
    """Hold one program against NumPy; tells what was seen."""
    source, f = written(seed)
    rng, seen = np.random.default_rng(seed), Counter()
    points = [rng.normal(size=SIZE), rng.normal(size=SIZE) * 1.5]
    points.append(points[0] + 0.05 * rng.normal(size=SIZE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in points:
            graph = pl.graph(f, x)
            seen["guards"] += len(graph.guards)
            np.testing.assert_allclose(graph(x), f(x), rtol=1e-14, err_msg=source)
            slope = pl.gradient(f)(x)
            theirs = differences(f, graph, x)
            if theirs is not None:
                np.testing.assert_allclose(slope, theirs, **CLOSE, err_msg=source)
                seen["differences"] += 1
            for other in points:
                seen[_on(other, graph, f, source)] += 1
    return seen


def _on(x, graph, f, source):
    """What a graph does at another point: the same way, or it says another."""
    try:
        value = graph(x)
    except PellucidError as error:
        if "goes another way" not in str(error):
            raise
        return "another way"
    np.testing.assert_allclose(value, f(x), rtol=1e-14, err_msg=source)
    return "same way"


def main():
    """Run many programs, and count what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261130)
    asked = parser.parse_args()
    seen = Counter()
    for seed in range(asked.seed, asked.seed + asked.programs):
        seen += assert_followed(seed)
    print(f"{asked.programs} programs from seed {asked.seed}: {dict(seen)}")


if __name__ == "__main__":
    main()
