"""The examples: short, on the public names alone, and they run."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def printed(path, folder, *arguments, **environment):
    """What an example prints, when it runs in an empty folder."""
    named = {
        name: value for name, value in os.environ.items() if name != "PELLUCID_DATA"
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", path, *arguments],
        cwd=folder,
        env=named | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.returncode == 0
    return run.stdout


# What an example says when it runs without arguments, or after one epoch alone where it
# learns for longer: figures that are good where it has learned, and lines else.
SAYS = {
    "hidden_features": (
        {},
        r"xor: (9[7-9]\.\d|100\.0)%(.*\n)+donut: (9[5-9]\.\d|100\.0)%",
    ),
    "parity": ({}, r" 12 bits: 100\.0%(.*\n)+200 bits: 100\.0%"),
    "attention": ({"EPOCHS": "8"}, r"turned round: 100\.0%(.*\n)+sorted: 9\d\.\d%"),
    "airline": ({}, r"last year: 77\.0 (.*\n)+GRU\(32\): [1-5]\d\.\d "),
    "adding_problem": ({"EPOCHS": "1"}, r"RNN\(32\): .*0\.1\d+\nLSTM\(32\): .*0\.1\d+"),
    "characters": ({"EPOCHS": "1"}, r"were read 1 times;\n.* choose from\n\n.{400}\n$"),
    "digits_convolution": ({"EPOCHS": "1"}, r"[89]\d\.\d+% of 270 digits"),
    "sign_digits_convolution": ({"EPOCHS": "1"}, r"epoch 1: cost \d\.\d{4}\n"),
}


def example(name):
    return next(path for path in EXAMPLES if path.stem == name)


def test_there_is_an_example_of_each_system():
    assert {"line_of_best_fit", "sign_digits", *SAYS} == {p.stem for p in EXAMPLES}


@every_example
def test_an_example_has_forty_lines_at_most(path):
    assert len(path.read_text("utf-8").splitlines()) <= 40


@every_example
def test_an_example_knows_the_public_names_alone(path):
    tree = ast.parse(path.read_text("utf-8"))
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    ours = [ast.unparse(n) for n in imports if "pellucid" in ast.unparse(n)]
    assert ours == ["import pellucid as pl"]


@every_example
def test_an_example_runs_without_data(path, tmp_path):
    environment, words = SAYS.get(path.stem, ({}, "."))
    assert re.search(words, printed(path, tmp_path, **environment))


def test_the_line_of_a_file(data, tmp_path):
    file = data / "linear" / "data_1d.csv"
    out = printed(example("line_of_best_fit"), tmp_path, file)
    assert out.count("slope 1.972612   intercept 2.864424") == 2
    assert "r2 0.991184" in out
    assert [path.name for path in tmp_path.iterdir()] == ["line_of_best_fit.png"]


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_the_sign_digits_of_a_folder(way, data, tmp_path):
    argument = [data] if way == "argument" else []
    environment = {"PELLUCID_DATA": str(data)} if way == "environment" else {}
    out = printed(example("sign_digits"), tmp_path, *argument, **environment)
    for words in (
        "100   cost 0.636526",
        "train accuracy 91.9540%",
        "test accuracy 93.5484%",
    ):
        assert words in out
