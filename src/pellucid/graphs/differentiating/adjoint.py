"""The adjoint of a step, dJ/dz: how it is added up, conjugated, and fitted.

It is a g that counts under a mask alone. Of z = where(c, x, y), dJ/dx is 0 where c does
not hold, whatever x is there: nan, inf, or a root of 0. Were these zeros multiplied by
the slope of what made x, 0 inf would be nan. But the rules are linear in g: the zeros
can be put in behind them,

    where(c, g, 0) (dx/du)  =  where(c, g (dx/du), 0),

where the right side is finite and 0 as it should be. So the mask is carried along, up
to where nothing can be infinite or nan any more; see `masks` and `poles`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.choices import Choice, Mask, Under
from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations.closed_set import Shape, facts_of, is_elementwise
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import Traced, current, lifted, recorded


@dataclass(slots=True)
class Adjoint:
    """An adjoint that is g under the mask and 0 elsewhere, whatever g is there.

    Where it `has_zeros`, g is 0 there itself.
    """

    g: Any
    mask: Mask | None = None
    has_zeros: bool = False

    @property
    def settled(self) -> Any:
        """The adjoint with its zeros put in."""
        is_settled = self.mask is None or self.has_zeros
        return self.g if is_settled else self.mask.selected(self.g)  # type: ignore[union-attr]

    def __add__(self, other: Adjoint) -> Adjoint:
        """The sum, which counts where any of them does."""
        if self.mask is None or other.mask is None:
            return Adjoint(self.settled + other.settled)
        if self.mask.is_same(other.mask):
            zeros = self.has_zeros and other.has_zeros
            return Adjoint(self.g + other.g, self.mask, zeros)
        return Adjoint(self.settled + other.settled, self.mask | other.mask, True)

    def fitted(self, node: Node, position: int, masked: bool = False) -> Adjoint:
        """What a rule gave, in the shape and dtype of the argument.

        The zeros are put in before a sum, and where no mask is to be carried on.
        """
        argument, wide = node.arguments[position], stretches(node)
        g, mask, zeros = self.g, self.mask, self.has_zeros
        stretched = wide and argument.shape != node.shape
        if mask is not None and (stretched or not masked):
            mask = any_of(mask, argument) if masked else None
            g, zeros = self.settled, True
        if wide or not facts_of(node.operation).is_sum:  # a sum gives one g to all
            g = summed_to(argument.shape, g, node.shape if wide else None)
        return Adjoint(of_dtype(argument.dtype, g), mask, zeros)


def as_adjoint(by_rule: Any) -> Adjoint:
    """What a rule gave, with or without a mask."""
    return Adjoint(*by_rule) if isinstance(by_rule, Under) else Adjoint(by_rule)


def with_zeros(by_rule: Any) -> Any:
    """What a rule gave, with its zeros."""
    if isinstance(by_rule, Choice):
        return by_rule.plain()
    return as_adjoint(by_rule).settled


def any_of(mask: Mask, argument: Node) -> Mask:
    """The mask of an argument that is stretched to a step: where any of it counts."""
    found = shrunk(mask.array, argument.shape)
    same = found.shape == argument.shape
    return Mask(found if same else np.broadcast_to(found, argument.shape))


def shrunk(wide: Any, shape: Shape) -> Any:
    """The mask of what was stretched, or has further axes of length 1.

    It stays of length 1 where the wide one is.
    """
    ours = (1,) * (wide.ndim - len(shape)) + shape[max(len(shape) - wide.ndim, 0) :]
    axes = tuple(i for i, n in enumerate(ours) if n == 1 and wide.shape[i] != 1)
    found = np.any(wide, axis=axes, keepdims=True) if axes else wide
    return np.reshape(found, found.shape[max(wide.ndim - len(shape), 0) :])


def conjugated(node: Node, g: Any) -> Any:
    """The complex conjugate, before and after the rule of a complex operation.

    An adjoint is dJ/dRe z + i dJ/dIm z; a rule is written as in real calculus. With
    dz = f'(x) dx, dJ = Re(conj(g) dz), so that the adjoint of x is conj(conj(g) f').
    """
    if node.dtype.kind != "c" or g is None:
        return g
    return Under(g.g.conjugate(), g.mask) if isinstance(g, Under) else g.conjugate()


def may_be_short(node: Node) -> bool:
    """Whether a rule passes on a g that has length 1 where it is the same all along."""
    return stretches(node) or facts_of(node.operation).is_sum


def stretches(node: Node) -> bool:
    """Whether arguments are broadcast to the result."""
    return is_elementwise(node.operation) or node.operation == "broadcast_to"


def of_dtype(dtype: np.dtype[Any], g: Any) -> Any:
    """A gradient in the dtype of what it is the gradient of; numbers take any."""
    if dtype.kind == "f" and np.iscomplexobj(g):
        g = g.real
    if isinstance(g, Traced) and g.dtype != dtype and not g.node.weak:
        return recorded("cast", g, dtype=dtype)
    return g


def expanded(g: Any, node: Node) -> Any:
    """A gradient in the shape of its node."""
    g = traced(g)
    if g.node.weak and g.dtype != node.dtype:
        g = recorded("cast", g, dtype=node.dtype)
    return g if g.shape == node.shape else np.broadcast_to(g, node.shape)


def finished(recorder: Recorder, node: Node, g: Any) -> Any:
    """A gradient in the shape and dtype of its node; 0 where there is none."""
    if g is None:
        g = recorded("zeros", shape=node.shape, dtype=node.dtype)
    g = of_dtype(node.dtype, expanded(g, node))
    return g if isinstance(g, Traced) else lifted(constant(g), recorder)


def of_floats(g: Any) -> Any:
    """A whole number as a float: 3 times an array of small integers wraps around."""
    if isinstance(g, Traced):
        is_whole = g.node.is_literal and g.node.weak and g.dtype.kind in "iub"
        return lifted(constant(float(g.node.value)), current()) if is_whole else g
    return float(g) if isinstance(g, int) else g


def traced(g: Any) -> Any:
    """A gradient that is a node; a number becomes a constant."""
    return g if isinstance(g, Traced) else lifted(constant(g), current())


def _shape(g: Any) -> Shape:
    return g.shape if isinstance(g, Traced) else np.shape(g)


def summed_to(shape: Shape, g: Any, result: Shape | None = None) -> Any:
    """Sum a gradient over the axes along which an argument was broadcast to the result.

    g may itself be shorter than the result, where it is the same along an axis; such an
    axis counts as often as the result is long.
    """
    own = _shape(g)
    result = own if result is None else result
    if own == shape == result:
        return g
    if isinstance(g, Traced) and g.node.operation == "negative":
        return -summed_to(shape, lifted(g.node.arguments[0], current()), result)
    if not shape and own:
        times = math.prod(result) // (math.prod(own) or 1)
        return np.sum(g) * times if times != 1 else np.sum(g)
    new = len(result) - len(shape)
    ours = (1,) * new + tuple(shape)
    theirs = (1,) * (len(result) - len(own)) + own
    stretched = [
        i for i, n in enumerate(result) if ours[i] == 1 and (n != 1 or i < new)
    ]
    times = math.prod(result[i] for i in stretched if theirs[i] == 1)
    axes = [i for i in stretched if theirs[i] != 1]
    if axes:
        g = _sum_axes(g, [i - (len(result) - len(own)) for i in axes])
    g = g * times if times != 1 else g
    extra = len(_shape(g)) - len(shape)
    return np.reshape(g, _shape(g)[extra:]) if extra > 0 else g


def _sum_axes(g: Any, axes: list[int]) -> Any:
    """Sum over axes: leading ones go, others stay with length 1."""
    leading = [i for i in axes if axes[: i + 1] == list(range(i + 1))]
    inner = tuple(i for i in axes if i not in leading)
    g = np.sum(g, axis=_one_or_all(inner), keepdims=True) if inner else g
    lead = tuple(leading)
    return np.sum(g, axis=_one_or_all(lead)) if lead else g


def _one_or_all(axes: tuple[int, ...]) -> int | tuple[int, ...]:
    return axes[0] if len(axes) == 1 else axes


def value(node: Node) -> Any:
    """A node as a rule sees it: a plain number as itself."""
    return node.value if node.is_literal and node.weak else lifted(node, current())


def named_after(recorder: Recorder, node: Node, g: Any) -> Any:
    """Call the gradient of z dz."""
    wanted = not recorder.aside and not is_numbered(node.name)
    if wanted and isinstance(g, Traced) and not g.node.name:
        name = f"d{node.name}"
        if recorder.is_inside:  # in the body of a loop a name is a wish
            g.node.christen(name)
        else:
            recorder.names.christen(g.node, name)
    return g
