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


# -- files of other kinds -------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_a_file_of_numpy_is_told_how_it_is_passed(stream, tmp_path):
    X = FRAME[["a", "b", "y"]].to_numpy()
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(
        TableError, match=r'pass numpy\.load\("x\.npy", mmap_mode="r"\)'
    ):
        pl.rows(tmp_path / "x.npy", 3, stream=stream)
    passed = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert_streams_as(pl.rows(passed, 3, stream=True), pl.rows(X, 3))


def test_a_file_of_orc_is_told_how_it_is_passed(tmp_path):
    orc = pytest.importorskip("pyarrow.orc")
    path = tmp_path / "x.orc"
    orc.write_table(pa.Table.from_pandas(FRAME, preserve_index=False), path)
    with pytest.raises(TableError, match=r'dataset\("x\.orc", format="orc"\)'):
        pl.rows(path, "y", stream=True)
    passed = ds.dataset(path, format="orc")
    assert_streams_as(pl.rows(passed, "y"), pl.rows(FRAME, "y"))


@pytest.mark.parametrize("packing", ["bz2", "xz"])
def test_a_file_packed_otherwise_is_to_be_unpacked(packing, tmp_path):
    path = tmp_path / f"x.csv.{packing}"
    FRAME.to_csv(path, index=False)
    with pytest.raises(TableError, match="unpack it first, or pack by gzip"):
        pl.rows(path, "y", stream=True)


# -- tables as they are spread --------------------------------------------------------


def test_higgs_has_no_names_and_its_class_in_front(tmp_path):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 5))
    y = (X[:, 0] + rng.normal(size=400) > 0).astype(float)
    path = tmp_path / "HIGGS.csv.gz"
    np.savetxt(path, np.c_[y, X], fmt="%.18e", delimiter=",")
    stream = pl.rows(path, 1, stream=True)
    np.testing.assert_array_equal(stream.table().X, X)
    model = pl.LogisticRegression().fit(stream)
    assert model.score(stream) == pl.LogisticRegression().fit(X, y).score(X, y)


def test_criteo_has_tabs_no_names_and_holes_in_numbers_and_codes(tmp_path):
    rng = np.random.default_rng(2)
    table = pd.DataFrame({j: rng.integers(0, 50, 400) for j in range(4)}, dtype=object)
    table.insert(0, "y", rng.integers(0, 2, 400))
    table["code"] = [f"{7919 * c + 255:08x}" for c in rng.integers(0, 5, 400)]
    table = table.mask(rng.random(table.shape) < [0, *[0.1] * 5])
    path = tmp_path / "train.txt"
    table.to_csv(path, sep="\t", header=False, index=False)
    stream = pl.rows(path, 1, stream=True, missing="impute")
    read, memory = stream.table(), pl.rows(path, 1, missing="impute")
    assert read.names == memory.names
    np.testing.assert_array_equal(read.X, memory.X)
    codes = table["code"].dropna().unique()
    found = [name for name in read.names if "[0" in name]
    assert len(found) == len(codes) - 1


def test_flights_have_na_and_a_column_that_holds_something_late(tmp_path):
    """The dtypes that Dask finds in the first rows do not hold for the last."""
    table = FRAME.assign(elapsed=FRAME.b.astype(str), tail="NA")
    table.loc[250:, "elapsed"] = "NA"
    table.loc[270, "elapsed"] = "3.5"
    table.loc[200:, "tail"] = FRAME.k[200:]
    path = tmp_path / "flights.csv"
    table.to_csv(path, index=False)
    stream = pl.rows(path, "y", stream=True, missing="impute", drop=("b", "tail"))
    elapsed = pd.read_csv(path).elapsed
    column = stream.table().X[:, stream.names.index("elapsed")]
    np.testing.assert_array_equal(column, elapsed.fillna(elapsed.median()))


def test_months_of_which_one_holds_nothing_and_one_has_whole_numbers(tmp_path):
    """Taxi rides: congestion_surcharge is null, whole, or not, by the month."""
    parts = [FRAME[:100], FRAME[100:200].astype({"b": float}), FRAME[200:]]
    parts[2] = parts[2].assign(b=pd.Series([None] * 100, parts[2].index, object))
    for i, part in enumerate(parts):
        part.to_parquet(tmp_path / f"{i}.parquet", index=False)
    stream = pl.rows(tmp_path, "y", stream=True)
    assert_streams_as(stream, pl.rows(FRAME.assign(b=FRAME.b[:200]), "y"))
