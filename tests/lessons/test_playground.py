"""The playground without a browser: links, training, pictures, programs."""

import base64
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import sklearn.datasets
from hypothesis import strategies as st

import pellucid as pl
from pellucid.lessons.playground import site
from pellucid.lessons.playground.choices import ACTIVATIONS, DATA, FEATURES, METHODS
from pellucid.lessons.playground.pictures import frame
from pellucid.lessons.playground.points import points_of
from pellucid.lessons.playground.race import race, surface_of
from pellucid.lessons.playground.session import FORMULAS, Session
from pellucid.lessons.playground.settings import (
    READERS,
    Refused,
    Settings,
    of_link,
    to_link,
    to_text,
)
from pellucid.lessons.playground.training import TOO_LARGE, Training

Answer = dict[str, Any]
DRAWN = "1.2,2,0;-1,-2,1;0.5,0.5,1;0.1,0.3,2;-2,1,2;1,1,0;2,-1.5,1"
CURVE = "-2,0,1;-1,0,0.5;0,0,-0.5;1,0,0.2;2,0,1.5"
FILE = "data=file&rows=10,2,3;20,1,4;15,8,5;12,4,4;11,3,7;14,2,2&names=a|b|c"
CLASSES = "data=file&rows=10,2,0;20,1,1;15,8,1;12,4,0;11,3,0;14,2,1"
LINKS = {
    "as it opens": "",
    "two moons, deep": "hidden=3-3-2-2&activation=relu&start=he&steps=30",
    "donut by hand": "data=donut&features=radius&hidden=none&method=Nesterov",
    "xor in batches": "data=xor&batch=16&method=RMSprop&penalty=l2&steps=12",
    "four blobs": "data=blobs&hidden=5&activation=sigmoid&penalty=l1&method=AdamW",
    "spirals": "data=spirals&features=x1,x2,sin x1,sin x2&method=AdaGrad",
    "a saddle": "data=saddle&features=x1,x2,x1x2&hidden=none&method=momentum&rate=0.05",
    "a line": "data=line&hidden=none&activation=identity&method=gradient descent",
    "a curve": "data=curve&hidden=6&seed=3&noise=0.1",
    "drawn points": f"data=drawn&rows={DRAWN}&test=20",
    "a drawn curve": f"data=drawn curve&rows={CURVE}",
    "a file of numbers": FILE,
    "a file of classes": f"{CLASSES}&names=a|b|c&labels=no|yes",
}


def opened(link: str) -> Session:
    """A page with this link, all its steps taken."""
    session = Session()
    assert not session.answer({"do": "open", "link": link})["sentence"]
    session.training.take(session.training.settings.steps, seconds=60)
    return session


def refusal(message: object) -> str:
    """The sentence that a message gets."""
    answer = Session().answer(message)
    assert answer["kind"] == "refused"
    return str(answer["sentence"])


# -- links ----------------------------------------------------------------------------


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_says_all_that_is_chosen(link: str) -> None:
    settings = of_link(link)
    assert of_link(to_link(settings)) == settings


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_leads_to_the_same_picture_and_costs_to_the_digit(link: str) -> None:
    first = Session()
    first.answer({"do": "open", "link": link})
    for n in (1, 7, 20, 2):
        first.training.take(n, seconds=60)
    again = opened(to_link(first.training.settings.changed({"steps": "30"})))
    assert json.dumps(frame(again.training)) == json.dumps(frame(first.training))


def test_only_what_differs_from_the_beginning_stands_in_a_link() -> None:
    assert to_link(Settings()) == ""
    assert to_link(of_link("rate=0.1&steps=7&noise=0.3")) == "rate=0.1&steps=7"


@pytest.mark.parametrize(
    ("link", "said"),
    {
        "%%%": "The link is broken: it is no list of name=value.",
        "data=what": 'data is one of moons, donut, .* file, not "what".',
        "colour=red": 'There is no "colour" to set in the playground.',
        "rate=nan": 'rate is a number from 1e-06 to 1000, not "nan".',
        "rate=__import__('os')": "rate is a number from .*, not .*",
        "n=1e9": 'n is a whole number from 20 to 1000, not "1e9".',
        "hidden=4-4-4-4-4": "A network here has up to 4 hidden layers, not 5.",
        "hidden=9": "The number of units of a layer is a .* from 1 to 8, not .*",
        "features=x3": 'A feature is one of x1, x2, .* not "x3".',
        "data=drawn&rows=1,2": 'A point is three numbers, x1,x2,target, not "1,2".',
        "data=drawn&rows=1,2,9": "A class is a whole number below 6, not 9.",
        "data=drawn&rows=1,2,0.5": "A class is a whole number below 6, not 0.5.",
        "data=file": "The link names a file, but holds no rows of it.",
        "across=W": 'A weight is called W1.0.0 or b1.0, not "W".',
        "begin=2,2": 'begin is a number from -1 to 1, not "2".',
        "steps=99999999": "steps is a whole number from 0 to 50000, not .*",
    }.items(),
    ids=lambda value: value[:24],
)
def test_a_broken_link_gets_a_sentence_and_the_usual_beginning(
    link: str, said: str
) -> None:
    answer = Session().answer({"do": "open", "link": link})
    assert re.fullmatch(f"{said} The playground begins as usual.", answer["sentence"])
    assert answer["settings"] == to_text(Settings())


def test_more_points_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(Refused, match="room for 2,000 points, not for 2,001"):
        of_link("data=drawn&rows=" + ";".join(["1,1,0"] * 2001))


# -- training -------------------------------------------------------------------------


def test_the_costs_are_those_of_a_network_written_by_hand() -> None:
    training = opened("hidden=3&steps=25&penalty=l2").training
    (W1, b1), (W2, b2) = training.layers
    X, y = training.points.held_out
    p = 1 / (1 + np.exp(-(np.tanh(X @ W1 + b1) @ W2 + b2)))
    cost = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    assert training.test_cost == pytest.approx(cost, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_steps_are_those_that_minimise_takes(method: str) -> None:
    training = opened(f"hidden=3&steps=40&penalty=l2&method={method}").training
    start = Training(training.settings).layers
    made = METHODS[method].made(training.settings.rate)
    cost, data = training.network.cost, training.points.train
    fit = pl.minimise(cost, start, *data, method=made, max_iter=40, tol=0)
    assert cost(fit.x, *data) == pytest.approx(cost(training.layers, *data), rel=1e-9)


@pytest.mark.parametrize("activation", [a for a in ACTIVATIONS if a != "relu"])
@pytest.mark.parametrize("data", ["xor", "blobs", "curve"])
def test_slopes_are_right(data: str, activation: str) -> None:
    chosen = f"data={data}&activation={activation}&hidden=3-2&steps=3&penalty=l2"
    training = opened(chosen).training
    pl.check(training.network.cost, training.layers, *training.points.train)


def test_batches_see_every_row_once_an_epoch() -> None:
    from pellucid.lessons.playground.recipes import batch

    rows = np.concatenate([batch(10, 4, 1, t) for t in (1, 2, 3)])
    assert sorted(rows) == list(range(10))
    assert batch(10, 4, 1, 4).tolist() != batch(10, 4, 1, 1).tolist()


def test_training_lowers_the_cost_of_two_moons() -> None:
    session = opened("steps=200")
    curve = session.training.curve
    assert curve.train[-1] < 0.6 * curve.train[0]
    assert curve.steps[-1] == 200


def test_a_rate_too_large_is_told_and_ends_the_training() -> None:
    session = opened("data=line&hidden=none&method=gradient descent&rate=100&steps=50")
    shown = session.answer({"do": "step", "n": 20})["frame"]
    assert shown["trouble"] == TOO_LARGE
    assert shown["done"] < 20
    assert "grows without bound" in shown["titles"]["cost"]
    json.dumps(session.answer({"do": "race"}), allow_nan=False)


def test_a_reset_takes_the_trouble_away() -> None:
    session = opened("data=line&hidden=none&method=gradient descent&rate=100&steps=50")
    answer = session.answer({"do": "reset"})
    assert (answer["frame"]["done"], answer["frame"]["trouble"]) == (0, "")


def test_a_change_begins_again_but_not_one_of_the_race() -> None:
    session = opened("steps=5")
    session.answer({"do": "set", "changes": {"rival": "Nesterov"}})
    assert session.training.done == 5
    session.answer({"do": "set", "changes": {"rate": "0.1"}})
    assert session.training.done == 0


def test_another_method_brings_its_usual_rate() -> None:
    assert Settings().changed({"method": "momentum"}).rate == METHODS["momentum"].rate
    assert Settings().changed({"method": "momentum", "rate": "0.5"}).rate == 0.5


def test_a_curve_has_only_features_of_one_input() -> None:
    settings = of_link("data=curve&features=x2,x1x2,x1^2")
    assert settings.features == ("x1^2",)
    assert of_link("data=curve&features=x2").features == ("x1",)


def test_the_plane_has_both_inputs_again_after_a_curve() -> None:
    assert of_link("data=curve").changed({"data": "xor"}).features == ("x1", "x2")


def test_one_more_point_changes_no_other_ones_set() -> None:
    few = points_of(of_link(f"data=drawn&rows={DRAWN}"))
    more = points_of(of_link(f"data=drawn&rows={DRAWN};2.5,2.5,1"))
    assert more.tested[: few.n].tolist() == few.tested.tolist()


# -- pictures -------------------------------------------------------------------------


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_every_picture_has_its_numbers(link: str) -> None:
    session = opened(link)
    shown = session.answer({"do": "step", "n": 5})["frame"]
    json.dumps(shown, allow_nan=False)
    settings = session.training.settings
    sizes = [len(settings.features), *settings.hidden]
    assert [len(layer) for layer in shown["units"][:-1]] == sizes
    assert all(shown["titles"].values())


def test_the_regions_are_what_the_network_says() -> None:
    training = opened("data=blobs&steps=60").training
    shown = frame(training)["regions"]
    which = np.frombuffer(base64.b64decode(shown["class"]), np.uint8).reshape(64, 64)
    corner = training.points.inputs(np.array([[-3.0, 3.0]]))
    output = training.network.output(training.layers, corner)
    assert which[0, 0] == output.argmax()


def test_dead_units_are_counted() -> None:
    titles = frame(opened("activation=relu&start=zeros").training)["titles"]
    assert titles["network"].startswith("6 of 6 hidden units")


def test_an_overfit_is_told() -> None:
    rows = "1,1,0;1.1,1,1;-1,1,0;-1.1,1,1;0,0,0;0.1,0,1;2,2,0;2,2.1,1;1,2,1;1,2.1,0"
    link = f"data=drawn&rows={rows}&hidden=8-8&test=40&steps=60&rate=0.1"
    assert "overfits" in frame(opened(link).training)["titles"]["cost"]


def test_the_cost_surface_is_the_cost_over_two_weights() -> None:
    training = opened("data=xor&steps=20&across=W2.1.0&along=b1.0&penalty=l1").training
    surface = surface_of(training)
    costs = surface.costs()
    u, v = surface.centre
    there = training.network.cost(surface.layers(u - 3, v + 3), *training.points.train)
    here = training.network.cost(training.layers, *training.points.train)
    assert costs[0, 0] == pytest.approx(there, rel=1e-12)
    assert costs[16, 16] == pytest.approx(here, rel=1e-12)


def test_both_racers_start_at_one_place_and_go_down() -> None:
    raced = race(opened("steps=30&begin=0.5,-0.5").training)
    first, second = raced["runs"]
    assert first["places"][0] == second["places"][0]
    assert first["costs"][-1] < first["costs"][0]
    assert second["costs"][-1] < second["costs"][0]
    assert raced["title"].startswith(("After 100 steps", "Both come"))


# -- what stands behind a picture -----------------------------------------------------


def printed(code: str) -> dict[str, float]:
    """What a program says of the costs, run as a file of its own."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {
        name: float(value)
        for name, value in re.findall(r"(\w+) cost (\S+)", run.stdout)
    }


@pytest.mark.parametrize("picture", FORMULAS)
@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_every_program_compiles_and_every_formula_is_drawn(
    link: str, picture: str
) -> None:
    answer = opened(link).answer({"do": "behind", "picture": picture})
    compile(answer["code"], picture, "exec")
    assert all("<math" in formula["mathml"] for formula in answer["formulas"])


@pytest.mark.parametrize("picture", FORMULAS)
@pytest.mark.parametrize("name", ["xor in batches", "four blobs", "a file of numbers"])
def test_a_program_prints_the_costs_of_the_page(name: str, picture: str) -> None:
    session = opened(LINKS[name])
    shown = session.answer({"do": "step", "n": 20})["frame"]
    costs = printed(session.answer({"do": "behind", "picture": picture})["code"])
    assert costs["Training"] == pytest.approx(shown["train"], abs=1e-9)
    assert costs["Test"] == pytest.approx(shown["test"], abs=1e-9)


def test_code_of_features_is_what_is_computed() -> None:
    x1, x2 = np.array([0.3, -1.2]), np.array([2.0, 0.7])
    names = {"np": np, "x1": x1, "x2": x2}
    typed = {name: eval(feature.code, names) for name, feature in FEATURES.items()}
    made = {name: feature.of(x1, x2) for name, feature in FEATURES.items()}
    np.testing.assert_equal(typed, made)


# -- files of one's own ---------------------------------------------------------------


def sent(session: Session, content: str | bytes, name: str = "mine.csv") -> Answer:
    content = content.encode() if isinstance(content, str) else content
    text = base64.b64encode(content).decode()
    return session.answer({"do": "read", "name": name, "content": text})


def learned(session: Session, target: str, kind: str = "") -> Answer:
    asked = {"do": "columns", "x1": "length", "x2": "width", "target": target}
    return session.answer(asked | {"as": kind})


def flowers(copies: int = 1) -> str:
    X, y = sklearn.datasets.load_iris(return_X_y=True)
    kinds = np.array(["setosa", "versicolor", "virginica"])[y]
    rows = [f"{a},{b},{c},{kind}" for (_, a, b, c), kind in zip(X, kinds, strict=True)]
    return "\n".join(["width,length,petal,kind", *rows * copies])


def test_a_file_of_classes_is_learned() -> None:
    session = Session()
    assert sent(session, flowers())["columns"][-1] == {
        "name": "kind", "number": False, "levels": 3,
    }  # fmt: skip
    answer = learned(session, "kind")
    assert (answer["learns"], answer["classes"]) == ("classes", 3)
    assert answer["sentence"].startswith("mine.csv: 150 rows.")
    session.training.take(300, seconds=60)
    assert session.training.train_cost < 0.3


def test_a_file_of_numbers_is_learned_in_its_own_units() -> None:
    session = Session()
    sent(session, flowers())
    answer = learned(session, "petal")
    assert answer["learns"] == "number"
    X, y = (answer["points"], answer["targets"])
    row = np.array([*X[0], *y[0]]) * answer["scale"] + answer["shift"]
    np.testing.assert_allclose(row, [1.4, 3.5, 0.2], rtol=1e-5)


def test_a_file_of_many_rows_is_sampled_and_says_so() -> None:
    session = Session()
    sent(session, flowers(20))
    answer = learned(session, "kind")
    assert "3,000 rows; 2,000 of them, drawn at random, are used" in answer["sentence"]
    assert len(answer["points"]) == 2000


def test_the_link_of_a_file_needs_no_file() -> None:
    session = Session()
    sent(session, flowers())
    answer = learned(session, "kind")
    session.training.take(10, seconds=60)
    again = opened(answer["link"] + "&steps=10")
    assert again.training.test_cost == session.training.test_cost


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02", "expected text, or a Parquet, Feather or Excel file"),
        ("", "mine.csv: "),
        ("a,b\n1,x\n2,y\n3,z\n", "mine.csv has fewer than two columns of numbers"),
        ("a,b\n1,2\n3,4,5,6\n7,8\n", "mine.csv, line 3"),
    ],
    ids=["binary", "empty", "too few numbers", "ragged"],
)
def test_a_bad_file_gets_the_sentence_of_the_reader(
    content: str | bytes, said: str
) -> None:
    answer = sent(Session(), content)
    assert answer["kind"] == "refused"
    assert said in answer["sentence"]


def test_columns_that_cannot_be_learned_are_refused() -> None:
    session = Session()
    assert learned(session, "kind")["sentence"] == "Choose a file first."
    sent(session, flowers())
    assert "no column" in learned(session, "colour")["sentence"]
    assert "three different columns" in learned(session, "width")["sentence"]
    assert "6 classes are the most" in learned(session, "petal", "classes")["sentence"]
    assert "no numbers" in learned(session, "kind", "number")["sentence"]


def test_a_file_keeps_its_name_but_no_folder() -> None:
    answer = sent(Session(), flowers(), "../../etc/pass|wd.csv")
    assert answer["kind"] == "columns"


# -- the socket -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (None, "A message to the playground is an object with a wish in it."),
        ({"do": "delete"}, "The playground can open, set, step, .*, and nothing else."),
        ({"do": ["step"]}, "The playground can open, .*"),
        ({"do": "step", "n": 10**9}, "Take from 1 to 1,000 steps at once."),
        ({"do": "step", "n": True}, "Take from 1 to 1,000 steps at once."),
        ({"do": "set", "changes": 3}, "What is to be set comes as changes, .*"),
        ({"do": "set", "changes": {"rate": 3}}, 'The value of rate has to be text, .*'),
        ({"do": "set", "changes": {"features": ""}}, "Choose one feature at least: .*"),
        ({"do": "set", "changes": {3: "x"}}, "There is no .*"),
        ({"do": "open", "link": 3}, ".*"),
        ({"do": "behind", "picture": "sky"}, "The pictures are regions, .*"),
        ({"do": "read", "name": "a", "content": "%"}, "The file did not arrive .*"),
    ],
)  # fmt: skip
def test_every_bad_message_gets_a_sentence(message: object, said: str) -> None:
    answer = Session().answer(message)
    assert re.fullmatch(said, answer["sentence"])


@hypothesis.given(
    do=st.sampled_from(["set", "open"]),
    name=st.sampled_from(list(READERS)),
    text=st.text(max_size=12)
    | st.sampled_from(["1", "-1", "1,1", "none", "1e999", "٣"]),
)
@hypothesis.settings(max_examples=60)
def test_no_value_of_a_setting_breaks_the_session(
    do: str, name: str, text: str
) -> None:
    session = Session()
    asked = {"changes": {name: text}} if do == "set" else {"link": f"{name}={text}"}
    answer = session.answer({"do": do, **asked})
    json.dumps(answer, allow_nan=False)
    json.dumps(session.answer({"do": "step", "n": 1}), allow_nan=False)


def test_nothing_to_learn_from_is_told() -> None:
    session = Session()
    answer = session.answer({"do": "set", "changes": {"data": "drawn"}})
    assert answer["frame"]["titles"]["regions"].startswith("Two points are enough")
    for wish in ({"do": "step", "n": 1}, {"do": "race"}):
        assert "draw two points or more" in session.answer(wish)["sentence"]


def test_what_is_no_json_is_answered_too() -> None:
    assert json.loads(site.answered(Session(), "{"))["kind"] == "refused"
    assert json.loads(site.answered(Session(), "[" * 10**5))["kind"] == "refused"


def test_files_of_the_page_are_short_and_name_no_other_site() -> None:
    files = sorted(site.FOLDER.iterdir())
    assert {path.suffix for path in files} == set(site.KINDS)
    texts = {path.name: path.read_text("utf-8") for path in files}
    assert max(len(text.splitlines()) for text in texts.values()) <= 400
    named = re.findall(r"https?://[^\"'`$ ]+", " ".join(texts.values()))
    assert set(named) <= {"http://www.w3.org/2000/svg"}


def test_every_choice_of_data_can_be_drawn_and_named() -> None:
    page = Path(site.FOLDER, "index.html").read_text("utf-8")
    assert all(f'data-setting="{name}"' in page for name in ("data", "rate", "rival"))
    assert all(data.title for data in DATA.values())
    drawn = [data.draw(40, 0.2, 1) for data in DATA.values() if data.draw]
    assert all(np.abs(X).max() < 4 for X, _ in drawn)
    assert not math.isnan(Training(Settings()).test_cost)
