"""What the code of a function names, and what it does to what was there before.

Read from its instructions, without running it.
"""

from __future__ import annotations

import dis
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

# By these a code changes or reaches what no name of it tells, or waits for others.
HIDDEN = {
    "IMPORT_NAME", "IMPORT_FROM", "IMPORT_STAR", "STORE_ATTR", "DELETE_ATTR",
    "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_NAME", "DELETE_NAME", "DELETE_DEREF",
    "LOAD_BUILD_CLASS", "LOAD_LOCALS", "MATCH_CLASS", "GET_AWAITABLE", "GET_AITER",
    "GET_ANEXT", "BEFORE_ASYNC_WITH", "EXEC_STMT", "PRINT_EXPR",
}  # fmt: skip
# Attributes that lead behind an object: to files, to memory, to frames and namespaces.
BEHIND = {
    "tofile", "dump", "dumps", "base", "ctypes", "setflags", "format",
    "format_map", "gi_frame", "gi_code", "tb_frame", "f_globals", "f_locals", "f_back",
    "f_builtins", "mro", "with_traceback", "add_note",
}  # fmt: skip
WRITING = {"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE"}
CHANGING = {
    "add", "append", "appendleft", "at", "clear", "discard", "extend", "fill", "insert",
    "itemset", "partition", "pop", "popitem", "popleft", "put", "remove", "resize",
    "reverse", "rotate", "setdefault", "setfield", "sort", "update", "byteswap",
    "copyto", "fill_diagonal", "place", "put_along_axis", "putmask",
}  # fmt: skip


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code, and those of the functions inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from codes_in(part)


@functools.lru_cache(maxsize=512)
def names_in(code: CodeType) -> tuple[str, ...]:
    """The names that a code uses: globals, builtins and attributes."""
    return tuple(dict.fromkeys(n for part in codes_in(code) for n in part.co_names))


@functools.lru_cache(maxsize=512)
def keywords_in(code: CodeType) -> frozenset[Any]:
    """The names by which a code gives keyword arguments, and other constants."""
    constants = (each for part in codes_in(code) for each in part.co_consts)
    return frozenset(n for each in constants if type(each) is tuple for n in each)


@functools.lru_cache(maxsize=512)
def attributes_in(code: CodeType) -> frozenset[tuple[str, str]]:
    """The attributes that a code looks up, each with the global that it is one of.

    Of anything else there is no name.
    """
    found = set()
    for part in codes_in(code):
        steps = [i for i in dis.get_instructions(part) if i.opname not in BETWEEN]
        for owner, step in itertools.pairwise(steps):
            if step.opname in LOOKUPS:
                is_global = owner.opname == "LOAD_GLOBAL"
                found.add((step.argval, owner.argval if is_global else ""))
    return frozenset(found)


LOOKUPS = {"LOAD_ATTR", "LOAD_METHOD"}
ATTRIBUTES = {*LOOKUPS, "LOAD_SUPER_ATTR"}
BETWEEN = {"CACHE", "EXTENDED_ARG", "NOP"}


@dataclass(frozen=True)
class Instructions:
    """What a code does, functions inside it too.

    Parameters
    ----------
    names : frozenset of str
        The names that are looked up outside: globals and builtins.
    attributes : frozenset of str
        The attributes that are asked for, of whichever object.
    writes : bool
        Whether it may write into an array or container, or asks whether two are one.
    unread : tuple of int
        The places of the arguments that it does not look at.
    hidden : str
        What cannot be followed by names; "" where all can.
    """

    names: frozenset[str]
    attributes: frozenset[str]
    writes: bool
    unread: tuple[int, ...]
    hidden: str


@functools.lru_cache(maxsize=512)
def instructions_of(code: CodeType) -> Instructions:
    """What the code does; read once."""
    steps = [s for part in codes_in(code) for s in dis.get_instructions(part)]
    names = {s.argval for s in steps if s.opname in {"LOAD_GLOBAL", "LOAD_NAME"}}
    attributes = {s.argval for s in steps if s.opname in ATTRIBUTES}
    hidden = {s.opname for s in steps if s.opname in HIDDEN}
    hidden |= {name for name in attributes if name in BEHIND or name.startswith("__")}
    stored = {s.argval for s in steps if s.opname == "STORE_DEREF"}
    hidden |= stored & set(code.co_freevars)
    if names & {"str", "repr"} or any(map(_makes_text, steps)):
        attributes |= TEXT
    writes = (
        bool((attributes | names) & CHANGING)
        or "out" in keywords_in(code)
        or any(map(_writes, steps, [None, *steps]))
    )
    return Instructions(
        frozenset(names),
        frozenset(attributes),
        writes,
        _unread(code, steps),
        ", ".join(sorted(hidden)),
    )


def _unread(code: CodeType, steps: list[dis.Instruction]) -> tuple[int, ...]:
    """The places of the arguments that no instruction but an assignment names."""
    named = [s.argval for s in steps if s.opname != "STORE_FAST"]
    read = {name for each in named if isinstance(each, (str, tuple))
            for name in ((each,) if isinstance(each, str) else each)}  # fmt: skip
    arguments = code.co_varnames[: code.co_argcount]
    return tuple(i for i, name in enumerate(arguments) if name not in read)


TEXT = {"__str__", "__repr__", "__format__"}  # which an object may have of its own


def _makes_text(step: dis.Instruction) -> bool:
    """Whether a step may write an object out: f"{x}", "%s" % x."""
    return "FORMAT" in step.opname or step.argrepr in {"%", "%="}


def _writes(step: dis.Instruction, before: dis.Instruction | None) -> bool:
    """Whether a step may write into what it did not make, or tells one from another."""
    if step.opname == "IS_OP":
        return before is None or before.opname != "LOAD_CONST"
    in_place = step.opname == "BINARY_OP" and step.argrepr.endswith("=")
    return in_place or step.opname in WRITING
