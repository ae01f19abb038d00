"""Callbacks that follow a fit, by scikit-learn's protocol (`sklearn.callback`).

A fit is a task, and each of its iterations one below it: a callback hears of the
beginning and of the end of each, and is given a model fitted so far. scikit-learn's own
progress bar and monitor of scores are such callbacks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

from pellucid.models.base import Array

Method = TypeVar("Method", bound=Callable[..., Any])
Attributes = dict[str, Array]


class CallbackSupport:
    """An estimator whose fit callbacks can follow."""

    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set the callbacks that follow each `fit`; none takes them away.

        Parameters
        ----------
        *callbacks : objects of scikit-learn's protocol `sklearn.callback.FitCallback`
            What follows.

        Returns
        -------
        estimator
            Itself.

        Raises
        ------
        TypeError
            For an object that does not follow the protocol.

        Examples
        --------
        >>> import pellucid as pl
        >>> from sklearn.callback import ScoringMonitor
        >>> monitor = ScoringMonitor(scoring="accuracy")
        >>> model = pl.LogisticRegression().set_callbacks(monitor)
        """
        from sklearn.callback import CallbackSupportMixin

        CallbackSupportMixin.set_callbacks(self, *callbacks)
        return self

    def _init_callback_context(self, **options: Any) -> Any:
        """The context of a fit, where those of its iterations begin."""
        from sklearn.callback import CallbackSupportMixin

        return CallbackSupportMixin._init_callback_context(self, **options)


def is_followed(model: Any) -> bool:
    """Whether somebody follows the fit: a callback, or the fit that this is a part of.

    Only then is `sklearn.callback` imported, which takes its time.
    """
    return bool({"_skl_callbacks", "_parent_callback_ctx"} & vars(model).keys())


def followed(fit: Method) -> Method:
    """Take down the callbacks of a fit at its end, however it ends."""

    @functools.wraps(fit)
    def wrapped(model: Any, *args: Any, **options: Any) -> Any:
        if not is_followed(model):
            return fit(model, *args, **options)
        from sklearn.callback import with_callbacks

        return with_callbacks(fit)(model, *args, **options)

    return cast("Method", wrapped)


class Followers:
    """Those who follow one fit: called, as a callback of `minimise`, with each iterate.

    Parameters
    ----------
    model : estimator
        Whose fit begins, with `max_iter`.
    start : structure of arrays
        Where it begins.
    fitted : callable
        From an iterate to what makes it a fitted model, by name of the attribute.
    **rows
        X and y that it is fitted to, and `metadata`, the weights by name.
    """

    def __init__(
        self, model: Any, start: Any, fitted: Callable[[Any], Attributes], **rows: Any
    ) -> None:
        self.told, self.fitted, self.last = {"estimator": model, **rows}, fitted, start
        tasks = max(model.max_iter, 1) + 1  # as in scikit-learn; see `end`
        self.fit = model._init_callback_context(max_subtasks=tasks)
        self.fit.call_on_fit_task_begin(**self.told)
        self.begun = 0
        self._begin()

    def _begin(self) -> None:
        """The next iteration begins."""
        self.begun += 1
        self.iteration = self.fit.subcontext(task_name="iteration")
        self.iteration.call_on_fit_task_begin(**self._at())

    def _at(self) -> dict[str, Any]:
        """What is told of where the fit is; the model is made for who wants one."""
        fitted, last = self.fitted, self.last
        return {**self.told, "reconstruction_attributes": lambda: fitted(last)}

    def __call__(self, count: int, cost: float, x: Any) -> bool:
        """Tell that an iteration has ended at x, and whether somebody wants to stop."""
        self.last = x
        stop = self.iteration.call_on_fit_task_end(**self._at())
        self._begin()
        return bool(stop)

    def end(self) -> None:
        """Tell that the model is fitted, and no iteration comes after the last.

        scikit-learn tells of one at least, and of one that was begun in vain.
        """
        if self.begun == 1:
            self(0, 0.0, self.last)
        self.iteration.call_on_fit_task_end(estimator=self.told["estimator"])
        self.fit.call_on_fit_task_end(**self.told, reconstruction_attributes={})
