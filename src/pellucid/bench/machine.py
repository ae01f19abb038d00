"""The machine that a benchmark ran on."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "jax", "autograd")


def machine() -> dict[str, str]:
    """Describe this machine: processor, cores, system, Python, libraries, day.

    >>> list(machine())[:4]
    ['date', 'processor', 'cores', 'system']
    """
    versions = {name: found for name in LIBRARIES if (found := _version(name))}
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": str(_cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "BLAS": _blas(),
        "load": _load(),
        **versions,
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """The model of the processor, as Linux tells it or as Python knows it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(models, platform.processor() or platform.machine())


def _cores() -> int:
    """The cores that this process may use."""
    own = getattr(os, "sched_getaffinity", None)
    return len(own(0)) if own else os.cpu_count() or 1


def _load() -> str:
    """How many processes wanted to run in the last minute; an idle machine has 0."""
    average = getattr(os, "getloadavg", None)  # Windows has none
    return f"{average()[0]:.1f}" if average else "unknown"


def _blas() -> str:
    configuration: Any = np.show_config(mode="dicts")
    blas = configuration["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"
