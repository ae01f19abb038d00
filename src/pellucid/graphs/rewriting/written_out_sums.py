"""Written-out sums of exponentials become sums along an axis, as formulas have them.

log(e^a + 2 e^b + e^c) is log(np.sum(w * np.exp(z))) of the weights w and exponents z
stacked, and e^z / (e^z0 + e^z1 + ...) a softmax. So are seen Python's `sum`, sums in a
loop, `np.trapezoid` and other quadrature rules, and `np.einsum` of two arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations.closed_set import facts_of, reduced_axes
from pellucid.graphs.operations.robust import logsumexp
from pellucid.graphs.rewriting.ranges import SIGNS
from pellucid.graphs.rewriting.sums_of_products import is_finite, keeps, widened
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded

# Each logarithm: the power that it undoes, its base, and what computes the power.
POWERS: dict[str, tuple[str, float, Callable[[Any], Any]]] = {
    "log": ("exp", math.e, lambda z: np.exp(z)),
    "log1p": ("exp", math.e, lambda z: np.exp(z)),
    "log2": ("exp2", 2.0, lambda z: 2.0**z),
    "log10": ("", 10.0, lambda z: 10.0**z),
}
DEPTH = 6  # products within products that are followed


class Addend(NamedTuple):
    """A weight times the power with this exponent; times 1, where it is None."""

    weight: Any
    exponent: Node | None


def may_gather(node: Node) -> bool:
    """Whether this is a person's logarithm, or quotient by a sum."""
    if node.derived:
        return False
    if node.operation == "divide":
        return node.arguments[1].operation == "add"
    return node.operation in POWERS


def gathered(node: Node) -> Node | None:
    """A logarithm of, or quotient by, a written-out sum, as of a sum along an axis."""
    if node.operation == "divide":
        total = _summed(node, node.arguments[1])
        if total is None:
            return None
        return node_of(recorded("divide", node.arguments[0], total))
    whole, number = _unscaled(node.arguments[0])
    if whole.operation == "einsum" and number == 1:
        return _einsum(node, whole)
    total = _summed(node, node.arguments[0])
    if total is None:
        return None
    return node_of(recorded(node.operation, np.reshape(total, node.shape)))


def _summed(node: Node, argument: Node) -> Any:
    """The argument of a node as a sum along axes; None where it is no sum of powers."""
    whole, number = _unscaled(argument)
    adds = facts_of(whole.operation).is_sum
    inner = whole.arguments[0] if adds else whole
    axes = reduced_axes(inner.ndim, whole.options.get("axis")) if adds else ()
    if whole.operation == "mean":
        number /= math.prod(inner.shape[i] for i in axes)
    gather = Gathering(node)
    found = [
        Addend(_times(one.weight, number), one.exponent)
        for one in gather.addends(inner, DEPTH) or []
    ]
    if not _has_power(found):
        return None
    total = gather.terms(found, inner.shape)
    along = (0, *(i + 1 for i in axes)) if len(found) > 1 else axes
    total = np.sum(total, axis=along) if along else total
    return np.reshape(total, argument.shape)


def _unscaled(node: Node) -> tuple[Node, float]:
    """What has the same elements in the same order, but for a number before them."""
    number = 1.0
    while True:
        match node.operation, node.arguments:
            case "multiply", (c, x) if is_finite(c):
                node, number = x, number * float(c.value)
            case "multiply", (x, c) if is_finite(c):
                node, number = x, number * float(c.value)
            case "divide", (x, c) if is_finite(c) and c.value:
                node, number = x, number / float(c.value)
            case "reshape", (x,):
                node = x
            case "index", (x,) if keeps(node):
                node = x
            case _:
                return node, number


def _has_power(found: Sequence[Addend]) -> bool:
    return any(one.exponent is not None for one in found)


class Gathering:
    """The addends under one logarithm, and the array of them."""

    def __init__(self, node: Node) -> None:
        self.dtype = node.dtype
        self.name, self.base, self.power = POWERS.get(node.operation, POWERS["log"])

    def addends(self, whole: Node, depth: int) -> list[Addend] | None:
        """The terms of a sum, each a weighted power or a number; None where not."""
        found: list[Addend] = []
        waiting = [(whole, 1.0)]
        while waiting:
            part, sign = waiting.pop()
            part = widened(part)
            signs = SIGNS.get(part.operation)
            if signs:
                inner = zip(part.arguments, signs, strict=True)
                waiting += reversed([(x, s * sign) for x, s in inner])
                continue
            more = self._of_product(part, depth) if depth else None
            if more is None:
                return None
            found += [Addend(_times(a.weight, sign), a.exponent) for a in more]
        return [one for one in found if one.exponent or not _is(one.weight, 0.0)]

    def _of_product(self, part: Node, depth: int) -> list[Addend] | None:
        """The addends of what is no sum itself."""
        if is_finite(part):
            return [Addend(float(part.value), None)]
        exponent = self._exponent(part)
        if exponent is not None:
            return [Addend(1.0, exponent)]
        match part.operation, part.arguments:
            case "multiply", (x, y) if (z := self._exponent(x)) and (
                more := self._exponent(y)
            ):
                return [Addend(1.0, node_of(recorded("add", z, more)))]
            case "multiply", (x, y):
                return self._scaled(x, y, depth) or self._scaled(y, x, depth)
            case "divide", (x, y):
                return self._scaled(x, y, depth, divides=True)
        is_sum = facts_of(part.operation).is_sum
        return self._of_sum(part, depth) if is_sum else None

    def _scaled(
        self, x: Node, factor: Node, depth: int, divides: bool = False
    ) -> list[Addend] | None:
        """A sum of powers times what is a weight of each."""
        found = self.addends(x, depth - 1)
        if found is None or not _has_power(found):
            return None
        number = is_finite(factor)
        by = float(factor.value) if number else lifted(factor, current())
        if divides:
            return [Addend(one.weight / by, one.exponent) for one in found]
        return [Addend(_times(by, one.weight), one.exponent) for one in found]

    def _of_sum(self, part: Node, depth: int) -> list[Addend] | None:
        """A sum of powers along axes is one power, of the log-sum-exp."""
        (x,) = part.arguments
        found = self.addends(x, depth - 1)
        is_plain = found and all(a.exponent and _is(a.weight, 1.0) for a in found)
        if not (found and is_plain and self.name == "exp"):
            return None
        axes = reduced_axes(x.ndim, part.options.get("axis"))
        z = logsumexp(self._stacked(found, x.shape), axis=(0, *(i + 1 for i in axes)))
        n = math.prod(x.shape[i] for i in axes) if part.operation == "mean" else 1
        return [Addend(1.0 / n, node_of(np.reshape(z, part.shape)))]

    def _exponent(self, part: Node) -> Node | None:
        """The exponent of a power, and of elements of powers."""
        steps: list[Node] = []
        while facts_of(part.operation).shows and len(steps) < DEPTH:
            steps.append(part)
            part = part.arguments[0]
        exponent: Node | None = None
        match part.operation, part.arguments:
            case self.name, (z,) if self.name:
                exponent = z
            case "power", (base, z) if is_finite(base) and base.value == self.base:
                exponent = z
            case "stack" | "concatenate", parts:
                exponent = self._joined(part, [self._exponent(p) for p in parts])
        for step in reversed(steps if exponent else []):
            _, *indices = step.arguments
            made = recorded(step.operation, exponent, *indices, **step.options)
            exponent = node_of(made)
        return exponent

    def _joined(self, part: Node, exponents: Sequence[Node | None]) -> Node | None:
        """The exponents of powers that are joined, where all are powers."""
        if not all(exponents):
            return None
        return node_of(recorded(part.operation, *exponents, **part.options))

    # -- the array of addends ---------------------------------------------------------

    def terms(self, found: Sequence[Addend], shape: tuple[int, ...]) -> Any:
        """Weights times powers, stacked along a new first axis; of one, itself."""
        if len(found) == 1 and found[0].exponent is not None:
            z = self._floating(lifted(found[0].exponent, current()))
            return _times(self.power(z), found[0].weight)
        powers = self.power(self._stacked(found, shape))
        weights = [one.weight for one in found]
        if not all(type(w) is float for w in weights):
            return np.stack([self._filled(w, shape) for w in weights]) * powers
        if all(_is(w, 1.0) for w in weights):
            return powers
        column = np.array(weights, self.dtype).reshape(-1, *(1 for _ in shape))
        return lifted(constant(column), current()) * powers

    def _stacked(self, found: Sequence[Addend], shape: tuple[int, ...]) -> Any:
        """The exponents, stacked along a new first axis."""
        exponents = [one.exponent for one in found]
        read = self._read(exponents)
        if read is not None and read.shape[1:] == shape:
            return self._floating(read)
        return np.stack(
            [
                self._filled(0.0 if z is None else lifted(z, current()), shape)
                for z in exponents
            ]
        )

    def _read(self, exponents: Sequence[Node | None]) -> Any:
        """The rows of one array that are read, one after the other; None for others."""
        first = exponents[0]
        at = first.options.get("at") if first and first.operation == "index" else None
        if first is None or at is None or len(at) != 1 or type(at[0]) is not int:
            return None
        (x,), start = first.arguments, at[0]
        rows = all(
            z is not None and z.operation == "index" and z.arguments == (x,)
            and z.options["at"] == (i,)
            for i, z in enumerate(exponents, start)
        )  # fmt: skip
        if not rows or start < 0:
            return None
        whole: Any = lifted(x, current())
        stop = start + len(exponents)
        return whole if stop - start == x.shape[0] else whole[start:stop]

    def _filled(self, value: Any, shape: tuple[int, ...]) -> Any:
        """An addend's weight or exponent for every element of the sum."""
        if type(value) is float:  # a stand-in for a number is an instance of float too
            number = constant(self.dtype.type(value))
            return np.broadcast_to(lifted(number, current()), shape)
        return np.broadcast_to(self._floating(value), shape)

    def _floating(self, x: Any) -> Any:
        return x if x.dtype == self.dtype else recorded("cast", x, dtype=self.dtype)


def _times(x: Any, y: Any) -> Any:
    """A product of weights; those that are 1 are left out."""
    return y if _is(x, 1.0) else x if _is(y, 1.0) else -x if _is(y, -1.0) else x * y


def _is(weight: Any, number: float) -> bool:
    """Whether a weight is this number."""
    return type(weight) is float and weight == number


def _einsum(node: Node, whole: Node) -> Node | None:
    """The log of an einsum of two arrays as that of a sum of their products."""
    given, _, kept = whole.options["subscripts"].partition("->")
    parts = given.split(",")
    plain = all(p.isalpha() and len(set(p)) == len(p) for p in parts)
    summed = [k for k in dict.fromkeys("".join(parts)) if k not in kept]
    if len(parts) != 2 or not plain or "->" not in whole.options["subscripts"]:
        return None
    letters = [*kept, *summed]
    x, y = (
        _laid_out(lifted(a, current()), p, letters)
        for a, p in zip(whole.arguments, parts, strict=True)
    )
    axes = tuple(range(len(kept), len(letters)))
    return node_of(recorded(node.operation, np.sum(x * y, axis=axes))) if axes else None


def _laid_out(x: Any, own: str, letters: Sequence[str]) -> Any:
    """An array with an axis for each letter, of length 1 where it has none."""
    order = sorted(range(len(own)), key=lambda i: letters.index(own[i]))
    x = x if order == sorted(order) else np.transpose(x, order)
    length = dict(zip((own[i] for i in order), x.shape, strict=True))
    return np.reshape(x, tuple(length.get(k, 1) for k in letters))
