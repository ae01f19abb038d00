"""What every test has: a seeded generator, strict arithmetic, the data folder."""

import gc
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Each worker has a core of its own: more threads of BLAS and torch wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import hypothesis
import numpy as np
import pytest

collect_ignore = ["course_scripts"]  # which run when they are imported

ROOT = Path(__file__).parents[1]
CI = os.environ.get("CI", "").lower() in {"1", "true"}
MISSING_PACKAGE = re.compile(r"not installed|could not import|No module named", re.I)

# In CI the same examples every time; elsewhere new ones, and a failure says how to
# meet it again. No deadlines: two cores are shared by many.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("local", print_blob=True, deadline=None)
hypothesis.settings.load_profile("ci" if CI else "local")


def pytest_collection_finish() -> None:
    """Take the tests and what they import out of what garbage is looked for in."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers for every test, whichever ran before."""
    return np.random.default_rng(20260101)


@pytest.fixture(autouse=True)
def strict_arithmetic() -> Iterator[None]:
    """Overflow, division by zero and invalid values raise; underflow is harmless."""
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with sign-language-digits/, linear/ and nist/, where there is one."""
    folder = Path(os.environ.get("PELLUCID_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no data: {folder} is no folder, and PELLUCID_DATA names no other")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write houses.csv with the content given, and return its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "houses.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def fail_where_package_is_missing(report: Any) -> None:
    """In CI everything is installed, so that a skipped test is a hole in the net."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1])
        if MISSING_PACKAGE.search(reason):
            report.outcome = "failed"
            report.longrepr = f"CI may not skip for a missing package. {reason}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test on a target needs the library of the target."""
    target = getattr(item, "callspec", None) and item.callspec.params.get("target")
    if isinstance(target, str) and target in {"jax", "torch"}:
        pytest.importorskip(target)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    fail_where_package_is_missing(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    fail_where_package_is_missing(report)
    return report
