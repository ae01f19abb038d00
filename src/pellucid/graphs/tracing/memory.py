"""Storage and views: assignment made functional.

A graph has no memory, but NumPy code writes into arrays, and a slice of an array
shares its memory. Each traced array therefore has a `Memory`: either a whole one, whose
content is a node, or a view, which knows the step that leads to it from its parent.
Writing makes a new content for the whole; reading a view afterwards takes the step
again.

Whether NumPy gives a view or a copy is left to NumPy: each memory has a *shadow*, an
array of the same layout that is never written or read, on which the step is done for
real. Shadows are made when one is asked for: pages that nobody touches cost nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.places import placed
from pellucid.graphs.tracing.layout import MemoryLayout, laid_out, lies_by_rows
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.written_back import WRITTEN_BACK


def layout_of(
    name: str, operands: tuple[Any, ...], options: Any
) -> MemoryLayout | None:
    """How to find the layout of a result; None when it lies row by row."""
    by_rows = all(map(_is_by_rows, operands))
    return None if by_rows else MemoryLayout(name, operands, options)


def _is_by_rows(operand: Any) -> bool:
    if isinstance(operand, Memory):
        return operand.by_rows
    return not isinstance(operand, np.ndarray) or lies_by_rows(operand)


class Memory:
    """The content of one traced array: whole, or a view of its parent's."""

    __slots__ = (
        "_node",
        "_shadow",
        "_version",
        "by_rows",
        "layout",
        "options",
        "parent",
        "places",
        "recorder",
        "root",
        "step",
    )

    def __init__(
        self, recorder: Recorder, node: Node, parent: Memory | None = None,
        step: str = "", options: Mapping[str, Any] | None = None, shadow: Any = None,
        layout: MemoryLayout | None = None, places: Sequence[Node] = (),
    ) -> None:  # fmt: skip
        self.recorder = recorder
        self.parent = parent
        self.root: Memory = parent.root if parent else self
        self.step = step
        self.options = options or {}
        self.places = tuple(places)  # the computed ones of an index
        self._node = node
        self._shadow = shadow
        self.layout = layout
        self.by_rows = layout is None and (shadow is None or lies_by_rows(shadow))
        self._version: int = parent.root._version if parent else 0

    @property
    def shadow(self) -> Any:
        """An array of this layout whose numbers mean nothing."""
        if self._shadow is None:
            waiting = [self]
            while waiting:
                memory = waiting[-1]
                unknown = memory._operands_without_shadow()
                waiting.extend(unknown)
                if not unknown:
                    waiting.pop()
                    if memory._shadow is None:  # it may wait twice, as in d * d
                        memory._shadow = memory._laid_out()
        return self._shadow

    def _operands_without_shadow(self) -> list[Memory]:
        """What the layout depends on and is not known yet."""
        operands = self.layout.operands if self.layout else ()
        return [m for m in operands if isinstance(m, Memory) and m._shadow is None]

    def _laid_out(self) -> Any:
        """An array as NumPy lays it out, from the shadows of the operands."""
        shape, dtype = self._node.shape, self._node.dtype
        found = None
        if self.layout:
            name, operands, options = self.layout
            found = laid_out(name, list(map(_array, operands)), options)
        self.layout = None
        if found is None or found.shape != shape:
            return np.empty(shape, dtype)
        return np.empty_like(found, dtype)

    @property
    def node(self) -> Node:
        """The content now."""
        if self._version != self.root._version:
            for view, parent in reversed(self._outdated()):
                view._node = self.recorder.record(
                    view.step, (parent._node, *view.places), **view.options
                )
                view._version = self.root._version
        return self._node

    def _outdated(self) -> list[tuple[Memory, Memory]]:
        """List this view and those above it that are older than the last write."""
        views, memory = [], self
        while memory.parent and memory._version != self.root._version:
            views.append((memory, memory.parent))
            memory = memory.parent
        return views

    def taken(self, step: str, places: Sequence[Node] = (), **options: Any) -> Memory:
        """Take a step that may give a view, which shares this memory, or a copy."""
        node = self.recorder.record(step, (self.node, *places), **options)
        first = {key: placed(value) for key, value in options.items()}
        begin = [0] * len(places)
        shadow = OPERATIONS[step].function(self.shadow, *begin, **first)
        if np.may_share_memory(shadow, self.shadow):
            return Memory(
                self.recorder, node, self, step, options, shadow, places=places
            )
        return Memory(self.recorder, node)

    def write(self, content: Node) -> None:
        """Give this memory a new content, and with it all that share it."""
        if not self.shadow.flags.writeable:
            raise ValueError("assignment destination is read-only")
        memory = self
        while memory.parent is not None:
            whole = memory.parent.node
            content = WRITTEN_BACK[memory.step](
                self.recorder, whole, content, memory.options, *memory.places
            )
            memory = memory.parent
        self.recorder.names.rechristen(content, memory._node)
        memory._node = content
        memory._version += 1


def _array(operand: Any) -> Any:
    """An array that lies in memory as an operand does."""
    if isinstance(operand, Memory):
        return operand.shadow
    if isinstance(operand, Node):
        return np.empty(operand.shape, operand.dtype)
    return operand
