"""In which dtype each argument of an operation is read, so that torch gives NumPy's.

Torch has rules of its own: of integers a quotient is float32, and a number of no axes
gives way to an array. Here NumPy's rules decide, once, when a program is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from pellucid.errors import PellucidError
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.elementwise import counted
from pellucid.graphs.operations.factorisations import computed_dtype

Dtypes = Sequence[np.dtype[Any] | None]  # None: as it comes
Rule = Callable[[Node], Dtypes]


def of_result(node: Node) -> Dtypes:
    """All arguments in the dtype of the result."""
    return [node.dtype] * len(node.arguments)


def as_it_comes(node: Node) -> Dtypes:
    """No argument is cast."""
    return [None] * len(node.arguments)


def _together(node: Node) -> Dtypes:
    """All arguments in the dtype that holds each of them."""
    return [np.result_type(*_types(node))] * len(node.arguments)


def _where(node: Node) -> Dtypes:
    return [np.dtype(bool), node.dtype, node.dtype]


def _indices(nodes: Sequence[Node]) -> list[np.dtype[Any] | None]:
    """Index arrays as torch takes them: masks, or of int64."""
    return [None if n.dtype == bool else np.dtype(np.int64) for n in nodes]


def _index(node: Node) -> Dtypes:
    return [None, *_indices(node.arguments[1:])]


def _assign(node: Node) -> Dtypes:
    return [None, node.dtype, *_indices(node.arguments[2:])]


def _lapack(node: Node) -> Dtypes:
    return [computed_dtype(*(a.dtype for a in node.arguments))] * len(node.arguments)


def _transform(node: Node) -> Dtypes:
    """Integers become floats; what irfft takes becomes complex."""
    (x,) = node.arguments
    dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
    return [np.result_type(dtype, np.complex64) if "irfft" in node.operation else dtype]


def _norm(node: Node) -> Dtypes:
    return [None if a.dtype.kind == "c" else node.dtype for a in node.arguments]


RULES: dict[str, Rule] = {
    "where": _where, "index": _index, "scatter": _index, "assign": _assign,
    "searchsorted": _together, "norm": _norm,
    **dict.fromkeys(("argmax", "argmin", "nanargmax", "nanargmin",
                     "argsort", "argpartition", "real", "imag", "cast"), as_it_comes),
    **dict.fromkeys((n for n in OPERATIONS if "linalg." in n), _lapack),
    **dict.fromkeys((n for n in OPERATIONS if n.startswith("fft.")), _transform),
}  # fmt: skip


def _types(node: Node) -> list[Any]:
    """The dtypes of the arguments; of weak ones float, int or complex (NEP 50)."""
    return [a.promotes_as for a in node.arguments]


def reads(node: Node) -> Dtypes:
    """The dtypes in which the arguments of a node are read."""
    if node.operation in RULES:
        return RULES[node.operation](node)
    function = OPERATIONS[node.operation].function
    ufunc = getattr(function, "args", (function,))[0]  # of several results, one part
    if isinstance(ufunc, np.ufunc) and ufunc.signature is None:
        types = counted(_types(node))
        loop = ufunc.resolve_dtypes((*types, *(None,) * ufunc.nout))
        return loop[: ufunc.nin]
    return of_result(node)


# Besides LAPACK, what makes the host look at values, which a CUDA graph cannot hold.
LOOKING = {"nanargmax", "nanargmin", "cofactors", "inverse_gaps"}


def looks(node: Node) -> bool:
    """Whether the host waits for a value: a mask, for example, tells the shape."""
    if node.operation in {"index", "assign", "scatter"}:
        parts = [*node.arguments[1:], *node.options["at"]]
        kinds = {getattr(part, "dtype", np.dtype(int)) for part in parts}
        return np.dtype(bool) in kinds
    if node.operation == "power":
        return node.dtype.kind == "i"
    return node.operation in LOOKING or "linalg." in node.operation


def torch_dtype(dtype: np.dtype[Any], node: Node | None = None) -> torch.dtype:
    """Torch's name for a dtype; refuse one that it lacks."""
    try:
        return torch.from_numpy(np.empty(0, dtype)).dtype
    except TypeError:
        where = f"{node.line[0]}, line {node.line[1]}: " if node and node.line else ""
        message = f'{where}PyTorch has no {dtype}; run it with target="numpy".'
        raise PellucidError(message) from None
