"""Unsigned integers of 16, 32 and 64 bits, of which PyTorch stores but hardly computes.

They are computed in int64, and what comes out is wrapped around. In int64 every uint16
and uint32 is itself; a uint64 has the same bits, which is enough where an operation is
the same for both, and refused where it is not.
"""

from __future__ import annotations

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.node import Node
from pellucid.running import torch_reads
from pellucid.running.torch_reads import Dtypes

WIDE = {np.dtype(np.uint16), np.dtype(np.uint32), np.dtype(np.uint64)}
LARGEST = np.dtype(np.uint64)
SIGNED = np.dtype(np.int64)

# What gives the same bits of int64 and of uint64.
BITWISE = {"add", "subtract", "multiply", "negative", "positive", "square", "sum",
           "prod", "cumsum", "cumprod", "bitwise_and", "bitwise_or", "bitwise_xor",
           "invert", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
           "logical_xor", "any", "all", "where", "index", "reshape", "transpose",
           "broadcast_to", "concatenate", "stack", "matmul", "dot", "diagonal", "copy",
           "scatter"}  # fmt: skip
# Torch has these for every dtype.
STORED = {"cast", "assign"}


def is_widened(node: Node) -> bool:
    """Whether a node is computed in int64 in the place of unsigned integers."""
    if node.weak or node.operation in STORED or not node.arguments:
        return False
    return node.dtype in WIDE or any(d in WIDE for d in _own_reads(node))


def _own_reads(node: Node) -> list[np.dtype[np.generic]]:
    pairs = zip(node.arguments, torch_reads.reads(node), strict=True)
    return [dtype or a.dtype for a, dtype in pairs]


def reads(node: Node) -> Dtypes:
    """As `torch_reads.reads`, with int64 in the place of unsigned integers.

    Raises
    ------
    PellucidError
        For a uint64 of which the sign counts.
    """
    found = torch_reads.reads(node)
    if not is_widened(node):
        return found
    own = _own_reads(node)
    if LARGEST in {node.dtype, *own} and node.operation not in BITWISE:
        where = f"{node.line[0]}, line {node.line[1]}: " if node.line else ""
        raise PellucidError(
            f"{where}PyTorch cannot compute {node.operation} of uint64; pass int64 or "
            'float64 arrays, or run it with target="numpy".'
        )
    pairs = zip(found, own, strict=True)
    return [SIGNED if actual in WIDE else dtype for dtype, actual in pairs]
