"""Where rows come from: files, data frames, arrays and the data sets of the lessons."""

from __future__ import annotations

from pellucid.tables.sources import rows
from pellucid.tables.table import Table

__all__ = ["Table", "rows"]
