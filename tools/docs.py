"""Write the pages of docs/ that are generated from tables: `python tools/docs.py`.

`python tools/docs.py --check` writes nothing and fails where a page is out of date.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import coverage_page
import identity_page
import reference_pages
import tables_page

DOCS = Path(__file__).parents[1] / "docs"


PAGES: dict[str, Callable[[], str]] = {
    "coverage.md": coverage_page.page,
    "identities.md": identity_page.page,
    "tables.md": tables_page.page,
    **reference_pages.pages(),
}


def outdated() -> list[str]:
    """The pages that are not what the tables say."""
    return [
        name
        for name, page in PAGES.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8") != page()
    ]


def main() -> None:
    """Write every page, or check them."""
    if "--check" in sys.argv:
        if outdated():
            sys.exit(f"out of date: {', '.join(outdated())}; run python tools/docs.py")
        return
    for name, page in PAGES.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
