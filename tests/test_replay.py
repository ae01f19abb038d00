"""What becomes of known programs is what it was: `tools/replay.py` writes it down.

Where a change is meant, `python tools/replay.py` writes the files anew, and their
difference belongs to the commit.
"""

import pytest
import replay

PROGRAMS = replay.programs()
EACH = [(file, name) for file, programs in PROGRAMS.items() for name in programs]
WRITTEN = {file: replay.written(file) for file in PROGRAMS}


@pytest.mark.parametrize("file", PROGRAMS)
def test_every_program_is_written_down(file):
    assert list(WRITTEN[file]) == list(PROGRAMS[file])


@pytest.mark.parametrize(("file", "name"), EACH)
def test_a_program_becomes_what_it_was(file, name):
    program = PROGRAMS[file][name]
    for target in {"torch", "jax"}.intersection(program.targets):
        pytest.importorskip(target)
    assert replay.entry(program).splitlines() == WRITTEN[file][name].splitlines()
