"""How many cores there are to work on, as BLAS is told by a person."""

from __future__ import annotations

from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def blas_threads() -> int:
    """How many threads BLAS takes now, which a person may have limited."""
    found: list[dict[str, Any]] = blas().info()
    return max((each["num_threads"] for each in found), default=1)


@cache
def blas() -> ThreadpoolController:
    """What BLAS there is."""
    return ThreadpoolController().select(user_api="blas")
