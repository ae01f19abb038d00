"""The survey of real tables: which column it asks for, and what its page tells."""

import sys

import pytest
import survey
import tables_page

from pellucid.tables.sources import grid_of

TARGETS = {
    "the last column": ("a,b,c\n1,2,3\n4,5,6\n", None, "c"),
    "the package's own, in any case": ("a,B,c\n1,2,3\n4,5,6\n", "b", "B"),
    "one of the package's that is not there": ("a,b\n1,2\n4,5\n", "z", "b"),
    "none that is constant": ("a,b,c\n1,2,3\n4,5,3\n", None, "b"),
    "none that names each row": ("a,b,c\n1,2,x\n4,5,y\n3,4,z\n", None, "b"),
    "words that come again": ("a,b,c\n1,2,x\n4,5,y\n3,4,x\n", None, "c"),
    "none that is mostly missing": ("a,b,c\n1,2,3\n4,5,NA\n3,4,NA\n", None, "b"),
    "numbers beside a missing one": ("a,b,c\n1,2,3\n4,5,8\n3,4,NA\n", None, "c"),
    "none": ("a,b\n1,x\n1,x\n", None, None),
}


@pytest.mark.parametrize(("content", "own", "target"), TARGETS.values(), ids=TARGETS)
def test_the_target_is_chosen_by_a_rule(write, content, own, target):
    path = write(content)
    sample = survey.Sample("some", "houses", path, own)
    assert survey.target_of(sample, grid_of(path)) == target


OUTCOMES = {
    "an answer": ("a,y\n1,2.5\n2,3.5\n3,5\n4,5.5\n", "answered", ""),
    "a line too long": ("a,y\n1,2\n3,4,5\n", "refused", "expected 2 cells"),
    "a single column": ("a\n1\n2\n", "no task", ""),
}


@pytest.mark.parametrize(
    ("content", "outcome", "sentence"), OUTCOMES.values(), ids=OUTCOMES
)
def test_a_table_is_asked_and_its_outcome_kept(write, content, outcome, sentence):
    finding = survey.asked(survey.Sample("some", "houses", write(content)))
    assert finding.outcome == outcome
    assert sentence in finding.sentence


def test_a_process_asks_a_table_of_a_package(tmp_path, monkeypatch, capsys):
    pytest.importorskip("palmerpenguins")
    path = tmp_path / "tables.json"
    words = "survey.py --packages palmerpenguins --limit 1 --seconds 100 --out"
    monkeypatch.setattr(sys, "argv", [*words.split(), str(path)])
    survey.main()
    assert capsys.readouterr().out == "palmerpenguins 1 answered\n"
    assert [finding.outcome for finding in survey.kept(path)[0]] == ["answered"]


FOUND = [
    survey.Finding("some", "a.csv", "answered", "y", seconds=1.5),
    survey.Finding("some", "b.csv", "refused", "y", "b.csv: expected | found"),
    survey.Finding("some", "c.csv", "no task"),
    survey.Finding("other", "d.csv", "answered", "y", seconds=2.5),
]


def test_findings_are_kept_in_a_file(tmp_path):
    path = tmp_path / "tables.json"
    path.write_text(survey.written(FOUND, 3), "utf-8")
    assert survey.kept(path) == (FOUND, 3)


def test_a_table_that_was_no_task_is_not_counted():
    page = tables_page.introduction(FOUND, 1)
    assert "some and other: 3 tables, of which **2\nare answered, 66.7 %**" in page
    assert "| some | 2 | 1 | 1 | 0 | 0 | 2 | 1 |" in tables_page.by_package(FOUND)


def test_what_is_refused_is_told():
    assert "| some `b.csv` | `y` | b.csv: expected \\| found |" in (
        tables_page.not_answered(FOUND)
    )


def test_a_part_of_a_large_package_is_told():
    assert "one in 4)" in tables_page.introduction(FOUND, 4)
    assert "--every 4 --out" in tables_page.introduction(FOUND, 4)
