"""In which dtypes torch reads arguments: NumPy's, but for unsigned integers and places.

Torch stores unsigned integers of 16, 32 and 64 bits, and hardly computes with them.
They are computed in int64, and what comes out is wrapped around. In int64 every uint16
and uint32 is itself; a uint64 has the same bits, which is enough where an operation is
the same for both, and refused where it is not. So is a uint32 in int32, which costs
nothing by element: sums and products of hashes are seen as such.
"""

from __future__ import annotations

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.node import Node
from pellucid.graphs.operations import dtypes
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise
from pellucid.graphs.operations.dtypes import Dtypes
from pellucid.graphs.operations.indexing import places
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT, PLACED

WIDE = {np.dtype(np.uint16), np.dtype(np.uint32), np.dtype(np.uint64)}
LARGEST = np.dtype(np.uint64)
SIGNED = np.dtype(np.int64)
UNSIGNED_32, SIGNED_32 = np.dtype(np.uint32), np.dtype(np.int32)  # seen as one another

# Beside sums, products and moves, what gives the same bits of int64 and of uint64.
BITWISE = {"square", "prod", "cumprod", "bitwise_and", "bitwise_or", "bitwise_xor",
           "invert", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
           "logical_xor", "any", "all", "where"}  # fmt: skip


def is_widened(node: Node) -> bool:
    """Whether a node is computed in int64 in the place of unsigned integers."""
    stored = node.operation in ("cast", "assign")  # which torch has for every dtype
    if node.weak or stored or not node.arguments:
        return False
    return node.dtype in WIDE or any(dtype in WIDE for dtype in _reads(node))


def _reads(node: Node) -> Dtypes:
    """As NumPy reads; index arrays as torch takes them: masks, or of int64."""
    found = dtypes.reads(node)
    if facts_of(node.operation).reads is PLACED:
        given = [a.dtype for a in places(node)]
        where = [dtype if dtype.kind == "b" else SIGNED for dtype in given]
        found[len(found) - len(where) :] = where
    return found


def _is_of_bits(name: str) -> bool:
    """Whether an operation gives the same bits of int64 and of uint64."""
    return bool(facts_of(name).slope & (CONSTANT | BY_EACH)) or name in BITWISE


def is_of_32_bits(node: Node) -> bool:
    """Whether a step by element gives the same bits of int32 and of uint32."""
    wide = {dtype for dtype in (node.dtype, *_reads(node)) if dtype in WIDE}
    is_alike = node.dtype == UNSIGNED_32 and wide == {UNSIGNED_32}
    return is_alike and is_elementwise(node.operation) and _is_of_bits(node.operation)


def signed_reads(node: Node) -> Dtypes:
    """The dtypes of the arguments, with int64 in the place of unsigned integers.

    Raises
    ------
    PellucidError
        For a uint64 of which the sign counts.
    """
    found = _reads(node)
    if not is_widened(node):
        return found
    if LARGEST in {node.dtype, *found} and not _is_of_bits(node.operation):
        where = f"{node.line[0]}, line {node.line[1]}: " if node.line else ""
        raise PellucidError(
            f"{where}PyTorch cannot compute {node.operation} of uint64; pass int64 or "
            'float64 arrays, or run it with target="numpy".'
        )
    signed = SIGNED_32 if is_of_32_bits(node) else SIGNED
    return [signed if dtype in WIDE else dtype for dtype in found]
