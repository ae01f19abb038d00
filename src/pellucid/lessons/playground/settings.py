"""What is chosen in the playground: read from a link, and written as one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pellucid.errors import PellucidError
from pellucid.lessons.playground.choices import (
    ACTIVATIONS,
    DATA,
    FEATURES,
    METHODS,
    PENALTIES,
    STARTS,
)

MOST_POINTS = 2000  # drawn by hand, or taken from a file
MOST_STEPS = 50_000
MOST_CLASSES = 6
WEIGHT = re.compile(r"[Wb]\d(\.\d+){1,2}")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
Rows = tuple[tuple[float, float, float], ...]


class Refused(PellucidError, ValueError):  # noqa: N818 (a wish is refused, in a sentence)
    """What was asked of the playground cannot be done; the reason is one sentence."""


@dataclass(frozen=True)
class Settings:
    """Everything that a picture of the playground is made of."""

    data: str = "moons"
    n: int = 200
    noise: float = 0.3
    test: int = 30  # per cent of the points
    seed: int = 1
    rows: Rows = ()  # points of one's own: x1, x2 and class, or x, 0 and y
    names: tuple[str, ...] = ()  # of a file: two features and the target
    labels: tuple[str, ...] = ()  # of its classes; none for a number
    features: tuple[str, ...] = ("x1", "x2")
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    start: str = "glorot"
    method: str = "Adam"
    rate: float = 0.03
    penalty: str = "none"
    strength: float = 0.01
    batch: int = 0  # 0: all rows at once
    steps: int = 0  # taken when the link was made
    across: str = "W1.0.0"  # the two weights of the cost surface
    along: str = "W1.1.0"
    rival: str = "gradient descent"  # the other method of the race
    rival_rate: float = 0.3
    begin: tuple[float, float] = (-0.8, 0.8)  # of the race, from -1 to 1 on the map

    @property
    def kind(self) -> str:
        """What is learned: "classes", "number", or a "curve" over one input."""
        if self.data == "file":
            return "classes" if self.labels else "number"
        return DATA[self.data].kind

    @property
    def classes(self) -> int:
        """How many classes there are; 1 for a number."""
        if self.kind != "classes":
            return 1
        if self.data == "file":
            return len(self.labels)
        if self.data == "drawn":
            return max(2, 1 + int(max((row[2] for row in self.rows), default=1)))
        return DATA[self.data].classes

    def changed(self, changes: Mapping[str, str]) -> Settings:
        """Change what is named, each from text; what hangs on it follows.

        Raises
        ------
        Refused
            For a name that there is not, or a value that cannot be.
        """
        read = {name: _read(name, text) for name, text in changes.items()}
        if "method" in read and "rate" not in read:
            read["rate"] = METHODS[read["method"]].rate
        if "rival" in read and "rival_rate" not in read:
            read["rival_rate"] = METHODS[read["rival"]].rate
        if "data" in read and "rows" not in read and read["data"] != self.data:
            read["rows"] = ()
        after = replace(self, **read)
        if self.kind == "curve" and after.kind != "curve" and "features" not in read:
            after = replace(after, features=Settings.features)  # x2 is there again
        return after._fitting()

    def _fitting(self) -> Settings:
        """Leave out what these data have not; refuse what cannot be learned from."""
        if not self.features:
            raise Refused("Choose one feature at least: the network needs an input.")
        usable = tuple(f for f in self.features if f in available(self.kind))
        self._refuse_odd_rows()
        return replace(self, features=usable or ("x1",))

    def _refuse_odd_rows(self) -> None:
        """Refuse rows that cannot be points of these data."""
        if self.data not in ("drawn", "drawn curve", "file"):
            return
        if self.data == "file" and (len(self.names) != 3 or not self.rows):
            raise Refused("The link names a file, but holds no rows of it.")
        if self.kind == "classes":
            most = len(self.labels) or MOST_CLASSES
            odd = [row for row in self.rows if row[2] not in range(most)]
            if odd:
                raise Refused(
                    f"A class is a whole number below {most}, not {odd[0][2]:g}."
                )


def available(kind: str) -> list[str]:
    """The features that data of a kind can have."""
    return [
        name
        for name in FEATURES
        if kind != "curve" or "x2" not in FEATURES[name].inputs
    ]


def of_link(link: str) -> Settings:
    """Read what comes after the # of a link.

    Raises
    ------
    Refused
        With what is wrong, in one sentence.
    """
    try:
        pairs = (
            parse_qsl(link.lstrip("#"), strict_parsing=True) if link.strip("#") else []
        )
    except ValueError:
        raise Refused("The link is broken: it is no list of name=value.") from None
    return Settings().changed(dict(pairs))


def to_link(settings: Settings) -> str:
    """Write what differs from what stands there at first.

    >>> to_link(Settings(data="xor", hidden=(3,)))
    'data=xor&hidden=3'
    >>> of_link("data=xor&hidden=3") == Settings(data="xor", hidden=(3,))
    True
    """
    usual = Settings()
    differing = {name: text for name, text in to_text(settings).items()
                 if getattr(settings, name) != getattr(usual, name)}  # fmt: skip
    return urlencode(differing, safe=",;|^")


def to_text(settings: Settings) -> dict[str, str]:
    """Each choice as it stands in a link."""
    return {
        f.name: _written(f.name, getattr(settings, f.name)) for f in fields(settings)
    }


def _written(name: str, value: Any) -> str:
    """A choice as it stands in a link."""
    if name == "rows":
        return ";".join(",".join(f"{number:.6g}" for number in row) for row in value)
    if name in ("names", "labels"):
        return "|".join(part.replace("|", "/") for part in value)
    if name == "hidden":
        return "-".join(map(str, value)) or "none"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- read -----------------------------------------------------------------------------


def _read(name: str, text: object) -> Any:
    """A choice from what stands in a link."""
    if name not in READERS:
        raise Refused(f"There is no {_shown(name)} to set in the playground.")
    if not isinstance(text, str):
        raise Refused(f"The value of {name} has to be text, not {_shown(text)}.")
    return READERS[name](name, text)


def _shown(value: object) -> str:
    """What was given, between quotes, cut where it is long."""
    text = " ".join(str(value).split())
    return f'"{text[:40]}..."' if len(text) > 43 else f'"{text}"'


def _one_of(options: Mapping[str, Any]) -> Callable[[str, str], str]:
    """A reader of one of some names."""

    def read(name: str, text: str) -> str:
        if text not in options:
            raise Refused(f"{name} is one of {', '.join(options)}, not {_shown(text)}.")
        return text

    return read


def _whole(least: int, most: int) -> Callable[[str, str], int]:
    """A reader of a whole number between two."""

    def read(name: str, text: str) -> int:
        written = text.isascii() and text.isdigit() and len(text) < 10
        if not (written and least <= int(text) <= most):
            raise Refused(
                f"{name} is a whole number from {least} to {most}, not {_shown(text)}."
            )
        return int(text)

    return read


def _number(least: float, most: float) -> Callable[[str, str], float]:
    """A reader of a number between two."""

    def read(name: str, text: str) -> float:
        value = float(text) if NUMBER.fullmatch(text) else math.nan
        if not least <= value <= most:
            raise Refused(
                f"{name} is a number from {least:g} to {most:g}, not {_shown(text)}."
            )
        return float(f"{value:.6g}")  # as a link writes it

    return read


def _features(name: str, text: str) -> tuple[str, ...]:
    """Read features, in the order of the table."""
    chosen = text.split(",") if text else []
    for each in chosen:
        _one_of(FEATURES)("A feature", each)
    return tuple(feature for feature in FEATURES if feature in chosen)


def _hidden(name: str, text: str) -> tuple[int, ...]:
    """Read the sizes of the hidden layers."""
    sizes = [] if text == "none" else text.split("-")
    if len(sizes) > 4:
        raise Refused(f"A network here has up to 4 hidden layers, not {len(sizes)}.")
    return tuple(_whole(1, 8)("The number of units of a layer", size) for size in sizes)


def _rows(name: str, text: str) -> Rows:
    """Read points."""
    written = text.split(";") if text else []
    if len(written) > MOST_POINTS:
        raise Refused(
            f"There is room for {MOST_POINTS:,} points, not for {len(written):,}."
        )
    return tuple(_row(one) for one in written)


def _row(text: str) -> tuple[float, float, float]:
    """Read a point."""
    numbers = text.split(",")
    if len(numbers) != 3:
        raise Refused(f"A point is three numbers, x1,x2,target, not {_shown(text)}.")
    first, second, third = (
        _number(-1e12, 1e12)("A point's number", n) for n in numbers
    )
    return first, second, third


def _texts(most: int) -> Callable[[str, str], tuple[str, ...]]:
    """A reader of names, up to so many."""

    def read(name: str, text: str) -> tuple[str, ...]:
        found = tuple(text.split("|")) if text else ()
        if len(found) > most:
            raise Refused(f"There is room for {most} {name}, not for {len(found)}.")
        return tuple(each[:60] for each in found)

    return read


def _weight(name: str, text: str) -> str:
    """Read the name of a weight."""
    if not WEIGHT.fullmatch(text):
        raise Refused(f"A weight is called W1.0.0 or b1.0, not {_shown(text)}.")
    return text


def _begin(name: str, text: str) -> tuple[float, float]:
    """Read where the race begins."""
    read = _number(-1, 1)
    numbers = text.split(",")
    if len(numbers) != 2:
        raise Refused(
            f"The race begins at two numbers from -1 to 1, not at {_shown(text)}."
        )
    return read(name, numbers[0]), read(name, numbers[1])


READERS: dict[str, Callable[[str, str], Any]] = {
    "data": _one_of(DATA),
    "n": _whole(20, 1000),
    "noise": _number(0, 1),
    "test": _whole(10, 60),
    "seed": _whole(0, 999_999),
    "rows": _rows,
    "names": _texts(3),
    "labels": _texts(MOST_CLASSES),
    "features": _features,
    "hidden": _hidden,
    "activation": _one_of(ACTIVATIONS),
    "start": _one_of(STARTS),
    "method": _one_of(METHODS),
    "rate": _number(1e-6, 1000),
    "penalty": _one_of(PENALTIES),
    "strength": _number(0, 100),
    "batch": _whole(0, 500),
    "steps": _whole(0, MOST_STEPS),
    "across": _weight,
    "along": _weight,
    "rival": _one_of(METHODS),
    "rival_rate": _number(1e-6, 1000),
    "begin": _begin,
}
SHOWN_ONLY = {"across", "along", "rival", "rival_rate", "begin", "steps"}


def restarts(before: Settings, after: Settings) -> bool:
    """Whether the training begins again: not when only the race is another."""
    pairs = asdict(before), asdict(after)
    return any(
        pairs[0][name] != pairs[1][name] for name in pairs[0] if name not in SHOWN_ONLY
    )
