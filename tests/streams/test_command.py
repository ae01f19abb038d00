"""The command on rows that are streamed: the same answers, and nothing half-written.

The judge is the same command with the rows in memory.
"""

from __future__ import annotations

import errno
import os
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import pellucid as pl
from pellucid.command import main

pytest.importorskip("pyarrow")

N = 1000
READERS = {
    ".csv": pd.read_csv,
    ".tsv": partial(pd.read_csv, sep="\t"),
    ".parquet": pd.read_parquet,
}
SUFFIXES = [*READERS]


def houses() -> pd.DataFrame:
    """Rows with an offset, a category, a truth value and a few missing cells."""
    rng = np.random.default_rng(0)
    area = rng.normal(100, 20, N)
    rooms = rng.integers(1, 7, N)
    kind = rng.choice(["flat", "house", "villa"], N, p=[0.5, 0.3, 0.2])
    price = 3 * area + 10 * rooms + 40 * (kind == "villa") + rng.normal(0, 9, N)
    frame = pd.DataFrame({"area": area, "rooms": rooms, "kind": kind, "price": price})
    frame.loc[::97, "area"] = np.nan
    return frame


HOUSES = houses()
DEAR = HOUSES.assign(price=np.where(HOUSES["price"] > 350, "dear", "cheap"))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def typed(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def stored(name, frame=HOUSES, rows=130):
    """Write a Parquet file of several groups of rows."""
    frame.to_parquet(name, row_group_size=rows)
    return name


def model_of(frame, kind=pl.LinearRegression):
    pl.save(kind().fit(pl.rows(frame, target="price")), "m.safetensors")
    return "m.safetensors"


def left():
    return sorted(path.name for path in Path().iterdir())


# -- predictions are written as rows are read -----------------------------------------

MODELS = {
    "numbers": (HOUSES, pl.LinearRegression),
    "classes": (DEAR, pl.LogisticRegression),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("frame", "kind"), MODELS.values(), ids=MODELS)
def test_predictions_are_those_of_rows_in_memory(frame, kind, suffix):
    model, table = model_of(frame, kind), stored("new.parquet", frame)
    whole = typed("predict", model, table, "--out", f"whole{suffix}", "--no-stream")
    by_chunks = typed("predict", model, table, "--out", f"chunks{suffix}", "--stream")
    assert (whole.exit_code, by_chunks.exit_code) == (0, 0)
    assert by_chunks.stdout == whole.stdout.replace("whole", "chunks")
    assert "11 left empty" in by_chunks.stdout
    found, expected = (
        READERS[suffix](f"{name}{suffix}") for name in ("chunks", "whole")
    )
    pd.testing.assert_frame_equal(found, expected, rtol=1e-15)


def test_predictions_on_the_standard_output_are_those_of_rows_in_memory():
    model, table = model_of(HOUSES), stored("new.parquet")
    runs = [typed("predict", model, table, f"--{how}stream") for how in ("", "no-")]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.count("\n") == N + 1


def test_a_cell_that_is_strange_in_a_late_chunk_is_counted_with_its_column():
    frame = HOUSES.copy()
    frame.loc[[990, 995], "kind"] = "boat"
    model, table = model_of(HOUSES), stored("new.parquet", frame)
    runs = [typed("predict", model, table, "--out", "out.csv", f"--{how}stream")
            for how in ("", "no-")]  # fmt: skip
    assert "2  level never seen, such as 'boat'" in runs[0].stdout.replace('"', "'")
    assert runs[0].stdout == runs[1].stdout


def test_a_column_whose_type_widens_in_a_late_chunk_is_written_as_in_memory():
    frame = HOUSES.assign(note=[None] * 500 + ["late"] * 500)
    model, table = model_of(HOUSES), stored("new.parquet", frame)
    for how in "stream", "no-stream":
        typed("predict", model, table, "--out", f"{how}.parquet", f"--{how}")
    found, expected = map(pd.read_parquet, ["stream.parquet", "no-stream.parquet"])
    pd.testing.assert_frame_equal(found, expected)
    assert found["note"].notna().sum() == 500


# -- what goes wrong leaves nothing ---------------------------------------------------


def cut_short(name):
    """A Parquet file of which a group of rows in the middle cannot be read."""
    content = bytearray(Path(name).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    Path(name).write_bytes(content)
    return name


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_that_cannot_be_read_to_the_end_leave_no_file(suffix):
    model, table = model_of(HOUSES), cut_short(stored("new.parquet"))
    result = typed("predict", model, table, "--out", f"out{suffix}", "--stream")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "new.parquet" in result.stderr
    assert left() == ["m.safetensors", "new.parquet"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_what_was_there(suffix, monkeypatch):
    model, table = model_of(HOUSES), stored("new.parquet")
    Path(f"out{suffix}").write_text("mine")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    place = "pyarrow.parquet.ParquetWriter.write_table"
    if suffix != ".parquet":
        place = "pellucid.tables.to_files._blocks"

    def fails(*_, **__):
        raise full

    monkeypatch.setattr(place, fails)
    result = typed("predict", model, table, "--out", f"out{suffix}", "--stream")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"pellucid: Cannot write out{suffix} (no space")
    assert result.stderr.count("\n") == 1
    assert Path(f"out{suffix}").read_text() == "mine"
    assert left() == ["m.safetensors", "new.parquet", f"out{suffix}"]


def test_a_person_who_stops_it_finds_what_was_there(monkeypatch):
    model, table = model_of(HOUSES), stored("new.parquet")
    rows = iter([None, None])

    def stopped(*_):
        if next(rows, "end") == "end":
            raise KeyboardInterrupt
        return []

    monkeypatch.setattr("pellucid.tables.to_files._blocks", stopped)
    result = typed("predict", model, table, "--out", "out.csv", "--stream")
    assert (result.exit_code, result.stderr.strip()) == (1, "pellucid: stopped.")
    assert left() == ["m.safetensors", "new.parquet"]
