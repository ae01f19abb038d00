"""Tables of docs/scale.md, between the markers of what made them."""

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown.

    >>> print(table(["a", "b"], [["x", "1"]]))
    | a | b |
    | --- | ---: |
    | x | 1 |
    """
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def parted(name: str) -> tuple[str, str, str]:
    """The page before, between and after the markers of a name."""
    begin, end = f"<!-- {name} -->\n\n", f"\n\n<!-- {name}: end -->"
    before, rest = PAGE.read_text("utf-8").split(begin)
    between, after = rest.split(end)
    return before + begin, between, end + after


def put(name: str, text: str) -> None:
    """Write a text between the markers of a name."""
    before, _, after = parted(name)
    PAGE.write_text(before + text + after, "utf-8")
