"""The statements of a program, and those that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic
from pellucid.reading.source.branches import condition, truth
from pellucid.reading.source.spelling import Spelling, quoted

WIDTH = 80  # columns that a statement may take
LINE = 84  # with what indents it in loops
INDENT = "    "

SCATTER = '''def scatter(g, at, shape):
    """Add g into zeros at the places that x[at] reads."""
    result = np.zeros(shape, np.asarray(g).dtype)
    np.add.at(result, at, g)
    return result
'''


def asserted(guard: Guard, asked: Spelling) -> str:
    """The statement that fails where a guard does not hold, by the person's line."""
    turned = "" if truth(guard) else "not "
    where = guard.place.removesuffix(": ") or "the function"
    message = quoted(f"{where} goes another way")
    return f"assert {turned}{condition(guard, asked)}, {message}"


def width(depth: int) -> int:
    """The columns that a statement may take so deep in loops."""
    return min(WIDTH, LINE - len(INDENT) * depth)


class Statement(NamedTuple):
    """A line of a program, how deep in loops it stands, and what it is about."""

    depth: int
    text: str
    about: Node | Guard | None


Move = tuple[str, str, str]  # a variable, what it becomes, and the variable in that


def moved(moves: Sequence[Move]) -> list[str]:
    """Assignments, at once where one would change what another reads."""
    moves = [move for move in moves if move[0] != move[1]]
    targets = {target for target, _, _ in moves}
    if any(source in targets for _, _, source in moves):
        left = ", ".join(target for target, _, _ in moves)
        return [f"{left} = {', '.join(text for _, text, _ in moves)}"]
    return [f"{target} = {text}" for target, text, _ in moves]


def returned(tree: Any, text: Callable[[Node], str]) -> str:
    """What is returned, in its structure."""
    if isinstance(tree, dict):
        items = (f"{key!r}: {returned(value, text)}" for key, value in tree.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(tree, (tuple, list)):
        parts = ", ".join(returned(value, text) for value in tree)
        if isinstance(tree, list):
            return f"[{parts}]"
        return f"({parts},)" if len(tree) == 1 else f"({parts})"
    return text(tree)


def added(name: str, node: Node, at: str, value: str) -> str:
    """An addition at places, each as often as it is named."""
    if is_basic(node.options["at"]):
        return f"{name}[{at}] += {value}"
    return f"np.add.at({name}, np.s_[{at}], {value})"
