"""Sequences for lessons and tests, each a pair (X, y)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = tuple[NDArray[Any], NDArray[Any]]

# Passengers of international airlines in thousands, a row a year from 1949 to 1960.
PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118
115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166
171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201
204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278
284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336
340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405
417 391 419 461 472 535 622 606 508 461 390 432
"""


def adding(n: int = 5000, length: int = 100, random_state: Any = None) -> Pair:
    """Draw the adding problem: many numbers, and the sum of the two that are marked.

    A step is a pair (number, mark), the number uniform in [0, 1] and the mark 1 at one
    place in each half of the sequence, else 0. To say 1 always has the mean squared
    error 1/6, which is chance; what is better remembers over half a sequence.

    Parameters
    ----------
    n, length : int
        Number of sequences, and of steps in each, 2 or more.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same sequences each time.

    Returns
    -------
    X : array (n, length, 2)
        Numbers and marks.
    y : array (n,)
        The sum of the two numbers that are marked.

    References
    ----------
    Hochreiter & Schmidhuber, "Long short-term memory" (1997), experiment 4, in the form
    of Le, Jaitly & Hinton, "A simple way to initialize recurrent networks of rectified
    linear units" (2015), section 4.1.

    Examples
    --------
    >>> X, y = adding(n=3, length=10, random_state=0)
    >>> marked = X[:, :, 1] == 1
    >>> X.shape, np.allclose(X[:, :, 0].sum(axis=1, where=marked), y)
    ((3, 10, 2), True)
    """
    rng = np.random.default_rng(random_state)
    numbers, marks = rng.uniform(size=(n, length)), np.zeros((n, length))
    for half in (0, length // 2), (length // 2, length):
        marks[np.arange(n), rng.integers(*half, size=n)] = 1
    return np.stack([numbers, marks], axis=2), np.sum(numbers * marks, axis=1)


def parity(n: int = 1000, length: int = 12, random_state: Any = None) -> Pair:
    """Draw bits, and after each of them whether so far there was an odd number of ones.

    y_t = y_(t-1) xor x_t: one bit of memory is enough for any length, but each bit
    counts.

    Parameters
    ----------
    n, length : int
        Number of sequences, and of bits in each.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same sequences each time.

    Returns
    -------
    X : array (n, length, 1)
        Bits, 0.0 or 1.0.
    y : array (n, length) of int
        The parity of the bits up to each.

    References
    ----------
    Minsky & Papert, "Perceptrons" (1969), section 3.1.

    Examples
    --------
    >>> X, y = parity(n=1, length=6, random_state=0)
    >>> X[0, :, 0].astype(int), y[0]
    (array([1, 1, 1, 0, 0, 0]), array([1, 0, 1, 1, 1, 1]))
    """
    rng = np.random.default_rng(random_state)
    bits = rng.integers(2, size=(n, length))
    return bits[:, :, np.newaxis].astype(float), np.cumsum(bits, axis=1) % 2


def airline() -> Pair:
    """Load the passengers of international airlines, month by month from 1949 to 1960.

    Returns
    -------
    X : array (144, 1)
        The time in years: 1949, 1949 1/12, ..., 1960 11/12.
    y : array (144,)
        Thousands of passengers in that month, 104 to 622.

    References
    ----------
    Box & Jenkins, "Time series analysis: forecasting and control" (1970), series G.

    Examples
    --------
    >>> X, y = airline()
    >>> X.shape, y[:12]
    ((144, 1), array([112., 118., 132., 129., 121., 135., 148., 148., 136., 119., 104.,
           118.]))
    """
    y = np.array(PASSENGERS.split(), dtype=float)
    return 1949 + np.arange(len(y))[:, np.newaxis] / 12, y
