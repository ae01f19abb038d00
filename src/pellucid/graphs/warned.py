"""What NumPy and Python warn of while something runs: of numbers, or of anything."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


class Noted:
    """Whether NumPy had something to say of numbers: a division by 0, an overflow."""

    anything = False

    def __call__(self, kind: str, flag: int) -> None:
        """What NumPy calls in the place of warning."""
        self.anything = True


@contextlib.contextmanager
def noting() -> Iterator[Noted]:
    """While this holds, what NumPy would warn of, or raise, is noted alone."""
    noted = Noted()
    ways: Any = {kind: "ignore" if way == "ignore" else "call"
                 for kind, way in np.geterr().items()}  # fmt: skip
    with np.errstate(call=noted, **ways):
        yield noted


def warning_settings() -> Any:
    """How warnings are shown now, Python's and NumPy's."""
    return list(warnings.filters), np.geterr()


@contextlib.contextmanager
def showing() -> Iterator[list[Any]]:
    """While this holds, the warnings that this thread shows are noted, and shown."""
    shown: list[Any] = []
    with _lock:
        if not _listening:
            _hook[:] = warnings.showwarning, _heard_before(warnings.showwarning)
            warnings.showwarning = _hook[1]
        _listening.append((threading.get_ident(), shown))
    try:
        yield shown
    finally:
        with _lock:
            _listening[:] = [each for each in _listening if each[1] is not shown]
            if not _listening and warnings.showwarning is _hook[1]:
                warnings.showwarning = _hook[0]


# Threads share one hook; the last takes it away.
_listening: list[tuple[int, list[Any]]] = []
_hook: list[Any] = []
_lock = threading.Lock()


def _heard_before(show: Callable[..., None]) -> Callable[..., None]:
    """What notes a warning for the thread that shows it, and shows it."""

    def heard(*args: Any, **kwargs: Any) -> None:
        for thread, shown in tuple(_listening):
            if thread == threading.get_ident():
                shown.append(args[0])
        show(*args, **kwargs)

    return heard
