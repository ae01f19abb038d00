"""What is made when it is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class Later:
    """A value that is made when it is first asked for; copied and pickled as a value.

    Examples
    --------
    >>> later = Later(lambda: print("made") or 3)
    >>> later.value, later.value
    made
    (3, 3)
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @functools.cached_property
    def value(self) -> Any:
        """The value, made once."""
        return self._make()

    def __reduce__(self) -> Any:
        return made, (self.value,)


def made(value: Any) -> Later:
    """A value that there is already."""
    return Later(lambda: value)
