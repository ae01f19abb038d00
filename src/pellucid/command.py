"""The command line: it reads what was typed and calls the tour that was asked for.

Only click and NumPy are loaded until a command runs, so that help is there at once.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from pellucid.bench.benchmarks import BENCHMARKS
from pellucid.errors import ExpressionError, PellucidError

PATH = click.Path(readable=False, path_type=Path)  # the readers say it better
VERSION = sys.modules["pellucid"].__version__  # the package that this is in
HELP = {"help_option_names": ["-h", "--help"]}


class Sentences(click.Group):
    """A group of commands whose errors are one sentence on standard error."""

    def main(  # type: ignore[override]  # it always ends the process
        self, args: Sequence[str] | None = None, **options: Any
    ) -> Any:
        """Run a command; leave with 0, with 2 for wrong usage, with 1 for a failure."""
        typed = sys.argv[1:] if args is None else list(args)
        options["standalone_mode"] = False
        with warnings.catch_warnings():
            warnings.showwarning = noted  # type: ignore[assignment]
            try:
                status = super().main(typed, **options)
            except Exception as error:
                if "--debug" in typed:
                    traceback.print_exception(error)
                status = told(error)
        sys.exit(status)


def noted(message: Warning | str, *where: Any) -> None:
    """Say a warning, without the line of code that it came from."""
    click.echo(f"pellucid: note: {message}", err=True)


def told(error: Exception) -> int:
    """Say what went wrong, and give the exit status for it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    else:
        click.echo(f"pellucid: {sentence(error)}", err=True)
    return 2 if isinstance(error, click.UsageError) else 1


def sentence(error: Exception) -> str:
    """Write one sentence for an error, whatever it is."""
    match error:
        case click.UsageError(ctx=click.Context(command_path=path)):
            return f"{error.format_message().rstrip('.')} (see {path} --help)."
        case click.ClickException():
            return error.format_message()
        case click.Abort():
            return "stopped."
        case PellucidError():
            return str(error)
        case OSError(strerror=str(reason), filename=str(name)):
            return f"{name}: {reason.lower()}."
    return (
        f"something went wrong inside Pellucid ({type(error).__name__}: {error}); run "
        "it again with --debug and report what it says."
    )


def debug(command: Any) -> Any:
    """Let a command take --debug, which `Sentences` looks for."""
    text = "Show where in the code an error arose."
    return click.option("--debug", is_flag=True, expose_value=False, help=text)(command)


HEADER = click.option(
    "--header/--no-header", default=None,
    help="Whether the first line holds names.  [default: by what it holds]",
)  # fmt: skip
SHEET = click.option(
    "--sheet", metavar="NAME", help="A sheet of a workbook.  [default: first]"
)
STREAM = click.option(
    "--stream/--no-stream", default=None,
    help="Whether rows are read anew each time that they are needed, a few at a time, "
    "or kept in memory.  [default: kept where they fit well]",
)  # fmt: skip


@click.group(cls=Sentences, context_settings=HELP)
@click.version_option(VERSION, message="pellucid %(version)s")
@debug
def main() -> None:
    """Learn from data with models that you can see through.

    
    pellucid learn                                lessons in your browser
    pellucid tour                                 the whole road, on real data
    pellucid fit houses.csv --target price        your own table
    pellucid predict model.safetensors new.csv    rows that are new
    pellucid graph "sqrt(a**2 + b**2)" a=3 b=4    any expression
    """


@main.command(short_help="Walk the whole road, on real data.")
@click.option(
    "--data", type=PATH, metavar="DIR",
    help="Learn from the sets in DIR, which holds sign-language-digits/ and linear/.  "
    "[default: data that need no download]",
)  # fmt: skip
@click.option(
    "--out", type=PATH, metavar="DIR", default="pellucid-tour", show_default=True,
    help="Write report.html and the pictures into DIR.",
)  # fmt: skip
@debug
def tour(data: Path | None, out: Path) -> None:
    """Walk from the line of best fit to neural networks, on real data.

    Twelve stretches: the line, the plane, LinearRegression, vectors, computational
    graphs, logistic regression, gradient descent, likelihoods, neural networks,
    convolution, recurrence, attention. Each tells its figures; report.html keeps every
    picture, formula and graph in one file that opens offline.
    """
    from pellucid.tour.road import run

    run(data, out, click.echo)


@main.command(short_help="Walk it yourself: lessons in your browser.")
@click.argument("lesson", required=False, metavar="[LESSON]")
@click.option(
    "--list", "listed", is_flag=True, help="List the lessons, and how far you are."
)
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="N",
    help="Serve the lessons at this port.  [default: 2718, or the next free one]",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Only say where the lessons are.")
@click.option("--reset", is_flag=True, help="Forget your progress, after a question.")
@click.option("--yes", is_flag=True, help="Answer that question of --reset.")
@debug
def learn(
    lesson: str | None, listed: bool, port: int | None, no_browser: bool, reset: bool,
    yes: bool,
) -> None:  # fmt: skip
    """Open the lessons in your browser, or the LESSON of that number or name.

    Fifteen lessons, from the line of best fit to deep networks: you predict, derive and
    write each piece in NumPy, and your code is checked as you go. The first page tells
    how far you are and goes on from there; `playground` and `repairs` are pages beside
    the road. Everything stays on this machine.
    """
    from pellucid.lessons import learn, progress

    if listed:
        learn.listed(click.echo)
    elif reset:
        if not yes:
            click.confirm(f"Forget what {progress.place()} keeps?", abort=True)
        learn.forgot(click.echo)
    else:
        learn.run(lesson, port=port, browser=not no_browser, tell=click.echo)


@main.command(short_help="Fit a model to your own table.")
@click.argument("table", type=PATH)
@click.option(
    "--target", metavar="COLUMN", required=True,
    help="The column to learn: its name or, where columns have no names, its number.",
)  # fmt: skip
@click.option(
    "--model", type=click.Choice(["auto", "linear", "logistic", "network"]),
    default="auto", show_default=True,
    help="Linear regression for a number, logistic regression for classes, or a neural "
    "network for either; auto takes text, two different numbers, and whole numbers "
    "that go on from 0 or 1 and are few, for classes.",
)  # fmt: skip
@click.option(
    "--out", type=PATH, metavar="DIR", default="pellucid-fit", show_default=True,
    help="Write model.safetensors, report.html and the pictures into DIR.",
)  # fmt: skip
@HEADER
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default=True,
    help="Cut other folds.",
)  # fmt: skip
@click.option(
    "--against", multiple=True, metavar="COLS",
    help="Compare it with a model of these columns only, a,b, or with one of another "
    "kind: linear, logistic or network. May be given again.",
)  # fmt: skip
@click.option("--drop", multiple=True, metavar="COL", help="Leave columns out: a,b.")
@click.option(
    "--category", multiple=True, metavar="COL", help="Take a column as a category."
)
@click.option(
    "--number", multiple=True, metavar="COL",
    help="Take a column as numbers; what is none is missing.",
)  # fmt: skip
@click.option("--date", multiple=True, metavar="COL", help="Take a column as dates.")
@click.option(
    "--missing", type=click.Choice(["drop", "impute", "refuse"]), default="drop",
    show_default=True,
    help="Leave rows with a missing cell out, fill such cells in by the median or the "
    "most frequent level, or refuse them.",
)  # fmt: skip
@SHEET
@STREAM
@click.option(
    "--cluster", metavar="ADDRESS",
    help="Let the workers of a Dask cluster read and sum the rows: the address of its "
    "scheduler, such as tcp://127.0.0.1:8786.",
)  # fmt: skip
@debug
def fit(
    table: Path, target: str, model: str, out: Path, seed: int,
    against: tuple[str, ...], stream: bool | None, cluster: str | None, **reading: Any,
) -> None:  # fmt: skip
    """Fit a model to TABLE: CSV of any dialect, TSV, Excel, Parquet or Feather.

    TABLE may also be a folder of such files, or a pattern in quotation marks, such as
    "folder/*.parquet".

    Each column is given a role (number, category, date, ...), which is told with its
    reason; rows with a missing cell are left out and counted. The model is fitted to
    all rows, and judged by cross-validation beside a baseline; --against compares it
    with other models of the same rows. Tells the coefficients and how good they are;
    report.html adds the formula and the pictures, and model.safetensors is the model,
    for `pellucid predict`.

    Rows that would not fit well into memory are streamed: read anew in each of a few
    passes over them, on all cores. The figures are those of all rows; pictures show
    10,000 of them, drawn by chance.
    """
    from pellucid.tables.wishes import columns_named
    from pellucid.tour.fit import run

    plurals = {"category": "categories", "number": "numbers", "date": "dates"}
    for option in ("drop", *plurals):
        name = plurals.get(option, option)
        reading[name] = columns_named(reading.pop(option))
    run(
        table, target, out, model=model, seed=seed, against=against, reading=reading,
        stream=stream, cluster=cluster, tell=click.echo,
    )  # fmt: skip


@main.command(short_help="Predict the rows of a table.")
@click.argument("model", type=PATH)
@click.argument("table", type=PATH)
@click.option(
    "--out", type=PATH, metavar="FILE",
    help="Write the table into FILE: .csv, .tsv, .parquet or .xlsx.  [default: CSV on "
    "the standard output]",
)  # fmt: skip
@HEADER
@SHEET
@STREAM
@debug
def predict(model: Path, table: Path, out: Path | None, **reading: Any) -> None:
    """Let MODEL, a file that pl.save has written, predict the rows of TABLE.

    The table comes back with a prediction in each row, and with the bounds between
    which a number lies 95 times of 100, or with the probability of each class. Rows
    that cannot be predicted (a missing cell, a level never seen, text for a number)
    stay, with these cells empty, and are counted. Where the table holds the target
    too, tells how good the predictions are. A table that would not fit well into memory
    is read and written a few rows at a time.
    """
    from pellucid.tour.predict import run

    tell = partial(click.echo, err=out is None)
    try:
        run(model, table, out, sys.stdout.buffer, tell=tell, **reading)
    except BrokenPipeError:  # who reads has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)


@main.command(
    short_help="See through any expression.",
    context_settings={"ignore_unknown_options": True},  # an expression may begin with -
)
@click.argument("expression")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "--out", type=PATH, metavar="FILE",
    help="Draw the graph into FILE: .svg, .png, .pdf or .dot.",
)  # fmt: skip
@debug
def graph(expression: str, values: Sequence[str], out: Path | None) -> None:
    """See through EXPRESSION: its graph, values, gradients, formula and source.

    An expression has numbers, names, operators and NumPy's functions. Each name needs
    a value: a number, or a list such as x=[1,2,3].

    
    pellucid graph "sqrt(a**2 + b**2)" a=3 b=4
    pellucid graph "sum((a*x - y)**2)" a=2 x=[1,2,3] y=[2,4,7] --out g.svg
    """
    from pellucid.tour.expression import told
    from pellucid.tour.typed_formula import function_of
    from pellucid.tour.typed_values import values_for

    f = function_of(expression)
    try:
        given = values_for(f, values)
    except ExpressionError as error:
        raise click.UsageError(str(error)) from None
    click.echo(told(f, given))
    if out is not None:
        from pellucid.reading.drawing.draw import draw

        click.echo(f"\nThe drawing: {draw(f, *given.values()).save(out)}")


@main.command(
    short_help="Race the peers that are installed.",
    epilog="\b\n" + "\n".join(f"{name:<12}{what}" for name, what in BENCHMARKS.items()),
)
@click.argument(
    "name", required=False, type=click.Choice(list(BENCHMARKS)), metavar="[NAME]"
)
@click.option("--tiny", is_flag=True, help="A few seconds each, to see that it runs.")
@click.option("--out", type=PATH, metavar="FILE", help="Write the figures as JSON.")
@click.option("--markdown", is_flag=True, help="Tell the tables as Markdown.")
@debug
def bench(name: str | None, out: Path | None, tiny: bool, markdown: bool) -> None:
    """Run the benchmark NAME, or all of them in about fifty minutes.

    The rivals are autograd, JAX, PyTorch and scikit-learn, where they are installed;
    each runs in a process of its own. The tables give theirs / ours.
    """
    from pellucid.bench.run import run

    run(name, tiny=tiny, out=out, as_markdown=markdown, tell=click.echo)
