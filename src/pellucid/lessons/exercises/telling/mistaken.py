"""Several results: a known mistake in one of them, their order, lists of arrays."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Function
from pellucid.lessons.exercises.telling.evidence import Pair, View
from pellucid.lessons.exercises.telling.scaling import factor

MOST = 6  # results whose order is looked at
FEW = 2  # wrong places that may agree with a mistake by chance


def mistaken(view: View, keys: Sequence[Any], wrong: Sequence[Any]) -> str:
    """Say which known mistake gives one of the wrong parts, and spoils no right one."""
    kept = [view.part(key, "") for key in keys if key not in wrong]
    spoilt = [view.part(key, "") for key in wrong]
    for mistake in view.exercise.mistakes:
        function = mistake.function
        if mistake.seen or not all(part.holds(gives, part, function) for part in kept):
            continue
        if any(part.holds(gives, part, function) for part in spoilt):
            return mistake.sentence
    return ""


def mistaken_where_wrong(view: View) -> str:
    """Say which known mistake gives all that is wrong, where some of it is right."""
    places = sum(int(np.sum(wrong_places(pair, pair.right))) for pair in view.wrong)
    for mistake in view.exercise.mistakes:
        if (
            places > FEW
            and not mistake.seen
            and all(explains(pair, view, mistake.function) for pair in view.wrong)
        ):
            return mistake.sentence
    return ""


def explains(pair: Pair, view: View, function: Function) -> bool:
    """Tell whether each wrong place of a result holds what a mistake gives there."""
    try:
        given = np.asarray(gives(pair, view, function))
        wrong = wrong_places(pair, pair.right)
        return not np.any(wrong & wrong_places(pair, given))
    except Exception:  # a mistake that stops, or gives another shape
        return False


def wrong_places(pair: Pair, right: Any) -> Any:
    """Where what came is not what is meant to stand there."""
    came, right = np.asarray(pair.came), np.asarray(right)
    if came.shape != right.shape:
        raise ValueError("another shape")
    return ~np.isclose(came, right, rtol=1e-6, atol=1e-10)


def mistaken_and_scaled(view: View) -> str:
    """Say which known mistake gives what came but for a factor, and which factor."""
    for mistake in view.exercise.mistakes:
        pairs = []
        for pair in view.pairs:
            with contextlib.suppress(Exception):  # a mistake that stops is not it
                pairs.append(replace(pair, right=gives(pair, view, mistake.function)))
        shapes = all(np.shape(p.came) == np.shape(p.right) for p in pairs)
        if mistake.seen or len(pairs) < len(view.pairs) or not shapes:
            continue
        sentence = factor(replace(view, pairs=pairs, it="Besides, what came"))
        if sentence and "always" not in sentence:
            return f"{mistake.sentence} {sentence}"
    return ""


def gives(pair: Pair, view: View, function: Function) -> Any:
    """What a program gives for the inputs of a pair."""
    return view.look(function, pair.args)


def reordered(view: View, keys: Sequence[Any], names: Sequence[str]) -> str:
    """Say that all results are right, and stand in another order."""
    if len(keys) > MOST:
        return ""
    for order in itertools.permutations(keys):
        if all(map(stands(view), order, keys)):
            here = ", ".join(names[keys.index(key)] for key in order)
            return (f"All results are right, but in another order: yours is {here}. "
                    "Return them in the order that is asked.")  # fmt: skip
    return ""


def stands(view: View) -> Callable[[Any, Any], bool]:
    """Tell whether at one place there came, on all inputs, what belongs to another."""
    known: dict[tuple[Any, Any], bool] = {}

    def there(belongs: Any, place: Any) -> bool:
        if (belongs, place) not in known:
            known[belongs, place] = all(
                same(p.came[place], p.right[belongs], view.rtol) for p in view.pairs
            )
        return known[belongs, place]

    return there


def of_one_shape(view: View) -> bool:
    """Tell whether lists of arrays came, in varying number, of the right shapes."""
    lists = all(isinstance(p.right, list) and np.ndim(p.right[0]) for p in view.pairs)
    return (
        lists
        and len({len(p.right) for p in view.pairs}) > 1
        and all(
            list(map(shape_of, p.came)) == list(map(shape_of, p.right))
            for p in view.pairs
        )
    )


def shape_of(part: Any) -> Any:
    """The shape of an array; a list has none."""
    return getattr(part, "shape", None)


def strung(view: View) -> View:
    """The same with the arrays of each list put behind each other, as one."""

    def one(value: Any) -> Any:
        return np.concatenate([np.ravel(part) for part in value])

    pairs = [Pair(p.args, one(p.right), one(p.came)) for p in view.pairs]
    return replace(view, pairs=pairs, look=lambda *of: one(view.look(*of)))
