"""Whether a library finds a GPU here."""

from __future__ import annotations

from pellucid.bench.contest import AbsentError, library

CPU, GPU = "cpu", "cuda"


def refuse_without(device: str, name: str) -> None:
    """Leave a rival out where its library does not find the device.

    >>> refuse_without("cpu", "jax")
    """
    if device == GPU and not FINDS[name]():
        raise AbsentError("there is no GPU here")


def _jax_finds() -> bool:
    try:
        return bool(library("jax").devices(GPU))
    except RuntimeError:
        return False


def _torch_finds() -> bool:
    return bool(library("torch").cuda.is_available())


FINDS = {"jax": _jax_finds, "torch": _torch_finds}
