"""In which dtype each argument of an operation is read, by NumPy's rules.

What runs elsewhere than in NumPy has rules of promotion of its own; here NumPy's are
asked, once, when a program is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations import kinds
from pellucid.graphs.operations.closed_set import OPERATIONS, facts_of, loop
from pellucid.graphs.operations.elementwise import loop_types
from pellucid.graphs.operations.factorisations import computed_dtype
from pellucid.graphs.operations.indexing import places

Dtypes = list[np.dtype[Any]]


def reads(node: Node) -> Dtypes:
    """The dtypes in which the arguments of a node are read.

    Examples
    --------
    >>> import pellucid as pl
    >>> graph = pl.graph(lambda x: np.float_power(x, 2), np.ones(3, np.float32))
    >>> [dtype.name for dtype in reads(graph.outputs[0])]
    ['float64', 'float64']
    """
    return RULES[facts_of(node.operation).reads](node)


def _loop(node: Node) -> Dtypes:
    function = OPERATIONS[node.operation].function
    ufunc: Any = getattr(function, "args", (function,))[0]  # of several results, one
    return list(loop(ufunc, tuple(loop_types(_types(node))))[: ufunc.nin])


def _types(node: Node) -> list[Any]:
    """The dtypes of the arguments; of weak ones float, int or complex (NEP 50)."""
    return [a.promotes_as for a in node.arguments]


def _result(node: Node) -> Dtypes:
    return [
        node.dtype if a.weak else np.result_type(a.dtype, node.dtype)
        for a in node.arguments
    ]


def _given(node: Node) -> Dtypes:
    return [a.dtype for a in node.arguments]


def _together(node: Node) -> Dtypes:
    return [np.result_type(*_types(node))] * len(node.arguments)


def _choice(node: Node) -> Dtypes:
    return [np.dtype(bool), node.dtype, node.dtype]


def _placed(node: Node) -> Dtypes:
    where = places(node)
    arrays = len(node.arguments) - len(where)
    return [node.dtype] * arrays + [a.dtype for a in where]


def _lapack(node: Node) -> Dtypes:
    return [computed_dtype(*(a.dtype for a in node.arguments))] * len(node.arguments)


def _floats(node: Node) -> Dtypes:
    (x,) = node.arguments
    dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
    is_real = node.dtype.kind == "f"
    return [np.result_type(dtype, np.complex64) if is_real else dtype]


RULES: dict[kinds.Reads, Callable[[Node], Dtypes]] = {
    kinds.LOOP: _loop,
    kinds.RESULT: _result,
    kinds.GIVEN: _given,
    kinds.TOGETHER: _together,
    kinds.CHOICE: _choice,
    kinds.PLACED: _placed,
    kinds.LAPACK: _lapack,
    kinds.FLOATS: _floats,
}
