"""The result is right in most places, or for most inputs; where is it wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import Pair, View
from pellucid.lessons.exercises.telling.shown import given, shown
from pellucid.lessons.exercises.telling.sizes import number, sizes


def first(shape: tuple[int, ...]) -> Any:
    """The first place along axis 0."""
    mask = np.zeros(shape, bool)
    mask[:1] = True
    return mask


def last(shape: tuple[int, ...]) -> Any:
    """The last place along axis 0."""
    return first(shape)[::-1]


def matrix(shape: tuple[int, ...]) -> tuple[int, int]:
    """A shape with rows and columns; others are not meant."""
    rows, columns = shape
    return rows, columns


def border(shape: tuple[int, ...]) -> Any:
    """The rows and columns at the edge."""
    mask = np.ones(matrix(shape), bool)
    mask[1:-1, 1:-1] = False
    return mask


Masks = list[tuple[Pair, Any]]
REGIONS: tuple[tuple[Callable[[tuple[int, ...]], Any], str], ...] = (
    (first, "in the first place along axis 0"),
    (last, "in the last place along axis 0"),
    (lambda s: first(s) | last(s), "in the first and the last place along axis 0"),
    (lambda s: ~first(s), "after the first place along axis 0"),
    (lambda s: ~last(s), "before the last place along axis 0"),
    (lambda s: np.eye(*matrix(s)) == 1, "on the diagonal"),
    (lambda s: np.eye(*matrix(s)) == 0, "beside the diagonal"),
    (lambda s: np.tri(*matrix(s), k=-1) == 1, "below the diagonal"),
    (lambda s: np.tri(*matrix(s)) == 0, "above the diagonal"),
    (lambda s: first(matrix(s)[::-1]).T, "in the first column"),
    (lambda s: last(matrix(s)[::-1]).T, "in the last column"),
    (lambda s: ~first(matrix(s)[::-1]).T, "after the first column"),
    (lambda s: ~last(matrix(s)[::-1]).T, "before the last column"),
    (border, "at the border"),
)  # fmt: skip
SIGNS: tuple[tuple[Callable[[Any], Any], str], ...] = (
    (lambda a: a == 0, "is 0"),
    (lambda a: a < 0, "is negative"),
    (lambda a: a <= 0, "is not positive"),
    (lambda a: a > 0, "is positive"),
    (lambda a: a >= 0, "is not negative"),
    (lambda a: a == 1, "is 1"),
    (lambda a: a < 1, "is below 1"),
    (lambda a: a > 1, "is above 1"),
    (lambda a: a < -1, "is below -1"),
    (lambda a: a > 0.5, "is above 0.5"),
    (lambda a: a < 0.5, "is below 0.5"),
    (lambda a: np.abs(a) > 1, "is beyond -1 to 1"),
    (lambda a: np.abs(a) < 1, "is between -1 and 1"),
    (lambda a: a % 2 == 1, "is odd"),
    (lambda a: a % 2 == 0, "is even"),
    (lambda a: np.abs(a) > 30, "is large"),
)  # fmt: skip


def nonfinite(view: View) -> str:
    """Say that nan or infinity came, and for which input."""
    single = all(one_row(p) for p in view.pairs if broken(p))
    for pair in sorted(view.pairs, key=lambda p: len(repr(p.args))):
        came, right = np.asarray(pair.came, float), np.asarray(pair.right, float)
        if not broken(pair):
            continue
        nan = bool(np.isnan(came[np.isfinite(right)]).any())
        example = given(view.names, pair.args)
        fit = (f"{shown(pair.right)} is right" if np.size(right) <= 12
               else "finite numbers are right")  # fmt: skip
        return (f"{view.it} holds {'nan' if nan else 'infinity'} for {example}, and "
                f"{fit}; perhaps {why(pair, nan, single)}.")  # fmt: skip
    return ""


def broken(pair: Pair) -> bool:
    """Tell whether nan or infinity came where a number is right."""
    came, right = np.asarray(pair.came, float), np.asarray(pair.right, float)
    return bool((~np.isfinite(came) & np.isfinite(right)).any())


def one_row(pair: Pair) -> bool:
    """Tell whether there is a single row or entry in an argument."""
    return any(np.shape(a)[:1] == (1,) for a in pair.args)


def why(pair: Pair, nan: bool, single: bool) -> str:
    """Say where nan and infinity come from."""
    numbers = [np.asarray(a, float).ravel() for a in pair.args
               if isinstance(a, np.ndarray | float | int)
               and np.asarray(a).dtype.kind in "fiu"]  # fmt: skip
    every = np.concatenate(numbers) if numbers else np.zeros(0)
    if np.any(np.abs(every) > 300):
        return (
            "a large number overflows in `exp` or a power"
            + ", and infinity - infinity or infinity / infinity is nan" * nan
        )
    if any(np.size(a) == 0 for a in pair.args if isinstance(a, np.ndarray)):
        return "the mean or the quotient of nothing is 0/0"
    if np.any(every == 0) or np.any(every == 1):
        return ("0/0, or 0 times the logarithm of 0, is nan" if nan
                else "a division by 0, or the logarithm of 0")  # fmt: skip
    if single:
        return ("with one row something is divided by 0 (n - 1, a spread), or a root "
                "or a logarithm of a negative number is taken")  # fmt: skip
    return ("0/0, infinity - infinity, or a root or logarithm of a negative number"
            if nan else "a division by 0, a logarithm of 0, an overflow")  # fmt: skip


def place(view: View) -> str:
    """Say in which places the result is wrong, if that is one rule."""
    masks = [(pair, ~np.isclose(np.asarray(pair.came, float),
                                np.asarray(pair.right, float), rtol=1e-5, atol=1e-10))
             for pair in view.wrong]  # fmt: skip
    if all(mask.all() or not mask.ndim for _, mask in masks):
        return ""
    for region, where, words in regions(view):
        if exactly(masks, region, where):
            return f"{view.it} is wrong just {words}{rest(masks)}."
    for region, where, words in regions(view):
        if inside(masks, region, where):
            return f"{view.it} is wrong only {words}{rest(masks)}."
    return ""


Region = Callable[[Pair, Any, Callable[..., Any]], Any]


def regions(view: View) -> Iterator[tuple[Region, Callable[..., Any], str]]:
    """Where the result may be wrong: by place, by an argument, by what is right."""
    for shaped, words in REGIONS:
        yield (lambda pair, mask, of: of(mask.shape)), shaped, words
    for i, name in enumerate(view.names):
        for rule, words in SIGNS:
            yield partial(same_shape, i), rule, f"where `{name}` {words}"
    for rule, words in SIGNS if view.whole else ():
        yield (lambda p, mask, of: of(np.asarray(p.right))), rule, f"where it {words}"


def exactly(masks: Masks, region: Region, where: Callable[..., Any]) -> bool:
    """Tell whether the wrong places are those of a region, in several tries."""
    try:
        mixed = sum(bool(mask.any() and not mask.all()) for _, mask in masks)
        return mixed > 1 and all(
            np.array_equal(mask, region(pair, mask, where)) for pair, mask in masks
        )
    except Exception:  # a region that this shape does not have
        return False


def inside(masks: Masks, region: Region, where: Callable[..., Any]) -> bool:
    """Tell whether all wrong places lie in a region that is the smaller part.

    In the larger part they may lie by chance.
    """
    try:
        pairs = [(mask, region(pair, mask, where)) for pair, mask in masks]
        places = sum(int(mask.sum()) for mask, _ in pairs)
        small = sum(int(part.sum()) for _, part in pairs)
        return (all(not (mask & ~part).any() for mask, part in pairs) and places > 3
                and 2 * small < sum(part.size for _, part in pairs))  # fmt: skip
    except Exception:  # a region that this shape does not have
        return False


def same_shape(i: int, pair: Pair, mask: Any, rule: Callable[..., Any]) -> Any:
    """Where a rule holds for an argument that has one number for each place."""
    if np.shape(pair.args[i]) != mask.shape:
        raise ValueError("another shape")
    return rule(np.asarray(pair.args[i]))


def rest(masks: Masks) -> str:
    """Show one wrong place: what came and what is right."""
    pair, mask = next(each for each in masks if each[1].any())
    at = tuple(int(i) for i in np.argwhere(mask)[0])
    where = f"[{', '.join(map(str, at))}]"
    return (f": at {where} it is {shown(np.asarray(pair.came)[at])}, and should be "
            f"{shown(np.asarray(pair.right)[at])}")  # fmt: skip


def occasion(view: View) -> str:
    """Say for which inputs the result is wrong, if that is one rule."""
    wrong = view.wrong
    if len(wrong) == len(view.pairs):
        return ""
    bad = [any(pair is each for each in wrong) for pair in view.pairs]
    several = 1 < len(wrong) < len(view.pairs) - 1  # else any rule fits by chance
    quantities = dict(sizes(view)) if several else {}
    for i, name in enumerate(view.names):
        if [pair.args[i] is True for pair in view.pairs] == bad:
            return f"when `{name}` is True"
        if [pair.args[i] is False for pair in view.pairs] == bad:
            return f"when `{name}` is False"
        if several and all(number(pair.args[i]) for pair in view.pairs):
            quantities[f"`{name}`"] = [pair.args[i] for pair in view.pairs]
    for label, values in quantities.items():
        for rule, words in SIGNS:
            if [bool(rule(value)) for value in values] == bad:
                return f"when {label} {words}"
    items = list(quantities.items())
    if min(sum(bad), len(bad) - sum(bad)) < 2:  # of two sizes one is larger by chance
        return ""
    for one, n in items:
        for two, d in items:
            if [a > b for a, b in zip(n, d, strict=True)] == bad:
                return f"when {one} is larger than {two}"
            if one != two and [a != b for a, b in zip(n, d, strict=True)] == bad:
                return f"when {one} is not {two}"
    return ""
