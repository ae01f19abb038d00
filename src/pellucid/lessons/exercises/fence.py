"""What a person's code may not do: other processes, files, the network, all memory."""

from __future__ import annotations

import _thread
import builtins
import os
import sys
import threading
from typing import Any, NoReturn

try:
    import resource
except ImportError:  # there is none on Windows; the parent watches the memory too
    resource = None  # type: ignore[assignment]

FORBIDDEN = (
    "os.fork", "os.exec", "os.spawn", "os.posix_spawn", "os.startfile", "os.system",
    "os.kill", "subprocess.Popen", "pty.spawn", "socket.", "urllib.", "webbrowser.",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod",
    "os.chown", "os.link", "os.symlink", "shutil.", "tempfile.", "ctypes.",
    "_thread.start", "signal.pthread_kill",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SPARE = 100 * 2**20  # bytes that are kept back to tell what happened
BUILTINS = vars(builtins)
KEPT = dict(BUILTINS)


def shut(megabytes: int) -> None:
    """Limit the memory, and refuse other processes, files and the network."""
    limit(megabytes)
    for name in ("_exit", "abort"):  # they would end the process without a word
        setattr(os, name, refused(f"os.{name}"))
    threading.Thread.start = refused("_thread")  # type: ignore[method-assign]
    _thread.start_new_thread = refused("_thread")
    try:
        import _posixsubprocess

        _posixsubprocess.fork_exec = refused("subprocess")
    except ImportError:
        pass  # there is none on Windows
    sys.dont_write_bytecode = True
    sys.addaudithook(refuse)


def limit(megabytes: int) -> None:
    """Limit the memory, where the system can; the parent watches it as well."""
    try:
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        most = taken + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most + SPARE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (AttributeError, OSError, ValueError):
        pass


def restore() -> None:
    """Give back what a person's code may have spoilt, and some memory to tell it."""
    BUILTINS.update(KEPT)
    sys.settrace(None)
    if resource:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def refuse(event: str, args: tuple[Any, ...]) -> None:
    """Stop what an exercise never needs."""
    if event == "open":
        _, mode, flags = args
        written = isinstance(mode, str) and set(mode) & set("wax+")
        if written or (isinstance(flags, int) and flags & WRITING):
            raise PermissionError("open")
    elif event.startswith(FORBIDDEN):
        raise PermissionError(event)


def refused(name: str) -> Any:
    """Stand where a function was that an exercise never needs."""

    def stop(*args: Any, **how: Any) -> NoReturn:
        raise PermissionError(name)

    return stop
