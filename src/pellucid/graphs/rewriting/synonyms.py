"""Functions under the names by which formulas know them.

`scipy.special.expit` is the sigmoid. `xlogy(y, p)` is y log p, but for 0 log 0; where p
is a sigmoid or a softmax, which is never 0 but by rounding, the logarithm is finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.robust import sigmoid, softplus
from pellucid.graphs.rewriting.driver import applied, by_operation

Function = Callable[..., Any]

ALWAYS: dict[str, Function] = {
    "special.expit": lambda x: sigmoid(x),
    "special.log_expit": lambda x: -softplus(-x),
}
OF_POSITIVE: dict[str, Function] = {
    "special.xlogy": lambda y, p: y * np.log(p),
    "special.xlog1py": lambda y, q: y * np.log1p(q),
    "special.entr": lambda p: -p * np.log(p),
    "special.logit": lambda p: np.log(p / (1 - p)),
    "log2": lambda p: np.log(p) / math.log(2),
    "log10": lambda p: np.log(p) / math.log(10),
    "absolute": lambda p: p,
}
POSITIVE = {"sigmoid", "softmax"}
# Along axes of length 1 they give their argument.
REDUCTIONS = {"sum", "mean", "prod", "max", "min"}


def synonym(node: Node) -> Node | None:
    """What gives the same as a step, and is found in formulas."""
    function = _function(node)
    if function is None:
        return None
    made = applied(function, *node.arguments)
    return made if made.dtype == node.dtype else None


def _function(node: Node) -> Function | None:
    """The function under the name that formulas have for it."""
    name = node.operation
    if name == "einsum" and len(node.arguments) == 1:
        return _sum_of(node.options["subscripts"])
    if name in REDUCTIONS and node.size == node.arguments[0].size:
        return lambda x: np.reshape(x, node.shape)[... if node.shape else ()]
    if name in OF_POSITIVE and _is_positive(node.arguments[-1]):
        return OF_POSITIVE[name]
    return ALWAYS.get(name)


def _sum_of(subscripts: str) -> Function | None:
    """The sum along axes that einsum("ij->i", x) is; None where it is another."""
    given, _, kept = subscripts.partition("->")
    is_plain = given.isalpha() and len(set(given)) == len(given)
    axes = tuple(i for i, letter in enumerate(given) if letter not in kept)
    if not is_plain or not axes or [k for k in given if k in kept] != list(kept):
        return None
    return lambda x: np.sum(x, axis=axes)


def _is_positive(p: Node) -> bool:
    """Whether this is a sigmoid or a softmax, or -p of a sigmoid p, in log1p(-p)."""
    if p.operation == "negative":
        return p.arguments[0].operation == "sigmoid"
    return p.operation in POSITIVE


synonyms = by_operation(
    dict.fromkeys([*ALWAYS, *OF_POSITIVE, *REDUCTIONS, "einsum"], synonym)
)
