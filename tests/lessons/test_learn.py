"""`pellucid learn`: what it opens and lists, whom it answers, what it keeps."""

import http.client
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from pellucid.command import main
from pellucid.errors import PellucidError
from pellucid.lessons import progress, road
from pellucid.lessons.index import index_page
from pellucid.lessons.page import closing, opening, table
from pellucid.lessons.server import listening

HEAVY = {"marimo", "matplotlib", "pandas", "rich", "scipy", "sklearn", "starlette"}
LOADED = """
import contextlib, io, json, sys
from pellucid.command import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main(sys.argv[1:])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def typed(*words, **how):
    """What comes of words typed after `pellucid learn`."""
    return CliRunner().invoke(main, ["learn", *words], prog_name="pellucid", **how)


# What the command says


def test_the_list_has_every_lesson_and_how_far_the_person_is():
    progress.note("line/slope", right=True)
    progress.note_lesson("line")
    told = typed("--list").stdout
    assert f"1 of {len(road.exercises('line'))}" in told
    assert "The last one that you opened: line." in told
    assert [each.title for each in road.PAGES if each.title not in told] == []


@pytest.mark.parametrize(
    "words", [["learn", "--help"], ["learn", "--list"]], ids=" ".join
)
def test_help_and_the_list_load_nothing_heavy(words):
    run = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(run.stdout)) & HEAVY == set()


def test_the_site_answers_before_anything_heavy_is_loaded():
    built = "import json, sys, pellucid.lessons.server as s; s.site();"
    told = "print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", built + told]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(json.loads(run.stdout)) & {"matplotlib", "pandas", "sklearn"} == set()


def test_the_help_fits_a_terminal():
    told = typed("--help").stdout
    assert max(map(len, told.splitlines())) <= 80
    assert [word for word in ("--list", "--port", "--no-browser", "--reset")
            if word not in told] == []  # fmt: skip


def test_a_lesson_that_is_not_there_is_named_with_those_that_are():
    result = typed("spelling")
    assert result.exit_code == 1
    assert "There is no lesson 'spelling': give a number from 1 to 15" in result.stderr
    assert "libraries, playground, repairs" in result.stderr


def test_a_taken_port_is_refused_in_one_sentence():
    with listening(None) as ear:
        port = ear.getsockname()[1]
        result = typed("--no-browser", "--port", str(port))
    assert result.exit_code == 1
    assert result.stderr == (
        f"pellucid: Port {port} is taken: give --port another number.\n"
    )


def test_a_port_of_the_system_is_refused_for_what_it_is(monkeypatch):
    class Denied(socket.socket):
        def bind(self, address):
            raise PermissionError

    monkeypatch.setattr(socket, "socket", Denied)
    with pytest.raises(PellucidError, match="Port 80 needs rights that you have not"):
        listening(80)


def test_the_next_free_port_is_taken_where_none_was_asked_for():
    with listening(None) as first, listening(None) as second:
        assert first.getsockname() != second.getsockname()
        assert {ear.getsockname()[0] for ear in (first, second)} == {"127.0.0.1"}


def test_without_marimo_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "marimo", None)
    result = typed("--no-browser")
    assert (result.exit_code, result.stderr) == (
        1,
        "pellucid: This needs marimo, which is not installed: "
        'pip install "pellucid[learn]" brings it.\n',
    )


def test_forgetting_asks_first(progress_file):
    progress.note("line/slope", code="x = 1", right=True)
    assert typed("--reset", input="n\n").exit_code == 1
    assert progress.done("line/slope").right


def test_what_is_forgotten_is_kept_beside(progress_file):
    progress.note("line/slope", code="x = 1", right=True)
    told = typed("--reset", "--yes").stdout
    assert progress.done("line/slope") == progress.Done()
    assert f"kept in {progress.aside()}" in told
    assert "x = 1" in progress.aside().read_text("utf-8")


def test_there_may_be_nothing_to_forget():
    assert typed("--reset", "--yes").stdout.startswith("There is nothing to forget")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_it_says_where_and_ends_without_a_word(how):
    command = [sys.executable, "-m", "pellucid", "learn", "line", "--no-browser"]
    with subprocess.Popen(
        command, stdout=-1, stderr=subprocess.STDOUT, text=True
    ) as run:
        said = run.stdout.readline()
        run.send_signal(how)
        rest = run.stdout.read()
    assert said.startswith("Pellucid's lessons: http://127.0.0.1:")
    assert said.endswith("/line/ (Ctrl-C stops)\n")
    assert (rest, run.returncode) in {("", 0), ("", -how)}


# Whom the site answers


class Answered(NamedTuple):
    """What the site answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@pytest.fixture
def ask(site):
    """Ask the site for a page, with these headers."""
    here = site.removeprefix("http://").removesuffix("/")
    line = http.client.HTTPConnection(here, timeout=30)

    def asked(path, **headers):
        line.request("GET", path, headers={"Host": here} | headers)
        answer = line.getresponse()
        text = "" if answer.status == 101 else answer.read().decode()
        return Answered(answer.status, answer.headers, text)

    yield asked
    line.close()


SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "cGVsbHVjaWQgbGVzc29ucw==",
}
ELSEWHERE = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:2718"},
    {"Host": "[::1"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
]


def test_the_first_page_is_answered(ask):
    answer = ask("/")
    assert answer.status == 200
    assert "The line of best fit" in answer.text


@pytest.mark.parametrize("path", ["/", "/line/", "/style/lessons.css"])
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_other_names_and_pages_of_other_sites_are_refused(ask, path, headers):
    answer = ask(path, **headers)
    assert answer.status == 403
    assert answer.text.startswith("These lessons answer only pages of their own")


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_socket_from_elsewhere_is_refused(ask, headers):
    assert ask("/line/ws?session_id=s_1", **SOCKET, **headers).status == 403


def test_a_socket_of_our_own_is_taken(ask, site):
    own = {"Origin": site.removesuffix("/")}
    assert ask("/line/ws?session_id=s_2", **SOCKET, **own).status == 101


def test_this_machine_has_two_names(ask, site):
    origin = site.removesuffix("/").replace("127.0.0.1", "localhost")
    host = origin.removeprefix("http://")
    assert ask("/", Host=host, Origin=origin).status == 200


def test_a_browser_is_told_to_load_nothing_from_elsewhere(ask):
    policy = ask("/line/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_a_lesson_that_was_opened_is_where_the_person_goes_on(ask):
    assert ask("/line/").status == 200
    assert "Continue with lesson 1" in ask("/").text


# The first page


def test_the_first_page_goes_on_where_the_person_left(progress_file):
    assert "Begin with lesson 1" in index_page()
    progress.note_lesson("line")
    page = index_page()
    assert "Continue with lesson 1" in page
    assert f"0 of {len(road.exercises('line'))} exercises" in page


def test_a_lesson_that_is_done_is_left_for_the_next(monkeypatch):
    monkeypatch.setattr(progress, "counted", lambda name: (name == "line", 1))
    progress.note_lesson("line")
    following = next(each for each in road.LESSONS[1:] if each.file.exists())
    assert f"Continue with lesson {following.number}" in index_page()


def test_what_a_file_says_is_text_on_the_first_page(monkeypatch, tmp_path):
    monkeypatch.setenv("PELLUCID_PROGRESS", str(tmp_path / "<b>.json"))
    assert "&lt;b&gt;.json" in index_page()


# The pieces of a page


def test_a_lesson_says_where_it_is_and_what_is_next():
    assert "Lesson 1 of 15" in opening("line").text
    assert '<a href="../plane/">Many inputs</a>' in closing("line").text
    assert '<a href="../playground/">' in closing("libraries").text


def test_a_table_writes_its_cells_as_text():
    shown = table([("<a>", 1.5), ("`b`", 2)], ("name", "y"), caption="Two & two").text
    assert "&lt;a&gt;" in shown
    assert "<code>b</code>" in shown
    assert 'aria-label="Two &amp; two"' in shown
    assert shown.count('class="number"') == 3


# What is kept


@pytest.fixture
def progress_file():
    return progress.place()


def test_nobody_has_done_anything_at_first():
    assert progress.done("line/slope") == progress.Done()
    assert progress.done("line/slope").state == "not tried yet"
    assert progress.trouble() == ""


def test_what_is_noted_is_kept_with_what_was_noted_before():
    progress.note("line/slope", code="a", tries=1)
    progress.note("line/slope", hints=2)
    progress.note("plane/weights", right=True)
    assert progress.done("line/slope") == progress.Done(code="a", tries=1, hints=2)
    assert progress.done("plane/weights").state == "right"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"exercises": 3}', "\x00", '"word"'], ids=repr
)
def test_a_broken_file_is_set_aside_before_another_is_written(progress_file, content):
    progress_file.write_text(content, "utf-8")
    assert "cannot be read" in progress.trouble()
    assert progress.done("line/slope") == progress.Done()
    progress.note("line/slope", right=True)
    assert progress.done("line/slope").right
    assert progress.aside().read_text("utf-8") == content


@pytest.mark.parametrize(
    "kept", [3, {"tries": "many", "code": None, "right": 1, "new": 2}], ids=str
)
def test_an_exercise_that_makes_no_sense_was_not_tried(progress_file, kept):
    progress_file.write_text(json.dumps({"exercises": {"line/slope": kept}}), "utf-8")
    assert progress.done("line/slope") == progress.Done()


NOTED = """
import sys
from pellucid.lessons import progress
done = [progress.note(f"line/{sys.argv[1]}-{n}", right=True) for n in range(20)]
"""


def test_many_writers_lose_nothing_of_one_another():
    own = [sys.executable, "-c", NOTED]
    others = [subprocess.Popen([*own, str(n)]) for n in range(3)]
    threads = [
        threading.Thread(target=progress.note, args=(f"line/t-{n}",)) for n in range(20)
    ]
    assert [thread.start() for thread in threads] == [None] * 20
    assert [thread.join() for thread in threads] == [None] * 20
    assert [other.wait() for other in others] == [0, 0, 0]
    assert len(progress.kept()["exercises"]) == 80
    assert [path.name for path in progress.place().parent.iterdir()] == [
        "progress.json"
    ]


def test_a_lock_that_was_left_is_taken(monkeypatch, progress_file):
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    progress_file.with_suffix(".lock").touch()
    progress.note("line/slope", right=True)
    assert progress.done("line/slope").right


def test_a_place_that_cannot_be_written_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PELLUCID_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert progress.done("line/slope") == progress.Done()
    with pytest.raises(PellucidError, match="set PELLUCID_PROGRESS to a file that can"):
        progress.note("line/slope", right=True)


@pytest.mark.parametrize("file", [".marimo.toml", "index.html.j2", "lessons.css"])
def test_what_dresses_the_pages_is_not_left_out_of_the_package(file):
    root = Path(__file__).parents[2]
    path = f"src/pellucid/lessons/web/{file}"
    command = ["git", "check-ignore", "--no-index", "--quiet", path]
    assert (root / path).exists()
    assert subprocess.run(command, cwd=root).returncode != 0  # hatch leaves these out


def test_every_page_of_marimo_is_a_file_of_the_package():
    room = Path(importlib.import_module("pellucid.lessons").__file__).parent
    assert {each.file.parent for each in road.LESSONS} == {room}


@pytest.mark.parametrize("asked", ["1", "line", " LINE "])
def test_a_page_is_found_by_its_number_and_its_name(asked):
    assert road.page(asked) is road.LESSONS[0]
