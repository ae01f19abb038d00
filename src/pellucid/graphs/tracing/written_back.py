"""After a view has been written: what becomes of the whole that it is a view of.

A graph has no memory. So to write into a view is to make a new whole, which the step
that gave the view would take to what was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.tracing.recorder import Recorder

Options = Mapping[str, Any]


def _index(
    recorder: Recorder, whole: Node, part: Node, options: Options, *places: Node
) -> Node:
    return recorder.record("assign", (whole, part, *places), **options)


def _reshape(recorder: Recorder, whole: Node, part: Node, options: Options) -> Node:
    return recorder.record("reshape", (part,), shape=whole.shape)


def _transpose(recorder: Recorder, whole: Node, part: Node, options: Options) -> Node:
    axes = options.get("axes")
    back: dict[str, Any] = {}
    if axes is not None:
        back["axes"] = tuple(int(i) for i in np.argsort(axes))
    return recorder.record("transpose", (part,), **back)


def _einsum(recorder: Recorder, whole: Node, part: Node, options: Options) -> Node:
    axes, _, kept = options["subscripts"].partition("->")
    along = dict(zip(kept, np.indices(part.shape, sparse=True), strict=True))
    return recorder.record("assign", (whole, part), at=tuple(along[i] for i in axes))


def _real(recorder: Recorder, whole: Node, part: Node, options: Options) -> Node:
    return _complex(recorder, part, recorder.record("imag", (whole,)))


def _imag(recorder: Recorder, whole: Node, part: Node, options: Options) -> Node:
    return _complex(recorder, recorder.record("real", (whole,)), part)


def _complex(recorder: Recorder, x: Node, y: Node) -> Node:
    """The numbers x + iy."""
    return recorder.record("add", (x, recorder.record("multiply", (1j, y))))


# By the step that gives the view.
WRITTEN_BACK: dict[str, Callable[..., Node]] = {
    "einsum": _einsum,
    "imag": _imag,
    "index": _index,
    "real": _real,
    "reshape": _reshape,
    "transpose": _transpose,
}
