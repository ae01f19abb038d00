"""The style sheet of the lessons; pictures follow it into the dark."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pellucid.reading.drawing.rendering import DARK
from pellucid.show.themes import dark_rules


@cache
def style_sheet() -> str:
    """The style sheet: what is written in the file, and the colours of pictures."""
    folder = resources.files("pellucid.lessons") / "web"
    graphs = "".join(
        f".graph [{attribute}='{light}'] {{ {attribute}: {dark} }}\n"
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
    return (
        (folder / "lessons.css").read_text("utf-8")
        + "\n@media screen and (prefers-color-scheme: dark) {\n"
        + f"{dark_rules()}{graphs}}}\n"
    )
