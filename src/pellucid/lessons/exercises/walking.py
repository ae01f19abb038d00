"""A function is walked line by line: which variable got which value where."""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.lessons.exercises.values import encoded

LONGEST = 2_000  # values that are noted: nobody writes so many lines by hand


def walked(
    function: Callable[..., Any], args: tuple[Any, ...], names: Sequence[str]
) -> list[Any]:
    """Note, line after line, which of the named variables got which value.

    Gives [line, name, encoded value] for every change, also one within an array.
    """
    code = getattr(function, "__code__", None)
    if not names or code is None:
        return []
    notes: list[Any] = []
    last: dict[str, Any] = {}
    line = code.co_firstlineno

    def look(frame: Any, event: str, value: Any) -> Any:
        nonlocal line
        if frame.f_code is not code or len(notes) > LONGEST:
            return None
        here = frame.f_locals
        for name in names:
            if name in here and (now := encoded(here[name])) != last.get(name):
                last[name] = now
                notes.append([line, name, now])
        line = frame.f_lineno
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(*copy.deepcopy(args))
    except BaseException:
        return notes  # why it stopped is told elsewhere
    finally:
        sys.settrace(before)
    return notes
