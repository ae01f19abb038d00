"""How much memory is free on this machine."""

from __future__ import annotations

import math
from pathlib import Path

MEMORY = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")  # of a container, which may have less than its machine


def available() -> float:
    """How many bytes are free on this machine; infinity where it does not tell."""
    try:
        lines = dict(line.split(":") for line in MEMORY.read_text().splitlines())
        free = 1024.0 * int(lines["MemAvailable"].split()[0])
    except (OSError, ValueError, KeyError):
        return math.inf
    try:
        most, now = (int((GROUP / f"memory.{name}").read_text())
                     for name in ("max", "current"))  # fmt: skip
    except (OSError, ValueError):  # no group, or "max"
        return free
    return min(free, float(most - now))
