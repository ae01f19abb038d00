"""How an adjoint changes while equal eigenvalues or singular values are moved apart.

The derivative of a decomposition divides by differences of values. Where they are
equal this is 0/0 for every function that has a derivative there, and by L'Hopital's
rule its limit is a quotient of rates of change: those of the adjoint while the values
move and the vectors stay, and so the matrix moves along V diag(d) V'. The adjoint of
the vectors is a part of the graph, so that its rates are products of a Jacobian with a
vector: two backward passes, see `pullbacks.from_right`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.spectral import Movement, Parts, Rates
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import current, lifted

# The part that the values are, and the operation that gives them alone.
VALUES = {"linalg.eigh": (0, "linalg.eigvalsh"), "linalg.eig": (0, "linalg.eigvals"),
          "linalg.svd": (1, "linalg.svdvals")}  # fmt: skip
DECOMPOSITIONS = {*VALUES, *(name for _, name in VALUES.values())}

# A limit stands for the quotient with its first derivatives, so it is good for second
# derivatives of a function, not for third; and each one in another costs fourfold.
ORDERS, NESTED = 2, 3

Pull = Callable[[Recorder, dict[Node, Any], list[Node]], list[Any]]


def rates(
    pull: Pull, node: Node, outputs: Parts, movements: Sequence[Movement]
) -> Rates:
    """The rates of what is made of the adjoints of a decomposition's vectors.

    With the vectors move also, in any direction, other values that the matrix is
    computed from: nothing may depend on the choice of vectors, whatever these are.
    """
    family = _Family(node, [z.node for z in outputs if z is not None])
    recorder = current()
    if recorder.aside >= ORDERS or not family.is_known():
        return Rates([None] * len(movements), known=False)
    with recorder.marking(quiet=True), serving(recorder):
        directions = [family.along(movement) for movement in movements]
        return Rates(_products(recorder, pull, outputs, family, directions))


@contextlib.contextmanager
def serving(recorder: Recorder) -> Iterator[None]:
    """Let adjoints be steps like others, which are not called d of something."""
    recorder.aside += 1
    try:
        yield
    finally:
        recorder.aside -= 1


def uncopied(node: Node) -> Node:
    """What a copy was made of."""
    while node.operation == "copy":
        node = node.arguments[0]
    return node


class _Family:
    """The nodes of one decomposition among those that an adjoint is computed from."""

    def __init__(self, node: Node, outputs: list[Node]) -> None:
        self.root, self.order = uncopied(node.arguments[0]), ancestors(outputs)
        part, alone = VALUES[node.operation]
        same = [n for n in self.order if n.operation in (node.operation, alone)
                and uncopied(n.arguments[0]) is self.root]  # fmt: skip
        self.values = [n for n in same if n.options.get("part", part) == part]
        self.vectors = [n for n in same if n not in self.values
                        and options_of(n) == options_of(node)]  # fmt: skip
        stop = {self.root, *self.values, *self.vectors}
        self.rest = ancestors(set(outputs) - stop, stop)
        above = set(ancestors([self.root]))
        behind = [n for n in self.rest if n not in above]
        self.reads_root = any(self.root in n.arguments for n in behind)
        self.beside = [n for n in dict.fromkeys(a for b in behind for a in b.arguments)
                       if n in above and n not in stop and is_moved(n)]  # fmt: skip

    @property
    def moving(self) -> list[Node]:
        """All that may move."""
        root = [self.root] if self.reads_root else []
        return [*self.values, *self.vectors, *root, *self.beside]

    def along(self, movement: Movement) -> dict[Node, Any]:
        """The direction of each node that moves."""
        found: dict[Node, Any] = {}
        if movement.values is not None:
            found.update(dict.fromkeys(self.values, movement.values))
            if self.reads_root:
                found[self.root] = movement.matrix
        if movement.vectors:
            found.update((n, movement.vectors[n.options["part"]]) for n in self.vectors)
            found.update((n, _any_direction(n)) for n in self.beside)
        return found

    def is_known(self) -> bool:
        """Whether rates can be had: no other vectors hang on the matrix itself."""
        own = {self.root}
        for n in self.rest:
            if not own.isdisjoint(n.arguments):
                own.add(n)
        strange = any(
            n.operation in DECOMPOSITIONS for n in own.intersection(self.rest)
        )
        return not strange and self._within_limits()

    def _within_limits(self) -> bool:
        orders: dict[Node, int] = {}
        nested: dict[Node, int] = {}
        for n in self.order:
            is_limit = n.operation == "inverse_gaps"
            values = n.arguments[0] if is_limit else None
            own = bool(values and values.arguments) and values in self.values
            for depth, counts in ((orders, own), (nested, is_limit)):
                depth[n] = counts + max((depth[a] for a in n.arguments), default=0)
        return (
            max(orders.values(), default=0) < ORDERS
            and max(nested.values(), default=0) < NESTED
        )


def options_of(node: Node) -> dict[str, Any]:
    """The options of a decomposition, whichever part of it."""
    return {key: value for key, value in node.options.items() if key != "part"}


def is_moved(node: Node) -> bool:
    """Whether other numbers may stand there."""
    return node.dtype.kind == "f" and not node.known and node.size > 0


def _any_direction(node: Node) -> Any:
    """A direction without pattern, as large as the values are."""
    x = lifted(node, current())
    wave = np.cos(1.0 + np.arange(node.size) ** 2).astype(node.dtype)
    return wave.reshape(node.shape) * np.max(np.abs(x))


def _products(
    recorder: Recorder, pull: Pull, outputs: Parts, family: _Family,
    directions: list[dict[Node, Any]],
) -> list[Parts | None]:  # fmt: skip
    """The Jacobian of the outputs times each direction: the derivative of u'Jd by u."""
    nodes = [z.node for z in outputs if z is not None]
    seeds = {n: _zeros(recorder, n) for n in nodes}
    slopes = dict(
        zip(family.moving, pull(recorder, dict(seeds), family.moving), strict=True)
    )

    def product(direction: dict[Node, Any]) -> Parts | None:
        if not direction:
            return None
        inner = sum(np.sum(slopes[node] * d) for node, d in direction.items())
        found = pull(recorder, {inner.node: 1.0}, [u.node for u in seeds.values()])
        by_node = dict(zip(seeds, found, strict=True))
        return [None if z is None else by_node[z.node] for z in outputs]

    return [product(direction) for direction in directions]


def _zeros(recorder: Recorder, node: Node) -> Any:
    zeros = constant(np.zeros(node.shape, node.dtype))
    return lifted(recorder.record("copy", (zeros,)), recorder)
