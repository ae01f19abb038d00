"""A lesson is driven as by a person: codes are typed, buttons pressed, answers read."""

from dataclasses import dataclass
from functools import cached_property

import pytest

from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.road import exercises

PATIENCE = 120_000  # milliseconds, on a machine that does much else
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

# Every element of the page, those inside of marimo's widgets too.
ALL = """
const all = (root, found = []) => {
  for (const element of root.querySelectorAll("*")) {
    found.push(element);
    if (element.shadowRoot) all(element.shadowRoot, found);
  }
  return found;
};
const of = (selector) => all(document).filter((e) => e.matches(selector));
const parts = (e) => all(e.shadowRoot);
const sized = (e) => e.clientWidth > 0 || e.getBoundingClientRect().width > 0;
"""
APP = "document.querySelector('#App')"
# Types a code and presses Ctrl-Enter, from within the page, which is half the work of
# doing it from outside. Gives the number of the answer that is to come.
TYPED = """
async ([path, code]) => {
  const section = document.querySelector(`section[data-exercise="${path}"]`);
  const region = document.querySelector(`.answer[data-exercise="${path}"]`);
  const widget = section.querySelector("marimo-code-editor");
  const editor = widget.shadowRoot.querySelector(".cm-content");
  editor.focus();
  getSelection().selectAllChildren(editor);
  document.execCommand("insertText", false, code);
  await new Promise((later) => setTimeout(later));  // the editor reads what was typed
  const how = { ctrlKey: true, bubbles: true, composed: true, cancelable: true };
  editor.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ...how }));
  return Number(region.dataset.number) + 1;
}
"""
# Waits for an answer, and looks for it only when something has changed.
ANSWERED = """
([path, number, patience]) => new Promise((tell, fail) => {
  setTimeout(() => fail(`no answer ${number} for ${path}`), patience);
  const done = `[data-number="${number}"]:not([data-state="checking"])`;
  const look = () => {
    const answer = document.querySelector(`.answer[data-exercise="${path}"]${done}`);
    if (!answer) return;
    changes.disconnect();
    tell([answer.dataset.state, answer.innerText]);
  };
  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true, attributes: true });
  look();
})
"""
EDITORS, FORMULAS, PICTURES = (
    "of('.cm-content')",
    "of('marimo-tex')",
    "of('.drawing svg')",
)
WIDGETS = "of('*').filter((e) => e.tagName.startsWith('MARIMO-') && e.shadowRoot)"


@dataclass(frozen=True)
class Handed:
    """A code that is handed in, and what must be answered: a state, and some words."""

    exercise: str
    what: str
    code: str
    state: str
    words: str = ""

    def __str__(self):
        return f"{self.exercise}: {self.what}"


def handed_in(lesson):
    """What is handed in for the exercises of a lesson."""
    return [handed for path in exercises(lesson) for handed in for_exercise(path)]


def defined(path, body):
    """A function of the name that is asked for, which takes anything."""
    return f"import numpy as np\n\n\ndef {found(path).name}(*given):\n    {body}\n"


def endless(path):
    """A loop that never ends."""
    return defined(path, "while True:\n        pass")


def for_exercise(path):
    """The start, a wrong answer, each known mistake, and disasters."""
    task = found(path)
    mistakes = [
        Handed(path, f"mistake {n}", mistake.program(task.name), "wrong",
               mistake.sentence.replace("`", ""))
        for n, mistake in enumerate(task.mistakes, 1)
    ]  # fmt: skip
    return [
        Handed(path, "the start", task.starter, "not-tried-yet", "Not tried yet"),
        Handed(path, "a wrong answer", defined(path, "return 'a word'"), "wrong"),
        *mistakes,
        Handed(path, "ten gigabytes", defined(path, "return np.ones(10**10 // 8)"),
               "wrong", "memory"),
        Handed(path, "endless prints",
               defined(path, "while True:\n        print('again' * 99)"),
               "wrong", "print"),
        Handed(path, "no syntax", f"def {task.name}(x:\n    return x\n", "wrong",
               "Line 1"),
    ]  # fmt: skip


class Opened:
    """A lesson that is open in a browser."""

    def __init__(self, browser, site, name):
        self.name, self.site, self.complaints = name, site, []
        self._context = browser.new_context(viewport=DESK, color_scheme="dark")
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        self.page.goto(f"{site}{name}/")
        self.page.locator(".closing").wait_for(state="attached")
        for path in exercises(name):
            self.region(path).wait_for(state="attached")
            self.editor(path).wait_for()

    def _said(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def _asked(self, request):
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.complaints.append(f"asks for {request.url}")

    def close(self):
        self._context.close()

    def exercise(self, path):
        return self.page.locator(f'section[data-exercise="{path}"]')

    def editor(self, path):
        return self.exercise(path).locator(".cm-content")

    def region(self, path):
        return self.page.locator(f'.answer[data-exercise="{path}"]')

    def pressed(self, path, button):
        """Press a button of an exercise, and give the answer: its state and words."""
        number = int(self.region(path).get_attribute("data-number")) + 1
        name = f"{button} {path.rpartition('/')[2]}"
        self.exercise(path).get_by_role("button", name=name, exact=True).click()
        return self.answered(path, number)

    def answered(self, path, number):
        """Wait for the answer of that number: its state and words."""
        return tuple(self.page.evaluate(ANSWERED, [path, number, PATIENCE]))

    def hand_in(self, path, code):
        """Have a code checked."""
        return self.answered(path, self.page.evaluate(TYPED, [path, code]))

    def hand_in_by_mouse(self, path, code):
        """Type a code as a person does, and press the button."""
        self.editor(path).fill(code)
        return self.pressed(path, "Check")

    def typed_and_checked(self, path, code):
        """Type a code and check it by the key, at once."""
        number = int(self.region(path).get_attribute("data-number")) + 1
        self.editor(path).fill(code)
        self.page.keyboard.press("Control+Enter")
        return self.answered(path, number)

    def choose_everywhere(self):
        """Take the first of each choice."""
        for choice in self.page.locator("marimo-radio [role=radiogroup]").all():
            choice.locator("[role=radio]").first.click()

    def seen(self, script):
        """What a script finds on the page."""
        return self.page.evaluate(f"(() => {{ {ALL} return {script}; }})()")

    def wait(self, script):
        """Wait until a script finds what it looks for."""
        self.page.wait_for_function(f"(() => {{ {ALL} return {script}; }})()")

    @cached_property
    def paths(self):
        return exercises(self.name)


class Pages:
    """What holds of every lesson; a class in a test file names the lessons."""

    pytestmark = pytest.mark.timeout(400)  # the first page may wait for all imports

    def test_every_widget_is_rendered(self, opened):
        opened.wait(f"{WIDGETS}.every((e) => parts(e).some(sized))")
        assert opened.seen(f"{EDITORS}.filter(sized).length") == len(opened.paths)

    def test_every_button_has_a_name_of_its_own(self, opened):
        names = opened.page.locator("section.exercise button").all_inner_texts()
        assert len(set(names)) == len(names) == 3 * len(opened.paths)

    def test_every_editor_has_a_name(self, opened):
        labels = opened.seen(f"{EDITORS}.map((e) => e.ariaLabel ?? '')")
        assert [label.partition(".")[0] for label in labels] == [
            f"Your code for {path.rpartition('/')[2]}" for path in opened.paths
        ]

    def test_every_slider_has_a_name(self, opened):
        names = "of('[role=slider]').map((e) => e.ariaLabel ?? '')"
        assert "" not in opened.seen(names)

    def test_every_formula_is_rendered(self, opened):
        opened.wait(
            f"{FORMULAS}.every((e) => parts(e).some((p) => p.matches('.katex')))"
        )
        assert opened.seen(f"{FORMULAS}.length") > 0
        assert opened.seen("of('.katex-error').map((e) => e.title)") == []
        assert opened.seen(r"document.body.innerText.match(/.*\$\$.*/g) ?? []") == []

    def test_no_cell_has_failed(self, opened):
        assert opened.page.get_by_text("raised an exception").count() == 0
        failed = "of('.marimo-error, .output.error').map((e) => e.innerText)"
        assert opened.seen(failed) == []

    def test_predictions_show_what_they_hid(self, opened):
        opened.choose_everywhere()
        opened.page.locator(".wait").first.wait_for(state="detached")
        assert opened.page.locator(".expected").count() > 0

    def test_every_picture_is_drawn_and_says_what_it_shows(self, opened):
        assert opened.seen(f"{PICTURES}.length") > 0
        drawn, told = "(sized(e) || !e.checkVisibility())", "e.ariaLabel?.length > 9"
        good = f"{drawn} && {told} && e.role === 'img'"
        assert (
            opened.seen(f"{PICTURES}.filter((e) => !({good})).map((e) => e.id)") == []
        )

    def test_a_telephone_shows_the_whole_width(self, opened):
        opened.page.set_viewport_size(TELEPHONE)
        opened.wait(f"{APP}.clientWidth <= {TELEPHONE['width']}")
        widths = opened.seen(f"[{APP}.scrollWidth, document.body.scrollWidth]")
        narrow = opened.seen(f"{EDITORS}.filter((e) => e.clientWidth < 250).length")
        opened.page.set_viewport_size(DESK)
        assert (max(widths), narrow) == (TELEPHONE["width"], 0)

    def test_an_exercise_answers_what_is_handed_in(self, opened, handed):
        state, words = opened.hand_in(handed.exercise, handed.code)
        assert (state, handed.words in words) == (handed.state, True), words

    def test_endless_loops_are_stopped_all_at_once(self, opened):
        codes = [(path, endless(path)) for path in opened.paths]
        numbers = [opened.page.evaluate(TYPED, list(each)) for each in codes]
        told = map(opened.answered, opened.paths, numbers)
        assert {(state, "never end" in words) for state, words in told} == {
            ("wrong", True)
        }

    def test_every_solution_is_right(self, opened):
        told = [opened.hand_in_by_mouse(path, found(path).solution)
                for path in opened.paths]  # fmt: skip
        assert {state for state, _ in told} == {"right"}, told

    def test_nothing_was_complained_of_and_nothing_left_the_machine(self, opened):
        assert opened.complaints == []
