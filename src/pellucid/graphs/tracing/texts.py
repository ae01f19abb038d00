"""The text of a traced value: to look at it leaves no trace, to ask it leaves a guard.

`print(x)`, a log and `f"{x:.3f}"` show the number for the arguments at hand, on which
nothing depends. A function that compares the text, measures it or reads a number in it
goes its way by that very number. Where texts are joined, `f"x = {x}"`, Python makes
one that nobody hears of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pellucid.graphs.tracing.frames import is_library, is_machinery


class Text(str):
    """A text that says when the person's code asks for what it holds."""

    asked: Callable[[], None]

    def __new__(cls, text: str, asked: Callable[[], None]) -> Text:
        """Make the text; `asked` is called when something comes to depend on it."""
        made = super().__new__(cls, text)
        made.asked = asked
        return made

    def __radd__(self, other: Any) -> Any:
        if not isinstance(other, str):
            return NotImplemented
        return Text(str.__add__(other, self), self.asked)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return str, (str.__str__(self),)


def _asking(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of texts; what it makes of the text alone is one of the same kind."""

    def ask(self: Text, *args: Any, **options: Any) -> Any:
        result = method(self, *args, **options)
        if type(result) is str:
            return Text(result, self.asked)
        frame = sys._getframe(1)  # who prints and logs may ask, and nothing hangs on it
        is_person = not (is_machinery(frame) or is_library(frame))
        if is_person and result is not NotImplemented:
            self.asked()
        return result

    return ask


OF_OBJECTS = {"__new__", "__init__", "__getattribute__", "__sizeof__", "__doc__",
              "__getnewargs__"}  # fmt: skip
for _name, _method in vars(str).items():
    if callable(_method) and _name not in OF_OBJECTS:
        setattr(Text, _name, _asking(getattr(str, _name)))
for _name, _kind in {"float": float, "int": int, "complex": complex}.items():
    _read = _asking(lambda self, kind=_kind: kind(str.__str__(self)))
    setattr(Text, f"__{_name}__", _read)
