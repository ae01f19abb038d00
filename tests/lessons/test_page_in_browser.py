"""What an exercise does on a page, in a browser: keys, hints, prints, and a reload."""

import pytest

from pellucid.lessons.exercises.exercise import found

pytestmark = [
    pytest.mark.parametrize("opened", ["line"], indirect=True, scope="module"),
    pytest.mark.timeout(400),  # the first page may wait for all imports
]

RIGHT = found("line/slope").solution
PRINTS = """
def intercept(*given):
    print('<script>alert(1)</script> `$x$` **b** _a_')
    return 'a word'
"""
ACTIVE = """(() => {
  let active = document.activeElement;
  while (active.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active.innerText;
})()"""


def number(opened, path):
    return int(opened.region(path).get_attribute("data-number"))


def test_nothing_was_tried_at_first(opened):
    region = opened.region("line/slope")
    assert region.inner_text() == "Not tried yet"
    assert (region.get_attribute("role"), region.get_attribute("aria-live")) == (
        "status",
        "polite",
    )


def test_the_solution_waits_for_a_try(opened):
    state, words = opened.pressed("line/slope", "Solution")
    assert (state, words) == (
        "wait",
        "Try first: the solution comes after a check",
    )


def test_hints_come_one_by_one_until_there_are_no_more(opened):
    hints = len(found("line/slope").hints)
    told = [opened.pressed("line/slope", "Hint")[1] for _ in range(hints + 1)]
    assert told[0].startswith(f"Hint 1 of {hints}")
    assert told[-1].startswith(f"Hint {hints} of {hints}; there are no more")
    assert len(told[0]) < len(told[1])


def test_what_a_program_prints_is_shown_as_it_is(opened):
    _, words = opened.hand_in("line/intercept", PRINTS)
    assert "<script>alert(1)</script> `$x$` **b** _a_" in words


def test_a_key_checks(opened):
    assert opened.typed_and_checked("line/slope", RIGHT) == ("right", "Right")


def test_a_code_that_arrives_late_is_the_one_that_is_checked(opened):
    def late(route):
        if "def slope" in route.request.post_data:
            opened.page.wait_for_timeout(1000)
        route.continue_()

    path, wrong = "line/slope", "def slope(x, y):\n    return 0\n"
    opened.page.route("**/set_ui_element_value", late)
    told = [opened.typed_and_checked(path, code)[0] for code in (wrong, RIGHT)]
    opened.page.unroute("**/set_ui_element_value")
    assert told == ["wrong", "right"]


def test_how_far_the_person_is_follows_at_the_top_and_at_the_end(opened):
    opened.wait("of('.how-far').every((e) => e.innerText.startsWith('1 of '))")
    assert opened.seen("of('.how-far').length") == 2


def test_the_solution_is_shown_after_a_try(opened):
    state, words = opened.pressed("line/slope", "Solution")
    assert (state, RIGHT.strip() in words) == ("solution", True)


def test_escape_and_tab_leave_the_editor(opened):
    opened.editor("line/slope").click()
    opened.page.keyboard.press("Escape")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate(ACTIVE).startswith("Check")


def test_an_answer_is_not_covered_by_the_exercise_under_the_pointer(opened):
    opened.region("line/slope").scroll_into_view_if_needed()
    opened.exercise("line/slope").get_by_role("button", name="Solution").hover()
    region = "of('.answer[data-exercise=\"line/slope\"]')[0]"
    box = f"{region}.getBoundingClientRect()"
    top = f"document.elementFromPoint({box}.left + 40, {box}.top + 4)"
    assert opened.seen(f"{region}.contains({top})")


def test_a_check_does_not_keep_the_page_waiting(opened):
    path = "line/r2"
    opened.editor(path).fill("def r2(y, output):\n    while True:\n        pass\n")
    before = number(opened, path)
    opened.exercise(path).get_by_role("button", name="Check r2").click()
    opened.page.locator(
        f'.answer[data-exercise="{path}"][data-state="checking"]'
    ).wait_for()
    assert opened.answered(path, before + 1)[0] == "wrong"


def test_a_code_and_its_state_are_there_again_after_a_reload(opened):
    opened.page.reload()
    opened.editor("line/slope").wait_for()
    assert opened.editor("line/slope").inner_text().split() == RIGHT.split()
    assert opened.region("line/slope").inner_text() == "Right"
    assert opened.region("line/intercept").inner_text() == "Not right yet"


def test_the_first_page_says_where_to_go_on(opened):
    other = opened.page.context.new_page()
    other.goto(opened.site)
    words = other.locator("main").inner_text()
    other.close()
    assert "Continue with lesson 1" in words
    assert "1 of 6 exercises" in words


@pytest.mark.parametrize(("scheme", "paper"), [("light", 255), ("dark", 29)])
def test_pictures_follow_the_page_into_the_dark(opened, scheme, paper):
    opened.page.emulate_media(color_scheme=scheme)
    colour = "getComputedStyle(of('.drawing.follows')[0]).backgroundColor"
    assert opened.seen(colour).startswith(f"rgb({paper}, ")
