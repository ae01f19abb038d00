"""Whose code runs: the person's own, a library's, or the machinery's between them."""

from __future__ import annotations

import dis
import functools
import linecache
import os
import sys
from types import CodeType, FrameType

# Frames of the engine's rooms, of these packages and of Python's own library are
# machinery, not the person's code.
HERE = os.path.dirname(os.path.dirname(__file__))
BEGINNING = os.path.join(HERE, "tracing", "trace.py")
MACHINERY = {"numpy", "scipy", "sklearn", "pandas", "polars"}
STANDARD = os.path.join(os.path.dirname(os.__file__), "")


def is_engine(frame: FrameType) -> bool:
    """Whether a frame runs code of the engine's rooms."""
    return frame.f_code.co_filename.startswith(HERE)


def is_machinery(frame: FrameType) -> bool:
    """Whether a frame runs NumPy's code or ours."""
    return runs_machinery(frame.f_globals.get("__name__", ""), frame.f_code.co_filename)


@functools.lru_cache(maxsize=4096)
def runs_machinery(module: str, file: str) -> bool:
    """Whether code of a module and file is NumPy's, ours, or Python's own."""
    if module.partition(".")[0] in MACHINERY or file.startswith(HERE):
        return True
    return file.startswith(STANDARD) and "-packages" not in file


def is_library(frame: FrameType) -> bool:
    """Whether a frame runs an installed package."""
    return "-packages" in frame.f_code.co_filename


def persons_frame() -> FrameType | None:
    """The innermost frame that runs the person's own code."""
    return persons_step()[0]


def persons_step() -> tuple[FrameType | None, FrameType | None]:
    """The innermost frame of the person's own code, and the one that it has called."""
    step, frame = None, sys._getframe(1)
    while frame:
        file = frame.f_code.co_filename
        if file == BEGINNING:
            break  # beyond it is who asked for the trace
        if not (file.startswith(HERE) or is_machinery(frame)):
            return frame, step
        step, frame = frame, frame.f_back  # type: ignore[assignment]
    return None, None


def called_by(caller: FrameType) -> FrameType | None:
    """The frame that a frame which runs now has called."""
    step, frame = None, sys._getframe(1)
    while frame and frame is not caller:
        step, frame = frame, frame.f_back  # type: ignore[assignment]
    return step


def told_frame() -> FrameType | None:
    """The frame that a message names: the person's, not that of a package it calls.

    A package's is named where the traced function is itself a package's.
    """
    frame = innermost = persons_frame()
    while frame and frame.f_code.co_filename != BEGINNING:
        if not (is_machinery(frame) or is_library(frame)):
            return frame
        frame = frame.f_back
    return innermost


def location(frame: FrameType | None = None, line: int | None = None) -> str:
    """Where the person's code stands, as a message begins: `cost.py, line 12`."""
    frame = frame or told_frame()
    if frame is None:
        return "in the traced function"
    return (
        f"{os.path.basename(frame.f_code.co_filename)}, line {line or frame.f_lineno}"
    )


def code(frame: FrameType | None = None, number: int | None = None) -> str:
    """The line of the person's code, as a message quotes it."""
    line = source_line(frame or told_frame(), number)
    return f"`{line}`" if line else "the code"


def source_line(frame: FrameType | None, number: int | None = None) -> str:
    """The line at which a frame stands; "" where there is no text to read."""
    if frame is None:
        return ""
    line = linecache.getline(frame.f_code.co_filename, number or frame.f_lineno)
    return line.strip()


def is_tried() -> bool:
    """Whether the person's code would catch an error that is raised now."""
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_filename != BEGINNING:
        if not is_machinery(frame):
            tries = _tries(frame.f_code)
            if any(begin <= frame.f_lasti < end for begin, end in tries):
                return True
        frame = frame.f_back
    return False


@functools.lru_cache(maxsize=1024)
def _tries(code: CodeType) -> tuple[tuple[int, int], ...]:
    """Where the bodies of `try` begin and end; those of `with` are none."""
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    return tuple([
        (each.start, each.end) for each in entries
        if dis.opname[code.co_code[each.target]] == "PUSH_EXC_INFO"
        and dis.opname[code.co_code[each.target + 2]] != "WITH_EXCEPT_START"
    ])  # fmt: skip


def instruction(frame: FrameType | None) -> str:
    """The instruction that a frame is running."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] if frame else ""
