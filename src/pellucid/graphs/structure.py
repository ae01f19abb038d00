"""Arguments and results that are nested tuples, lists and dicts of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.foreign import is_labelled, strange


def mapped(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply a function to every leaf, and to the leaves at its place in the others."""
    if isinstance(tree, dict):
        return {k: mapped(function, tree[k], *(o[k] for o in others)) for k in tree}
    if isinstance(tree, (tuple, list)):
        parts = [mapped(function, *part) for part in zip(tree, *others, strict=True)]
        # A named tuple takes its fields one by one, a plain tuple as one sequence.
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return function(tree, *others)


def leaves(tree: Any) -> Iterator[Any]:
    """Every leaf, in order."""
    for _, leaf in paths(tree):
        yield leaf


def paths(
    tree: Any, path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf with the keys that lead to it."""
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from paths(part, (*path, key))
    elif isinstance(tree, (tuple, list)):
        for position, part in enumerate(tree):
            yield from paths(part, (*path, position))
    else:
        yield path, tree


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    """The part of a tree to which the keys lead."""
    for key in path:
        tree = tree[key]
    return tree


def path_text(path: tuple[Any, ...]) -> str:
    """A path as a person writes it: `p["W"][0]`."""
    return str(path[0]) + "".join(f"[{key!r}]" for key in path[1:])


def matched(
    expected: dict[str, Any], given: dict[str, Any], title: str
) -> dict[Any, Any]:
    """Pair the input nodes of an expected structure with the values that came.

    Raises PellucidError when the structure, a shape or a constant differs.
    """
    pairs = {}
    theirs = dict(paths(given))
    ours = dict(paths(expected))
    if theirs.keys() != ours.keys():
        path = next(iter(theirs.keys() ^ ours.keys()))
        state = "is missing" if path in ours else "was not there when it was recorded"
        raise PellucidError(f"{title}: the argument {path_text(path)} {state}.")
    for path, leaf in ours.items():
        value = theirs[path]
        if hasattr(leaf, "operation"):
            _same_shape(path, leaf.shape, np.shape(value), title)
            reason = strange(value)
            if reason:
                message = f"{title}: the argument {path_text(path)} is {reason}."
                raise PellucidError(message)
            pairs[leaf] = _as_float(value) if leaf.dtype.kind == "f" else value
        elif not _same(leaf, value):
            was, came = map(_shown, (leaf, value))
            message = (
                f"{title}: the graph was recorded with {path_text(path)} = {was}, a "
                f"constant; {came} needs a graph of its own."
            )
            raise PellucidError(message)
    return pairs


def _as_float(value: Any) -> Any:
    """An integer is taken as a float where one was recorded."""
    if isinstance(value, int):
        return float(value)
    is_integer = getattr(value, "dtype", np.dtype(float)).kind in "iub"
    return value.astype(float) if is_integer else value


def _same(a: Any, b: Any) -> bool:
    if is_labelled(a) and hasattr(a, "equals"):
        return bool(a.equals(b))
    return a is b or bool(np.array_equal(a, b))


def _shown(value: Any) -> str:
    """A constant as a message names it; a table has many lines."""
    return f"another {type(value).__name__}" if is_labelled(value) else repr(value)


def _same_shape(path: Any, expected: Any, came: Any, title: str) -> None:
    if expected != came:
        message = (
            f"{title}: the graph was recorded with {path_text(path)} of shape "
            f"{expected}; shape {came} needs a graph of its own."
        )
        raise PellucidError(message)
