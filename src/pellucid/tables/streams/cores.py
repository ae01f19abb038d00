"""How many cores there are to work on, as BLAS is told by a person."""

from __future__ import annotations

from functools import cache
from threading import Lock
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


class OneThread:
    """BLAS takes one thread while some task of this process is under way.

    So tasks side by side do not fight for cores: those of a worker of a cluster, which
    begin and end at any time.

    Examples
    --------
    >>> with OneThread():
    ...     blas_threads()
    1
    """

    _lock = Lock()
    _tasks = 0
    _limits: Any = None

    def __enter__(self) -> None:
        with OneThread._lock:
            if not OneThread._tasks:
                OneThread._limits = blas().limit(limits=1)
            OneThread._tasks += 1

    def __exit__(self, *_: object) -> None:
        with OneThread._lock:
            OneThread._tasks -= 1
            if not OneThread._tasks:
                OneThread._limits.restore_original_limits()
