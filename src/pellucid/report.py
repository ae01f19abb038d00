"""The HTML page that tells what was found: one file that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pellucid.errors import needs
from pellucid.files import write_whole
from pellucid.reading.formula.mathml import mathml
from pellucid.show.canvas import svg
from pellucid.show.inline import inline_svg
from pellucid.show.plain_text import cells, is_numeric, number, numbers
from pellucid.show.themes import dark_rules, on_dark_paper, themed

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

    from pellucid.show.plain_text import Rows

# `code`, or **strong** where the stars touch no letter outside: a**2 is a power
INLINE = re.compile(r"`([^`]+)`|(?<!\w)\*\*(?=\S)((?:`[^`]+`|[^`])+?)(?<=\S)\*\*(?!\w)")

PER_CENT = re.compile(r"(?<=\d) %")  # a figure keeps its unit

NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

ENLARGED = 1.35  # figures are made for paper, and a page is read from farther away


@dataclass
class Section:
    """A title, the name that links to it, and the elements below it."""

    title: str
    id: str
    elements: list[Element] = field(default_factory=list)


@dataclass(frozen=True)
class Element:
    """One thing on the page: which macro of the template draws it, and from what."""

    kind: str
    content: dict[str, Any]


class Report:
    """A page that is built from top to bottom and saved as one HTML file.

    The file carries its pictures and its style, loads nothing, runs nothing, and reads
    on paper, on a telephone, in the light and in the dark.

    Parameters
    ----------
    title
        What the page is about.
    subtitle
        One more line about it.

    Examples
    --------
    >>> report = Report("The line of best fit")
    >>> report.section("A line through 100 points")
    >>> report.text("The slope is `a`, the intercept **b**.")
    >>> report.formula("y = a x + b")
    >>> report.figures({"r2": 0.99118})
    >>> report.table([("a", 1.9726), ("b", 2.8644)], headers=("", "estimate"))
    >>> "<code>a</code>" in report.html()
    True
    """

    def __init__(self, title: str, subtitle: str = "") -> None:
        self.title = title
        self.subtitle = subtitle
        self._sections = [Section("", "")]  # what comes before the first title
        self._drawings = 0

    def section(self, title: str) -> None:
        """Begin a section, which the table of contents lists.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.section("Gradient descent")
        >>> 'id="section-gradient-descent"' in report.html()
        True
        """
        slug = "section-" + re.sub(r"\W+", "-", title.lower()).strip("-")
        taken = {section.id for section in self._sections}
        names = (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 2)))
        free = next(name for name in names if name not in taken)
        self._sections.append(Section(title, free))

    def text(self, paragraphs: str) -> None:
        """Write paragraphs, parted by empty lines.

        Marks are `code` between backticks and **strong** between double stars;
        everything else is shown as it is.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.text("A cost is a **plain** function of `w`; a < b stays text.")
        >>> "<strong>plain</strong>" in report.html(), "a &lt; b" in report.html()
        (True, True)
        """
        parts = [part for part in re.split(r"\n\s*\n", paragraphs) if part.strip()]
        self._add("text", paragraphs=[_inline(part.strip()) for part in parts])

    def figure(self, picture: Figure | str, caption: str = "") -> None:
        """Show a picture with its caption, which is also what a screen reader says.

        Parameters
        ----------
        picture
            A matplotlib figure, such as `pellucid.show.plots` gives, or SVG text.
        caption
            What the picture shows; the marks of `text` work here too.

        Raises
        ------
        PellucidError
            When the text is no SVG.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.figure(
        ...     '<svg width="60" height="30"><path d="M0 0h9"/></svg>', "A line"
        ... )
        >>> 'aria-label="A line"' in report.html()
        True
        """
        self._add("figure", **self._drawn(picture, caption))

    def gallery(self, pictures: Mapping[str, Figure | str]) -> None:
        """Show pictures beside one another, where the page is wide enough.

        Parameters
        ----------
        pictures
            From the caption of each to the picture, as in `figure`.

        Examples
        --------
        >>> report = Report("Tour")
        >>> dot = '<svg viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
        >>> report.gallery({"One": dot, "Another": dot})
        >>> report.html().count("<figure")
        2
        """
        drawn = [self._drawn(picture, said) for said, picture in pictures.items()]
        if drawn:
            self._add("gallery", pictures=drawn)

    def notes(self, sentences: Sequence[str]) -> None:
        """Show what a reader should mind, a note each; of none, nothing.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.notes(["Row 7 moves the fit: look at it."])
        >>> "<li>Row 7 moves the fit: look at it.</li>" in report.html()
        True
        """
        if sentences:
            self._add("notes", sentences=[_inline(line) for line in sentences])

    def formula(self, latex: str) -> None:
        r"""Show a formula on its own line, with its LaTeX to copy.

        Raises
        ------
        PellucidError
            When the LaTeX cannot be read.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.formula(r"p = \frac{1}{1 + e^{-z}}")
        >>> "<mfrac>" in report.html()
        True
        """
        self._add("formula", mathml=drawn(latex), latex=latex, letters=_letters(latex))

    def code(self, source: str) -> None:
        """Show source text, spaces kept.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.code("z = X @ w + b")
        >>> "<code>z = X @ w + b</code>" in report.html()
        True
        """
        self._add("code", source=source.strip("\n"))

    def figures(self, numbers: Mapping[str, object]) -> None:
        """Show a few key numbers, large, each with its name.

        Parameters
        ----------
        numbers
            From name to value: numbers are given four digits, text is left as it is.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.figures({"r2": 0.9911838, "rows": 100, "test accuracy": "95.16 %"})
        >>> "<dt>r2</dt><dd>0.9912</dd>" in report.html()
        True
        """
        shown = [(name, number(value, 4)) for name, value in numbers.items()]
        self._add("figures", numbers=shown)

    def table(
        self, rows: Rows, headers: Sequence[str] = (), *, caption: str = ""
    ) -> None:
        """Show a table, the numbers of a column in line with one another.

        Parameters
        ----------
        rows
            Rows of cells, or a pandas data frame, which brings its own headers.
        headers
            One header a column.
        caption
            What the table shows.

        Raises
        ------
        TableError
            When a row has another number of cells than the first.

        Examples
        --------
        >>> report = Report("Tour")
        >>> report.table([("age", -10.01), ("bmi", 519.8)], headers=("", "estimate"))
        >>> '<th scope="row">age</th>' in report.html()
        True
        """
        names, body = cells(rows, headers)
        numeric = [is_numeric(column) for column in zip(*body, strict=True)]
        numeric = numeric or [False] * len(names)
        texts = [numbers(column) for column in zip(*body, strict=True)]
        after = [max(map(_after_point, column)) for column in texts]
        self._add(
            "table",
            headers=[_cell(*pair, 0.0) for pair in zip(names, numeric, strict=False)],
            rows=[
                [_cell(*c) for c in zip(row, numeric, after, strict=True)]
                for row in zip(*texts, strict=True)
            ],
            caption=caption,
        )

    def html(self) -> str:
        """Give the page as text.

        Examples
        --------
        >>> Report("a < b").html().splitlines()[0]
        '<!DOCTYPE html>'
        """
        jinja2 = needs("jinja2", extra="plot")
        environment = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["breakable"] = _breakable
        template = files("pellucid").joinpath("report.html.j2").read_text("utf-8")
        opening, *titled = self._sections
        page = environment.from_string(template).render(
            title=self.title,
            subtitle=self.subtitle,
            opening=opening.elements,
            titled=titled,
            dark_rules=dark_rules(),
        )
        return NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", str(page).strip()) + "\n"

    def save(self, path: str | Path) -> Path:
        """Save the page, whole or not at all.

        Returns
        -------
        The path of the file.

        Raises
        ------
        PellucidError
            When the place cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Report("Tour").save(f"{folder}/report.html").name
        'report.html'
        """
        return write_whole(path, self.html())

    def _drawn(self, picture: Figure | str, caption: str) -> dict[str, Any]:
        """A picture with its number, ready for the page."""
        self._drawings += 1
        n = self._drawings
        spoken = re.sub(r"[`*]", "", caption) or f"Figure {n}"
        text, scale, dark = (picture, 1.0, "") if isinstance(picture, str) else (
            themed(svg(picture)), ENLARGED, on_dark_paper(picture))  # fmt: skip
        drawing, width = inline_svg(text, f"drawing-{n}", spoken)
        return {
            "id": f"figure-{n}",
            "number": n,
            "drawing": _markup(drawing),
            "caption": _inline(caption),
            "natural": round(width * scale),
            "dark": dark,
        }

    def _add(self, kind: str, **content: Any) -> None:
        """Put an element at the end of the page."""
        self._sections[-1].elements.append(Element(kind, content))


def _inline(text: str) -> Markup:
    """Turn the marks of a line into HTML, and everything else into text."""
    result, at, text = _markup(""), 0, PER_CENT.sub("\N{NO-BREAK SPACE}%", text)
    for mark in INLINE.finditer(text):
        code, strong = mark.groups()
        result += text[at : mark.start()]  # escaped, as it is added to Markup
        if code is not None:
            result += _markup("<code>{}</code>").format(code)
        else:
            result += _markup("<strong>{}</strong>").format(_inline(strong))
        at = mark.end()
    return result + text[at:]


def _letters(latex: str) -> int:
    r"""About how many letters the longest line of a formula has.

    >>> _letters(r"\begin{aligned} & y = a + b \\ & + 12\,\mathrm{age} \end{aligned}")
    6
    """
    lines = re.sub(r"\\(begin|end)\{\w+\}", "", latex).split(r"\\")
    shown = (re.sub(r"\\[A-Za-z]+|[\\{}&\s,]", "", line) for line in lines)
    return max(map(len, shown))


def _breakable(name: str) -> Markup:
    """Let a name of a column go on in the next line after _ and before [."""
    return _markup("<wbr>").join(re.split(r"(?<=[_./])|(?=\[)", name))


def _after_point(text: str) -> float:
    """Measure what stands right of the whole part of a number, in widths of a digit."""
    after = len(text) - len(text.partition("e")[0].partition(".")[0])
    return after - 0.5 * ("." in text)  # a point is half as wide


def _cell(text: str, numeric: bool, widest: float) -> dict[str, Any]:
    """Describe a cell; a number is set off from the right so that points align."""
    after = widest - _after_point(text) if numeric else 0
    return {"text": text, "numeric": numeric, "after": f"{after:g}"}


def drawn(latex: str) -> Markup:
    r"""Turn LaTeX into MathML, which browsers draw by themselves.

    Raises
    ------
    PellucidError
        When the LaTeX cannot be read.

    Examples
    --------
    >>> drawn("a < b").striptags()
    'a<b'
    """
    return _markup(mathml(latex))


def _markup(text: str) -> Markup:
    """Declare text to be HTML that needs no more escaping."""
    return cast("Markup", needs("markupsafe", extra="plot").Markup(text))
