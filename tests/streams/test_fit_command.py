"""`pellucid fit` on rows that are streamed: the report of rows in memory.

The judge is the same command with the rows in memory.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from pellucid.command import main
from pellucid.show import canvas
from pellucid.tour.fit import run

pytest.importorskip("pyarrow")
pytest.importorskip("matplotlib")

N = 3000


def houses() -> pd.DataFrame:
    """A number, a class and a grade to learn; `double` depends on another column."""
    rng = np.random.default_rng(0)
    area = rng.normal(100, 20, N)
    rooms = rng.integers(1, 7, N)
    kind = rng.choice(["flat", "house", "villa"], N, p=[0.5, 0.3, 0.2])
    price = 3 * area + 10 * rooms + 40 * (kind == "villa") + rng.normal(0, 30, N)
    frame = pd.DataFrame(
        {
            "area": area, "rooms": rooms, "double": 2 * area + 1, "kind": kind,
            "price": price,
            "dear": np.where(price + rng.normal(0, 40, N) > 370, "dear", "cheap"),
            "grade": ((price + rng.normal(0, 60, N)) // 50 % 3).astype(int),
        }
    )  # fmt: skip
    frame.loc[::97, "area"] = np.nan
    return frame


HOUSES = houses()
WRITTEN = canvas._written  # as it is, where what is written is looked at


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="module")
def unwritten():
    """Pictures are drawn, but not written, which takes most of the time of a fit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pellucid.show.canvas._written", lambda *_: b"<svg></svg>")
        yield


def typed(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def left():
    return sorted(path.name for path in Path().iterdir())


def told(target, *, stream, **options):
    """The figures of a fit of a Parquet file of several groups, and what was said."""
    HOUSES.to_parquet("houses.parquet", row_group_size=700)
    drop = [name for name in ("price", "dear", "grade") if name != target]
    lines: list[str] = []
    figures = run(
        Path("houses.parquet"), target, Path("out"), stream=stream,
        reading={"drop": drop}, tell=lines.append, **options,
    )  # fmt: skip
    return figures, "\n".join(lines)


MEASURES = {
    "price": ["r2", "typical error", "mean absolute error"],
    "dear": ["accuracy", "AUC", "log loss"],
    "grade": ["accuracy", "AUC", "log loss"],
}


@pytest.fixture(params=MEASURES, scope="module")
def both(request, tmp_path_factory):
    """A target, and the same report of rows that are streamed and of rows in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("fit"))
        target = request.param
        return target, *(told(target, stream=how) for how in (True, False))


def test_the_estimates_are_those_of_rows_in_memory(both):
    _, (streamed, _), (kept, _) = both
    found, expected = streamed["fit"]["estimates"], kept["fit"]["estimates"]
    assert [*found] == [*expected]
    np.testing.assert_allclose(
        [*found.values()], [*expected.values()], rtol=1e-6, atol=1e-8
    )


def test_what_was_done_to_the_table_is_told_alike(both):
    _, (streamed, lines), (kept, expected) = both
    part = [text[text.index("1  What") : text.index("2  The")]
            for text in (lines, expected)]  # fmt: skip
    assert part[0] == part[1]
    assert streamed["preparation"] == kept["preparation"]
    assert streamed["table"]["rows"] == kept["table"]["rows"] == N - 31
    assert "double" in streamed["preparation"]["left out"]


def test_it_is_judged_alike_on_folds_that_differ(both):
    target, (streamed, _), (kept, _) = both
    for name in MEASURES[target]:
        found, expected = streamed["judged"], kept["judged"]
        apart = abs(found[name] - expected[name])
        assert apart < 2 * expected[f"{name} spread"], name
        np.testing.assert_allclose(
            found[f"{name} baseline"], expected[f"{name} baseline"], atol=1e-9
        )


def test_the_passes_are_told_and_no_others_are_taken(both):
    _, (streamed, lines), _ = both
    assert f"passes {streamed['passes']['passes']}" in lines
    assert 5 < streamed["passes"]["passes"] < 40


def test_pictures_of_a_sample_are_said_to_be_so(monkeypatch):
    monkeypatch.setattr("pellucid.show.canvas._written", WRITTEN)
    monkeypatch.setattr("pellucid.tour.rows_to_fit.SEEN", 500)
    figures, lines = told("price", stream=True)
    assert figures["table"]["rows shown"] == 500
    assert "pictures show 500 of the 2,969, drawn by chance" in " ".join(lines.split())
    page = Path("out/report.html").read_text("utf-8")
    assert "price of 500 of the 2,969 rows, drawn by chance" in page
    assert "all 2,969 rows" in page


def test_the_model_that_is_left_predicts():
    told("price", stream=True)
    result = typed("predict", "out/model.safetensors", "houses.parquet", "--stream")
    assert result.exit_code == 0
    assert f"{N} rows read from houses.parquet, 2969 predicted" in result.stderr
    assert "On 2969 rows whose target is known: r2 0.8" in result.stderr


def test_other_models_are_compared_on_rows_that_were_drawn(monkeypatch):
    monkeypatch.setattr("pellucid.tour.rows_to_fit.SEEN", 500)
    figures, lines = told("price", stream=True, against=["area"])
    assert "are of 500 of the 2,969 rows, drawn by chance" in " ".join(lines.split())
    assert figures["compared"]["preferred"].startswith("all columns")


def test_a_network_learns_from_rows_that_were_drawn(monkeypatch):
    monkeypatch.setattr("pellucid.tour.rows_to_fit.LEARNED", 400)
    figures, lines = told("price", stream=True, model="network")
    assert figures["table"]["rows"] == 400
    assert "drawn by chance from 2,969 rows" in " ".join(lines.split())


# -- many files -----------------------------------------------------------------------


def parts(count=3):
    """A folder of Parquet files, and what they are one after another."""
    Path("parts").mkdir()
    for i in range(count):
        HOUSES[i::count].to_parquet(f"parts/{i}.parquet")


FIT = ("--target", "price", "--drop", "dear,grade", "--out", "out")


@pytest.mark.parametrize("table", ["parts", "parts/*.parquet"])
@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_a_folder_and_a_pattern_are_one_table(table, how):
    parts()
    result = typed("fit", table, *FIT, how)
    assert result.exit_code == 0, result.stderr
    assert f"{N} rows read, 31 left out" in result.stdout
    assert left() == ["out", "parts"]


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_a_file_of_other_columns_is_named_in_a_sentence(how):
    parts()
    HOUSES.rename(columns={"area": "size"}).to_parquet("parts/2.parquet")
    result = typed("fit", "parts", *FIT, how)
    assert result.exit_code == 1
    assert "2.parquet" in result.stderr
    assert result.stderr.count("\n") == 1
    assert left() == ["parts"]


@pytest.mark.parametrize("table", ["empty", "empty/*.parquet", "nothing.parquet"])
@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_where_no_table_is_it_is_said_in_a_sentence(table, how):
    Path("empty").mkdir()
    result = typed("fit", table, *FIT, how)
    assert result.exit_code == 1
    assert table.split("/", maxsplit=1)[0] in result.stderr
    assert result.stderr.count("\n") == 1
    assert left() == ["empty"]


# -- what goes wrong ------------------------------------------------------------------


def test_a_file_that_is_cut_short_is_refused_in_a_sentence():
    HOUSES.to_parquet("houses.parquet", row_group_size=700)
    content = Path("houses.parquet").read_bytes()
    Path("houses.parquet").write_bytes(content[: len(content) // 2])
    result = typed("fit", "houses.parquet", *FIT, "--stream")
    assert result.exit_code == 1
    assert "houses.parquet" in result.stderr
    assert result.stderr.count("\n") == 1
    assert left() == ["houses.parquet"]


def test_a_full_disk_leaves_no_folder(monkeypatch):
    HOUSES.to_parquet("houses.parquet", row_group_size=700)

    def full(self, data):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = typed("fit", "houses.parquet", *FIT, "--stream")
    assert result.exit_code == 1
    assert result.stderr.startswith("pellucid: Cannot write out (no space left")
    assert left() == ["houses.parquet"]


# -- a cluster ------------------------------------------------------------------------


def test_a_cluster_and_rows_in_memory_exclude_each_other():
    HOUSES.to_parquet("houses.parquet")
    where = "--cluster", "tcp://127.0.0.1:1", "--no-stream"
    result = typed("fit", "houses.parquet", *FIT, *where)
    assert result.exit_code == 1
    assert "leave one of the two out" in result.stderr


def test_a_cluster_that_nobody_answers_from_is_told_in_a_sentence():
    pytest.importorskip("distributed")
    HOUSES.to_parquet("houses.parquet")
    result = typed("fit", "houses.parquet", *FIT, "--cluster", "nowhere")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert left() == ["houses.parquet"]


def test_the_workers_of_a_cluster_give_the_estimates_of_one_machine():
    distributed = pytest.importorskip("distributed")
    here, _ = told("price", stream=True)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
        dashboard_address=":0",
    ) as cluster:  # fmt: skip
        there, _ = told("price", stream=None, cluster=cluster.scheduler_address)
    assert there["fit"]["estimates"] == here["fit"]["estimates"]
