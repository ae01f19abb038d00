r"""Writing a graph's nodes as mathematics, whole or by their elements.

An array is written whole, as \mathbf{X} \mathbf{w}, or by its elements, as under a sum:
\sum_i (y_i - p_i)^2. Which of the two is said by an *index*: None for the whole array,
else an entry for each axis, None along axes of length 1. The rule of an operation
writes the arguments of a node under the indices that its own index asks for.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from pellucid.graphs.node import Node
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece

Index = tuple[str | None, ...] | None
Rule = Callable[["Typesetter", Node, Index], Piece]

LETTERS = "ijklmpqrsuv"
WHOLE = ":"  # an entry that leaves an axis as it is
NUMBER = r"(\w|\\mathrm\{\w+\})+"
ELEMENT = re.compile(f"-?{NUMBER}([+-]{NUMBER})*")  # of one place, as i or i+1


class Typesetter:
    """Writes a node as an expression of those that have a symbol of their own.

    Parameters
    ----------
    symbol : callable
        `(node, index) -> Piece`, or None for a node that is written where it is used.
    taken : set of str
        Names that no index may have.
    lengths : dict
        How many elements a mean takes together, and the letter for it.
    notation : mapping
        For each operation the rule that writes it; "" for those without one.
    own : mapping
        For some nodes a rule of their own.
    """

    def __init__(
        self,
        symbol: Callable[[Node, Index], Piece | None],
        taken: set[str],
        lengths: dict[int, str],
        notation: Mapping[str, Rule],
        own: Mapping[Node, Rule] = MappingProxyType({}),
    ) -> None:
        self._notation, self._own = notation, own
        self._symbol = symbol
        self.taken = taken
        self._letters = [letter for letter in LETTERS if letter not in taken]
        self._lengths = lengths
        self._scope: list[str | None] = []

    def write(self, node: Node, index: Index = None) -> Piece:
        """A node by its symbol, or as the expression that it stands for."""
        return self._symbol(node, index) or self.expand(node, index)

    def expand(self, node: Node, index: Index = None) -> Piece:
        """A node as an expression of its arguments."""
        return self._rule(node)(self, node, index)

    def _rule(self, node: Node) -> Rule:
        by_operation = self._notation.get(node.operation, self._notation[""])
        return self._own.get(node, by_operation)

    def write_all(self, node: Node, index: Index) -> Iterator[Piece]:
        """The arguments of an elementwise operation."""
        return (self.write(a, aligned(index, node, a)) for a in node.arguments)

    def is_row(self, node: Node) -> bool:
        r"""Whether a vector is written as a row, as \mathbf{x}^\top \mathbf{A} is."""
        return self.is_product(node, 1, 2)

    def is_product(self, node: Node, *ndims: int) -> bool:
        """Whether a node is written as a matrix product of arrays with so many axes."""
        product = self._rule(node) is self._notation["matmul"]
        shown = product and not self._symbol(node, None)
        return shown and ndims == tuple(a.ndim for a in node.arguments)

    @contextlib.contextmanager
    def binding(self, letters: Sequence[str | None]) -> Iterator[None]:
        """While this holds, letters are bound by a sum or the left of an equation."""
        before = len(self._scope)
        self._scope.extend(letters)
        yield
        del self._scope[before:]

    def indices(self, shape: tuple[int, ...], used: Index = None) -> list[str | None]:
        """A letter for each axis, none for axes of length 1."""
        free = (x for x in self._letters if x not in {*self._scope, *(used or ())})
        return [None if n == 1 else next(free, r"\cdot") for n in shape]

    def length(self, count: int) -> str:
        """How many elements there are, as a letter or a number."""
        return self._lengths.get(count, str(count))


# -- indices --------------------------------------------------------------------------


def aligned(index: Index, node: Node, argument: Node) -> Index:
    """The index of an argument that is broadcast to the shape of a node."""
    if index is None:
        return None
    shape = (1,) * (node.ndim - argument.ndim) + argument.shape
    mine = [None if n == 1 else entry for n, entry in zip(shape, index, strict=True)]
    return tuple(mine[node.ndim - argument.ndim :])


def entries(index: Index) -> list[str]:
    """What stands in the subscript."""
    shown = [entry for entry in index or () if entry is not None]
    while shown and shown[-1] == WHOLE:
        shown.pop()
    return shown


def is_array(node: Node, index: Index) -> bool:
    """Whether what is written is an array rather than a number."""
    if index is None:
        return any(n != 1 for n in node.shape)
    return any(entry and not ELEMENT.fullmatch(entry) for entry in index)


def is_matrix(node: Node, index: Index) -> bool:
    """Whether what is written has rows and columns."""
    return index is None and sum(n != 1 for n in node.shape) > 1


def is_turned(before: Node, after: Node) -> bool:
    """Whether one is a row, of shape (1, n), and the other is not."""
    rows = [x.ndim == 2 and x.shape[0] == 1 != x.shape[1] for x in (before, after)]
    return rows[0] != rows[1]


def at(piece: Piece, index: Index) -> Piece:
    """The element of an array that can only be written whole."""
    return latex.subscripted(piece, [], entries(index))
