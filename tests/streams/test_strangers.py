"""Tables and programs of bug reports about rows that no memory holds.

Each is named by the kind of report; the judge is the same table in memory, or pandas.
"""

import io

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import TableError
from pellucid.tables.streams import batches

pa = pytest.importorskip("pyarrow")
polars = pytest.importorskip("polars")
ds = pytest.importorskip("pyarrow.dataset")

N = 300


def frame(n=N, seed=0):
    """Numbers, counts and text, and a target that they explain."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "a": rng.normal(size=n).round(3),
            "b": rng.integers(0, 9, n),
            "k": rng.choice(["u", "v", "w"], n),
        }
    )
    table["y"] = 2 * table.a - table.b + (table.k == "v") + rng.normal(size=n) / 10
    return table


FRAME = frame()
CUT = [FRAME[:120], FRAME[120:125], FRAME[125:]]


def assert_streams_as(stream, table):
    """Rows, names, recipe and least squares are those of a table in memory."""
    read = stream.table()
    np.testing.assert_array_equal(read.X, table.X)
    np.testing.assert_array_equal(read.y, table.y)
    assert stream.names == table.names
    assert stream.preparation.steps == table.preparation.steps
    model = pl.LinearRegression().fit(stream)
    coef = np.linalg.lstsq(np.c_[table.X, np.ones(table.n)], table.y, rcond=None)[0]
    np.testing.assert_allclose([*model.coef_, model.intercept_], coef, rtol=1e-9)


# -- rows that a program has ----------------------------------------------------------

PROGRAMS = {
    "one data frame of pandas": lambda path: FRAME,
    "one data frame of polars": lambda path: polars.from_pandas(FRAME),
    "one table of Arrow": lambda path: pa.Table.from_pandas(FRAME),
    "a list of frames": lambda path: CUT,
    "a list of frames of polars": lambda path: [*map(polars.from_pandas, CUT)],
    "columns of a frame in another order": lambda path: [CUT[0], *(
        part[["y", "k", "b", "a"]] for part in CUT[1:])],
    "LazyFrame": lambda path: polars.from_pandas(FRAME).lazy(),
    "scan_csv": lambda path: polars.scan_csv(path),
    "a data set of Arrow": lambda path: ds.dataset(path, format="csv"),
    "read_csv with a chunksize": lambda path: lambda: pd.read_csv(path, chunksize=70),
    "a generator function of frames": lambda path: lambda: iter(CUT),
    "batches of Arrow": lambda path: lambda: pa.Table.from_pandas(
        FRAME, preserve_index=False).to_reader(90),
    "batches as columns by name": lambda path: lambda: (
        part.to_dict("list") for part in CUT),
    "batches of records": lambda path: lambda: (
        part.to_dict("records") for part in CUT),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_program_has_is_streamed_as_the_frame(program, tmp_path, monkeypatch):
    monkeypatch.setattr(batches, "LARGE", 64)
    path = tmp_path / "rows.csv"
    FRAME.to_csv(path, index=False)
    stream = pl.rows(program(path), "y", stream=True)
    assert_streams_as(stream, pl.rows(FRAME, "y"))


def test_what_is_read_by_batches_is_streamed_unless_all_is_asked_for():
    assert type(pl.rows(CUT, "y")).__name__ == "Stream"
    table = pl.rows(CUT, "y", stream=False)
    np.testing.assert_array_equal(table.X, pl.rows(FRAME, "y").X)


def test_a_list_of_memory_maps_is_one_table(tmp_path):
    X = FRAME[["a", "b", "y"]].to_numpy()
    maps = []
    for i, rows in enumerate((X[:100], X[100:])):
        np.save(tmp_path / f"{i}.npy", rows)
        maps.append(np.load(tmp_path / f"{i}.npy", mmap_mode="r"))
    assert_streams_as(pl.rows(maps, 3, stream=True), pl.rows(X, 3))


@pytest.mark.parametrize("target", [None, "price"])
def test_pairs_as_for_partial_fit_have_a_target(target):
    X, y = FRAME[["a", "b", "k"]], FRAME["y"].to_numpy()
    pairs = lambda: ((X[i : i + 70], y[i : i + 70]) for i in range(0, N, 70))  # noqa: E731
    stream = pl.rows(pairs, target)
    assert stream.target == (target or "y")
    assert_streams_as(stream, pl.rows((X, y), target))


def test_a_frame_beside_a_target_keeps_its_names_and_text(monkeypatch):
    monkeypatch.setattr(batches, "LARGE", 64)
    pair = FRAME[["a", "b", "k"]], FRAME["y"]
    assert_streams_as(pl.rows(pair, stream=True), pl.rows(pair))


ONCE = {
    "generator": lambda: (part for part in CUT),
    "TextFileReader": lambda: pd.read_csv(io.StringIO("a,y\n1,2\n"), chunksize=5),
    "RecordBatchReader": lambda: pa.Table.from_pandas(FRAME).to_reader(),
}


@pytest.mark.parametrize("name", ONCE)
def test_what_gives_its_rows_once_is_refused_with_what_to_do(name):
    with pytest.raises(TableError, match=f"found {name}, which .* begins anew"):
        pl.rows(ONCE[name](), "y", stream=True)


def test_a_function_that_does_not_begin_anew_gives_no_wrong_number():
    once = iter(CUT)
    with pytest.raises(TableError, match=r"expected 300 rows in each pass.*found 0"):
        pl.LinearRegression().fit(pl.rows(lambda: once, "y"))


def test_a_function_that_gives_no_batches_is_told():
    with pytest.raises(TableError, match="found that it gives NoneType"):
        pl.rows(lambda: None, "y")


def test_a_batch_of_other_columns_is_told_with_its_row():
    other = [CUT[0], CUT[1].rename(columns={"a": "A"})]
    with pytest.raises(TableError, match=r'from row 121: expected the columns.*"A"'):
        pl.rows(lambda: iter(other), "y")


# -- folders that others have written -------------------------------------------------


def written(folder, first, then, suffix=".csv"):
    """Two files of a folder."""
    for name, part in (("part-1", first), ("part-2", then)):
        path = folder / f"{name}{suffix}"
        if suffix == ".parquet":
            part.to_parquet(path, index=False)
        else:
            part.to_csv(path, index=False)
    return folder


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".csv.gz"])
@pytest.mark.parametrize("stream", [True, False])
def test_names_may_differ_in_case_and_blanks_from_month_to_month(
    suffix, stream, tmp_path
):
    """Taxi rides of New York: airport_fee became Airport_fee in 2023."""
    then = FRAME[120:].rename(columns={"a": "A", "k": " k"})
    folder = written(tmp_path, FRAME[:120], then[["y", "A", " k", "b"]], suffix)
    found = pl.rows(folder, "y", stream=stream)
    table = pl.rows(FRAME, "y")
    assert found.names == table.names
    np.testing.assert_allclose((found.table() if stream else found).X, table.X)


def test_names_that_differ_in_case_within_a_file_are_two_columns(tmp_path):
    both = FRAME.rename(columns={"b": "A"})
    folder = written(tmp_path, both[:120], both[120:], ".parquet")
    assert pl.rows(folder, "y", stream=True).names[:2] == ("a", "A")
    with pytest.raises(TableError, match='found no column "A"'):
        pl.rows(written(tmp_path, both, FRAME, ".parquet"), "y", stream=True)


@pytest.mark.parametrize("stream", [True, False])
def test_a_part_that_spark_left_empty_is_passed_over(stream, tmp_path):
    folder = written(tmp_path, FRAME[:120], FRAME[120:])
    for name in ("part-0.csv", "_SUCCESS", ".part-1.csv.crc"):
        (folder / name).touch()
    assert pl.rows(folder, "y", stream=stream).n == N


def test_parts_without_a_suffix_are_named_by_a_pattern(tmp_path):
    written(tmp_path, FRAME[:120], FRAME[120:], "")
    with pytest.raises(TableError, match='but "part-1"; name files by a pattern'):
        pl.rows(tmp_path, "y", stream=True)
    assert pl.rows(f"{tmp_path}/*", "y", stream=True).n == N
