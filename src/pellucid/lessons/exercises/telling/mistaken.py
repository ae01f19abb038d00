"""A known mistake in one of several results, or with a factor besides; their order."""

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


def mistaken(view: View) -> str:
    """Say which known mistake gives this part of the result."""
    for mistake in view.exercise.mistakes:
        if not mistake.seen and view.holds(gives, view, mistake.function):
            return mistake.sentence
    return ""


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
