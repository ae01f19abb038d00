"""What the parts of a model's state have to be: each is checked before it is believed.

A part says what a value must be, how it is written as plain data, and how it is read.
The shapes of arrays are given in letters, as in "k d": the same letter is the same
size, all through a model.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from pellucid.models import base, checks
from pellucid.models.networks.plain import unfit
from pellucid.regression.powers import filled

Sizes = dict[str, int]  # from a letter to a size
MOST = 2**48  # rows and units that a model may say it has


class Part(Protocol):
    """What a part of a model's state has."""

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Raise Unfit for a value that is not so."""

    def to_plain(self, value: Any) -> Any:
        """The value as plain data and arrays."""

    def from_plain(self, value: Any) -> Any:
        """The value that was written."""


class Plain:
    """A part that is plain data or an array as it stands."""

    def to_plain(self, value: Any) -> Any:
        """The value itself, a sparse matrix filled out."""
        return filled(value)

    def from_plain(self, value: Any) -> Any:
        """The value itself."""
        return value


@dataclass(frozen=True)
class Value(Plain):
    """Plain data that pass a test."""

    passes: Callable[[Any], bool]
    expected: str

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Test it."""
        if not self.passes(value):
            raise unfit(where, self.expected, value)


def whole(low: int = 0) -> Value:
    """A whole number from `low` up."""
    passes, expected = checks.count(low)
    return Value(lambda value: passes(value) and int(value) <= MOST, expected)


TEXT = Value(lambda value: isinstance(value, str), "text")
FLAG = Value(*checks.flag)
NUMBER = Value(checks.is_number, "a number")
NUMBERS = Value(
    lambda value: isinstance(value, list) and all(map(checks.is_number, value)),
    "a list of numbers",
)
ARRAYS = Value(
    lambda value: (
        isinstance(value, list)
        and all(isinstance(v, np.ndarray) and v.dtype.kind == "f" for v in value)
    ),
    "a list of arrays of numbers",
)
SIZE = Value(
    lambda value: checks.is_number(value) and bool(value >= 0), "a number from 0 up"
)
ABOVE = Value(*checks.positive())


def one_of(*choices: str) -> Value:
    """One of a few texts."""
    return Value(*checks.one_of(*choices))


class Sentences:
    """A tuple of texts, a list in files."""

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check that it is one."""
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise unfit(where, "a list of sentences", value)

    def to_plain(self, value: Any) -> Any:
        """The list."""
        return list(value)

    def from_plain(self, value: Any) -> Any:
        """The tuple."""
        return tuple(value)


@dataclass(frozen=True)
class Maybe:
    """A part, or None."""

    part: Part

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check what is there."""
        if value is not None:
            self.part.check(where, value, sizes)

    def to_plain(self, value: Any) -> Any:
        """None, or the part as it is written."""
        return None if value is None else self.part.to_plain(value)

    def from_plain(self, value: Any) -> Any:
        """None, or the part as it is read."""
        return None if value is None else self.part.from_plain(value)


@dataclass(frozen=True)
class Size(Plain):
    """A whole number that a letter stands for."""

    letter: str

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Bind the letter."""
        if type(value) is not int or not 0 < value <= MOST:
            raise unfit(where, "a whole number from 1 up", value)
        if sizes.setdefault(self.letter, value) != value:
            raise unfit(where, str(sizes[self.letter]), value)


@dataclass(frozen=True)
class ArrayOf(Plain):
    """An array of one of some shapes, "" for a number; finite unless it may not be."""

    shapes: tuple[str, ...]
    kinds: str = "f"
    finite: bool = True

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check kind, shape and cells."""
        array = np.asarray(value) if checks.is_number(value) else value
        shapes = " or ".join(f"({', '.join(shape.split())})" for shape in self.shapes)
        expected = f"an array of the shape {shapes}"
        if not isinstance(array, np.ndarray) or array.dtype.kind not in self.kinds:
            found = getattr(value, "dtype", value)
            raise unfit(where, f"{expected} of numbers", f"{found}")
        letters = [s.split() for s in self.shapes if len(s.split()) == array.ndim]
        if not any(agree(array.shape, shape, sizes) for shape in letters):
            known = {k: n for k, n in sizes.items() if k in expected and len(k) == 1}
            told = ", ".join(f"{k} = {n}" for k, n in known.items())
            raise unfit(where, f"{expected}{' with ' * bool(told)}{told}",
                        f"{array.shape}")  # fmt: skip
        if self.finite and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise unfit(where, "finite", "nan or infinity")


def agree(shape: tuple[int, ...], letters: list[str], sizes: Sizes) -> bool:
    """Whether a shape is what its letters say; then unknown letters are bound.

    >>> sizes = {"d": 3}
    >>> agree((2, 3), ["k", "d"], sizes), sizes, agree((4,), ["k"], sizes)
    (True, {'d': 3, 'k': 2}, False)
    """
    new = dict(sizes)
    for n, letter in zip(shape, letters, strict=True):
        if n != (int(letter) if letter.isdecimal() else new.setdefault(letter, n)):
            return False
    sizes |= new
    return True


def reals(*shapes: str) -> ArrayOf:
    """An array of finite numbers with a fraction."""
    return ArrayOf(shapes)


def records(*shapes: str) -> ArrayOf:
    """An array of numbers that tell of a fit; they may be nan."""
    return ArrayOf(shapes, finite=False)


@dataclass(frozen=True)
class Many:
    """A list of like parts, of which each has sizes of its own."""

    part: Part

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check each."""
        if not isinstance(value, list):
            raise unfit(where, "a list", value)
        for i, each in enumerate(value):
            self.part.check(f"{where}.{i}", each, {})

    def to_plain(self, value: Any) -> Any:
        """A list of them."""
        return [self.part.to_plain(each) for each in value]

    def from_plain(self, value: Any) -> Any:
        """A list of them."""
        return [self.part.from_plain(each) for each in value]


@dataclass(frozen=True)
class Fields:
    """An object of one of our own classes, field by field.

    `preset` gives the fields that are not kept; `later` are set when the object is
    there.
    """

    make: Callable[..., Any]
    parts: Mapping[str, Part]
    preset: Mapping[str, Any] = field(default_factory=dict)
    later: tuple[str, ...] = ()

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check the fields, each once."""
        if not isinstance(value, dict) or value.keys() != self.parts.keys():
            found = [*value] if isinstance(value, dict) else value
            raise unfit(where, f"an object with {', '.join(self.parts)}", found)
        for name, part in self.parts.items():
            part.check(f"{where}.{name}", value[name], sizes)

    def to_plain(self, value: Any) -> Any:
        """A dict of the fields."""
        return {name: part.to_plain(getattr(value, name))
                for name, part in self.parts.items()}  # fmt: skip

    def from_plain(self, value: Any) -> Any:
        """The object."""
        own = {name: part.from_plain(value[name]) for name, part in self.parts.items()}
        rest = {name: own.pop(name) for name in self.later}
        made = self.make(**own, **self.preset)
        for name, given in rest.items():
            setattr(made, name, given)
        return made


# -- what models have in common -------------------------------------------------------


@dataclass(frozen=True)
class Texts(Plain):
    """An array of different texts, such as names."""

    letter: str

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check kind and number."""
        n = sizes.get(self.letter)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "UO":
            raise unfit(where, "an array of texts", value)
        if value.ndim != 1 or not agree(value.shape, [self.letter], sizes):
            raise unfit(where, f"{n} texts", f"{len(value)}")
        if len(set(value.tolist())) < len(value):
            raise unfit(where, "texts that differ", f"{value.tolist()}")


@dataclass(frozen=True)
class Labels(Plain):
    """The classes: an array (c,) of different numbers, truths or texts, sorted."""

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check kind, number and order."""
        is_array = isinstance(value, np.ndarray) and value.dtype.kind in "biufUO"
        if not is_array or value.ndim != 1 or not len(value):
            raise unfit(where, "an array (c,) of classes", value)
        sizes["c"] = len(value)
        labels = value.tolist()
        if not all(a < b for a, b in itertools.pairwise(labels)):
            raise unfit(where, "different classes, sorted", labels)


@dataclass(frozen=True)
class Rows:
    """The shapes and types of the rows that a model was fitted to: X, y and weights."""

    def check(self, where: str, value: Any, sizes: Sizes) -> None:
        """Check that the rows are as many, and the features as known."""
        expected = "the shapes and types of X, y and weights"
        listed = isinstance(value, list) and 2 <= len(value) <= 3
        if not listed or not all(map(_is_kind, value)):
            raise unfit(where, expected, value)
        shapes = [tuple(shape) for shape, _ in value]
        letters = (["n", "d"], ["n", "k"], ["n"])
        for shape, known in zip(shapes, letters, strict=False):
            short = known[: max(len(shape), 1)]  # y may be (n,)
            if len(shape) != len(short) or not agree(shape, short, sizes):
                raise unfit(where, f"{expected} that go together", shapes)

    def to_plain(self, value: Any) -> Any:
        """Lists of sizes, with the name of a type."""
        return [[list(shape), dtype.name] for shape, dtype in value.kinds]

    def from_plain(self, value: Any) -> Any:
        """As an unpickled model has them: without the rows."""
        kinds = tuple((tuple(shape), np.dtype(name)) for shape, name in value)
        return base.FittedRows(None, kinds)


def _is_kind(value: Any) -> bool:
    """Whether a value is a shape, and the name of a type of numbers."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], list):
        return False
    whole = all(type(n) is int and 0 <= n <= MOST for n in value[0])
    return whole and value[1] in ("float64", "float32")


FEATURES: dict[str, Part] = {
    "n_features_in_": Size("d"),
    "feature_names_in_": Texts("d"),
}
HELD_OUT: dict[str, Part] = {"_held_out_error": SIZE}  # of who judged a regressor
