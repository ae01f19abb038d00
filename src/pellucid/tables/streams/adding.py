"""Sums are added in a tree, whose shape hangs on nothing but how many there are.

So the answer is the same to the bit whoever was ready first, and rounding grows with
the logarithm of their number: Higham, "The accuracy of floating point summation"
(1993).
"""

from __future__ import annotations

from typing import Any, Generic, Protocol, Self, TypeVar


class Sum(Protocol):
    """What is added: numbers, arrays, or an object with a plus of its own."""

    def __add__(self, other: Any, /) -> Any:
        """Add another."""
        ...


S = TypeVar("S", bound=Sum)


class Tree(Generic[S]):
    """Adds what it is given one after another: 1 + 2, then 3 + 4, then both.

    Examples
    --------
    >>> tree = Tree()
    >>> for letter in "abcde":
    ...     tree.add(letter)
    >>> tree.total, Tree().total
    ('abcde', None)
    """

    def __init__(self) -> None:
        self._branches: list[tuple[int, S | None]] = []  # height, sum; heights fall

    def add(self, leaf: S | None) -> None:
        """Add one more; None is nothing, but keeps its place."""
        height = 0
        while self._branches and self._branches[-1][0] == height:
            leaf = plus(self._branches.pop()[1], leaf)
            height += 1
        self._branches.append((height, leaf))

    @property
    def total(self) -> S | None:
        """The sum of all; None of nothing."""
        total = None
        for _, branch in reversed(self._branches):
            total = plus(branch, total)
        return total


def plus(a: S | None, b: S | None) -> S | None:
    """The sum of both, where None is nothing."""
    if a is None or b is None:
        return b if a is None else a
    return a + b  # type: ignore[no-any-return]


class Several(tuple[Any, ...]):
    """Sums side by side, each added to its own.

    Examples
    --------
    >>> Several((1, 2.0)) + Several((3, 4.0))
    (4, 6.0)
    """

    __slots__ = ()

    def __add__(self, other: Any) -> Self:
        """Add each to its own."""
        return type(self)(a + b for a, b in zip(self, other, strict=True))
