"""Text tables that no memory holds: the judge is the same file read into memory."""

import gzip
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streams.text_cases import (
    COMMAS,
    FILES,
    HEAD,
    PLAIN,
    QUOTED,
    REFUSED,
    N,
    late,
    written,
)

import pellucid as pl
from pellucid.tables import blocks
from pellucid.tables.from_files import file_grid
from pellucid.tables.streams import text, text_bytes, text_cuts


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Heads, parts and pieces so small that a short file has many."""
    monkeypatch.setattr(blocks, "HEAD", HEAD)
    monkeypatch.setattr(text, "FIRST", 500)
    monkeypatch.setattr(text, "PIECE", 300)
    monkeypatch.setattr(text_bytes, "STEP", 100)


def pieces(path, header=None):
    return text.pieces_of(Path(path), header)


def streamed(path, header=None):
    """What all grids of a file say together."""
    grids = [grid for piece in pieces(path, header) for grid in piece.grids()]
    columns = []
    for parts in zip(*(grid.columns for grid in grids), strict=True):
        number = all(part.kind == "number" for part in parts)
        numbers = np.concatenate([part.numbers for part in parts])
        cells = [str(cell) for part in parts for cell in part.cells()]
        as_read = (parts[0].marks, bits(numbers)) if number else ()
        columns.append((parts[0].name, number, as_read, cells))
    places = [grid.place(i) for grid in grids for i in range(grid.n)]
    return grids[0].source, grids[0].named, grids[0].notes, columns, places


def in_memory(path, header=None):
    """What the file says that is read into memory."""
    grid = file_grid(path, header)
    columns = []
    for column in grid.columns:
        number, cells = column.kind == "number", [str(x) for x in column.cells()]
        as_read = (column.marks, bits(column.numbers)) if number else ()
        columns.append((column.name, number, as_read, cells))
    places = [grid.place(i) for i in range(grid.n)]
    return grid.source, grid.named, grid.notes, columns, places


def bits(numbers):
    """Numbers to the bit, each nan alike."""
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.int64).tolist()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.csv"


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_pieces_say_what_the_whole_says(content, path):
    path.write_bytes(content.encode())
    assert streamed(path) == in_memory(path)


@pytest.mark.parametrize("header", [True, False])
def test_a_person_may_say_whether_there_are_names(header, path):
    path.write_text(PLAIN)
    assert streamed(path, header) == in_memory(path, header)


@pytest.mark.parametrize("step", range(1, 50, 3))
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_cut_may_fall_on_any_byte(step, ends, path, monkeypatch):
    monkeypatch.setattr(text_bytes, "STEP", step)
    monkeypatch.setattr(text, "PIECE", step)
    row = '{},"ä, ""b""\nc",{}'
    rows = [row.format(i, i / 7) for i in range(30)]
    path.write_bytes("\n".join(["a,b,c", *rows, ""]).replace("\n", ends).encode())
    assert streamed(path) == in_memory(path)


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("content", [QUOTED, FILES["umlauts"], COMMAS], ids=len)
def test_text_may_be_encoded_in_any_way(content, encoding, path):
    path.write_bytes(content.replace("a", "ä").encode(encoding))
    assert streamed(path) == in_memory(path)


def test_letters_beyond_the_first_plane_take_four_bytes_of_utf_16(path):
    path.write_bytes(written('{i},"\U0001f600\n{k}",{x}').encode("utf-16"))
    assert streamed(path) == in_memory(path)


def test_a_late_byte_that_is_no_utf_8_is_of_windows(path):
    path.write_bytes(FILES["umlauts"].encode() + b"300,1.5,\xe4\x81\n")
    assert streamed(path) == in_memory(path)
    assert "line 302 is no UTF-8" in streamed(path)[2][0]


@pytest.mark.parametrize("content", [QUOTED, PLAIN + "source: us\n"], ids=len)
def test_a_file_may_be_packed_by_gzip(content, tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(content[:900].encode()) +
                     gzip.compress(content[900:].encode()))  # fmt: skip
    assert streamed(path) == in_memory(path)
    assert len(pieces(path)) == 1


@pytest.mark.parametrize("content", [QUOTED, PLAIN + "source: us\n"], ids=len)
def test_a_file_may_be_packed_by_zip(content, tmp_path):
    path = tmp_path / "table.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/inner.csv", content)
    assert streamed(path) == in_memory(path)


def test_an_archive_of_two_files_is_refused_as_in_memory(tmp_path):
    path = tmp_path / "table.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", PLAIN)
        archive.writestr("b.csv", PLAIN)
    assert error_of(pieces, path) == error_of(file_grid, path)


def error_of(read, path):
    with pytest.raises(pl.PellucidError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_an_error_is_that_of_the_whole(content, words, path):
    path.write_bytes(content.encode())
    with pytest.raises(pl.PellucidError, match=words):
        streamed(path)
    assert error_of(streamed, path) == error_of(file_grid, path)


@pytest.mark.parametrize("mark", ['"a', '"a"b'])
def test_a_mark_that_does_not_close_is_found_soon(mark, path, monkeypatch):
    monkeypatch.setattr(text_cuts, "LONGEST", 300)
    path.write_text(late(mark))
    assert error_of(pieces, path) == error_of(file_grid, path)


@pytest.mark.parametrize("end", [30, 200, -9, -1])
def test_a_packed_file_cut_short_is_refused_as_in_memory(end, tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(PLAIN.encode())[:end])
    assert error_of(streamed, path) == error_of(file_grid, path)


def test_a_damaged_archive_is_refused_as_in_memory(tmp_path):
    path = tmp_path / "table.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.csv", PLAIN)
    damaged = bytearray(path.read_bytes())
    damaged[200:260] = bytes(60)
    path.write_bytes(damaged)
    assert error_of(streamed, path) == error_of(file_grid, path)


def test_a_file_that_is_not_there_is_refused_as_in_memory(path):
    assert error_of(pieces, path) == error_of(file_grid, path)


def test_a_folder_is_refused_as_in_memory(tmp_path):
    assert error_of(pieces, tmp_path) == error_of(file_grid, tmp_path)


@pytest.mark.parametrize("change", [PLAIN + "1,2,3\n", PLAIN[:-9], PLAIN[:50]])
def test_a_file_that_changes_between_passes_is_refused(change, path):
    path.write_text(PLAIN)
    some = pieces(path)
    path.write_text(change)
    with pytest.raises(pl.PellucidError, match=r"table.csv: .*found it changed"):
        list(some[-1].grids())


def test_a_file_that_vanishes_between_passes_is_refused(path):
    path.write_text(PLAIN)
    some = pieces(path)
    path.unlink()
    with pytest.raises(pl.PellucidError, match="found it gone"):
        list(some[-1].grids())


def test_columns_are_read_that_are_wanted_alone(path):
    path.write_text(QUOTED)
    grids = [grid for piece in pieces(path) for grid in piece.grids(["c", "a"])]
    assert {tuple(grid.names) for grid in grids} == {("a", "c")}
    assert sum(grid.n for grid in grids) == N


def test_pieces_are_many_small_and_read_the_same_in_another_process(path):
    path.write_text(QUOTED)
    some = pieces(path)
    again = pickle.loads(pickle.dumps(some))
    assert len(some) > 9
    assert again == some
    assert [g.n for p in again for g in p.grids()] == [
        g.n for p in some for g in p.grids()
    ]


def test_a_column_that_turns_to_text_late_gives_the_text_of_its_numbers(path):
    path.write_text(late("many").replace("\n7,1.0,", "\n7,1.50,"))
    first = next(pieces(path)[0].grids(["b"]))
    assert first.columns[0].kind == "number"
    assert "1.50" in [cell for p in pieces(path) for g in p.grids(["b"])
                      for cell in g.columns[0].cells()]  # fmt: skip


CELLS = st.text(alphabet='ab1. ",\n\r\tä', max_size=6)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30),
    ends=st.sampled_from(["\n", "\r\n"]), step=st.integers(1, 50),
)  # fmt: skip
def test_cells_within_marks_may_hold_anything(rows, ends, step, path, monkeypatch):
    monkeypatch.setattr(text_bytes, "STEP", step)
    monkeypatch.setattr(text, "PIECE", step)
    cells = [
        [f'"{cell.replace(chr(34), 2 * chr(34))}"' for cell in row] for row in rows
    ]
    content = ends.join(["a,b,c", *(f"1,{a},{b}" for a, b in cells), ""])
    path.write_bytes(content.encode())
    assert outcome(streamed, path) == outcome(in_memory, path)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(content=st.text(alphabet='a1,"\n\r ;x', max_size=120), step=st.integers(1, 50))
def test_any_text_is_read_or_refused_as_in_memory(content, step, path, monkeypatch):
    monkeypatch.setattr(text_bytes, "STEP", step)
    path.write_bytes(content.encode())
    assert outcome(streamed, path) == outcome(in_memory, path)


def outcome(read, path):
    """What a reader says, or its error."""
    try:
        return read(path)
    except pl.PellucidError as error:
        return str(error)


@pytest.mark.parametrize("name", ["CRLF", "umlauts", "a note below"])
def test_rows_of_text_are_streamed_to_the_same_numbers(name, path):
    path.write_bytes(FILES[name].encode())
    stream, table = (
        pl.rows(path, target="c", stream=s, header=True) for s in (True, False)
    )
    assert str(stream.preparation) == str(table.preparation)
    assert stream.table().X.tolist() == table.X.tolist()
    assert stream.table().y.tolist() == table.y.tolist()


@pytest.mark.parametrize("target", ["a", "c"])
@pytest.mark.parametrize("missing", ["drop", "impute"])
@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_stream_of_text_is_the_table_in_memory(content, missing, target, path):
    path.write_bytes(content.encode())

    def read(stream):
        try:
            found = pl.rows(path, target=target, missing=missing, stream=stream)
            table = found.table() if stream else found
            held = table.X.tolist(), table.y.tolist()
            return str(found.preparation), table.names, *held
        except pl.PellucidError as error:
            return str(error)

    assert read(True) == read(False)
