"""Rows are visited in blocks that stay in the cache, on all cores.

A visit is cut into parts, and each part into blocks. The parts do not depend on how
many cores there are, and what they find is given in their order, so that sums are the
same to the bit on every machine with one kind of arithmetic.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

T = TypeVar("T")

CACHE = 2**19  # bytes that a block of rows may take
FEWEST, MOST = 64, 4096  # rows of a block
PARTS = 16  # of a visit at most
ENOUGH = 8  # usual blocks of a part at least: fewer do not pay for a thread
WIDE = 512  # columns from which products are large enough for BLAS's own threads

_visiting = threading.Lock()  # one visit at a time takes all cores


def rows_a_block(columns: int) -> int:
    """How many rows of so many float64 fill the cache, a power of two.

    Examples
    --------
    >>> rows_a_block(1), rows_a_block(100), rows_a_block(10_000)
    (4096, 512, 64)
    """
    rows = MOST
    while rows > FEWEST and rows * columns * 8 > CACHE:
        rows //= 2
    return rows


def visited(
    work: Callable[[list[slice]], T], n: int, columns: int, size: int | None = None
) -> list[T]:
    """What `work` finds of the blocks of each part of n rows, in their order.

    `size` is how many rows a block has, unless what fills the cache.

    Parts are worked on by as many threads as BLAS would take, which meanwhile takes one
    itself. Rows so wide that a block is work enough for all cores stay with BLAS, and
    so does a visit that begins while another is under way.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.arange(6.0).reshape(3, 2)
    >>> sum(visited(lambda blocks: sum(X[rows].sum() for rows in blocks), 3, 2))
    np.float64(15.0)
    """
    return [*visits(work, n, columns, size)]


def visits(
    work: Callable[[list[slice]], T], n: int, columns: int, size: int | None = None
) -> Iterator[T]:
    """The same one after another, so that large finds need not be kept."""
    usual = rows_a_block(columns)
    size = size or usual
    if n <= size:
        yield work([slice(0, n)] if n else [])
        return
    parts = parts_of(n, size, max(1, ENOUGH * usual // size))
    if len(parts) == 1 or columns >= WIDE or not _visiting.acquire(blocking=False):
        yield from map(work, parts)
        return
    try:
        cores = blas_threads()
        if cores == 1:
            yield from map(work, parts)
            return
        with _blas().limit(limits=1), ThreadPoolExecutor(cores) as pool:
            yield from pool.map(work, parts)
    finally:
        _visiting.release()


def parts_of(n: int, size: int, fewest: int = ENOUGH) -> list[list[slice]]:
    """The blocks of n rows, part by part, with so many blocks in each at least.

    Examples
    --------
    >>> parts_of(5, 2)
    [[slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]]
    """
    blocks = [slice(i, min(i + size, n)) for i in range(0, n, size)]
    each = max(fewest, -(-len(blocks) // PARTS))
    return [blocks[i : i + each] for i in range(0, len(blocks), each)]


def blas_threads() -> int:
    """How many threads BLAS takes now, which a person may have limited."""
    found: list[dict[str, Any]] = _blas().info()
    return max((blas["num_threads"] for blas in found), default=1)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")
