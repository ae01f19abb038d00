"""The whole road, from the line of best fit to neural networks, in one walk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pellucid.show.progress import progress
from pellucid.tour import (
    stretch_1_line,
    stretch_2_plane,
    stretch_3_estimator,
    stretch_4_vectors,
    stretch_5_graphs,
    stretch_6_logistic,
    stretch_7_descent,
    stretch_8_likelihood,
    stretch_9_networks,
    stretch_10_convolution,
    stretch_11_recurrence,
    stretch_12_attention,
)
from pellucid.tour.data import collected
from pellucid.tour.folder import expect_room
from pellucid.tour.guide import Guide
from pellucid.tour.libraries import expect_libraries

STRETCHES = (
    stretch_1_line,
    stretch_2_plane,
    stretch_3_estimator,
    stretch_4_vectors,
    stretch_5_graphs,
    stretch_6_logistic,
    stretch_7_descent,
    stretch_8_likelihood,
    stretch_9_networks,
    stretch_10_convolution,
    stretch_11_recurrence,
    stretch_12_attention,
)


def run(
    data: Path | None, out: Path, tell: Callable[[str], object] = print
) -> dict[str, dict[str, Any]]:
    """Walk the whole road, tell it, and leave the page and the pictures in a folder.

    Parameters
    ----------
    data
        A folder that holds linear/ and sign-language-digits/; without one, data are
        taken that need no download.
    out
        The folder for report.html and the pictures.
    tell
        What takes the lines for the terminal.

    Returns
    -------
    dict
        The figures of each stretch, by name.

    Raises
    ------
    PellucidError
        When the data cannot be read, or the folder cannot be written.
    """
    expect_libraries("tour")
    expect_room(out)
    sources = collected(data)
    guide = Guide(
        "The road through Pellucid",
        "From the line of best fit to neural networks, on real data",
        tell,
    )
    whence = "data that need no download" if data is None else f"the data in {data}"
    guide.say(
        "One idea carries this road: learning is minimising a cost. In twelve "
        "stretches it leads from a straight line to networks that read digits, "
        "remember and attend. Everything that follows was computed just now, from "
        f"{whence}."
    )
    with progress("tour", total=len(STRETCHES)) as bar:
        for stretch in STRETCHES:
            stretch.walk(guide, sources)
            bar.advance()
    guide.leave(out)
    return guide.figures
