"""Rules of arithmetic that keep a derivative as short as a person would write it.

They are applied while a gradient is recorded, never to the person's own function. What
they give is what the operation gives, for nan and inf too, with these exceptions, which
are stated once, here:

- The sign of a zero may differ: x + 0 is x although -0 + 0 is 0, and x + (-y) is x - y.
- Numbers that stand as factors are gathered: 2 x / (2 y) is x / y, and (1/5) (2 x) is
  2 x / 5. Numbers are multiplied only where their product is exact, so that each such
  step saves a rounding: the result is within an ulp of the one that was meant.

They are about floats, and keep the dtype. Integers wrap around, so that what is done
to them stays where it stands; in half precision there is no room for other factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.rewriting.driver import Rule
from pellucid.graphs.rewriting.sameness import same_step
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.traced import node_of, recorded


def simpler(node: Node) -> Node | None:
    """What equals a step and is shorter."""
    rule = None if node.options else RULES.get(node.operation)
    found = rule(*node.arguments) if rule else None
    return None if found is None else node_of(found)


def simplifying(order: Iterable[Node]) -> Rule:
    """The rule of one backward pass: no step is recorded that is there already."""
    steps: dict[Any, Node] = {}

    def look(node: Node) -> Node | None:
        found = simpler(node)
        if found is None and _is_shared(node):
            found = steps.setdefault(same_step(node), node)
        return found if found is not node else None

    for node in filter(_is_shared, order):
        steps.setdefault(same_step(node), node)
    return look


def _is_shared(node: Node) -> bool:
    """Whether a step is fixed by its name and arguments; weak numbers are not."""
    is_plain = is_elementwise(node.operation) and not node.options
    return is_plain and not all(a.weak for a in node.arguments)


# -- what a node is -------------------------------------------------------------------


def _is_number(node: Node) -> bool:
    """Whether this is a Python number."""
    return node.is_literal and node.weak


def _is_real_number(node: Node) -> bool:
    return _is_number(node) and not isinstance(node.value, complex)


def _is(node: Node, number: float) -> bool:
    return _is_number(node) and node.value == number


def _floats(*nodes: Node) -> bool:
    return all(node.dtype.kind == "f" or _is_number(node) for node in nodes)


def _alike(x: Node, *nodes: Node) -> bool:
    """Whether all are floats of the dtype of x, or Python numbers."""
    return x.dtype.kind == "f" and all(
        n.dtype == x.dtype or _is_number(n) for n in nodes
    )


def _is_zeros(node: Node) -> bool:
    return node.operation == "zeros"


# -- sums -----------------------------------------------------------------------------


def _add(x: Node, y: Node) -> Any:
    if _is(x, 0) and _floats(y):
        return y  # 0 + y = y
    if _is(y, 0) and _floats(x):
        return x  # x + 0 = x
    if _is_zeros(x) and _alike(x, y) and x.shape == y.shape and not y.weak:
        return y
    if _is_zeros(y) and _alike(y, x) and x.shape == y.shape and not x.weak:
        return x
    if x is y and _floats(x):
        return recorded("multiply", 2, x)  # x + x = 2 x
    if not _floats(x, y):
        return None
    flipped = _flipped(y)
    if flipped is not None:
        return recorded("subtract", x, flipped)  # x + (-y) = x - y
    flipped = _flipped(x)
    if flipped is not None:
        return recorded("subtract", y, flipped)  # -x + y = y - x
    return _joined("add", x, y)


def _joined(name: str, x: Node, y: Node) -> Any:
    """where(c, a, 0) - where(c, 0, b) = where(c, a, -b), and so with +."""
    if not x.operation == y.operation == "where":
        return None
    (c, a, b), (condition, p, q) = x.arguments, y.arguments
    if c is not condition or not _alike(x, a, b, y, p, q):
        return None
    signed = (lambda part: part) if name == "add" else _minus
    if _is(b, 0) and _is(p, 0):
        return recorded("where", c, a, signed(q))
    if _is(a, 0) and _is(q, 0):
        return recorded("where", c, signed(p), b)
    return None


def _minus(x: Node) -> Any:
    return recorded("negative", x)


def _subtract(x: Node, y: Node) -> Any:
    if _is(y, 0) and _floats(x):
        return x  # x - 0 = x
    flipped = _flipped(y) if _floats(x, y) else None
    if flipped is not None:
        return recorded("add", x, flipped)  # x - (-y) = x + y
    return _joined("subtract", x, y) if _floats(x, y) else None


# -- products -------------------------------------------------------------------------


class Factored(NamedTuple):
    """A step as n above / (d below) with two numbers; None stands for 1."""

    n: float = 1
    d: float = 1
    above: Node | None = None
    below: Node | None = None

    @property
    def has_number(self) -> bool:
        """Whether there is more than 1 before it."""
        return (self.n, self.d) != (1, 1)

    @property
    def rest(self) -> tuple[Node | None, Node | None]:
        """What stands above and below; one step, where there is something above."""
        if self.above is None or self.below is None:
            return self.above, self.below
        return _node("divide", self.above, self.below), None


def factored(x: Node, depth: int = 3) -> Factored:
    """Find the numbers that stand as factors in a step; one with a name stays whole."""
    if _is_real_number(x):
        return Factored(n=x.value)
    is_roomy = x.dtype.itemsize > 2 and _alike(x, *x.arguments)
    if not depth or not is_numbered(x.name) or not is_roomy:
        return Factored(above=x)
    match x.operation, x.arguments:
        case "negative", (y,):
            f = factored(y, depth - 1)
            return f._replace(n=-f.n)
        case "multiply", (y, z) if _is_real_number(y):
            return Factored(n=y.value, above=z)
        case "multiply", (y, z) if _is_real_number(z):
            return Factored(n=z.value, above=y)
        case "divide", _:
            return _quotient(x, depth - 1)
    return Factored(above=x)


def _quotient(x: Node, depth: int) -> Factored:
    top, bottom = (factored(a, depth) for a in x.arguments)
    flat = (top.d, top.below, bottom.d, bottom.below) == (1, None, 1, None)
    if flat and (top.has_number or bottom.has_number or top.above is None):
        return Factored(top.n, bottom.n, top.above, bottom.above)
    return Factored(above=x)


def lowest_terms(n: list[float], d: list[float]) -> tuple[float, float] | None:
    """Products of numbers as a fraction in lowest terms; None where that rounds."""
    if not all(math.isfinite(x) and 1e-30 < abs(x) < 1e30 for x in n + d):
        return None
    exact = Fraction(1)
    for above, below in zip(n, d, strict=True):
        exact *= Fraction(above) / Fraction(below)
    if max(exact.denominator, abs(exact.numerator)) < 2**31:
        return exact.numerator, exact.denominator
    is_exact = 1e-30 < abs(exact) < 1e30 and Fraction(float(exact)) == exact
    return (float(exact), 1) if is_exact else None


def with_factors(n: float, d: float, above: Node | None, below: Node | None) -> Any:
    """Write n above / (d below)."""
    top = n if above is None else above if n == 1 else _times(n, above)
    if below is not None:
        return recorded("divide", top, below if d == 1 else _times(d, below))
    return top if d == 1 else recorded("divide", top, d, weak=above is None)


def _times(number: float, x: Node) -> Any:
    return recorded("negative", x) if number == -1 else recorded("multiply", number, x)


def _node(name: str, *arguments: Any) -> Node:
    made: Node = recorded(name, *arguments).node
    return made


def _negative(x: Node) -> Any:
    if _is_number(x):
        return -x.value
    match x.operation, x.arguments:
        case "negative", (y,):
            return y  # -(-y) = y
        case "subtract", (y, z) if _floats(x) and is_numbered(x.name):
            return recorded("subtract", z, y)  # -(y - z) = z - y
    f = factored(x)
    if _floats(x) and f.n < 0:
        return with_factors(-f.n, f.d, f.above, f.below)  # -(-2 x) = 2 x
    return _flipped(x) if _floats(x) else None


def _flipped(x: Node, depth: int = 4) -> Any:
    """-(-x y / z) = x y / z: the sign that a product begins with."""
    if not is_numbered(x.name) or not depth:
        return None
    match x.operation, x.arguments:
        case "negative", (y,) if _floats(x):
            return y
        case "multiply" | "divide", (first, second):
            flipped = _flipped(first, depth - 1)
            return None if flipped is None else recorded(x.operation, flipped, second)
    return None


def _multiply(x: Node, y: Node) -> Any:
    if _is(x, 1) and _floats(y):
        return y  # 1 y = y
    if _is(y, 1) and _floats(x):
        return x  # x 1 = x
    if _is(x, -1) and _floats(y):
        return recorded("negative", y)  # -1 y = -y
    if _is_number(x) and _is_number(y):
        return x.value * y.value if _is_whole(x, y) else None
    product = _product(x, y)
    return _into_choice(x, y) if product is None else product


def _is_whole(*numbers: Node) -> bool:
    """Whether the numbers are small and whole, so that all arithmetic is exact."""
    values = [n.value for n in numbers]
    real = not any(isinstance(value, complex) for value in values)
    return real and all(abs(v) < 2**26 and v == int(v) for v in values)


def _product(x: Node, y: Node) -> Any:
    """Gather the numbers: (2 x) (y / 2) = x y; divide once: (1 / x) y = y / x."""
    f, g = factored(x), factored(y)
    over = any(a.above is None and (a.below is not None or a.d != 1) for a in (f, g))
    if not ((f.has_number and g.has_number) or over) or not _floats(x, y):
        return None
    number = lowest_terms([f.n, g.n], [f.d, g.d])
    (p, q), (r, s) = f.rest, g.rest
    if number is None or (q is not None and s is not None):
        return None
    above = r if p is None else p if r is None else _node("multiply", p, r)
    return with_factors(*number, above, s if q is None else q)


def _into_choice(x: Node, y: Node) -> Any:
    """2 where(c, x, 0) = where(c, 2 x, 0)."""
    if not (_is_number(x) and y.operation == "where" and np.isfinite(x.value)):
        return None
    c, a, b = y.arguments
    if not _alike(y, a, b):
        return None
    if _is(a, 0):
        return recorded("where", c, a, recorded("multiply", x, b))
    if _is(b, 0):
        return recorded("where", c, recorded("multiply", x, a), b)
    return None


def _divide(x: Node, y: Node) -> Any:
    if _is(y, 1) and _floats(x):
        return x  # x / 1 = x
    f, g = factored(x), factored(y)
    if not (f.has_number and g.has_number) or g.below is not None or not _floats(x, y):
        return None
    number = lowest_terms([f.n, g.d], [f.d, g.n])
    if number is None or (number == (f.n, g.n) and f.d == g.d == 1):
        return None
    (p, q), r = f.rest, g.above
    if q is not None and r is not None:
        return None
    return with_factors(*number, p, r if q is None else q)  # 2 x / (2 y) = x / y


# -- powers and choices ---------------------------------------------------------------


def _power(x: Node, y: Node) -> Any:
    return x if _is(y, 1) and _floats(x) else None  # x^1 = x


def _where(c: Node, x: Node, y: Node) -> Any:
    """Of choices by the same condition one is enough."""
    if x.operation == "where" and x.arguments[0] is c:
        return _chosen(x, c, x.arguments[1], y)
    if y.operation == "where" and y.arguments[0] is c:
        return _chosen(y, c, x, y.arguments[2])
    return None


def _chosen(like: Node, c: Node, x: Node, y: Node) -> Any:
    """One choice in the place of two, if it has their dtype."""
    same = _alike(like, x, y) and like.dtype in {x.dtype, y.dtype}
    return recorded("where", c, x, y) if same else None


RULES: dict[str, Callable[..., Any]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negative": _negative,
    "power": _power,
    "where": _where,
}
