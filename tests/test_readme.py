"""The Python of the README and of the docs runs, as a newcomer would type it."""

import importlib.util
import re
import shlex
import shutil
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

import pellucid as pl
from pellucid.command import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
BLOCK = re.compile(r"```(python|sh)\n(.*?)```", re.S)
ELSEWHERE = re.compile(r"pellucid (learn|bench)")  # commands with tests of their own


# What the Python of a page prints: behind it, or below its block.
SAID = re.compile(
    r"^print\([^\n]*\)  # ([^\n]*)$|^```\n\n```text\n(.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


def run(text, title):
    """Run the blocks of Python one after the other; give the names they made."""
    names = {}
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.S)):
        exec(compile(block, f"{title}, block {number + 1}", "exec"), names)
    return names


def follow(text, title):
    """Run the blocks of a page, Python and commands, one after the other."""
    names = {}
    for number, (kind, block) in enumerate(BLOCK.findall(text)):
        if kind == "python":
            exec(compile(block, f"{title}, block {number + 1}", "exec"), names)
        else:
            run_commands(block)


def run_commands(block):
    """Run the commands of Pellucid as they are typed."""
    for line in block.splitlines():
        if line.startswith("pellucid ") and not ELSEWHERE.match(line):
            result = CliRunner().invoke(main, shlex.split(line)[1:])
            assert result.exit_code == 0, result.output


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = run(README, "README")
    assert (tmp_path / "forward.svg").read_text("utf-8").startswith(("<?xml", "<svg"))
    assert "z = np.dot(w.T, x) + b" in capsys.readouterr().out
    assert names["fit"].fun < names["fit"].history[0]


def test_a_branch_is_shown_as_the_readme_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(README, "README")
    promised = re.search(r"```text\n(income .*?)```", README, re.S).group(1)
    assert promised in capsys.readouterr().out


def test_a_summary_reads_as_the_readme_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(README, "README")
    (promised,) = re.findall(r"```text\n(LinearRegression of .*?)```", README, re.S)
    assert promised in capsys.readouterr().out


def test_the_backward_pass_reads_as_the_readme_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = run(README, "README")["graph"]
    promised = re.search(r"```text\n(z = .*?)```", README, re.S).group(1)
    written = pl.source(pl.gradient(graph, ("w", "b"))).splitlines()
    assert (
        promised.splitlines()
        == [line.strip() for line in written if "=" in line][
            -len(promised.splitlines()) :
        ]
    )


def test_the_backward_pass_of_a_loop_reads_as_the_readme_says(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    run(README, "README")
    promised = re.search(r"```text\n(dh = .*?)```", README, re.S).group(1)
    assert textwrap.indent(promised, "    ") in capsys.readouterr().out


def test_the_table_is_answered_as_the_readme_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    package = importlib.util.find_spec("palmerpenguins").submodule_search_locations[0]
    shutil.copy(Path(package) / "data" / "penguins.csv", tmp_path)
    typed = re.search(r"```sh\npellucid (fit .*)\n```", README)[1].split()
    result = CliRunner().invoke(main, typed)
    promised = re.search(r"```text\n(1  What was done.*?)```", README, re.S)[1]
    assert result.output.lstrip("\n") == promised


@pytest.mark.parametrize("page", PAGES)
def test_the_docs_run_and_print_what_they_say(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text("utf-8")
    follow(text, page)
    lines = capsys.readouterr().out.split("\n")
    told = [line for line in lines if not line.startswith("pass ")]  # where it is slow
    promised = [line for found in SAID.finditer(text)
                for line in (found[1] or found[2]).split("\n")]  # fmt: skip
    assert told[: len(promised)] == promised


def test_the_source_reads_as_the_docs_say(capsys):
    text = (ROOT / "docs" / "running.md").read_text("utf-8")
    run(text, "running.md")
    assert f"```text\n{capsys.readouterr().out.rstrip()}\n```" in text
