"""Every picture: arrays go in, a matplotlib `Figure` comes out.

The title of a picture is its finding, which the caller knows. Nothing here touches
pyplot, opens a window, or leaves a setting of matplotlib's changed.
"""

from pellucid.show.canvas import save, svg
from pellucid.show.classes import boundary, sigmoid
from pellucid.show.descents import costs, descent, functions
from pellucid.show.effects import band, component, effects, levels, shares_at
from pellucid.show.maps import heat, image_rows, panels
from pellucid.show.outputs import certainty, probability, roc, separation, shares
from pellucid.show.points import (
    calibration,
    coefficients,
    curve,
    line,
    predicted,
    scatter,
)
from pellucid.show.residuals import leverage, quantiles, residuals, spreading
from pellucid.show.space import plane
from pellucid.show.squares import confusion, images, mistakes

__all__ = [
    "band",
    "boundary",
    "calibration",
    "certainty",
    "coefficients",
    "component",
    "confusion",
    "costs",
    "curve",
    "descent",
    "effects",
    "functions",
    "heat",
    "image_rows",
    "images",
    "levels",
    "leverage",
    "line",
    "mistakes",
    "panels",
    "plane",
    "predicted",
    "probability",
    "quantiles",
    "residuals",
    "roc",
    "save",
    "scatter",
    "separation",
    "shares",
    "shares_at",
    "sigmoid",
    "spreading",
    "svg",
]
