"""Convolution: windows that slide, what they cost, and their gradients."""

from pellucid.lessons.answers.convolution.layer import convolved
from pellucid.lessons.answers.convolution.sizes import counted, places, pooled
from pellucid.lessons.answers.convolution.sliding import correlated, slide
from pellucid.lessons.answers.convolution.slopes import input_slopes, kernel_slopes

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
