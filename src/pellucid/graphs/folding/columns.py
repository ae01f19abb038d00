"""How an argument of a step moves from turn to turn, and for how long it does so.

A column is one argument of one step over the turns of a run. Each entry is a key that
says where it leads: (turn, item, access), access being the way into folded loops, or
("o", node) for what was there before the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Access = tuple[tuple[int, int | None, int | None], ...]
Key = tuple[Any, ...]
OUTSIDE = "o"
LAGS = 32  # turns that a value is carried at most


class Own(NamedTuple):
    """A value of the turn `lag` before (0: this turn), by its item and access.

    An access is a chain of (position in a folded loop, its turn there, how that moves);
    the turn is None for the last.
    """

    lag: int
    item: int
    access: Access


class Same(NamedTuple):
    """One value from outside for all turns."""


class Listed(NamedTuple):
    """A value from outside for each turn."""


Column = Own | Same | Listed


def column_of(keys: Sequence[Key], a: int) -> Column:
    """The column that the turns from `a` on suggest; the second tells most."""
    n = len(keys)
    b, c = min(a + 1, n - 1), min(a + 2, n - 1)
    first, key, later = keys[a], keys[b], keys[c]
    if _is_inside(later, a):
        lag = c - later[0]
        known = _is_inside(key, a)
        if c == b or not known or b - key[0] == lag:
            return Own(lag, later[1], _access(key if known else later, later, a, b, c))
    if _is_inside(key, a):
        return Own(b - key[0], key[1], _access(key, later, a, b, c))
    if late := _late(keys, a, c):
        return late
    if key[0] == OUTSIDE:
        return Same() if first == key == later else Listed()
    return Same() if first[:2] == key[:2] == later[:2] else Listed()


def _late(keys: Sequence[Key], a: int, c: int) -> Own | None:
    """The column of what is read many turns after, so that it begins late.

    Until then all comes from outside; the first that is read is of the turn a.
    """
    end = min(a + LAGS + 1, len(keys))
    t = next((t for t in range(c + 1, end) if _is_inside(keys[t], a)), None)
    if t is None or keys[t][0] != a:
        return None
    u = min(t + 1, len(keys) - 1)
    return Own(t - a, keys[t][1], _access(keys[t], keys[u], a, t, u))


def _is_inside(key: Key, a: int) -> bool:
    """Whether a key leads into the turns from a on."""
    return bool(key[0] != OUTSIDE and key[0] >= a)


def _access(key: Key, later: Key, a: int, b: int, c: int) -> Access:
    """The way into inner loops; of a place in them its value at 0 and its step."""
    if OUTSIDE in (later[0], key[0]):
        later = key = key if later[0] == OUTSIDE else later
        c = b
    steps: list[tuple[int, int | None, int | None]] = []
    for (position, k), (_, next_k) in zip(key[2], later[2], strict=False):
        if k is None:
            steps.append((position, None, None))
            continue
        step = next_k - k if c > b and next_k is not None else 0
        steps.append((position, k - step * (b - a), step))
    return tuple(steps)


def holding(keys: Sequence[Key], column: Column, a: int, end: int) -> int:
    """Up to which turn the entries from `a` on are as the column says."""
    if isinstance(column, Same):
        first = keys[a]
        others = (t for t in range(a, end) if keys[t] != first)
    elif isinstance(column, Listed):
        others = (t for t in range(a, end) if _is_inside(keys[t], a))
    else:
        lag, item, access = column
        begun = min(a + lag, end)
        for t in range(a, begun):
            if _is_inside(keys[t], a):
                return t
        others = (
            t for t in range(begun, end)
            if (key := keys[t])[0] != t - lag or key[1] != item
            or not (access == key[2] == () or _leads(access, key[2], t - a))
        )  # fmt: skip
    return next(others, end)


def _leads(access: Access, way: tuple[tuple[int, int | None], ...], t: int) -> bool:
    """Whether a way into inner loops is that of an access in this turn."""
    if len(access) != len(way):
        return False
    for (position, base, step), (p, k) in zip(access, way, strict=True):
        if position != p or (base is None) != (k is None):
            return False
        if base is not None and step is not None and k != base + step * t:
            return False
    return True
