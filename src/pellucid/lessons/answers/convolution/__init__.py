"""Convolution: windows that slide, what they cost, and their gradients."""

# In the order of the lesson.
# isort: off
from pellucid.lessons.answers.convolution.sliding import slide, correlated
from pellucid.lessons.answers.convolution.sizes import places, counted, pooled
from pellucid.lessons.answers.convolution.slopes import kernel_slopes, input_slopes
from pellucid.lessons.answers.convolution.layer import convolved

__all__ = [
    "convolved",
    "correlated",
    "counted",
    "input_slopes",
    "kernel_slopes",
    "places",
    "pooled",
    "slide",
]
