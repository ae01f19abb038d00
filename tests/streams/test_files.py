"""Files of rows that no memory holds: the judge is the same table in memory."""

import decimal
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import TableError
from pellucid.tables.streams import feather, files, parquet, places
from pellucid.tables.table import Table

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
pc = pytest.importorskip("pyarrow.csv")
ds = pytest.importorskip("pyarrow.dataset")

N = 300


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pieces and grids so small that a short file has many."""
    monkeypatch.setattr(parquet, "ROWS", 32)
    monkeypatch.setattr(feather, "ROWS", 32)
    monkeypatch.setattr(feather, "LARGE", 100)


def frame(n=N, seed=0):
    """A frame with numbers, text, truth values, dates and missing cells."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2024-03-01")
    table = pd.DataFrame(
        {
            "age": rng.integers(1, 90, n),
            "size": rng.normal(50, 9, n),
            "kind": rng.choice(["flat", "house", "hut"], n),
            "new": rng.random(n) < 0.5,
            "sold": day + pd.to_timedelta(rng.integers(0, 400, n), "D"),
            "price": rng.normal(9, 2, n),
        }
    )
    table.loc[rng.random(n) < 0.05, "size"] = np.nan
    table.loc[rng.random(n) < 0.05, "kind"] = None
    return table


def assert_same(stream, table):
    """Rows, names and recipe are those of a table in memory."""
    read = stream.table()
    np.testing.assert_array_equal(read.X, table.X)
    np.testing.assert_array_equal(read.y, table.y)
    assert read.names == table.names
    assert stream.n == table.n
    assert stream.preparation.steps == table.preparation.steps


def streamed(path, **how):
    return pl.rows(path, "price", stream=True, **how)


# -- kinds of files -------------------------------------------------------------------


def _nullable(table, path):
    table = table.convert_dtypes()
    table.loc[3:5, "age"] = pd.NA
    table.to_parquet(path, row_group_size=90)


def _categorical(table, path):
    order = ["hut", "flat", "house"]
    table["kind"] = pd.Categorical(table["kind"], order, ordered=True)
    table.to_parquet(path, row_group_size=90)


def _index_unnamed(table, path):
    table.index = [f"r{i}" for i in range(len(table))]
    table.to_parquet(path, row_group_size=90)


def _index_named(table, path):
    table.index = pd.Index(np.arange(len(table)) * 3.5, name="where")
    table.to_parquet(path, row_group_size=90)


def _polars(table, path):
    polars = pytest.importorskip("polars")
    polars.from_pandas(table).write_parquet(path, row_group_size=70, compression="zstd")


def _zones(table, path):
    table["sold"] = table["sold"].dt.tz_localize("Europe/Berlin")
    table.to_parquet(path, row_group_size=90, compression="gzip")


def _large(table, path):
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    place = arrow.schema.get_field_index("kind")
    arrow = arrow.set_column(place, "kind", arrow["kind"].cast(pa.large_string()))
    pq.write_table(arrow, path, row_group_size=64, use_dictionary=False)


def _decimals(table, path):
    cents = [decimal.Decimal(f"{x:.2f}") for x in table["price"]]
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    cents = pa.array(cents, pa.decimal128(20, 2))
    arrow = arrow.set_column(arrow.schema.get_field_index("price"), "price", cents)
    pq.write_table(arrow, path, row_group_size=64, compression="none")


def _second_pages(table, path):
    table.to_parquet(
        path, row_group_size=90, data_page_version="2.0", data_page_size=100,
        compression="brotli", version="2.6", write_statistics=False,
    )  # fmt: skip


def _small_numbers(table, path):
    table = table.astype({"age": "int8", "size": "float32", "price": "float64"})
    table.to_parquet(path, row_group_size=90)


def _streams_split(table, path):
    table.to_parquet(
        path, row_group_size=90, use_dictionary=False, store_schema=False,
        column_encoding={"size": "BYTE_STREAM_SPLIT", "age": "DELTA_BINARY_PACKED"},
    )  # fmt: skip


WRITERS = [
    _nullable, _categorical, _index_unnamed, _index_named, _polars, _zones, _large,
    _decimals, _second_pages, _small_numbers, _streams_split,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__[1:])
def test_a_parquet_file_streams_as_the_same_file_in_memory(write, tmp_path):
    path = tmp_path / "houses.parquet"
    write(frame(), path)
    stream = streamed(path)
    assert len(stream.pieces) > 3
    assert_same(stream, pl.rows(path, "price"))


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_a_feather_file_streams_as_the_same_file_in_memory(compression, tmp_path):
    path = tmp_path / "houses.feather"
    frame().to_feather(path, compression=compression, chunksize=70)
    stream = streamed(path)
    assert [piece.n for piece in stream.pieces] == [None] * 3
    assert stream.counts == (140, 140, 20)
    assert_same(stream, pl.rows(path, "price"))


def test_a_file_of_polars_streams_as_its_frame(tmp_path):
    polars = pytest.importorskip("polars")
    path = tmp_path / "houses.arrow"
    table = polars.from_pandas(frame())
    table = table.with_columns(polars.col("kind").cast(polars.Categorical))
    table = table.with_columns(polars.lit("all").alias("same"))  # a view of strings
    table.write_ipc(path, record_batch_size=70)
    assert_same(streamed(path), pl.rows(table, "price"))


def sent(piece):
    return pickle.loads(pickle.dumps(piece))


def test_a_piece_is_read_where_it_is_sent(tmp_path):
    frame().to_parquet(tmp_path / "a.parquet", row_group_size=90)
    frame().to_feather(tmp_path / "b.feather", chunksize=90)
    found = [
        [
            grid.n
            for piece in pickle.loads(pickle.dumps(pieces))
            for grid in piece.grids()
        ]
        for pieces in map(files.pieces_of, sorted(tmp_path.iterdir()))
    ]
    assert sum(found[0]) == sum(found[1]) == N
    assert max(found[0]) == max(found[1]) == 32


def test_columns_that_are_not_wanted_are_not_read(tmp_path):
    frame().to_parquet(tmp_path / "a.parquet")
    frame().to_feather(tmp_path / "b.feather")
    wanted = ["price", "kind"]
    for path in sorted(tmp_path.iterdir()):
        (piece,) = files.pieces_of(path)[:1]
        assert {tuple(grid.names) for grid in piece.grids(wanted)} == {
            ("kind", "price")
        }


def test_columns_of_one_name_are_told_apart(tmp_path):
    path = tmp_path / "twice.parquet"
    columns = [pa.array(np.arange(9.0) ** k) for k in (1, 2, 3)]
    pq.write_table(pa.table(columns, names=["a", "a", "a.b"]), path)
    (piece,) = parquet.pieces_of(path)
    (grid,) = piece.grids()
    assert grid.names == ["a", "a_2", "a.b"]
    (some,) = piece.grids(["a_2"])
    assert some.names == ["a_2"]
    np.testing.assert_array_equal(some.columns[0].numbers, np.arange(9.0) ** 2)


def test_numbers_without_holes_are_not_copied():
    from pellucid.tables.streams.arrow import column_of

    cells = pa.array(np.arange(5.0))
    address = column_of("x", cells).numbers.__array_interface__["data"][0]
    assert address == cells.buffers()[1].address


def test_decimals_are_rounded_once():
    from pellucid.tables.streams.arrow import column_of

    rng = np.random.default_rng(0)
    values = [
        decimal.Decimal(int(k)).scaleb(-6) for k in rng.integers(-1e14, 1e14, 999)
    ]
    column = column_of("x", pa.array(values, pa.decimal128(30, 6)))
    np.testing.assert_array_equal(column.numbers, [float(value) for value in values])


def test_lists_in_cells_are_left_out_and_told(tmp_path):
    path = tmp_path / "tags.parquet"
    table = frame()
    table["tags"] = [["a", "b"]] * len(table)
    table.to_parquet(path)
    stream, rest = streamed(path), pl.rows(frame(), "price")
    assert_same(stream, rest)
    (note,) = set(stream.preparation.notes) - {*rest.preparation.notes}
    assert note.startswith('the column "tags" is left out, as each of its cells holds')


def test_the_row_of_an_error_is_that_of_the_file(tmp_path):
    frame().to_parquet(tmp_path / "a.parquet", row_group_size=90)
    pieces = parquet.pieces_of(tmp_path / "a.parquet")
    last = [*pieces[-1].grids()][-1]
    assert last.place(last.n - 1) == f"row {N}"


# -- folders --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Three files of three kinds, and what is no table."""
    table = frame()
    table[200:].to_feather(tmp_path / "c.feather")
    table[:120].to_parquet(tmp_path / "a.parquet", row_group_size=50, index=False)
    table[120:200].to_parquet(tmp_path / "b.pq", index=False)
    (tmp_path / "README.md").write_text("What this is.\n")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / ".hidden.parquet").write_text("")
    return tmp_path


def by_folder(folder):
    return folder


def by_pattern(folder):
    return f"{folder}/[abc].*"


def by_list(folder):
    return [str(folder / name) for name in ("a.parquet", "b.pq", "c.feather")]


@pytest.mark.parametrize("asked", [by_folder, by_pattern, by_list])
@pytest.mark.parametrize("stream", [True, False])
def test_files_of_a_folder_are_one_table(asked, stream, folder):
    found = pl.rows(asked(folder), "price", stream=stream)
    whole = pl.rows(frame(), "price")
    if stream:
        assert_same(found, whole)
    else:
        np.testing.assert_array_equal(found.X, whole.X)
        assert found.preparation.steps == whole.preparation.steps


def test_a_file_of_text_in_a_folder_is_read_with_the_others(folder):
    frame(50, seed=1).to_csv(folder / "d.csv", index=False)
    whole = pl.rows(pd.concat([frame(), frame(50, seed=1)]), "price", drop="sold")
    found = pl.rows(folder, "price", drop="sold", stream=False)
    stream = streamed(folder, drop="sold")
    assert found.names == whole.names == stream.names
    np.testing.assert_allclose(found.X, whole.X, rtol=1e-14)
    np.testing.assert_array_equal(stream.table().X, found.X)


def test_columns_may_stand_in_another_order_and_hold_nothing(folder):
    other = frame(40, seed=2)[["price", "kind", "sold", "age", "new", "size"]]
    other = other.assign(size=None, age=other["age"].astype(float))
    other.to_parquet(folder / "d.parquet", index=False)
    assert_same(streamed(folder, missing="impute"),
                pl.rows(folder, "price", missing="impute", stream=False))  # fmt: skip
    assert pl.rows(folder, "price", stream=False).preparation.rows == N + 40


def test_what_folders_are_called_is_a_column(tmp_path):
    table = frame().assign(year=np.repeat([2023, 2024, 2025], 100))
    table["area"] = np.where(np.arange(N) % 3, "north/east", "south")
    ds.write_dataset(
        pa.Table.from_pandas(table, preserve_index=False), tmp_path, format="parquet",
        partitioning=ds.partitioning(
            pa.schema([("year", pa.int32()), ("area", pa.string())]), flavor="hive"
        ),
    )  # fmt: skip
    judge = ds.dataset(tmp_path, partitioning="hive").to_table()
    whole = pl.rows(judge, "price")
    assert {"year", "area[south]"} < {*whole.names}
    assert_same(streamed(tmp_path), whole)
    assert_same(streamed(f"{tmp_path}/*/*/*.parquet"), whole)
    np.testing.assert_array_equal(pl.rows(tmp_path, "price", stream=False).X, whole.X)


def test_folders_that_name_other_columns_are_refused(tmp_path):
    for name in ("year=2024", "month=3"):
        (tmp_path / name).mkdir()
        frame().to_parquet(tmp_path / name / "a.parquet")
    with pytest.raises(TableError, match="expected folders that name the columns"):
        streamed(tmp_path)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("change", "said"),
    {
        "lacks a column": (
            lambda t: t.drop(columns="size"),
            r"z.parquet: expected the columns of a.parquet, found no column \"?size"),
        "has another": (
            lambda t: t.assign(more=1.0),
            r"z.parquet: expected the columns of a.parquet, found \"?more\"? besides"),
        "text for numbers": (
            lambda t: t.assign(size="big"),
            'z.parquet, column "size": expected numbers, as in a.parquet, found text'),
        "numbers for dates": (
            lambda t: t.assign(sold=1.0),
            'z.parquet, column "sold": expected dates, as in a.parquet, found numbers'),
    }.values(),
)  # fmt: skip
def test_a_file_of_other_columns_is_refused(change, said, stream, folder):
    change(frame()).to_parquet(folder / "z.parquet", index=False)
    with pytest.raises(TableError, match=said):
        pl.rows(folder, "price", stream=stream)


@pytest.mark.parametrize("stream", [True, False, None])
@pytest.mark.parametrize("asked", ["", "/*.parquet", "/no/*.csv"])
def test_no_file_at_all_is_said_so(asked, stream, tmp_path):
    (tmp_path / "notes.md").write_text("x\n")
    with pytest.raises(TableError, match=r"expected files of tables .*, found none"):
        pl.rows(f"{tmp_path}{asked}", "price", stream=stream)


# -- broken files ---------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("name", ["a.parquet", "a.feather"])
def test_a_file_cut_short_is_refused_in_a_sentence(name, share, tmp_path):
    path = tmp_path / name
    table = frame(5000)
    table.to_parquet(path) if "parquet" in name else table.to_feather(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(TableError, match=rf"{name}: expected .*, found") as said:
        streamed(path)
    assert "\n" not in str(said.value)


def test_a_page_that_is_damaged_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "a.parquet"
    frame(5000).to_parquet(path, compression="gzip")
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 3, len(content) // 2)
    content[middle] = bytes(len(content[middle]))
    path.write_bytes(content)
    with pytest.raises(TableError, match="expected a Parquet file that can be read"):
        streamed(path).table()


def gone(path):
    path.unlink()


def changed(path):
    frame(seed=9).to_parquet(path)


def touched(path):
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("done", [gone, changed, touched])
def test_a_file_that_is_another_in_the_next_pass_is_refused(done, tmp_path):
    path = tmp_path / "a.parquet"
    frame().to_parquet(path, row_group_size=90)
    stream = streamed(path)
    done(path)
    word = "gone" if done is gone else "changed since"
    with pytest.raises(TableError, match=rf"a\.parquet: expected the file .* {word}"):
        stream.summed(len, "counting")


def test_a_file_written_in_the_middle_of_a_pass_is_refused(tmp_path):
    path = tmp_path / "a.feather"
    frame().to_feather(path, chunksize=50, compression="uncompressed")
    rows = streamed(path).chunks()
    next(rows)
    touched(path)
    with pytest.raises(TableError, match="changed since"):
        list(rows)


def test_a_workbook_is_not_read_in_pieces(tmp_path):
    pytest.importorskip("openpyxl")
    path = tmp_path / "a.xlsx"
    frame().drop(columns="sold").to_excel(path, index=False)
    with pytest.raises(TableError, match="found a workbook; write it as Parquet"):
        streamed(path)
    assert pl.rows(path, "price").d == 5


def test_a_file_without_rows_says_so(tmp_path):
    for path in (tmp_path / "a.parquet", tmp_path / "a.feather"):
        empty = frame()[:0]
        empty.to_parquet(path) if "parquet" in path.name else empty.to_feather(path)
        with pytest.raises(TableError, match="expected at least one row of data"):
            streamed(path)


# -- how much memory ------------------------------------------------------------------


PEAK = """
STATUS = "/proc/self/status"
import re, sys
from pathlib import Path
import pellucid as pl
from pellucid.tables.streams import files
def peak():  # that of `resource` is no less than that of the process which began this
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path(STATUS).read_text())[1])
small, path = map(Path, sys.argv[1:])
pl.rows(small, "y", stream=False)
before = peak()
pl.rows(path, "y", stream=False)
print((peak() - before) / files.size_of(path))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_reading_takes_of_memory_is_foretold(tmp_path, ending):
    n = 60_000
    rng = np.random.default_rng(0)
    columns = {f"x{j}": rng.normal(size=n).round(4) for j in range(15)}
    columns |= {f"t{j}": rng.choice(["low", "high"], n) for j in range(5)}
    table = pa.table({**columns, "y": rng.normal(size=n)})
    write = pc.write_csv if ending == "csv" else pq.write_table
    small, path = tmp_path / f"small.{ending}", tmp_path / f"a.{ending}"
    write(table.slice(0, 100), small)
    write(table, path)
    ran = [sys.executable, "-c", PEAK, str(small), str(path)]
    found = subprocess.run(ran, capture_output=True, text=True, check=True)
    assert 0.4 < float(found.stdout) < 2.5


def test_the_size_of_a_table_is_foretold(tmp_path):
    table = frame()
    numbers = table[["age", "size", "price"]]
    numbers.to_parquet(tmp_path / "a.parquet")
    numbers.to_feather(tmp_path / "a.feather")
    table.to_csv(tmp_path / "a.csv")
    table.to_csv(tmp_path / "a.csv.gz")
    sizes = {path.suffix: files.size_of(path) for path in tmp_path.iterdir()}
    assert sizes[".parquet"] == sizes[".feather"] == 40 * numbers.size
    assert 0.4 < sizes[".gz"] / sizes[".csv"] < 2.5


def test_what_would_not_fit_is_streamed(folder, monkeypatch):
    assert isinstance(pl.rows(folder, "price"), Table)
    monkeypatch.setattr(places, "available", lambda: 4 * 8.0 * 6 * N)
    assert repr(pl.rows(folder, "price")).startswith("Stream")
    assert isinstance(pl.rows(folder, "price", stream=False), Table)
    monkeypatch.undo()
    monkeypatch.setattr(places, "LARGE", 8.0 * 6 * N)
    assert repr(pl.rows(folder, "price")).startswith("Stream")
    assert isinstance(pl.rows(frame(), "price"), Table)


PASS = """
import resource, sys
from pellucid.tables.preparation import Preparation
from pellucid.tables.roles import Role
from pellucid.tables.step import Step
from pellucid.tables.streams import files, feather, parquet
from pellucid.tables.streams.reading import Reading
from pellucid.tables.streams.stream import Stream
from pathlib import Path
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
def total(chunk):
    return chunk.X.sum()
pieces = tuple(files.pieces_of(Path(sys.argv[1])))
[*pieces[0].grids(["x0"])]
role, before = Role("number", "numbers"), peak()
steps = tuple(Step(f"x{j}", role) for j in range(10))
counts = tuple(piece.n or 1 for piece in pieces)
reading = Reading(Preparation("x", steps, None, 0, 0))
found = Stream(pieces, counts, 1, reading, "x").summed(total, "adding")
print(found, peak() - before)
"""


@pytest.mark.parametrize("name", ["a.parquet", "a.feather"])
def test_a_pass_holds_a_small_part_of_a_file(name, tmp_path):
    pytest.importorskip("resource")
    n, d, path = 1_000_000, 10, tmp_path / name
    X = np.random.default_rng(0).integers(0, 2**40, (d, n)).astype(float)
    table = pa.table(list(X), names=[f"x{j}" for j in range(d)])
    if "parquet" in name:
        pq.write_table(table, path, row_group_size=100_000)
    else:
        feather_of = pytest.importorskip("pyarrow.feather")
        feather_of.write_feather(table, path, chunksize=100_000)
    done = subprocess.run(
        [sys.executable, "-c", PASS, str(path)], capture_output=True, text=True,
        check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    found, taken = map(float, done.stdout.split())
    assert found == X.sum()
    assert taken < X.nbytes
