"""How the calls of helpers and of layers are told."""

from __future__ import annotations

from pellucid.graphs.node import Call


def titled(call: Call) -> str:
    """What stands above an opened call: of a layer with the number of parameters."""
    count = call.parameters
    several = f", {count:,} parameter{'s' * (count != 1)}" if count else ""
    return f"{call.function}{several}"
