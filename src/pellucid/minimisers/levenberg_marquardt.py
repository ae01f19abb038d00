"""Sums of squares by Gauss-Newton with a trust region; see `LevenbergMarquardt`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pellucid.errors import MinimiseError
from pellucid.minimisers.full_batch import (
    SMALL,
    Problem,
    Product,
    State,
    Vector,
    WayDown,
    hessian_products,
)
from pellucid.minimisers.methods import LevenbergMarquardt
from pellucid.minimisers.newton import dense_step
from pellucid.minimisers.plateaus import LITTLE, Surroundings
from pellucid.minimisers.residuals import (
    Factors,
    Place,
    Residuals,
    length_of,
    residuals_of,
)
from pellucid.minimisers.sums_of_squares import sum_of_squares
from pellucid.minimisers.task import Fit, Options, Standing, Task, Watch
from pellucid.minimisers.trust_region import STEEP, Slope, damped

TRIALS = 100  # steps tried from one place
PAYS = 1e-4  # the part of what is promised that a step must gain
SURE = 1e-12  # the part of q'q below which a gain may be rounding
FURTHER = 1e-3  # how much below tol the slope is brought, while it falls
AWAY = 1e6  # times the start, how far parameters go that run away
NEAR = 0.01  # a Gauss-Newton step beside the parameters, from which Newton's is tried
RESTARTS = (0.1, 0.01)  # times the first radius, after a plateau
SLOW = 0.5  # a slope of which more is left after a step, near the end, falls slowly


def levenberg_marquardt(
    task: Task, method: LevenbergMarquardt, options: Options, watch: Watch,
    before: Fit | None,
) -> Fit:  # fmt: skip
    """Minimise a sum of squares; see `methods.LevenbergMarquardt`."""
    squares = sum_of_squares(task)
    if squares is None:
        message = "LevenbergMarquardt takes a cost that is a sum of squares"
        raise MinimiseError(
            f"{message}, such as np.sum((f(w, x) - y)**2), and does not see one here: "
            "write it so, or use Newton()."
        )
    residuals = residuals_of(task, squares, options)
    way = Way(residuals, hessian_products(task, options), method.radius, options.tol,
              before)  # fmt: skip
    walk = WayDown(task, way.problem, options, watch, before, judged=way)
    fit, end = walk.taken(LevenbergMarquardt, way.following)
    message = fit.message + (way.in_how_many_directions() if fit.success else "")
    return replace(fit, message=message, standing=way.standing(end, fit.nit))


quiet = np.errstate(all="ignore")  # what overflows is no place to go to


class Way:
    """Where the method is, how far it trusts its model, and what it has seen.

    `D` holds the greatest length that each column of A has had (Moré 1978), as far as
    beside it the column is still seen; `radius` bounds |D d| for a step d.
    """

    def __init__(
        self, residuals: Residuals, product: Product, radius: float, tol: float,
        before: Fit | None,
    ) -> None:  # fmt: skip
        self.residuals, self.first_radius, self.tol = residuals, radius, tol
        self.problem = Problem(residuals.eps, self.looked_at, product)
        self.place: Place
        self.start: Place
        self.best: Place
        self.restarts = iter(RESTARTS)
        self.is_slow = False
        self._around: Surroundings | None = None
        self.slope = STEEP
        standing = before.standing if before else None
        kept = standing.kept if standing else []
        known = standing is not None and standing.method is LevenbergMarquardt
        self.D: Vector = kept[1] if known else np.zeros(0)
        self.radius: float = float(kept[2]) if known else 0.0

    def standing(self, end: State, nit: int) -> Standing:
        """What is needed to go on."""
        kept = [end.w, self.D, np.array(self.radius)]
        return Standing(LevenbergMarquardt, kept, nit)

    @quiet
    def looked_at(self, w: Vector) -> tuple[float, Vector]:
        """The cost and the gradient at the start."""
        place = self.start = self.best = self.residuals.place(w)
        self._be_at(place)
        if place.is_finite and not self.D.size:
            self._trust(place)
        state = self._state(place)
        return state.cost, state.g

    def _trust(self, place: Place, times: float = 1.0) -> None:
        """Begin with a region as wide as the parameters, by what they move."""
        self.D = place.lengths
        self.radius = length_of(self.D * place.w) or 1.0
        self.radius *= times * self.first_radius

    def _state(self, place: Place) -> State:
        g = 2 * self.residuals.squares.unit * (place.A.T @ place.q)
        return State(place.w, place.cost, g)

    def _be_at(self, place: Place) -> None:
        before = self.slope
        self.place, self.slope, self._around = place, STEEP, None
        if place.is_finite:
            self.slope = Slope.at(place, self.eps)
        stays = self.slope.part > SLOW * before.part
        self.is_slow = self.slope.step < NEAR and stays
        if place.cost < self.best.cost:
            self.best = place

    # -- what a place is ---------------------------------------------------------------

    @property
    def eps(self) -> float:
        """The rounding of the coarsest array."""
        return self.residuals.eps

    @quiet
    def is_least(self, state: State) -> bool:
        """Whether nothing is left to be gained, as far as can be seen."""
        if not (self.place.is_finite and self.place.q.any()):
            return self.place.is_finite
        if self._is_exact():
            return True
        if self.slope.part > max(FURTHER * self.tol, 4 * self.eps):
            return False
        return self.around.lower is None and not self.around.is_plateau

    def _has_arrived(self) -> bool:
        """Whether a place from which no step leads on is a minimum but for rounding."""
        small = max(self.tol, 4 * self.eps)
        if self.slope.part <= small or self.slope.step <= self.eps**0.5:
            return True
        return self.slope.cosine <= small and self._newton_step()[1] <= self.eps**0.5

    def _newton_step(self) -> tuple[Vector, float]:
        """Newton's step, and how long it is beside the parameters."""
        here = self.place
        d = dense_step(self.problem, self._state(here))
        far = length_of(here.columns * here.w)
        return d, length_of(here.columns * d) / far if far else np.inf

    def _is_exact(self) -> bool:
        """Whether residuals have vanished, beside the first and what they are of."""
        size, first = (length_of(p.q) for p in (self.place, self.start))
        far = length_of(self.place.columns * self.place.w)
        least = min(self.eps**1.5 * first, self.eps**0.5 * far)
        return bool(size <= least)

    @property
    def around(self) -> Surroundings:
        """What lies around the place, looked at once."""
        if self._around is None:
            around = Surroundings.of(self.residuals, self.place)
            self._around = replace(
                around, is_plateau=around.is_plateau or self._has_run_away()
            )
        return self._around

    def _has_run_away(self) -> bool:
        """Whether parameters grew without bounds, and cannot be told apart any more."""
        w, start = np.abs(self.place.w), np.abs(self.start.w)
        if not (w > AWAY * np.where(start == 0, np.inf, start)).any():
            return False
        factors = Factors.of(self.place, self.place.lengths, self.eps)
        return factors.rank < len(factors.S)

    @quiet
    def why_stuck(self, state: State) -> str:
        """Why no step leads on from a place."""
        if not self.place.is_finite:
            return "the slope of the residuals is not finite there"
        if self.around.is_plateau:
            return PLATEAU
        if self._has_arrived():
            return SMALL if self.tol > 0 else "converged: no step lowers the cost"
        return "no step lowers the cost, although its slope is not small"

    def in_how_many_directions(self) -> str:
        """What is to be said of parameters that the residuals do not determine."""
        rank, p = Factors.of(self.place, self.place.lengths, self.eps).rank, len(self.D)
        return f", in {rank} directions of {p}; the others are level" * (rank < p)

    # -- the next place ----------------------------------------------------------------

    @quiet
    def following(self, state: State) -> State | None:
        """The next place; after a plateau the start again, with another radius."""
        if not self.place.is_finite:
            return None
        after = (self._curved() if self.is_slow else None) or self._stepped()
        if after is None and not self.is_slow:
            after = self._curved()
        if after is None and self.around.lower is not None:
            after = self._lower(self.around.lower)
        if after is None and self.around.is_plateau:
            after = self._restarted()
        if after is None:
            return None
        self._be_at(after)
        return self._state(after)

    def _lower(self, w: Vector) -> Place | None:
        """A place that was seen further off."""
        place = self.residuals.place(w)
        if not place.is_finite:
            return None
        self._trust(place)
        return place

    def _restarted(self) -> Place | None:
        """The start again, with a smaller region; at last the best place of all."""
        times = next(self.restarts, None)
        if times is not None:
            self._trust(self.start, times)
            return self.start
        lower = self.best.cost < self.place.cost - LITTLE * abs(self.place.cost)
        return self.best if lower else None

    def _curved(self) -> Place | None:
        """Newton's step near a minimum, where Gauss-Newton's leave much of the slope.

        Residuals that are large and curved have a say in the curvature of the cost.
        """
        here = self.place
        d, length = self._newton_step()
        if not length <= 1:
            return None  # that is not near
        after = self.residuals.place(here.w + d)
        rises = float(after.q @ after.q) - float(here.q @ here.q)
        if not (after.is_finite and rises <= self._rounding()):
            return None
        slope = Slope.at(after, self.eps)
        falls = slope.part < SLOW * self.slope.part
        return after if falls or slope.cosine < SLOW * self.slope.cosine else None

    def _stepped(self) -> Place | None:
        """Try steps, each shorter than the one before, until one pays."""
        here = self.place
        self._widen(here)
        factors = Factors.of(here, self.D, self.eps)
        for _ in range(TRIALS):
            z, damping = damped(factors, self.radius)
            length = length_of(z)
            w = here.w + z / self.D
            if not length or not (w != here.w).any():
                return None
            moved = length_of(factors.S * (factors.Vt @ z))
            promised = moved**2 + 2 * damping * length**2
            after, gain = self._gained(w, promised)
            if gain < 0.25:
                self.radius = length / (4 if gain <= 0 else 2)
            elif gain > 0.75 or not damping:
                self.radius = max(self.radius, 2 * length)
            if after is not None:
                return after
        return None

    def _rounding(self) -> float:
        """How much of q'q may be rounding, as that of w alone moves q."""
        here = self.place
        size = length_of(here.q)
        far = length_of(here.columns * here.w)
        return max(SURE, 16 * self.eps) * size**2 + 4 * self.eps * size * far

    def _widen(self, here: Place) -> None:
        """Let D know the columns at a place, and the radius be no rounding there.

        A parameter that moves next to nothing counts as if it moved a little: it would
        be free to go anywhere.
        """
        little = self.eps**0.5
        seen = np.where(here.columns > 0, here.columns / little, np.inf)
        least = little * length_of(here.q) / np.maximum(np.abs(here.w), 1)
        self.D = np.maximum(here.columns, np.minimum(self.D, seen))
        self.D = np.maximum(self.D, least)
        self.radius = max(self.radius, little * length_of(self.D * here.w))

    def _gained(self, w: Vector, promised: float) -> tuple[Place | None, float]:
        """The place after a step that pays, and which part of the promise it gained.

        Where the cost cannot tell a gain from rounding, the slope does.
        """
        here = self.place
        q = self.residuals.at(w)
        size, before = float(q @ q), float(here.q @ here.q)
        if not np.isfinite(size):
            return None, -1.0
        gain = (before - size) / promised if promised > 0 else 0.0
        differ = max(promised, abs(before - size))
        near = differ <= self._rounding() and self.slope.step <= NEAR
        if not near and (gain <= PAYS or before - size <= 4 * self.eps * before):
            return None, min(gain, 0.0)
        after = self.residuals.place(w, q)
        if not after.is_finite:
            return None, -1.0
        if near and not Slope.at(after, self.eps).part < 0.9 * self.slope.part:
            return None, 0.0
        return after, 1.0 if near else gain


PLATEAU = (
    "it ended on a plateau, far out, where the cost is flat and has no minimum; begin "
    "nearer to one, or with fewer parameters"
)
