"""What an identity is, and how one is entered into the table.

Both sides are plain NumPy functions of the unknowns. The naive side may be written in
several ways; terms and factors in another order, `x * x` for `x**2`, `-`, `keepdims`
and `[:, None]` need no further one. Options stand for any: `axis` for axes, `keepdims`
for whether they are kept, `at` for an index, `n` for an exponent that is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True)
class Identity:
    """A naive formula and the stable one that takes its place.

    Parameters
    ----------
    name : str
        By which it is listed, and switched off.
    naive : tuple of callable
        The formula as people write it.
    stable : callable
        The same function of the same unknowns, in the words of `operations.robust`.
    proof : str
        One line.
    domain : str
        Where the two are equal, and how they differ in floating-point arithmetic.
    fails_at : mapping
        Values of the unknowns for which the naive formula is wrong.
    digits : int
        Correct decimal digits won there.
    between : tuple of callable
        The formula as it is once others have taken the place of its parts.
    costly : bool
        Whether it takes longer where nothing fails; then gradients are left as they
        are derived, and only the person's own formulas are replaced.
    """

    name: str
    naive: tuple[Function, ...]
    stable: Function
    proof: str
    domain: str
    fails_at: Mapping[str, Any]
    digits: int
    between: tuple[Function, ...] = ()
    costly: bool = False

    @property
    def spellings(self) -> tuple[Function, ...]:
        """All that the stable formula takes the place of."""
        return *self.naive, *self.between

    def __reduce__(self) -> Any:
        """Pickle by name: its formulas are lambdas of the table."""
        return named, (self.name,)


IDENTITIES: dict[str, Identity] = {}


def identity(name: str, *naive: Function, **fields: Any) -> None:
    """Enter an identity; those entered earlier are tried first."""
    IDENTITIES[name] = Identity(name, naive, **fields)


def named(name: str) -> Identity:
    """The identity of that name."""
    return IDENTITIES[name]
