"""Large files are cut in two ways, and both must say the same."""

import io
from contextlib import redirect_stderr

import numpy as np
import pytest

import pellucid as pl
from pellucid.show import progress as bars
from pellucid.show.progress import progress
from pellucid.tables import blocks
from pellucid.tables.blocks import plain_rows
from pellucid.tables.grid import Cells
from pellucid.tables.lines import Lines
from pellucid.tables.sources import grid_of

N = 60


def lines(row, n=N):
    """A file of n rows, each written from its number."""
    return "\n".join(["a,b,c", *map(row, range(n))]) + "\n"


def late(cell, at=50):
    """Numbers, but for one cell far below."""
    return lines(lambda i: f"{i},{cell if i == at else i / 7},{i % 3}")


def from_row(cell, at=40):
    """Numbers, and from a row on one cell again and again."""
    return lines(lambda i: f"{i},{cell if i >= at else i / 7},{i % 3}")


def written(row):
    return lines(
        lambda i: row.format(i=i, x=repr(i / 7), k=i % 4, m="NA" * (i % 5 == 0))
    )


COMMAS = written("{x},{i},{k}").replace(",", ";").replace(".", ",")
ONES = lines(lambda i: f"{i},1,{i % 3}", 40) + "7,TRUE,2\n" * 30

FILES = {
    "numbers of 17 digits": written("{i},{x},{k}"),
    "CRLF": written("{i},{x},{k}").replace("\n", "\r\n"),
    "a last line without its end": written("{i},{x},{k}").rstrip("\n"),
    "quotation marks": written('"{i}","{x}","k{k}"'),
    "quotation marks that hold a delimiter": written('{i},"a,{k}",{x}'),
    "quotation marks that hold a line": written('{i},"a\n{k}",{x}'),
    "doubled quotation marks": written('{i},"a""{k}",{x}'),
    "marks around two cells": written('{i},"a,{k}",{x}'),
    "blanks around cells": written(" {i} , {x},  k{k} "),
    "blank lines": written("{i},{x},{k}\n"),
    "missing cells": written("{i},{m},{x}"),
    "missing cells spelled in an odd way": late("nAn"),
    "a column that is missing late": from_row(""),
    "a column that turns to text late": late("many"),
    "truth values late": from_row("True"),
    "ones, then truth values": ONES,
    "a nan with a sign late": late("-nan"),
    "an infinity late": late("inf"),
    "too large a number late": late("1e999"),
    "an underline late": late("1_0"),
    "digits of another script late": late("١"),
    "hexadecimal digits late": late("0x1p3"),
    "an error of Excel late": late("#DIV/0!"),
    "leading zeros": written("0{k}1,{x},{i}"),
    "codes with holes": lines(lambda i: f"{i + 10:05},{i},{i % 3}") + "NA,1,2\n",
    "codes whose zeros come late": lines(lambda i: f"12,{i},7") + "NA,1,2\n01,2,3",
    "decimal commas": COMMAS,
    "decimal commas with holes": COMMAS + "NA;2;3\n;3;4\n",
    "a thousand's point late": COMMAS + "1.234,5;2;3\n",
    "a decimal point late among commas": COMMAS + "1.5;2;3\n",
    "dates": lines(lambda i: f"2024-01-{1 + i % 28:02},{i / 7},{i % 3}"),
    "levels that come late": written("l{k},{x},{i}") + "new,2,3\n",
    "a total below": written("{i},{x},{k}") + "total,5,6\n",
    "a note below": written("{i},{x},{k}") + "source: us\n",
    "a line of units": written("{i},{x},{k}").replace("a,b,c", "a,b,c\nkg,cm,m"),
    "a delimiter at each end": written("{i},{x},{k},"),
    "tabs": written("{i}\t{x}\t{k}").replace(",", "\t"),
    "umlauts": written("{i},{x},ü{k}"),
}  # fmt: skip

REFUSED = {
    "a cell too few": (late("1").replace("50,1,2\n", "50,1\n"), 52, "found 2"),
    "a cell too many": (late("1").replace("50,1,2\n", "50,1,2,3\n"), 52, "found 4"),
    "a mark inside": (late('"a"b'), 52, "quotation mark"),
    "a cell too many beside one too few": (
        late("1").replace("50,1,2\n51,", "50,1\n2,51,"), 52, "found 2",
    ),
    "a delimiter inside marks that makes up for one": (
        late('"x,y"').replace('50,"x,y",2', '50,"x,y"'), 52, "found 2",
    ),
}  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Blocks so small that a short file has many."""
    monkeypatch.setattr(blocks, "HEAD", 40)
    monkeypatch.setattr(blocks, "SIZE", 50)


def told(path, **wishes):
    """All that is read from a file."""
    table = pl.rows(path, **wishes)
    y = None if table.y is None else table.y.tolist()
    return str(table.preparation), table.preparation.as_dict(), table.X.tolist(), y


@pytest.mark.parametrize(
    "wishes", [{}, {"target": "c"}, {"missing": "impute"}], ids=str
)
@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_blocks_say_what_the_whole_says(text, wishes, tmp_path, request):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    whole = told(path, **wishes)
    request.getfixturevalue("small")
    assert told(path, **wishes) == whole


@pytest.mark.parametrize(("text", "line", "found"), REFUSED.values(), ids=REFUSED)
def test_the_line_of_an_error_far_below_is_right(text, line, found, tmp_path, small):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(pl.PellucidError, match=rf"table.csv, line {line}: .*{found}"):
        pl.rows(path)


def test_a_cell_far_below_is_named_by_its_line(tmp_path, small):
    path = tmp_path / "table.csv"
    path.write_text(late("many") + "60,1,NA\n")
    with pytest.raises(pl.PellucidError, match=r'line 62, column "c": .*found "NA"'):
        pl.rows(path, missing="refuse", drop="b")


def test_the_cells_of_numbers_are_as_they_were_written(tmp_path, small):
    path = tmp_path / "table.csv"
    path.write_text(written("{k}.50,{x},{i}"))
    column = grid_of(path).columns[0]
    assert list(column.cells())[-3:] == ["1.50", "2.50", "3.50"]


def test_a_plain_file_is_plain_but_for_the_rows_looked_at_first(small):
    head, *rest = blocks.blocks_of(Lines("table", FILES["quotation marks"]), 3)
    assert not head.plain
    assert len(rest) > 5
    assert all(block.plain for block in rest)


PLAIN = {
    "cells": (b"1,2\n3,4\n", 2),
    "empty cells": (b",\n,\n", 2),
    "marks around cells": (b'"1",2\n3,"4"\n', 2),
    "marks around nothing": (b'"",2\n3,""\r\n', 2),
    "a mark inside a cell": (b'1,a"b"\n3,4\n', 0),
    "a mark that does not close": (b'1,"2\n3,4\n', 0),
    "marks over two lines": (b'1,"2\n3",4\n', 0),
    "marks over two cells": (b'"1,2"\n3,4\n', 0),
    "a blank before a mark": (b'1, "2"\n3,4\n', 0),
    "a blank line": (b"1,2\n\n3,4\n", 0),
    "too many here, too few there": (b"1,2,3\n4\n", 0),
    "an old Macintosh": (b"1,2\r3,4\n", 0),
}


@pytest.mark.parametrize(("part", "n"), PLAIN.values(), ids=PLAIN)
def test_only_what_every_parser_cuts_alike_is_plain(part, n):
    assert plain_rows(part, ",", 2) == n


def test_cells_are_held_once():
    cells = Cells.of(["a", "b", "a", float("nan"), None])
    assert cells.levels == ["a", "b", None]
    assert list(cells) == ["a", "b", "a", None, None]
    assert Cells.of(cells) is cells
    assert list(cells[1:3]) == ["b", "a"]


def test_cells_of_unlike_kinds_are_held_apart():
    cells = [True, 1, 1.0, "1", [1], [1]]
    held = Cells.of(cells)
    assert held.levels == [True, 1, 1.0, "1", [1]]
    assert [type(cell) for cell in held] == [type(cell) for cell in cells]


class Terminal(io.StringIO):
    """Somebody looks."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("patience", "shown"), [(0.0, True), (3600.0, False)], ids=["at once", "patient"]
)
def test_a_bar_waits_until_the_work_has_taken_long(patience, shown, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    bars._console.cache_clear()
    with redirect_stderr(Terminal()) as stream:
        with progress("reading", 2, patience) as bar:
            bar.advance()
        bars._console.cache_clear()
    assert ("reading" in stream.getvalue()) is shown


def test_a_pipe_is_told_nothing(tmp_path, small, capsys, monkeypatch):
    monkeypatch.setattr(blocks, "PATIENCE", 0.0)
    path = tmp_path / "table.csv"
    path.write_text(FILES["numbers of 17 digits"])
    pl.rows(path)
    assert capsys.readouterr() == ("", "")


def test_the_numbers_of_a_large_file_are_exact(tmp_path, small, rng):
    x = rng.standard_normal((200, 2)) * 10.0 ** rng.integers(-200, 200, (200, 1))
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b", *(f"{a!r},{b!r}" for a, b in x.tolist())]))
    assert np.array_equal(pl.rows(path).X, x)
