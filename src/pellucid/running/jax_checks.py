"""Where NumPy raises because of a value: what JAX finds of it, and the error for it.

Compiled code cannot raise. It gives back, beside its outputs, a number for each step
that may fail, and the host raises NumPy's error after the call. XLA computes once what
a step and its check both ask for, as the factors of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.factorisations import complex_eigenvalues
from pellucid.graphs.operations.indexing import Slot, places, with_arrays
from pellucid.graphs.operations.kinds import PLACED

Finding = Callable[..., Any]


@dataclass(frozen=True)
class Limit:
    """How far the numbers of a node may reach that index an axis."""

    node: Node
    axis: int
    size: int

    def call(self, name: Finding, argument: Finding, bound: Finding) -> str:
        """How the number is written; name, argument and bound give what it reads."""
        return f"{bound(furthest, 'furthest')}({name(self.node)}, {self.size})"

    def settle(self, found: Any) -> None:
        """Raise if the number tells that the step fails."""
        check(found, self.axis, self.size)


@dataclass(frozen=True)
class Failure:
    """Whether a step fails: 0, or which of its errors NumPy would raise."""

    node: Node

    def call(self, name: Finding, argument: Finding, bound: Finding) -> str:
        """How the number is written; name, argument and bound give what it reads."""
        find = FAILURES[self.node.operation].find
        function = bound(find, find.__name__)
        return f"{function}({', '.join([name(self.node), *argument(self.node)])})"

    def settle(self, found: Any) -> None:
        """Raise if the number tells that the step fails."""
        which = np.ravel(found)[np.ravel(found) > 0]
        if which.size:
            kind = FAILURES[self.node.operation]
            raise kind.error(kind.messages[which[0] - 1])


def checks_of(order: Sequence[Node]) -> list[Limit | Failure]:
    """What is to be checked of these steps, each once, in their order."""
    found: dict[Any, Limit | Failure] = {}
    for node in order:
        for limit in limits_of(node):
            found.setdefault(limit, limit)
        if may_fail(node):
            options = {k: repr(v) for k, v in node.options.items() if k != "part"}
            what = (node.operation, node.arguments[0], *sorted(options.items()))
            found.setdefault(what, Failure(node))
    return list(found.values())


# -- indices --------------------------------------------------------------------------


def check(numbers: Any, axis: int, size: int) -> None:
    """Raise NumPy's error for an index out of range."""
    numbers = np.ravel(numbers)
    out = numbers[(numbers < -size) | (numbers >= size)]
    if out.size:
        message = f"index {out[0]} is out of bounds for axis {axis} with size {size}"
        raise IndexError(message)


def furthest(index: Any, size: int) -> Any:
    """Of all indices the one that is most out of range, where one is."""
    index = index.astype(jnp.int64)
    low, high = jnp.min(index, initial=0), jnp.max(index, initial=0)
    return jnp.where(low < -size, low, high)


def limits_of(node: Node) -> Iterator[Limit]:
    """The limits of the computed indices of a node."""
    if facts_of(node.operation).reads is not PLACED:
        return
    indices = places(node)
    shape = node.shape if node.operation != "index" else node.arguments[0].shape
    at = with_arrays(node.options["at"])
    used = sum(axes_used(i) for i in at)
    axis = 0
    for i in at:
        index = indices[i.position] if isinstance(i, Slot) else None
        if index and index.size and index.dtype.kind in "iu":
            yield Limit(index, axis, shape[axis])
        axis += len(shape) - used if i is Ellipsis else axes_used(i)


def axes_used(i: Any) -> int:
    """How many axes a part of an index stands for."""
    if i is None or i is Ellipsis:
        return 0
    return i.ndim if isinstance(i, np.ndarray) and i.dtype.kind == "b" else 1


# -- steps that fail: of the result z of a step, and of its arguments -----------------


def singular(z: Any, A: Any, *_: Any) -> Any:
    """Whether a matrix has a pivot that is exactly 0, which LAPACK's getrf reports."""
    pivots = jnp.diagonal(jax.lax.linalg.lu(A)[0], axis1=-2, axis2=-1)
    return jnp.any(pivots == 0).astype(jnp.int32)


def indefinite(L: Any, A: Any) -> Any:
    """Whether the Cholesky factor is nan from its first element on, and A is not."""
    first = jnp.isnan(L[..., :1, :1].real) & ~jnp.isnan(A[..., :1, :1].real)
    return jnp.any(first).astype(jnp.int32)


def without_eigenvalues(z: Any, A: Any) -> Any:
    """1: A is not finite; 2: eigenvalues that are not real; 3: none were found."""
    missing = jnp.where(jnp.any(jnp.isnan(z)), 3 if jnp.iscomplexobj(A) else 2, 0)
    return jnp.where(jnp.all(jnp.isfinite(A)), missing, 1)


def unconverged(z: Any, A: Any, *_: Any) -> Any:
    """Whether nan comes of finite matrices."""
    failed = jnp.any(jnp.isnan(z)) & jnp.all(jnp.isfinite(A))
    return failed.astype(jnp.int32)


def without_singular_values(z: Any, A: Any, *_: Any) -> Any:
    """Whether nan comes of finite matrices, or is in them, which LAPACK refuses."""
    return jnp.where(jnp.any(jnp.isnan(A)), 1, unconverged(z, A))


def has_nan(z: Any, A: Any, *_: Any) -> Any:
    """Whether nan is in a matrix."""
    return jnp.any(jnp.isnan(A)).astype(jnp.int32)


def negative(z: Any, x: Any, y: Any) -> Any:
    """Whether an exponent is below 0."""
    return jnp.any(jnp.asarray(y) < 0).astype(jnp.int32)


class Check(NamedTuple):
    """What finds a failure, and the error and its messages, from 1 on."""

    find: Finding
    messages: tuple[str, ...]
    error: type[Exception] = np.linalg.LinAlgError


ZERO_PIVOT = Check(singular, ("Singular matrix",))
NO_SVD = Check(without_singular_values, ("SVD did not converge",))
NO_EIGH = Check(unconverged, ("Eigenvalues did not converge",))


def _no_eig(name: str) -> Check:
    messages = ("Array must not contain infs or NaNs", complex_eigenvalues(name),
                "Eigenvalues did not converge")  # fmt: skip
    return Check(without_eigenvalues, messages)


FAILURES = {
    "linalg.solve": ZERO_PIVOT,
    "linalg.inv": ZERO_PIVOT,
    "linalg.cholesky": Check(indefinite, ("Matrix is not positive definite",)),
    "linalg.eig": _no_eig("eig"),
    "linalg.eigvals": _no_eig("eigvals"),
    "linalg.eigh": NO_EIGH,
    "linalg.eigvalsh": NO_EIGH,
    "linalg.svd": NO_SVD,
    "linalg.svdvals": NO_SVD,
    "linalg.pinv": NO_SVD,
    "linalg.lstsq": Check(has_nan, ("SVD did not converge in Linear Least Squares",)),
    "power": Check(
        negative, ("Integers to negative integer powers are not allowed.",), ValueError
    ),
}


def may_fail(node: Node) -> bool:
    """Whether NumPy may raise for the values that a step meets."""
    if node.operation != "power":
        return node.operation in FAILURES
    exponent = node.arguments[1]
    if node.dtype.kind != "i" or exponent.dtype.kind != "i":
        return False
    return not (exponent.is_literal and exponent.value >= 0)
