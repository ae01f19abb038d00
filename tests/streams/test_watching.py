"""What a person is shown of a pass: how far it is, in rows where they are counted."""

from contextlib import contextmanager

import numpy as np
import pytest

import pellucid as pl
from pellucid.show.progress import Bar
from pellucid.tables.streams import arrays, runners, text


@pytest.fixture
def bars(monkeypatch):
    """Each bar that is shown: its name, its end, and where it is when it goes away."""
    shown = []

    @contextmanager
    def progress(name, total, patience):
        bar = Bar()
        yield bar
        shown.append((name, total, bar.done))

    monkeypatch.setattr(runners, "progress", progress)
    return shown


def test_each_pass_is_shown_in_rows_the_first_look_too(bars, monkeypatch):
    monkeypatch.setattr(arrays, "LARGE", 100)
    stream = pl.rows(np.random.default_rng(0).normal(size=(1000, 3)), 3, stream=True)
    pl.LinearRegression().fit(stream)
    assert bars[0] == ("pass 1: looking at the columns, rows", 1000, 1000)
    assert bars[-1] == ("pass 2: products of columns, rows", 1000, 1000)


def test_parts_of_a_text_are_shown_while_nobody_has_counted_their_rows(bars, tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.csv"
    cells = np.random.default_rng(0).normal(size=(1000, 3))
    np.savetxt(path, cells, delimiter=",", header="a,b,y", comments="")
    pieces = text.pieces_of(path)
    pl.rows(path, "y", stream=True).head()
    n = len(pieces)
    assert bars[0] == ("pass 1: looking at the columns, parts", n, n)
