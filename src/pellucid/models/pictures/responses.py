"""What a unit responds to: the inputs that excite it most, and one made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.layers.activations import softmax
from pellucid.models.pictures.inside import Inside, as_images, parts_of, rows, strongest
from pellucid.running.compiled import Compiled
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = Any

SMALL = 6  # pixels that a unit sees of which each is a stroke


def responses(
    network: Any, p: Any, X: Any, layer: int | str = 0,
    units: int | Sequence[int] = 8, inputs: int = 7, steps: int = 100,
) -> Figure:  # fmt: skip
    """Show what units of a layer respond to, a row a unit.

    First an image that is made for the unit, by gradient ascent on its output from a
    grey one, or where that leaves it silent from one of X; then the images of X that
    excite it most. Of a layer of convolution or pooling that is the part that the unit
    sees there: strokes in the first layer, and larger shapes in later ones.

    Parameters
    ----------
    network, p
        The network and its parameters.
    X : array (n, height, width, channels)
        Images, a hundred or more.
    layer : int or str
        The place of the layer, or its type.
    units : int or sequence of int
        How many units, or which. By their number those are taken that tell images
        apart best, by the spread of what they say.
    inputs, steps : int
        How many images of X, and steps of the ascent.

    Raises
    ------
    ModelError
        When X holds no images, or there is no such layer or unit.

    References
    ----------
    Erhan, Bengio, Courville & Vincent, "Visualizing higher-layer features of a deep
    network" (2009), section 2; Zeiler & Fergus, "Visualizing and understanding
    convolutional networks" (2014), for the images of data beside it.

    Examples
    --------
    >>> from pellucid.layers import Conv2D, Dense, Flatten, Sequential
    >>> network = Sequential(Conv2D(4, 3, activation=np.tanh), Flatten(), Dense(2))
    >>> p = network.parameters(np.random.default_rng(0), (8, 8, 1))
    >>> X = np.random.default_rng(1).random((20, 8, 8, 1))
    >>> figure = responses(network, p, X, layer=0, units=2, inputs=3)
    >>> len(figure.axes)
    8
    """
    X = rows(X, 4, "images (n, height, width, channels)")
    inside = Inside(network, p, layer)
    h = np.asarray(inside.output(X))  # (n, ..., units)
    said = strongest(h)  # (n, units)
    chosen = _chosen(said, units)
    sees = Sight.of(inside, X[:1])
    made = preferred(inside, X, chosen, steps, sees)
    shown, captions = {}, {}
    for unit, image in zip(chosen, made, strict=True):
        best = np.argsort(-said[:, unit], kind="stable")[:inputs]
        places = [_place(h[i, ..., unit]) for i in best]
        parts = [sees.part(X[i], at) for i, at in zip(best, places, strict=True)]
        own = sees.part(image, sees.middle)
        name = f"unit {unit}"
        shown[name] = [_plain(own), *map(_plain, parts)]
        captions[name] = ["made for it", *(f"{said[i, unit]:.2g}" for i in best)]
    title = f"What units of layer {inside.part.place}, {inside.part.name}, respond to"
    return plots.image_rows(shown, title=title, captions=captions, alike="image")


def activations(network: Any, p: Any, x: Any, most: int = 10) -> Figure:
    """Show what each layer makes of one input, a row a layer.

    Parameters
    ----------
    network, p
        The network and its parameters.
    x : array (1, ...) or (...)
        One image (height, width, channels), or one sequence (t, d).
    most : int
        How many channels of a layer are shown: those that say most.

    Raises
    ------
    ModelError
        When x is no single input of the network.

    Examples
    --------
    >>> from pellucid.layers import Conv2D, Dense, Flatten, Sequential
    >>> network = Sequential(Conv2D(4, 3), Flatten(), Dense(10))
    >>> p = network.parameters(np.random.default_rng(0), (8, 8, 1))
    >>> figure = activations(network, p, np.zeros((8, 8, 1)))
    >>> [axes.texts[0].get_text() for axes in figure.axes[::4]]
    ['input 8×8×1', '0 Conv2D 6×6×4', '1 Flatten 144', '2 Dense 10']
    """
    x = np.asarray(x)
    x = x if len(x) == 1 and x.ndim > 1 else x[np.newaxis]
    h, shown = x, {f"input {_shape(x)}": as_images(x[0])[:most]}
    for part in parts_of(network, p):
        h = np.asarray(Inside(network, p, part.place).output(x))
        images = sorted(as_images(h[0]), key=lambda image: -np.nanmax(np.abs(image)))
        shown[f"{part.place} {part.name.partition('(')[0]} {_shape(h)}"] = images[:most]
    return plots.image_rows(shown, title=_says(h), scale="grey")


def _shape(h: Array) -> str:
    return "×".join(map(str, h.shape[1:]))


def _says(z: Array) -> str:
    """What the network makes of the input in the end."""
    if z.ndim != 2 or z.shape[1] < 2:
        return "What each layer makes of one input"
    p = softmax(z)[0]
    return f"Layer by layer to class {int(np.argmax(p))}, with p = {p.max():.3f}"


def _chosen(said: Array, units: int | Sequence[int]) -> list[int]:
    """The units that are shown."""
    k = said.shape[1]
    if isinstance(units, (int, np.integer)):
        spread = np.std(said, axis=0)
        return sorted(np.argsort(-spread, kind="stable")[:units].tolist())
    found = [int(unit) for unit in units]
    wrong = [unit for unit in found if not 0 <= unit < k]
    if wrong:
        raise ModelError(f"Expected units from 0 to {k - 1}, got {wrong[0]}.")
    return found


def preferred(
    inside: Inside, X: Array, units: Sequence[int], steps: int, sees: Sight
) -> Array:
    """Images that units say most to, by gradient ascent: (units, height, width, c).

    Each step goes along the gradient of the unit's output, in the middle of an image,
    with a length of its own; numbers stay as near to the mean of X as those of X do,
    and what the unit does not care for fades to the mean. Where a unit sees many
    pixels, the gradient is the mean of neighbours, as else every second pixel does what
    the eye cannot read.
    """
    X = np.asarray(X)
    mean, reach = X.mean(), (X.max() - X.min()) / 2
    each = np.arange(len(units))

    def output(x: Array) -> Any:
        h = inside.output(x)
        middle = tuple(n // 2 for n in h.shape[1:-1])
        return np.sum(h[(each, *middle, np.array(units))])

    ascent = Compiled(gradient(output), "numpy", None)
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((len(units), *X.shape[1:]))
    x = (mean + 0.1 * reach * noise).astype(X.dtype)
    asleep = np.abs(ascent(x)).max(axis=(1, 2, 3)) == 0
    for k in np.flatnonzero(asleep):  # at a relu that is 0: begin with what wakes it
        x[k] = sees.to_middle(*_wakening(inside, X, units[int(k)]))
    for _ in range(steps):
        g = blurred(ascent(x)) if sees.size > SMALL else ascent(x)
        size = np.sqrt(np.mean(g**2, axis=(1, 2, 3), keepdims=True))
        d = 0.98 * (x - mean) + 0.05 * reach * g / np.maximum(size, 1e-12)
        most = np.abs(d).max(axis=(1, 2, 3), keepdims=True)
        x = (mean + d * np.minimum(1.0, reach / most)).astype(X.dtype)
    return x


def blurred(x: Array) -> Array:
    """Images (n, height, width, c) by the mean of 3 by 3 neighbours."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.mean(view, axis=(-2, -1))


def _wakening(inside: Inside, X: Array, unit: int) -> tuple[Array, tuple[int, ...]]:
    """The image of X that excites a unit most, and where."""
    h = np.asarray(inside.output(X))[..., unit]
    i, *place = np.unravel_index(np.argmax(h), h.shape)
    return X[i], tuple(map(int, place))


def _place(h: Array) -> tuple[int, ...]:
    """Where a unit says most in one image; () for a unit that sees all of it."""
    return tuple(map(int, np.unravel_index(np.argmax(h), h.shape)))


def _plain(image: Array) -> Array:
    """An image as it is drawn: (height, width), or with three colours."""
    return image if image.shape[-1] == 3 else image.mean(axis=-1)


@dataclass(frozen=True)
class Sight:
    """Which rows and columns of an image each place of an output depends on.

    Parameters
    ----------
    down, across : array (height, H'), (width, W')
        Whether a row, or a column, of the image matters to one of the output.
    """

    down: Array
    across: Array

    @classmethod
    def of(cls, inside: Inside, x: Array) -> Sight:
        """Find out by nan: what depends on a number that is none is none itself."""
        _, H, W, _ = x.shape
        many = np.repeat(x.astype(float), H + W, axis=0)
        many[np.arange(H), np.arange(H)] = np.nan
        many[H + np.arange(W), :, np.arange(W)] = np.nan
        with np.errstate(invalid="ignore"):
            lost = np.isnan(np.asarray(inside.output(many))).any(axis=-1)
        if lost.ndim != 3:  # it sees all, or has no place in an image
            return cls(np.ones((H, 1), bool), np.ones((W, 1), bool))
        return cls(lost[:H].any(axis=2), lost[H:].any(axis=1))

    @property
    def size(self) -> int:
        """How many pixels a place in the middle sees, up or across."""
        i, j = self.middle
        return int(max(self.down[:, i].sum(), self.across[:, j].sum()))

    @property
    def middle(self) -> tuple[int, ...]:
        """The middle of the output."""
        return self.down.shape[1] // 2, self.across.shape[1] // 2

    def part(self, image: Array, place: tuple[int, ...]) -> Array:
        """What is seen of an image from one place of the output."""
        i, j = place if len(place) == 2 else (0, 0)
        return image[self.down[:, i]][:, self.across[:, j]]

    def to_middle(self, image: Array, place: tuple[int, ...]) -> Array:
        """The image moved, so that what one place saw is seen from the middle."""
        places = zip((self.down, self.across), self.middle, place, strict=False)
        moved = [int(np.argmax(m[:, j]) - np.argmax(m[:, i])) for m, j, i in places]
        return np.roll(image, moved, axis=tuple(range(len(moved))))
