"""Pages in a browser: on a telephone and a wide screen, in the light and the dark."""

import html
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from pellucid.report import Report
from pellucid.tour.fit import run

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")

TELEPHONE, WIDE = 390, 1280  # pixels
ON_SQUARES = {"rgb(254, 254, 254)", "rgb(35, 35, 35)"}  # of their own colours

# What a page that frames another finds out about it.
LOOK = """
<iframe id="page" style="border: 0; width: {width}px; height: 900px"
 srcdoc="{page}"></iframe>
<script>
document.getElementById("page").onload = (event) => {{
  const page = event.target.contentDocument;
  const style = (element) => page.defaultView.getComputedStyle(element);
  const all = (what) => [...page.querySelectorAll(what)];
  const lines = (cell) => {{
    const text = page.createRange();
    text.selectNodeContents(cell);
    return new Set([...text.getClientRects()].map((box) => Math.round(box.top))).size;
  }};
  const letters = (text) => {{
    const svg = text.closest("svg");
    return parseFloat(style(text).fontSize) * svg.getBoundingClientRect().width
      / svg.viewBox.baseVal.width;
  }};
  const found = {{
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    broken: all("td.number, dd").filter((c) => lines(c) > 1).map((c) => c.textContent),
    numbers: all("td.number, dd").length,
    smallest: Math.min(99, ...all(".follows svg text").map(letters)),
    formulas: all(".formula .wide").map((f) => f.scrollWidth - f.clientWidth),
    names: all("tbody th").map((name) => style(name).position),
    paper: all(".follows").map((card) => style(card).backgroundColor),
    ink: all(".follows svg text").map((text) => style(text).fill),
  }};
  document.body.textContent = "FOUND" + JSON.stringify(found) + "DNUOF";
}};
</script>
"""


def look(page, folder, width, *, dark=False):
    """What the page is like in a window of that width."""
    frame = folder / "frame.html"
    frame.write_text(LOOK.format(width=width, page=html.escape(page)), "utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", scheme,
         f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000",
         "--virtual-time-budget=20000", "--dump-dom", frame.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(html.unescape(re.search("FOUND(.*)DNUOF", done.stdout)[1]))


rng = np.random.default_rng(7)
N = 300
TABLE = pd.DataFrame(
    {
        "a rather long name of a column": 1e6 * rng.normal(size=N) + 123456789.25,
        "occupation_of_the_father": rng.choice(
            ["teacher", "professional", "farmer"], N
        ),
        "x": rng.normal(size=N),
        "tiny": 1e-7 * rng.normal(size=N),
    }
)
SCORE = TABLE["x"] + (TABLE["occupation_of_the_father"] == "farmer")
TARGETS = {
    "linear": 1e5 * SCORE + 2e4 * rng.normal(size=N),
    "logistic": np.where(SCORE + rng.logistic(size=N) > 0, "yes", "no"),
    "multinomial": np.array(["low", "middle", "high"])[
        np.digitize(SCORE + rng.logistic(size=N), [-0.5, 1])
    ],
}


OPTIONS = {"linear": {"against": ["x"]}, "logistic": {"against": ["x", "network"]}}


@pytest.fixture(scope="module", params=TARGETS)
def page(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "table.csv"
    TABLE.assign(target=TARGETS[request.param]).to_csv(path, index=False)
    options = OPTIONS.get(request.param, {})
    run(path, "target", folder / "out", tell=lambda _: None, **options)
    return (folder / "out" / "report.html").read_text("utf-8"), folder


@pytest.mark.parametrize("width", [TELEPHONE, WIDE], ids=["telephone", "wide"])
def test_a_page_fits_its_screen(page, width):
    found = look(*page, width)
    assert found["overflow"] == 0
    assert max(found["formulas"]) <= 0


def test_numbers_are_whole_and_letters_readable_on_a_telephone(page):
    found = look(*page, TELEPHONE)
    assert found["numbers"] > 20
    assert found["broken"] == []
    assert set(found["names"]) == {"sticky"}
    assert found["smallest"] >= 9


def test_letters_of_pictures_are_readable_on_a_wide_screen(page):
    assert look(*page, WIDE)["smallest"] >= 10.5


def test_figures_beside_one_another_are_whole_on_a_telephone(tmp_path):
    report = Report("Figures")
    report.figures(
        {"pseudo r2": 0.2162, "AIC": -116652.4, "p (likelihood ratio)": 2.25e-185}
    )
    found = look(report.html(), tmp_path, TELEPHONE)
    assert (found["overflow"], found["broken"], found["numbers"]) == (0, [], 3)


def test_pictures_follow_the_page_into_the_dark(page):
    light, dark = (look(*page, WIDE, dark=dark) for dark in (False, True))
    assert set(light["paper"]) == {"rgb(255, 255, 255)"}
    assert set(dark["paper"]) == {"rgb(29, 33, 38)"}
    for found in (light, dark):
        paper = luminance(found["paper"][0])
        inks = {luminance(ink) for ink in found["ink"] if ink not in ON_SQUARES}
        assert min(contrast(ink, paper) for ink in inks) >= 4.4


def luminance(colour):
    """Relative luminance of rgb(r, g, b) (WCAG 2.2)."""
    parts = np.array([int(part) for part in re.findall(r"\d+", colour)][:3]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
