"""Storage and views: assignment made functional.

A graph has no memory, but NumPy code writes into arrays, and a slice of an array
shares its memory. Each traced array therefore has a `Memory`: either a whole one, whose
content is a node, or a view, which knows the step that leads to it from its parent.
Writing makes a new content for the whole; reading a view afterwards takes the step
again.

Whether NumPy gives a view or a copy is left to NumPy: each memory has a *shadow*, an
array of the same layout that is never written or read, on which the step is done for
real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.table import OPERATIONS
from pellucid.graphs.recorder import Recorder


class Memory:
    """The content of one traced array: whole, or a view of its parent's."""

    __slots__ = (
        "_node",
        "_shadow",
        "_version",
        "options",
        "parent",
        "recorder",
        "root",
        "step",
    )

    def __init__(
        self, recorder: Recorder, node: Node, parent: Memory | None = None,
        step: str = "", options: Mapping[str, Any] | None = None, shadow: Any = None,
    ) -> None:  # fmt: skip
        self.recorder = recorder
        self.parent = parent
        self.root: Memory = parent.root if parent else self
        self.step = step
        self.options = options or {}
        self._node = node
        self._shadow = shadow
        self._version: int = parent.root._version if parent else 0

    @property
    def shadow(self) -> Any:
        """An array of this layout whose numbers mean nothing."""
        if self._shadow is None:
            self._shadow = np.empty(self._node.shape, self._node.dtype)
        return self._shadow

    @property
    def node(self) -> Node:
        """The content now."""
        if self._version != self.root._version:
            for view, parent in reversed(self._outdated()):
                view._node = self.recorder.record(
                    view.step, (parent._node,), **view.options
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

    def taken(self, step: str, **options: Any) -> Memory:
        """Take a step that may give a view, which shares this memory, or a copy."""
        node = self.recorder.record(step, (self.node,), **options)
        shadow = OPERATIONS[step].function(self.shadow, **options)
        if np.may_share_memory(shadow, self.shadow):
            return Memory(self.recorder, node, self, step, options, shadow)
        return Memory(self.recorder, node)

    def write(self, content: Node) -> None:
        """Give this memory a new content, and with it all that share it."""
        if not self.shadow.flags.writeable:
            raise ValueError("assignment destination is read-only")
        memory = self
        while memory.parent is not None:
            whole = memory.parent.node
            content = WRITTEN_BACK[memory.step](
                self.recorder, whole, content, memory.options
            )
            memory = memory.parent
        self.recorder.rechristen(content, memory._node)
        memory._node = content
        memory._version += 1


# -- for each step that gives a view: the whole after the view has been written --------

WrittenBack = Callable[[Recorder, Node, Node, Mapping[str, Any]], Node]


def _index(
    recorder: Recorder, whole: Node, part: Node, options: Mapping[str, Any]
) -> Node:
    return recorder.record("assign", (whole, part), **options)


def _reshape(
    recorder: Recorder, whole: Node, part: Node, options: Mapping[str, Any]
) -> Node:
    return recorder.record("reshape", (part,), shape=whole.shape)


def _transpose(
    recorder: Recorder, whole: Node, part: Node, options: Mapping[str, Any]
) -> Node:
    axes = options.get("axes")
    back: dict[str, Any] = {}
    if axes is not None:
        back["axes"] = tuple(int(i) for i in np.argsort(axes))
    return recorder.record("transpose", (part,), **back)


WRITTEN_BACK: dict[str, WrittenBack] = {
    "index": _index,
    "reshape": _reshape,
    "transpose": _transpose,
}
