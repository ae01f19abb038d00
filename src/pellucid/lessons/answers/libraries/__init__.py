"""Libraries, the GPU and big data."""

from pellucid.lessons.answers.libraries.lasting import time_taken
from pellucid.lessons.answers.libraries.many import epoch, tree, weights_of_blocks
from pellucid.lessons.answers.libraries.merging import (
    mean_of_blocks,
    merged,
    variance_of_blocks,
)

__all__ = [
    "epoch",
    "mean_of_blocks",
    "merged",
    "time_taken",
    "tree",
    "variance_of_blocks",
    "weights_of_blocks",
]
