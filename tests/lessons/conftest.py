"""What drives the lessons in a browser: one server and one browser for a file."""

import os
import shutil
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("lessons.driving")

from lessons.driving import Opened, handed_in  # noqa: E402 (its asserts are rewritten)

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


def pytest_generate_tests(metafunc):
    """Give the tests of a class the lessons that it names, and what is handed in."""
    names = getattr(metafunc.cls, "lessons", None)
    if names is None or "opened" not in metafunc.fixturenames:
        return
    if "handed" in metafunc.fixturenames:
        codes = [(name, code) for name in names for code in handed_in(name)]
        ids = [str(code) for _, code in codes]
        metafunc.parametrize(
            ("opened", "handed"), codes, ids=ids, indirect=["opened"], scope="module"
        )
    else:
        metafunc.parametrize("opened", names, indirect=True, scope="module")


@pytest.fixture(autouse=True)
def progress(tmp_path, monkeypatch):
    """Nobody's own progress is touched."""
    monkeypatch.setenv("PELLUCID_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the lessons, served by the command."""
    kept = tmp_path_factory.mktemp("site") / "progress.json"
    command = [sys.executable, "-m", "pellucid", "learn", "--no-browser"]
    own = os.environ | {"PELLUCID_PROGRESS": str(kept), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=own, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server.stdout.readline().split()[2]
        server.terminate()


@pytest.fixture(scope="module")
def browser():
    """A browser that is already there."""
    if BROWSER is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def opened(site, browser, request):
    """A lesson in the browser, whose complaints are noted."""
    page = Opened(browser, site, request.param)
    yield page
    page.close()
