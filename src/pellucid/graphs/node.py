"""What a computation is made of: a node is one operation on earlier nodes."""

from __future__ import annotations

import itertools
import math
import operator
import os
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_creation = itertools.count()
by_order = operator.attrgetter("order")
_FLOAT = np.dtype(np.float64)
_PYTHONS = {"f": float, "c": complex}  # by kind; whole numbers may be of any size


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Call:
    """One call of a helper while a function was recorded: `target = function(given)`.

    Parameters
    ----------
    function : str
        The name of the helper.
    target : str or None
        The caller's variable that its result was assigned to.
    given : tuple of Node
        The arguments that are nodes, in the order of the helper's parameters.
    around : Call or None
        The call that it was made in; None in the recorded function itself.
    of : str
        The object that is called, as a layer of a network; "" for a function.
    parameters : int
        How many numbers are in the structures that the object was given.
    gradient_of : Call or None
        The call whose gradient this is.
    """

    function: str
    target: str | None
    given: tuple[Node, ...]
    around: Call | None
    of: str = ""
    parameters: int = 0
    gradient_of: Call | None = None

    def assigned_to(self, variable: str) -> None:
        """Note the variable that was found to hold the result; once."""
        object.__setattr__(self, "target", variable)

    def __copy__(self) -> Call:
        return self

    def __deepcopy__(self, memo: Any) -> Call:
        return self


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Node:
    """One step of a computation: `name = operation(*arguments, **options)`.

    A node is a promise, not a number: it knows its shape and its dtype, and the
    person's name and source line for it. Arguments are nodes that were made earlier,
    so that sorting by `order` sorts any set of nodes for evaluation.

    Parameters
    ----------
    operation : str
        The key of the operation in every table: NumPy's name for it ("exp", "sum").
    arguments : tuple of Node
        What it is computed from.
    shape, dtype : tuple of int, numpy.dtype
        Of the result.
    options : mapping
        What is fixed: an axis, a slice, the value of a constant.
    weak : bool
        True for a Python number, which by NumPy's rules (NEP 50) takes the dtype of
        the array that it meets.
    line : (str, int) or None
        File and line number where the person wrote it.
    call : Call or None
        The call of a helper that it is part of.
    name : str
        A valid identifier, unique in its graph.
    known : bool
        Whether it depends on no input, so that its value can be had at once.
    quiet : bool
        Whether NumPy's warnings are not wanted: it is part of a derivative, computed
        also where it is not taken.
    derived : bool
        Whether it is part of a derivative, which identities that cost time leave alone.
    spot : Spot or None
        Which instruction made it, in which turns of which loops; see `tracing.turns`.
    order : int
        Counts nodes as they are made.

    Examples
    --------
    >>> import pellucid as pl
    >>> c = pl.graph(lambda a, b: a + b, 3.0, 4.0).nodes[-1]
    >>> c.operation, [node.name for node in c.arguments], c.shape
    ('add', ['a', 'b'], ())
    """

    operation: str
    arguments: tuple[Node, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    weak: bool = False
    line: tuple[str, int] | None = None
    call: Call | None = None
    name: str = ""
    known: bool = False
    quiet: bool = False
    derived: bool = False
    spot: Any = None
    order: int = field(default_factory=_creation.__next__)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def value(self) -> Any:
        """The value of a constant."""
        return self.options["value"]

    @property
    def promotes_as(self) -> Any:
        """What NumPy's rules of promotion see: a Python number's type, or the dtype."""
        return _PYTHONS.get(self.dtype.kind, int) if self.weak else self.dtype

    @property
    def is_input(self) -> bool:
        """Whether an argument of the function fills it."""
        return self.operation == "input"

    @property
    def is_constant(self) -> bool:
        """Whether this is a value that does not change, a number or an array."""
        return self.operation == "constant"

    @property
    def is_literal(self) -> bool:
        """Whether this is a plain number, written where it is used."""
        return self.is_constant and self.shape == ()

    def __repr__(self) -> str:
        names = ", ".join(argument.name for argument in self.arguments)
        return (
            f"<{self.name or '?'} = {self.operation}({names}) {self.dtype}{self.shape}>"
        )

    # A node does not change, so that a copy would be no other.

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: Any) -> Node:
        return self

    def remade(self, arguments: tuple[Node, ...], order: int | None = None) -> Node:
        """The same step on other arguments, made now or where `order` puts it."""
        order = next(_creation) if order is None else order
        known = self.known and all(a.known for a in arguments)
        return Node(
            self.operation, arguments, self.shape, self.dtype, self.options, self.weak,
            self.line, self.call, self.name, known, self.quiet, self.derived,
            self.spot, order,
        )  # fmt: skip

    def christen(self, name: str) -> None:
        """Give a node the name that the trace found after making it; once."""
        object.__setattr__(self, "name", name)


def location_of(node: Node) -> str:
    """The person's line that made a node, as a message begins; "" where none did."""
    file, line = node.line or ("", 0)
    return f"{os.path.basename(file)}, line {line}: " if file else ""


def now() -> int:
    """A number between the orders of the nodes before and those to come."""
    return next(_creation)


def constant(value: Any) -> Node:
    """Make the node of a value that does not change."""
    if type(value) is float:
        return Node("constant", (), (), _FLOAT, {"value": value}, True, known=True)
    weak = type(value) in (int, complex)
    array = np.asarray(value)
    return Node(
        "constant", (), array.shape, array.dtype, {"value": value}, weak, known=True
    )


def ancestors(outputs: Iterable[Node], stop: Container[Node] = ()) -> list[Node]:
    """All nodes that the outputs are computed from, in an order to compute them."""
    seen = set[Node]()
    found = []
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in seen and node not in stop:
            seen.add(node)
            found.append(node)
            waiting.extend(node.arguments)
    return sorted(found, key=by_order)


class Before:
    """All nodes that were made before some moment, where a walk may stop."""

    def __init__(self, moment: int) -> None:
        self.moment = moment

    def __contains__(self, node: object) -> bool:
        return isinstance(node, Node) and node.order < self.moment


def users(order: Iterable[Node]) -> dict[Node, list[Node]]:
    """The nodes that use each node, once for each use."""
    found: dict[Node, list[Node]] = {}
    for node in order:
        for argument in node.arguments:
            found.setdefault(argument, []).append(node)
    return found


def depending(order: Iterable[Node], on: Iterable[Node]) -> set[Node]:
    """The nodes that are computed from some of these, and these."""
    found = set(on)
    for node in order:
        if not found.isdisjoint(node.arguments):
            found.add(node)
    return found
