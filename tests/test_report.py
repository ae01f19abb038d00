"""The report: one file, whole and harmless, whatever is put into it."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pellucid.errors import MissingExtraError, PellucidError, TableError
from pellucid.report import Report
from pellucid.show import plots
from pellucid.show.inline import inline_svg

EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
EVIL = "<script>alert('x')</script><img src=x onerror=alert(1)> & \"quoted\""
DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
 "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg width="206pt" height="44pt" viewBox="0 0 206 44"
 xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<defs><style>#node1 path { stroke: red } * { fill: #123456 }</style></defs>
<g id="graph0" class="graph"><title>%3</title>
<clipPath id="clip"><path d="M0 0h9v9z"/></clipPath>
<g id="node1" class="node" clip-path="url(#clip)"><path d="M0 0h9"/><text>a</text></g>
<use xlink:href="#node1"/></g></svg>"""


class Page(HTMLParser):
    """A page taken apart; it must open and close its elements in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self._open = [], [], [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def values(self, *names):
        return [value for _, name, value in self.attributes if name in names]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def full(word="word"):
    """A report with one block of each kind, `word` wherever a word can stand."""
    report = Report(f"Title {word}", f"Subtitle {word}")
    report.text(f"Opening {word}")
    report.section(f"First {word}")
    report.text(
        f"A paragraph {word} with `code {word}` and **strong {word}**.\n\nNext."
    )
    report.figure(
        plots.scatter([1, 2], [3, 4], title=word, x_label=word), f"Cap {word}"
    )
    report.figure(plots.boundary([[0, 0], [1, 1]], [0, 1], lambda X: X[:, 0] > 0.5))
    report.formula(r"p = \frac{1}{1 + e^{-z}}")
    report.section(f"First {word}")
    report.figure(DRAWING, f"Drawing {word}")
    report.figure(DRAWING, f"The same drawing {word}")
    report.code(f"z = X @ w  # {word}\nif a < b: pass")
    report.figures({f"r2 {word}": 0.99118, "rows": 100, "said": word})
    report.table([(word, 1.5, 3)], (word, "estimate", "n"), caption=f"Table {word}")
    report.table(pd.DataFrame({"t": [1.5, -2.25]}, index=["age", "bmi"]))
    return report


@pytest.fixture(scope="module", params=["word", EVIL], ids=["plain", "evil"])
def page(request):
    return Page(full(request.param).html())


def test_every_element_is_closed_and_every_id_unique(page):
    ids = page.values("id")
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(page):
    ids = set(page.values("id"))
    led = [value for _, _, value in page.attributes for value in local(value)]
    led += [value.removeprefix("#") for value in page.values("href")]
    led += page.values("aria-labelledby")
    assert set(led) <= ids | {v for v in led if v.startswith("data:")}
    assert any(name.startswith("drawing-") for name in led)


def local(value):
    return re.findall(r"url\(['\"]?#([^)'\"]+)", value)


def test_nothing_is_loaded_from_outside(page):
    sources = page.values("href", "src", "srcset", "action", "data", "poster")
    assert [s for s in sources if not s.startswith(("#", "data:image/"))] == []
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(page.tags)


def test_nothing_runs(page):
    assert not {"script", "foreignobject"} & set(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []


def test_a_browser_is_told_to_load_and_run_nothing(page):
    policy = page.values("content")
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy


def test_the_page_names_no_address():
    assert re.findall(r"https?://|//www\.|@import", full().html()) == []


def test_evil_words_are_shown_as_words():
    text = Page(full(EVIL).html()).text
    assert text.count("<script>alert('x')</script>") > 15


def test_a_picture_has_a_name_for_those_who_do_not_see_it(page):
    drawings = page.values("aria-label")
    assert any(name.startswith("Cap ") for name in drawings)
    assert page.values("role").count("img") == 4


def test_sections_are_numbered_and_linked():
    text = full().html()
    assert '<a href="#section-first-word"><span class="no">1</span>First word' in text
    assert '<a href="#section-first-word-2"><span class="no">2</span>First word' in text


@pytest.mark.parametrize(("sections", "listed"), [(0, 0), (1, 0), (2, 1)])
def test_contents_are_listed_when_there_are_some(sections, listed):
    report = Report("Title")
    for i in range(sections):
        report.section(f"Section {i}")
    assert Page(report.html()).tags.count("nav") == listed


def test_the_same_report_is_the_same_file(tmp_path):
    one, two = (full().save(tmp_path / name) for name in ("one.html", "two.html"))
    assert one.read_bytes() == two.read_bytes()


def test_a_failure_leaves_the_old_report_and_nothing_else(tmp_path, monkeypatch):
    place = full().save(tmp_path / "report.html")
    before = place.read_bytes()

    def fail(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PellucidError, match=r"Cannot write .*permission denied"):
        Report("Another").save(place)
    assert place.read_bytes() == before
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "<p>plain</p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("**strong**", "<p><strong>strong</strong></p>"),
        ("**the `w` here**", "<p><strong>the <code>w</code> here</strong></p>"),
        ("a**2 + b**2", "<p>a**2 + b**2</p>"),
        ("`a**2 + b**2`", "<p><code>a**2 + b**2</code></p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("one ` tick", "<p>one ` tick</p>"),
        ("one\n\n \n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("<b>", "<p>&lt;b&gt;</p>"),
    ],
    ids=str,
)
def test_marks_in_text(text, shown):
    report = Report("Title")
    report.text(text)
    assert shown in report.html()


def test_numbers_stand_to_the_right_and_words_to_the_left():
    text = full().html()
    assert '<td class="number" style="--after: 0">-2.25</td>' in text
    assert '<th scope="row">age</th>' in text
    assert '<th scope="col" class="number">estimate</th>' in text


def test_a_ragged_table_is_refused():
    with pytest.raises(TableError, match="got 1 in row 2"):
        Report("Title").table([(1, 2), (3,)])


# Formulas


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\frac{a}{b}", "<mfrac>"),
        (
            r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
            '<mtd columnalign="right">',
        ),
        (r"y \log p", '<mspace width="0.167em" /><mi>log</mi><mspace'),
        (r"\log(p)", "<mi>log</mi><mo"),
        (r"a = -b", '<mo form="prefix">−</mo>'),
        (r"a - b", "<mo>−</mo>"),
        (r"|z|", ' lspace="0" rspace="0">|</mo>'),
        (r"a < b", "<mo>&lt;</mo>"),
        (r"\mathrm{age}", '<mi mathvariant="normal">a</mi>'),
    ],
)
def test_a_formula_is_mathml(latex, shown):
    report = Report("Title")
    report.formula(latex)
    assert shown in report.html()


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\mathrm{<img onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"x \text{&lt;script&gt;}",
    ],
)
def test_a_formula_brings_no_code(latex):
    report = Report("Title")
    report.formula(latex)
    page = Page(report.html())
    assert not {"script", "img"} & set(page.tags)
    assert page.values("href") == []


def test_the_latex_of_a_formula_can_be_copied():
    latex = r"w \leftarrow w - \alpha \nabla J"
    report = Report("Title")
    report.formula(latex)
    page = Page(report.html())
    assert latex in page.text
    assert latex in page.values("alttext")


@pytest.mark.parametrize("latex", ["", r"\frac", r"\begin{nothing}"])
def test_what_is_no_latex_is_refused_in_a_sentence(latex):
    with pytest.raises(PellucidError, match="Expected a formula in LaTeX"):
        Report("Title").formula(latex)


# Drawings


@pytest.mark.parametrize(
    "text",
    ["", "words", "<p>a page</p>", "<svg><g></svg>", '<svg xmlns="urn:other"/>'],
)
def test_what_is_no_svg_is_refused_in_a_sentence(text):
    with pytest.raises(PellucidError, match="Expected SVG text for a figure"):
        Report("Title").figure(text)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><iframe/></foreignObject>",
        '<g onclick="alert(1)"/>',
        '<a href="javascript:alert(1)"/>',
        '<image href="https://example.org/a.png"/>',
        '<image href="data:text/html,x"/>',
        '<g style="fill: url(https://example.org/a)"/>',
        "<g fill=\"url( 'https://example.org/a')\"/>",
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>g { fill: url(https://example.org/a) }</style>",
        '<g><set attributeName="href" to="javascript:alert(1)"/></g>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
    ],
)
def test_a_drawing_brings_nothing_with_it(inside):
    text = f'<svg xmlns="http://www.w3.org/2000/svg"><g>{inside}</g></svg>'
    assert (
        re.search("alert|example|iframe|text/html", inline_svg(text, "d", "x")[0])
        is None
    )


def test_styles_and_references_stay_inside_their_drawing():
    markup, _ = inline_svg(DRAWING, "drawing-7", "A graph")
    assert (
        "#drawing-7 {#drawing-7-node1 path { stroke: red } * { fill: #123456 }}"
        in markup
    )
    assert 'clip-path="url(#drawing-7-clip)"' in markup
    assert '<use href="#drawing-7-node1"' in markup


@pytest.mark.parametrize(
    ("head", "width", "box"),
    [
        ('width="72pt" height="36pt" viewBox="0 0 72 36"', 96, "0 0 72 36"),
        ('width="60" height="30"', 60, "0 0 60 30"),
        ('width="1in" height="48px"', 96, "0 0 96 48"),
        ('width="100%" viewBox="0 0 50 20"', 50, "0 0 50 20"),
        ('viewBox="0,0,50,20"', 50, "0,0,50,20"),
        ("", 300, "0 0 300 300"),
    ],
    ids=str,
)
def test_a_drawing_keeps_its_width_and_its_proportions(head, width, box):
    markup, natural = inline_svg(f"<svg {head}/>", "d", "x")
    assert natural == pytest.approx(width)
    assert f'viewBox="{box}"' in markup
    assert " width=" not in markup


def test_a_picture_keeps_its_pixels():
    report = Report("Title")
    report.figure(plots.images([np.eye(8)]))
    pictures = Page(report.html()).values("href")
    assert [p for p in pictures if p.startswith("data:image/png;base64,")] != []


# Missing libraries


@pytest.mark.parametrize(
    ("library", "act"),
    [
        ("jinja2", lambda report: report.html()),
        ("markupsafe", lambda report: report.text("word")),
        ("latex2mathml", lambda report: report.formula("a")),
    ],
)
def test_a_missing_library_is_named_with_the_way_to_get_it(library, act, monkeypatch):
    report = Report("Title")
    for name in [library, *(m for m in sys.modules if m.startswith(f"{library}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    sentence = rf'{library}, which is not installed: pip install "pellucid\[plot\]"'
    with pytest.raises(MissingExtraError, match=sentence):
        act(report)
