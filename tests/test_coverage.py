"""Every function of the installed NumPy is recorded, or refused for a reason."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import covered
import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import TraceError
from pellucid.graphs.tracing.attributes import TracedArray
from pellucid.graphs.tracing.trace import trace
from pellucid.graphs.tracing.unrecorded import ATTRIBUTES, REASONS

ROOT = Path(__file__).parents[1]
FAMILIES = {
    "ufuncs": covered.ufuncs,
    "array functions": covered.array_functions,
    "numpy.fft": covered.fourier,
    "scipy.special": covered.scipys,
}
V = np.array([0.5, -1.25, 2.0])


def without_reason(entries):
    return [entry.name for entry in entries if entry.reason == ""]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_name_is_recorded_or_refused_for_a_reason(family):
    assert without_reason(FAMILIES[family]()) == []


def test_a_new_name_is_caught():
    def erfinv_of_the_future(x):
        return x

    assert without_reason([covered.entry_of(erfinv_of_the_future)]) != []


def reasons_key(entry):
    name = entry.name.removeprefix("np.")
    return name if name in REASONS else name.removeprefix("ufunc ")


def test_the_reasons_are_of_what_is_refused_and_of_nothing_else():
    entries = [entry for family in FAMILIES for entry in FAMILIES[family]()]
    refused = {reasons_key(entry) for entry in entries if entry.reason is not None}
    assert {name for name in refused if not name.startswith("strings.")} == set(REASONS)


def test_nothing_is_refused_that_has_a_derivative():
    entries = [entry for family in FAMILIES for entry in FAMILIES[family]()]
    assert [entry.name for entry in entries if entry.reason and entry.slope] == []


def test_what_has_no_slope_is_numpys():
    names = {entry.name for family in FAMILIES for entry in FAMILIES[family]()}
    assert {f"np.{name}" for name in covered.WITHOUT_SLOPE} - names == set()


def test_at_least_270_of_429_are_recorded():
    entries = covered.ufuncs() + covered.array_functions()
    assert len(entries) == 429
    assert sum(entry.reason is None for entry in entries) >= 270


# What is refused says why, with a traced value; with constants it works.

REFUSED = {
    "bytes": (
        lambda x: np.packbits(x > 0),
        "packbits cannot be recorded: it reads or w",
    ),
    "file": (lambda x: np.save("never.npy", x), "np.save cannot .* save it outside"),
    "text": (lambda x: np.strings.upper(x), "it is about text"),
    "shape": (lambda x: np.unique(x), "the shape of .* depends on values"),
    "dates": (lambda x: np.isnat(x), "it is about dates"),
    "complex or not": (lambda x: np.emath.sqrt(x), "whether the result is complex"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_refusal_gives_the_reason(case):
    f, message = REFUSED[case]
    with pytest.raises(TraceError, match=r"test_coverage.py, line \d+: .*" + message):
        pl.graph(f, V)


# Where the shape depends on values: refused for traced ones, NumPy's for constants.
OF_VALUES = {
    f.__name__: f
    for f in (np.unique, np.unique_all, np.unique_counts, np.unique_inverse,
              np.unique_values, np.nonzero, np.flatnonzero, np.argwhere, np.trim_zeros,
              np.roots)
} | {
    "union1d": lambda x: np.union1d(x, V),
    "intersect1d": lambda x: np.intersect1d(x, V),
    "setdiff1d": lambda x: np.setdiff1d(x, V),
    "setxor1d": lambda x: np.setxor1d(x, V),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_VALUES)
def test_a_shape_that_depends_on_values_is_refused(name):
    with pytest.raises(TraceError, match="depends on values"):
        pl.graph(OF_VALUES[name], V)


@pytest.mark.parametrize("name", OF_VALUES)
def test_a_shape_that_depends_on_constants_is_numpys(name):
    first = lambda x: x * tupled(OF_VALUES[name](np.array([2.0, 0.5, 2.0])))[0].sum()  # noqa: E731
    assert pl.graph(first, 2.0)(3.0) == first(3.0)


def tupled(value):
    return value if isinstance(value, tuple) else (value,)


CONSTANT = {
    "plain array": lambda x: x * np.packbits(V > 0),
    "array made inside": lambda x: x * np.packbits(np.array([1, 0, 1], bool)),
    "complex or not": lambda x: x * np.emath.sqrt(np.array([4.0, 9.0])),
    "two arrays": lambda x: x * np.unpackbits(np.array([3, 7], np.uint8)),
    "into text": lambda x: x * len(np.array2string(np.array([1.0, 2.0]))),
}


@pytest.mark.parametrize("case", CONSTANT)
def test_of_constants_it_is_numpys(case):
    f = CONSTANT[case]
    graph = pl.graph(f, 2.0)
    np.testing.assert_array_equal(graph(3.0), f(3.0))


# What an array is asked, from shape and dtype.

QUESTIONS = {
    "size": lambda x: np.size(x),
    "size axis": lambda x: np.size(x, 0),
    "shape": lambda x: np.shape(x),
    "ndim": lambda x: np.ndim(x),
    "result_type": lambda x: np.result_type(x, np.float32, 2),
    "can_cast": lambda x: np.can_cast(x, np.float32),
    "can_cast same kind": lambda x: np.can_cast(x, np.float32, "same_kind"),
    "min_scalar_type": lambda x: np.min_scalar_type(x),
    "common_type": lambda x: np.common_type(x, np.zeros(2, int)),
    "isscalar": lambda x: np.isscalar(x),
    "iscomplexobj": lambda x: np.iscomplexobj(x),
    "isrealobj": lambda x: np.isrealobj(x),
    "isfortran": lambda x: np.isfortran(np.asarray(V)),
    "iterable": lambda x: np.iterable(x),
    "may_share_memory": lambda x: np.may_share_memory(x, x[1:]),
    "share no memory": lambda x: np.may_share_memory(x, x + 1),
    "shares_memory": lambda x: np.shares_memory(x, x[::2]),
    "einsum_path": lambda x: np.einsum_path("i,i", x, x)[0],
}


@pytest.mark.parametrize("kind", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_numpys_answer(question, kind):
    ask, answers = QUESTIONS[question], []
    pl.graph(lambda x: (answers.append(ask(x)), x)[1], V.astype(kind))
    assert answers == [ask(V.astype(kind))]


@pytest.mark.parametrize("show", [np.array_repr, np.array_str, np.array2string],
                         ids=lambda f: f.__name__)  # fmt: skip
def test_a_traced_array_prints_as_its_numbers(show):
    shown = []
    f = lambda x: (shown.append(show(x)), x)[1]  # noqa: E731
    assert not pl.graph(f, V).guards
    trace(f, (V,), {})
    assert shown == [show(V), "<traced x, shape (3,), float64>"]


ELEMENTS = {
    "isposinf": lambda x: np.isposinf(x),
    "isneginf": lambda x: np.isneginf(x),
    "isposinf of integers": lambda x: np.isposinf(x.astype(int)),
    "sort_complex": lambda x: np.sort_complex(x),
    "fromfunction": lambda x: np.fromfunction(lambda i: x[0] * i, (4,)),
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_elements_are_numpys(name):
    f = ELEMENTS[name]
    x = np.array([-np.inf, 0.0, np.inf]) if name.endswith("inf") else V
    ours, theirs = pl.graph(f, x)(x), np.asarray(f(x))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_array_equal(ours, theirs)


# Methods and attributes of arrays.

PUBLIC = [name for name in dir(np.ndarray) if not name.startswith("_")]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_attribute_of_an_array_is_there_or_refused_for_a_reason(name):
    assert (name in dir(TracedArray)) != (name in ATTRIBUTES)


def used(attribute):
    return attribute() if callable(attribute) else attribute


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_an_attribute_is_refused_with_its_reason(name):
    of = V if hasattr(np.ndarray, name) else 2.0
    with pytest.raises(TraceError, match=rf"\.{name} of a traced value.*recorded: "):
        pl.graph(lambda x: used(getattr(x, name)), of)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_what_is_refused_is_numpys(name):
    assert hasattr(np.ndarray, name) or hasattr(np.float64, name)


# The page.


def docs():
    spec = importlib.util.spec_from_file_location("docs", ROOT / "tools" / "docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date():
    page = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert page == docs().PAGES["coverage.md"]()


def test_an_outdated_page_is_caught(tmp_path):
    pages = docs()
    pages.DOCS = tmp_path
    (tmp_path / "coverage.md").write_text("old")
    assert "coverage.md" in pages.outdated()


def test_the_check_of_the_pages_runs():
    command = [sys.executable, "tools/docs.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
