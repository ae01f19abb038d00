"""Which method found the coefficients of a linear model, and why that one."""

from __future__ import annotations

from pellucid.minimisers.task import Fit

WHY = {
    "Newton": "of so few parameters a Hessian is soon formed, and it is kept as long "
    "as steps with it are fast",
    "Newton with conjugate gradients": "of so many parameters, or so few rows, "
    "products with the Hessian cost less than the Hessian",
    "plain Newton": "as was asked for, with the Hessian of each place",
    "LBFGS": "as was asked for, on columns that are centred and scaled",
    "GradientDescent": "as was asked for",
    "proximal Newton": "the penalty |w|_1 has a kink where a coefficient is 0",
}


def told(fit: Fit) -> str:
    """The method of a fit and why it was taken, in a sentence.

    Examples
    --------
    >>> import numpy as np
    >>> told(Fit(None, 0.0, np.zeros(1), 0, True, "GradientDescent: converged"))
    'GradientDescent: as was asked for'
    """
    name = fit.message.partition(":")[0]
    return f"{name}: {WHY[name]}" if name in WHY else name
