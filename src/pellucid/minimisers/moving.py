"""What a cost itself moves, beside the parameters that a method learns.

The running mean of a batch normalisation and the key of random masks are set anew by
each step, and not differentiated. They are leaves of the start like all others, marked
in a structure like it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.errors import MinimiseError


def marks(start: Any, moving: Any) -> list[bool]:
    """Whether each leaf of the start moves by itself.

    `moving` is True or False, or a structure like the start's; None and an entry of a
    dict that is left out are False.

    >>> marks([{"W": 1.0, "mean": 2.0}, 3.0], [{"mean": True}, None])
    [False, True, False]
    """
    return [bool(mark) for _, mark in beside(start, moving)]


def beside(tree: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Each leaf of a tree with what stands there in another; None where none does."""
    if isinstance(tree, dict):
        parts = other if isinstance(other, dict) else dict.fromkeys(tree, other)
        if unknown := parts.keys() - tree.keys():
            raise MinimiseError(f"start has no {min(map(str, unknown))!r} to move.")
        for key, part in tree.items():
            yield from beside(part, parts.get(key))
    elif isinstance(tree, (tuple, list)):
        entries = other if isinstance(other, (tuple, list)) else [other] * len(tree)
        if len(entries) != len(tree):
            message = f"start has {len(tree)} entries where {len(entries)} are told of"
            raise MinimiseError(f"{message} in what moves: give None for the others.")
        for part, of_it in zip(tree, entries, strict=True):
            yield from beside(part, of_it)
    else:
        yield tree, other
