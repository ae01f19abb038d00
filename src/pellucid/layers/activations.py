"""Activations: what a unit makes of its linear output z; plain NumPy, dtypes kept.

The formulas are the book's, written so that no z overflows, and so that their gradients
are right wherever z is.

Goodfellow, Bengio & Courville, "Deep Learning" (2016), sections 6.2 and 6.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.robust import recorded_on_stand_ins

__all__ = [
    "elu",
    "gelu",
    "identity",
    "leaky_relu",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]


def identity(z: Any) -> Any:
    """Leave z as it is.

    Examples
    --------
    >>> identity(np.array([-1.0, 2.0]))
    array([-1.,  2.])
    """
    return z


@recorded_on_stand_ins
def sigmoid(z: Any) -> Any:
    """Squeeze z into (0, 1): 1 / (1 + e^-z).

    Parameters
    ----------
    z : array of any shape
        Linear outputs: log odds.

    Returns
    -------
    array of that shape
        Probabilities, to full relative precision in both tails.

    References
    ----------
    Verhulst, "Recherches mathématiques sur la loi d'accroissement de la population"
    (1845).

    Examples
    --------
    >>> sigmoid(np.array([-2.0, 0.0, 2.0, 800.0]))
    array([0.11920292, 0.5       , 0.88079708, 1.        ])
    """
    e = np.exp(-np.abs(z))  # which does not overflow
    return np.where(z < 0, e, 1) / (1 + e)


def tanh(z: Any) -> Any:
    """Squeeze z into (-1, 1): (e^z - e^-z) / (e^z + e^-z).

    Parameters
    ----------
    z : array of any shape
        Linear outputs.

    Returns
    -------
    array of that shape
        tanh z = 2 sigmoid(2 z) - 1.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp" (1998), section 4.4.

    Examples
    --------
    >>> tanh(np.array([-800.0, 0.0, 1.0]))
    array([-1.        ,  0.        ,  0.76159416])
    """
    return np.tanh(z)


def relu(z: Any) -> Any:
    """Cut off below 0: max(z, 0) = z [z > 0], the rectified linear unit.

    Parameters
    ----------
    z : array of any shape
        Linear outputs.

    Returns
    -------
    array of that shape
        z where it is positive, else 0; the slope at 0 is 0.

    References
    ----------
    Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines"
    (2010).

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0])) == [0, 0, 3]
    array([ True,  True,  True])
    """
    return z * (z > 0)


def leaky_relu(z: Any, slope: float = 0.01) -> Any:
    """Flatten below 0: z where z > 0, else slope z.

    Parameters
    ----------
    z : array of any shape
        Linear outputs.
    slope : float
        Of the part at and below 0.

    Returns
    -------
    array of that shape
        The outputs.

    References
    ----------
    Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models"
    (2013).

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]))
    array([-0.02,  0.  ,  3.  ])
    """
    return np.where(z > 0, z, slope * z)


def elu(z: Any, alpha: float = 1.0) -> Any:
    """Level off below 0: z where z > 0, else alpha (e^z - 1).

    Parameters
    ----------
    z : array of any shape
        Linear outputs.
    alpha : float
        How far below 0 it levels off; with 1 the slope has no jump.

    Returns
    -------
    array of that shape
        The outputs.

    References
    ----------
    Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by
    exponential linear units" (2016).

    Examples
    --------
    >>> elu(np.array([-800.0, 0.0, 3.0]))
    array([-1.,  0.,  3.])
    """
    below = np.where(z > 0, 0.0, z)  # the side that is not taken must not overflow
    return np.where(z > 0, z, alpha * np.expm1(below))


def gelu(z: Any) -> Any:
    """Weigh z by the chance that a standard normal is smaller, in its tanh form.

    z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2, within 5e-4 of z Phi(z).

    Parameters
    ----------
    z : array of any shape
        Linear outputs.

    Returns
    -------
    array of that shape
        The outputs.

    References
    ----------
    Hendrycks & Gimpel, "Gaussian error linear units" (2016), section 2.

    Examples
    --------
    >>> gelu(np.array([-800.0, 0.0, 1.0]))
    array([-0.        ,  0.        ,  0.84119199])
    """
    return z * (1 + np.tanh(0.7978845608028654 * (z + 0.044715 * z**3))) / 2


def softplus(z: Any) -> Any:
    """Bend smoothly at 0: log(1 + e^z), whose slope is the sigmoid.

    Parameters
    ----------
    z : array of any shape
        Linear outputs.

    Returns
    -------
    array of that shape
        Positive outputs, z itself for large z.

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau & Garcia, "Incorporating second-order functional
    knowledge for better option pricing" (2001).

    Examples
    --------
    >>> softplus(np.array([-800.0, 0.0, 800.0])).tolist()
    [0.0, 0.6931471805599453, 800.0]
    """
    return np.logaddexp(0.0, z)


def softmax(z: Any) -> Any:
    """Share 1 among the classes of each row: e^(z_i) / sum_j e^(z_j).

    Parameters
    ----------
    z : array (..., k)
        Linear outputs; the last axis counts the classes.

    Returns
    -------
    array (..., k)
        Probabilities, each row with sum 1.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs"
    (1990).

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [800.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    # A shift of the row changes nothing; one by its largest z lets nothing overflow.
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))  # (..., k)
    return e / np.sum(e, axis=-1, keepdims=True)
