"""The playground is driven as by a person: by mouse, by keys, and on a telephone."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

PATIENCE = 60_000  # milliseconds, on a machine that does much else
DESK, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
STEPS = "Number(document.getElementById('done').textContent.replace(',', ''))"
TRAINED = "document.getElementById('train').textContent !== '–'"
# How many different colours a canvas has in a grid of its pixels.
COLOURS = """canvas => {
  const { width, height } = canvas;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4 * 101) {
    seen.add(data.slice(i, i + 3).join());
  }
  return seen.size;
}"""
CSV = "\n".join(
    ["weight;height;kind"]
    + [f"{50 + i % 13},5;{160 + i * 7 % 31};{'ab'[i % 13 > 6]}" for i in range(60)]
)


class Playground:
    """A page of the playground, whose complaints and requests are noted."""

    def __init__(self, browser: Any, site: str, **look: Any) -> None:
        self.home = f"{site.rstrip('/')}/playground/"
        context = browser.new_context(
            permissions=["clipboard-read", "clipboard-write"], **look
        )
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.elsewhere.append(request.url)

    def open(self, link: str = "", steps: int = 0) -> Any:
        """Open a link, and wait until its steps are taken."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}#{link}")
        self.page.wait_for_function(f"{TRAINED} && {STEPS} === {steps}")
        return self.page

    def colours(self, selector: str) -> int:
        """How many colours a canvas shows."""
        return int(self.page.locator(selector).first.evaluate(COLOURS))

    @property
    def settings(self) -> dict[str, str]:
        """What the address of the page says."""
        fragment = unquote(self.page.url.partition("#")[2])
        return dict(pair.split("=", 1) for pair in fragment.split("&") if pair)

    def wait(self, condition: str) -> None:
        """Wait until something is true in the page."""
        self.page.wait_for_function(condition)


@pytest.fixture(scope="module")
def playground(site: str, browser: Any) -> Iterator[Playground]:
    made = Playground(browser, site, viewport=DESK)
    yield made
    assert made.complaints == []
    assert made.elsewhere == []


@pytest.fixture
def drawing(playground: Playground) -> Playground:
    """The page without points, ready to be drawn on."""
    page = playground.page
    page.goto("about:blank")
    page.goto(f"{playground.home}#data=drawn")
    page.wait_for_selector("#pens input")
    return playground


def drag(page: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=12)
    page.mouse.up()


def test_every_picture_is_drawn(playground: Playground) -> None:
    playground.open("data=xor&steps=60", 60)
    playground.wait("document.getElementById('race-title').textContent.length > 20")
    assert playground.colours("#plane") > 50
    assert playground.colours("#curve") > 3
    assert playground.colours("#race") > 10
    assert playground.colours(".unit canvas") > 5
    assert playground.page.locator(".unit").count() == 2 + 4 + 2 + 1
    assert playground.page.locator(".edge").count() == 8 + 8 + 2


def test_one_step_is_one_step(playground: Playground) -> None:
    page = playground.open()
    page.click("#step")
    playground.wait(f"{STEPS} === 1")
    page.click("#reset")
    playground.wait(f"{STEPS} === 0")


def test_it_runs_pauses_and_says_how_fast(playground: Playground) -> None:
    page = playground.open()
    page.click("#run")
    playground.wait(f"{STEPS} > 200")
    playground.wait("/pictures a second/.test(document.body.textContent)")
    page.click("#run")
    playground.wait("location.hash.includes('steps=')")
    assert page.inner_text("#run") == "Run"
    steps = page.evaluate(STEPS)
    assert playground.settings == {"steps": str(steps)}
    assert page.evaluate(STEPS) == steps


def test_a_link_shows_the_same_costs_again(playground: Playground) -> None:
    link = "data=blobs&hidden=3&batch=16&method=RMSprop"
    page = playground.open(link)
    page.select_option("#speed", "5")
    page.click("#run")
    playground.wait(f"{STEPS} > 50")
    page.click("#run")
    playground.wait("location.hash.includes('steps=')")
    costs = page.inner_text("#train"), page.inner_text("#test")
    playground.open(page.url.partition("#")[2], page.evaluate(STEPS))
    assert (page.inner_text("#train"), page.inner_text("#test")) == costs


def test_a_broken_link_is_told(playground: Playground) -> None:
    page = playground.open("data=what")
    assert "data is one of moons" in page.inner_text("#said")
    assert playground.settings == {}


def test_points_are_drawn_by_mouse_and_erased(drawing: Playground) -> None:
    page = drawing.page
    drag(page, (100, 100), (200, 130))
    page.check("input[name=pen][value='1']")
    drag(page, (100, 250), (200, 220))
    drawing.wait("/,1(;|$)/.test(location.hash)")
    drawing.wait(TRAINED)
    drawn = {row[-1] for row in drawing.settings["rows"].split(";")}
    assert drawn == {"0", "1"}
    page.check("input[name=pen][value='erase']")
    drag(page, (100, 100), (200, 130))
    drawing.wait("!location.hash.includes(',0;')")
    assert {row[-1] for row in drawing.settings["rows"].split(";")} == {"1"}


def test_points_are_drawn_by_keys_alone(drawing: Playground) -> None:
    page = drawing.page
    page.focus("#plane")
    for key in ("1", "ArrowRight", "Shift+ArrowUp", "2", "Shift+ArrowDown", "1", "3"):
        page.keyboard.press(key)
    drawing.wait("location.hash.includes(',2')")
    assert drawing.settings["rows"] == "0,0,0;0.1,0.5,1;0.1,0,0;0.1,0,2"
    page.keyboard.press("Delete")
    drawing.wait("!location.hash.includes(',2')")
    assert drawing.settings["rows"] == "0.1,0.5,1"


def test_points_of_a_curve_are_drawn(playground: Playground) -> None:
    page = playground.page
    page.goto("about:blank")
    page.goto(f"{playground.home}#data=drawn curve")
    page.wait_for_selector("#pens input")
    drag(page, (80, 300), (350, 80))
    playground.wait(TRAINED)
    page.click("#step")
    playground.wait(f"{STEPS} === 1")
    assert playground.colours("#plane") > 3


def test_a_table_of_ones_own_is_learned(playground: Playground) -> None:
    page = playground.open()
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.set_input_files("#file", file)
    page.wait_for_selector("#columns:not([hidden])")
    assert page.input_value("#column-target") == "kind"
    page.click("#take")
    playground.wait("document.getElementById('said').textContent.includes('60 rows')")
    assert "Across weight, up height" in page.inner_text("#plane-caption")
    page.click("#step")
    playground.wait(f"{STEPS} === 1")
    link, cost = page.url.partition("#")[2], page.inner_text("#train")
    playground.wait("location.hash.includes('steps=1')")
    playground.open(page.url.partition("#")[2], 1)
    assert page.inner_text("#train") == cost
    assert link


def test_a_bad_table_gets_the_readers_sentence(playground: Playground) -> None:
    page = playground.open()
    file = {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"\x00\x01\x02"}
    page.set_input_files("#file", file)
    playground.wait("document.getElementById('said').textContent.includes('bad.csv')")
    assert "trouble" in page.get_attribute("#said", "class")


def test_the_copied_program_runs_and_prints_the_cost(playground: Playground) -> None:
    page = playground.open("data=xor&steps=40&batch=32", 40)
    page.click("details[data-picture=cost] summary")
    page.click("details[data-picture=cost] .copy")
    playground.wait("document.querySelector('.copy').textContent === 'Copied'")
    code = page.evaluate("navigator.clipboard.readText()")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    costs = [float(cost) for cost in re.findall(r"cost (\S+)", run.stdout)]
    shown = [float(page.inner_text(f"#{name}")) for name in ("train", "test")]
    assert [float(f"{cost:.6g}") for cost in costs] == shown
    assert page.locator("details[data-picture=cost] math").count() == 2


def test_a_rate_too_large_stops_and_says_so(playground: Playground) -> None:
    page = playground.open("data=line&hidden=none&method=gradient descent&rate=10")
    page.click("#run")
    playground.wait("document.getElementById('said').textContent.includes('too large')")
    assert page.inner_text("#run") == "Run"
    page.click("#reset")
    playground.wait(f"{STEPS} === 0")


def test_units_are_read_by_keys(playground: Playground) -> None:
    page = playground.open("steps=10", 10)
    page.focus(".unit")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    said = page.inner_text("#unit-told")
    assert said.startswith("Unit 2 of layer 1 says tanh(")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("Unit 2 of layer 1, from ")
    assert page.inner_text("#plane-caption").startswith("What this unit says")
    page.keyboard.press("Escape")
    assert page.inner_text("#plane-caption").startswith("Across")


def test_the_race_begins_where_one_clicks(playground: Playground) -> None:
    page = playground.open("steps=20", 20)
    playground.wait("document.getElementById('race-title').textContent.length > 20")
    page.locator("#race").click(position={"x": 100, "y": 200})
    playground.wait("location.hash.includes('begin=')")
    page.focus("#race")
    before = playground.settings["begin"]
    page.keyboard.press("ArrowUp")
    playground.wait(f"!location.hash.includes('begin={before}')")
    assert page.evaluate(STEPS) == 20


def test_network_and_features_are_changed_by_hand(playground: Playground) -> None:
    page = playground.open()
    page.click("#add-layer")
    playground.wait("document.querySelectorAll('.layer').length === 3")
    page.get_by_label("One unit fewer in layer 1").click()
    playground.wait("location.hash.includes('hidden=3-2-4')")
    page.check("#features input[value=radius]")
    playground.wait("location.hash.includes('radius')")
    assert page.locator(".unit").count() == 3 + 3 + 2 + 4 + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("link", ["data=blobs&hidden=8-8-8-8", "data=curve&hidden=8"])
def test_a_telephone_shows_all_of_it(
    site: str, browser: Any, link: str, scheme: str
) -> None:
    made = Playground(
        browser, site, viewport=TELEPHONE, color_scheme=scheme, has_touch=True
    )
    page = made.open(f"{link}&steps=20", 20)
    for panel in page.locator("details.behind summary").all():
        panel.click()
    made.wait("document.querySelectorAll('pre.code').length === 4")
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert made.colours("#plane") > 3
    assert made.complaints == []


def test_every_field_and_picture_has_a_name(playground: Playground) -> None:
    page = playground.open()
    unnamed = page.evaluate("""() => {
      const named = (e) => e.labels?.length || e.getAttribute('aria-label')
        || e.getAttribute('aria-labelledby') || e.textContent.trim();
      return [...document.querySelectorAll('button, select, input, canvas[role]')]
        .filter((e) => !named(e)).map((e) => e.outerHTML);
    }""")
    assert unnamed == []


def test_focus_is_seen(playground: Playground) -> None:
    page = playground.open()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate("document.activeElement.id") == "run"
    assert page.evaluate(style) == "solid"
