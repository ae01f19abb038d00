"""Whatever a person's code does, one true sentence comes, and no process is left."""

import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from pellucid.lessons.exercises.checking import check
from pellucid.lessons.exercises.exercise import exercise
from pellucid.lessons.exercises.sandbox import SANDBOX, Sandbox

HEAD = "import os, sys\nimport numpy as np\n\n\ndef total(x):\n"
SECONDS = 1.0  # so that endless loops end soon


@exercise(lambda rng: (rng.normal(size=int(rng.integers(2, 9))),))
def total(x):
    return np.sum(x)


@pytest.fixture(scope="module", autouse=True)
def _no_process_is_left():
    before = set(psutil.Process().children(recursive=True))
    yield
    SANDBOX.close()
    assert set(psutil.Process().children(recursive=True)) <= before


def told(body, head=HEAD, **how):
    return check(total, head + body, **{"seconds": SECONDS, **how})


STOPPED = {
    "an endless loop": ("    while True: x = x\n", 6, "ran too long"),
    "a loop that catches all": (
        "    while True:\n        try:\n            while True: x = x\n"
        "        except BaseException: pass\n", 8, "ran too long",
    ),
    "signals that are ignored": (
        "    import signal\n    for s in (2, 15, 14):\n"
        "        signal.signal(s, signal.SIG_IGN)\n    while True: x = x\n",
        9, "ran too long",
    ),
    "a long call of NumPy": (
        "    a = np.ones(3000)\n    return np.sort(np.ones(30_000_000) * 1.5).sum()"
        " + sum(np.linalg.svd(np.ones((900, 900)))[0].sum() for _ in range(99))\n",
        7, "ran too long",
    ),
    "an array of 80 GB": ("    return np.zeros(10**10).sum()\n", 6, "more memory"),
    "a list without end": (
        "    rows = []\n    while True:\n        rows.append(np.zeros(10**7))\n",
        8, "more memory",
    ),
    "prints without end": ("    while True: print('again')\n", 6, "printed too much"),
    "writing past print": (
        "    while True: os.write(1, b'x' * 9999)\n", 6, "ran too long",
    ),
    "a fork bomb": ("    while True: os.fork()\n", 6, "needs no"),
    "another program": (
        "    import subprocess\n    subprocess.run(['ls'])\n", 7, "other processes",
    ),
    "a shell": ("    os.system('ls')\n", 6, "other processes"),
    "a thread": (
        "    import threading\n    threading.Thread(target=print).start()\n",
        7, "no threads",
    ),
    "the network": (
        "    import socket\n    socket.create_connection(('localhost', 1))\n",
        7, "no network",
    ),
    "a file that is written": ("    open('x.txt', 'w')\n", 6, "no files to write"),
    "a file that is removed": ("    os.remove('x.txt')\n", 6, "`os.remove`"),
    "a kill": ("    os.kill(os.getppid(), 9)\n", 6, "`os.kill`"),
    "an exit": ("    sys.exit()\n", 6, "ends the program"),
    "a hard exit": ("    os._exit(0)\n", 6, "`os._exit`"),
    "quit": ("    quit()\n", 6, "ends the program"),
    "a question": ("    return input('?')\n", 6, "arguments"),
    "an interrupt": ("    raise KeyboardInterrupt\n", 6, "interrupts itself"),
    "a recursion without end": ("    return total(x)\n", 6, "calls itself"),
    "a stack that overflows": (
        "    sys.setrecursionlimit(10**9)\n    class A:\n"
        "        def __repr__(self): return repr([self])\n    repr(A())\n",
        8, "call itself",
    ),
    "builtins that are gone": (
        "    import builtins\n    vars(builtins).clear()\n    return len(x)\n",
        8, "`len` is Python's own",
    ),
    "an error that breaks when told": (
        "    class E(Exception):\n        def __str__(self): raise self\n    raise E\n",
        8, "E",
    ),
    "no np": ("    return np.sum(x)\n\n\ndel np\n", 6, "import numpy as np"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "line", "words"), STOPPED.values(), ids=STOPPED)
def test_what_must_not_go_on_is_stopped_and_its_line_named(body, line, words):
    verdict = told(body, seconds=SECONDS if words == "ran too long" else 30)
    assert (verdict.state, verdict.line) == ("wrong", line), verdict.sentence
    assert words in verdict.sentence
    assert len(verdict.sentence) < 400


GIVEN = {
    "print for return": ("    print(np.sum(x))\n", "prints and returns nothing"),
    "a generator": ("    yield 1\n", "`generator`"),
    "a function": ("    return np.sum\n", "call it"),
    "an array of objects": ("    return np.array([x, None], object)\n", "no plain"),
    "a huge array": ("    return np.ones(10**7)\n", "far too large"),
    "a list that holds itself": ("    a = []\n    a.append(a)\n    return a\n", "list"),
    "complex": ("    return np.sum(x) + 1j\n", "complex"),
    "text": ("    return str(np.sum(x))\n", "the text"),
    "nan": ("    return np.nan\n", "nan"),
    "an enormous whole number": ("    return 10**400\n", "`int`"),
    "an argument that is changed": ("    x *= 2\n    return x.sum() / 2\n", "`x`"),
    "output like an answer": (
        "    print('{}')\n    os.write(1, b'{\"cases\": []}')\n    return 0.0\n",
        "0 for every input",
    ),
    "bytes on all descriptors": (
        "    for d in range(3, 20):\n        try: os.write(d, b'{\"cases\": []}\\n')\n"
        "        except OSError: pass\n    return 0.0\n", "0 for every input",
    ),
    "a trace": (
        "    sys.settrace(lambda *a: None)\n    return 0.0\n", "0 for every input",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "words"), GIVEN.values(), ids=GIVEN)
def test_what_is_no_number_is_told(body, words):
    verdict = told(body, seconds=30)
    assert verdict.state == "wrong"
    assert words in verdict.sentence


@pytest.mark.parametrize(
    "result",
    ["np.sum(x)", "float(np.sum(x))", "sum(x)", "np.float32(np.sum(x))",
     "x @ (0 * x + 1)", "np.array(np.sum(x))", "sum(float(v) for v in x)"],
)  # fmt: skip
def test_a_right_answer_in_another_spelling_is_right(result):
    assert (
        told(f"    print('so far')\n    return {result}\n", seconds=30).state == "right"
    )


def test_what_is_printed_is_kept_and_bytes_do_no_harm():
    verdict = told(
        "    print('\\udcff', b'\\xff', 1)\n    return np.sum(x)\n", seconds=30
    )
    assert verdict.state == "right"
    assert "1" in verdict.printed


def test_a_flood_of_bytes_is_not_collected():
    begun = time.monotonic()
    verdict = told("    for d in range(3, 9):\n        try:\n            while True: "
                   "os.write(d, b'x' * 2**16)\n        except OSError: pass\n",
                   seconds=60)  # fmt: skip
    assert "printed too much" in verdict.sentence
    assert time.monotonic() - begun < 30


def test_the_time_is_taken_from_the_environment(monkeypatch):
    monkeypatch.setenv("PELLUCID_EXERCISE_SECONDS", "0.3")
    begun = time.monotonic()
    assert "too long" in check(total, HEAD + "    while True: pass\n").sentence
    assert time.monotonic() - begun < 3


def test_a_process_that_waits_ends_with_its_parent():
    code = (
        "from pellucid.lessons.exercises.sandbox import SANDBOX\n"
        "import os\nSANDBOX.warm()\nprint(SANDBOX._spare.pid, flush=True)\nos._exit(0)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    waited = time.monotonic() + 20
    while psutil.pid_exists(int(said.stdout)) and time.monotonic() < waited:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(said.stdout))


def test_a_process_that_died_while_it_waited_is_replaced():
    sandbox = Sandbox()
    sandbox.warm()
    sandbox._spare.kill()
    sandbox._spare.wait()
    assert check(total, total.solution, run=sandbox.run, seconds=30).state == "right"
    sandbox.close()
    sandbox.close()
