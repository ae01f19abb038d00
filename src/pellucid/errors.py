"""The errors of Pellucid: each is one sentence that says what to do."""

from __future__ import annotations

import importlib
from typing import Any


class PellucidError(Exception):
    """The root of every error that Pellucid raises on purpose."""


class TraceError(PellucidError, TypeError):
    """A function does something that a graph cannot record."""


class TraceWarning(UserWarning):
    """A function was recorded, but perhaps does not mean what its author thinks."""


class GradientError(PellucidError, ValueError):
    """A gradient was asked for that does not exist, or that differences contradict."""


class ExpressionError(PellucidError, ValueError):
    """A formula typed as text holds something other than numbers, names and NumPy."""


class TableError(PellucidError, ValueError):
    """A table of data cannot be used as it stands."""


class MinimiseError(PellucidError, ValueError):
    """A minimisation was set up in a way that cannot work."""


class ModelError(PellucidError, ValueError):
    """A model cannot be fitted, used or shown as asked."""


class ModelFileError(PellucidError, ValueError):
    """A file is no model that `save` has written."""


class MissingExtraError(PellucidError, ImportError):
    """An optional library is not installed."""


def needs(module: str, *, extra: str) -> Any:
    """Import an optional library, or say which extra of Pellucid brings it.

    >>> needs("math", extra="plot").sqrt(9.0)
    3.0
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0].replace("_", "-")
        message = (
            f"This needs {library}, which is not installed: "
            f'pip install "pellucid[{extra}]" brings it.'
        )
        raise MissingExtraError(message) from error
