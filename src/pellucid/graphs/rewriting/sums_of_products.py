"""Expressions up to how they are written: sums of products, with views looked through.

A node is seen in a frame: each of its axes carries the number of the axis of the whole
expression along which it runs. Broadcasting, `[:, None]`, `keepdims`, reshapes of axes
of length 1 and transposes only change these labels, so that two spellings of one
formula are seen as the same. An axis that is summed over carries a `Summed` label.
Arithmetic of integers is seen only where it does not wrap around; see `ranges`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, reduced_axes
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.kinds import MAKES
from pellucid.graphs.rewriting.ranges import SIGNS, is_real

LARGEST = 8  # terms or factors of an expression that is looked at
LONGEST = 16  # products and quotients in it, which may be by numbers alone


class Summed(NamedTuple):
    """The label of the i-th axis that a reduction takes away."""

    i: int


Label = int | Summed | None
Labels = tuple[Label, ...]


class Seen(NamedTuple):
    """A node, and for each of its axes a label; None for one of length 1."""

    node: Node
    labels: Labels


@dataclass
class Term:
    """A number times powers of expressions."""

    number: float
    powers: dict[Seen, float]

    @property
    def is_number(self) -> bool:
        """Whether there is nothing but the number."""
        return not self.powers

    def key(self) -> frozenset[tuple[Seen, float]]:
        """What terms that can be added have in common."""
        return frozenset(self.powers.items())


def seen_whole(node: Node) -> Seen:
    """A node in its own frame."""
    return Seen(node, tuple(i if n != 1 else None for i, n in enumerate(node.shape)))


def seen_argument(whole: Seen, argument: Node) -> Seen:
    """An argument that is broadcast to the whole, aligned at the last axis."""
    if argument.shape == whole.node.shape:
        return through(Seen(argument, whole.labels))
    labels = whole.labels[len(whole.labels) - argument.ndim :]
    pairs = zip(labels, argument.shape, strict=True)
    return through(Seen(argument, tuple(None if n == 1 else k for k, n in pairs)))


def seen_inside(whole: Seen) -> Seen | None:
    """What a reduction reduces; None where it takes no axis away."""
    x = whole.node.arguments[0]
    axes = reduced_axes(x.ndim, whole.node.options.get("axis"))
    keeps = whole.node.options.get("keepdims")
    kept = iter([k for i, k in enumerate(whole.labels) if not (keeps and i in axes)])
    summed = iter(Summed(i) for i in range(x.ndim))
    labels: Labels = tuple(
        (next(summed) if x.shape[i] != 1 else None) if i in axes else next(kept)
        for i in range(x.ndim)
    )
    if not any(isinstance(k, Summed) for k in labels):
        return None
    return through(Seen(x, labels))


def seen_factors(whole: Seen) -> list[Seen] | None:
    """The arrays whose products a matrix product adds up; None where none are.

    The product of two matrices is not looked at as a sum, which would have three axes.
    """
    left, right = whole.node.arguments
    if max(left.ndim, right.ndim) > 2 or not (left.ndim and right.ndim):
        return None
    if left.shape[-1] == 1 or len([n for n in whole.node.shape if n != 1]) > 1:
        return None
    rows = whole.labels[:1] if left.ndim == 2 else ()
    columns = whole.labels[len(whole.labels) - 1 :] if right.ndim == 2 else ()
    return [
        through(Seen(left, (*rows, Summed(0)))),
        through(Seen(right, (Summed(0), *columns))),
    ]


def through(seen: Seen) -> Seen:
    """What is seen through widening casts, and views that move or add axes."""
    while (further := _one_view(seen)) is not None:
        seen = further
    return seen


def _one_view(seen: Seen) -> Seen | None:
    """What one view shows, or None where it is none or hides something."""
    node, labels = seen
    if not only_shows(node.operation):
        return None
    if node.operation == "cast":
        return Seen(widened(node), labels) if _widens(node) else None
    x = node.arguments[0]
    if node.operation == "transpose":
        axes = node.options.get("axes") or range(x.ndim)[::-1]
        order = sorted(range(x.ndim), key=lambda i: axes[i] % x.ndim)
        return Seen(x, tuple(labels[i] for i in order))
    if node.operation == "broadcast_to":
        lost = [k for k, n in zip(labels, _padded(x.shape, len(labels)), strict=True)
                if n == 1 and isinstance(k, Summed)]  # fmt: skip
        labels = labels[len(labels) - x.ndim :]
        pairs = zip(labels, x.shape, strict=True)
        return None if lost else Seen(x, tuple(k if n != 1 else None for k, n in pairs))
    long = [n for n in node.shape if n != 1]
    hides = node.operation == "index" and not keeps(node)
    if hides or long != [n for n in x.shape if n != 1]:
        return Seen(exp_of_moved(node), labels) if x.operation == "exp" else None
    kept = iter(k for k, n in zip(labels, node.shape, strict=True) if n != 1)
    return Seen(x, tuple(next(kept) if n != 1 else None for n in x.shape))


def widened(node: Node) -> Node:
    """What a float was before it was cast to a wider one, which keeps its value."""
    while node.operation == "cast" and _widens(node):
        (node,) = node.arguments
    return node


def _widens(node: Node) -> bool:
    kinds = {node.dtype.kind, node.arguments[0].dtype.kind}
    return kinds == {"f"} and node.dtype.itemsize >= node.arguments[0].dtype.itemsize


@functools.lru_cache(maxsize=4096)
def exp_of_moved(node: Node) -> Node:
    """Of exp(z)[i] the same as exp(z[i]), one node for all who ask."""
    exp, *indices = node.arguments
    (z,) = exp.arguments
    moved = Node(
        node.operation, (z, *indices), node.shape, z.dtype, node.options,
        line=node.line, call=node.call, known=z.known and node.known, quiet=node.quiet,
        derived=node.derived,
    )  # fmt: skip
    return Node(
        "exp", (moved,), node.shape, node.dtype,
        line=exp.line, call=exp.call, known=moved.known, quiet=exp.quiet,
        derived=exp.derived,
    )  # fmt: skip


def _padded(shape: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    return (1,) * (ndim - len(shape)) + shape


def keeps(node: Node) -> bool:
    """Whether an index only adds axes of length 1 and takes them away."""
    plain = is_basic(node.options["at"]) and node.size == node.arguments[0].size
    return plain and all(
        i == slice(None) for i in node.options["at"] if isinstance(i, slice)
    )


# -- which functions ------------------------------------------------------------------

# What sums of products are made of, and views; through them an expression is seen.
PRODUCTS = {"multiply", "divide", "reciprocal", "square", "power", "sqrt", "matmul"}
EXPONENTS = {"square": 2.0, "sqrt": 0.5, "multiply": 2.0}  # of x, or of x x
# Operations that are looked at as one.
ALIKE = {"subtract": "add", "matmul": "sum", "dot": "sum"}

Functions = frozenset[str]
NO_FUNCTIONS: Functions = frozenset()


@functools.cache
def only_shows(name: str) -> bool:
    """Whether an operation only shows an array in another way."""
    return name == "cast" or facts_of(name).shows


@functools.cache
def is_seen_through(name: str) -> bool:
    """Whether an operation is part of a sum of products, or a view of one."""
    return name in SIGNS or name in PRODUCTS or only_shows(name)


@functools.cache
def is_looked_into(name: str) -> bool:
    """Whether the functions of a formula may be there: in a sum too."""
    return is_seen_through(name) or alike(name) == "sum"


def alike(name: str) -> str:
    """The operation that stands for this one too."""
    return ALIKE.get(name, name)


def functions(node: Node, found: dict[Node, Functions]) -> Functions:
    """The functions of which terms and factors of a node are; `found` is added to."""
    waiting = [node]
    while waiting:
        one = waiting[-1]
        through = one.arguments if is_looked_into(one.operation) else ()
        missing = [a for a in through if a not in found]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        found[one] = _own_functions(one).union(*(found[a] for a in through))
    return found[node]


def _own_functions(node: Node) -> Functions:
    name = node.operation
    if name == "power" and is_finite(node.arguments[1]):
        is_root = abs(node.arguments[1].value) == 0.5
        return _functions_of("sqrt" if is_root else name)
    return _functions_of(name)


@functools.cache
def _functions_of(name: str) -> Functions:
    has_name = name == "sqrt" or alike(name) == "sum"
    is_none = facts_of(name).kind is MAKES or is_seen_through(name)
    return frozenset([alike(name)]) if has_name or not is_none else NO_FUNCTIONS


# -- sums of products -----------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def terms(seen: Seen, count: int = LARGEST) -> list[Term]:
    """An expression as a sum of up to so many terms; of one where it is no sum.

    Of z - m, where z = a + b, two terms are z and -m, three are a, b and -m.
    """
    found = _signs(seen)
    if not 0 < len(found) <= count:
        return [product(seen)]
    i = 0
    while i < len(found):
        part, sign = found[i]
        sides = _signs(part)
        if sides and len(found) - 1 + len(sides) <= count:
            found[i : i + 1] = [(side, sign * s) for side, s in sides]
        else:
            i += 1
    return _collected([_times(sign, product(part)) for part, sign in found])


def _times(number: float, term: Term) -> Term:
    return Term(number * term.number, term.powers)


def _signs(seen: Seen) -> list[tuple[Seen, float]]:
    """The parts of a sum with their signs; none for what is no sum."""
    signs = SIGNS.get(seen.node.operation)
    if signs is None or not is_real(seen.node):
        return []
    signed = zip(seen.node.arguments, signs, strict=True)
    return [(seen_argument(seen, a), float(sign)) for a, sign in signed]


def _collected(found: list[Term]) -> list[Term]:
    """Add up terms that differ by their numbers only: x + x = 2 x."""
    sums: dict[Any, Term] = {}
    for term in found:
        key = term.key()
        before = sums.get(key)
        sums[key] = Term(term.number + before.number, term.powers) if before else term
    return list(sums.values())


@functools.lru_cache(maxsize=4096)
def product(seen: Seen) -> Term:
    """An expression as a number times powers; itself to the first where it is none."""
    term = Term(1.0, {})
    waiting, followed = [(seen, 1.0)], 0
    while waiting:
        part, power = waiting.pop()
        has_room = followed < LONGEST and _has_room(term, waiting)
        if is_finite(part.node) and _has_power(float(part.node.value), power):
            term.number *= float(part.node.value) ** power
        elif part.node.operation == "negative" and is_real(part.node):
            term.number *= -1.0
            waiting.append((seen_argument(part, part.node.arguments[0]), power))
        elif has_room and (factors := _factors(part)):
            followed += 1
            waiting += [(factor, sign * power) for factor, sign in reversed(factors)]
        else:
            base, exponent = _base(part)
            before = term.powers.get(base, 0.0)
            if before and not _add_up(before, exponent * power):
                return Term(1.0, {seen: 1.0})
            term.powers[base] = before + exponent * power
    return term


def _has_room(term: Term, waiting: list[Any]) -> bool:
    """Whether there may be more factors; a long product is not followed to its end."""
    return len(term.powers) + len(waiting) < LARGEST


def forget() -> None:
    """Keep no expression of a graph that has been looked at."""
    for known in (terms, product, exp_of_moved):
        known.cache_clear()


def multiplied(terms: Iterable[Term]) -> Term:
    """The product of terms."""
    result = Term(1.0, {})
    for term in terms:
        result.number *= term.number
        for base, power in term.powers.items():
            result.powers[base] = result.powers.get(base, 0.0) + power
    return result


def is_finite(node: Node) -> bool:
    """Whether a node is a finite number that is written where it is used."""
    kinds = node.is_literal and node.dtype.kind in "iuf"
    return kinds and math.isfinite(float(node.value))


def _has_power(number: float, power: float) -> bool:
    """Whether number^power is a float."""
    try:
        return math.isfinite(math.pow(number, power))
    except (OverflowError, ValueError):  # 1e-310^-1, 0^-1, (-8)^(1/3)
        return False


def _add_up(p: float, q: float) -> bool:
    """Whether x^p x^q is x^(p + q) for every x, 0 and negative ones too."""
    return p * q > 0 and p % 1 == q % 1 == 0


def _factors(seen: Seen) -> list[tuple[Seen, float]]:
    """The factors of a product or a quotient, and on which side they stand."""
    node = seen.node
    if node.operation not in PRODUCTS or not is_real(node):
        return []
    match node.operation, node.arguments:
        case "multiply", (x, y) if x is not y:
            return [(seen_argument(seen, x), 1.0), (seen_argument(seen, y), 1.0)]
        case "divide", (x, y):
            return [(seen_argument(seen, x), 1.0), (seen_argument(seen, y), -1.0)]
        case "reciprocal", (x,):
            return [(seen_argument(seen, x), -1.0)]
        case "matmul", (x, y) if _is_outer(x, y):
            column = through(Seen(x, (seen.labels[0], None)))
            return [(column, 1.0), (through(Seen(y, (None, seen.labels[1]))), 1.0)]
    return []


def _is_outer(x: Node, y: Node) -> bool:
    """Whether a matrix product multiplies a column with a row, and adds nothing up."""
    return x.ndim == y.ndim == 2 and x.shape[1] == 1


def _base(seen: Seen) -> tuple[Seen, float]:
    """The base and exponent of a power; itself and 1 where it is none."""
    node = seen.node
    exponent = EXPONENTS.get(node.operation)
    if exponent and len(set(node.arguments)) == 1 and is_real(node):
        return seen_argument(seen, node.arguments[0]), exponent
    if node.operation == "power" and is_finite(node.arguments[1]) and is_real(node):
        exponent = float(node.arguments[1].value)
        return seen_argument(seen, node.arguments[0]), exponent
    return seen, 1.0
