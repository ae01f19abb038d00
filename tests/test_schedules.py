"""Schedules give torch's learning rates, step by step."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.minimisers.schedules import rate_at

SCHEDULES = {
    "constant": (pl.schedules.constant(0.3), lambda lr: lr.ConstantLR,
                 {"factor": 1.0}),
    "step": (pl.schedules.step(0.3, every=4, factor=0.5), lambda lr: lr.StepLR,
             {"step_size": 4, "gamma": 0.5}),
    "exponential": (pl.schedules.exponential(0.3, factor=0.9),
                    lambda lr: lr.ExponentialLR, {"gamma": 0.9}),
    "cosine": (pl.schedules.cosine(0.3, steps=12, last=0.01),
               lambda lr: lr.CosineAnnealingLR, {"T_max": 12, "eta_min": 0.01}),
    "warmup": (pl.schedules.warmup(0.3, steps=5), lambda lr: lr.LinearLR,
               {"start_factor": 0.2, "total_iters": 4}),
}  # fmt: skip


@pytest.mark.parametrize("case", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_rates_are_those_of_torch(case):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    schedule, kind, options = case
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    theirs = kind(torch.optim.lr_scheduler)(optimiser, **options)
    expected = []
    for _ in range(12):
        expected.append(theirs.get_last_lr()[0])
        optimiser.step()
        theirs.step()
    ours = [schedule(float(t)) for t in range(1, 13)]
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_the_cosine_stays_at_its_end():
    assert pl.schedules.cosine(1.0, steps=4, last=0.25)(9.0) == 0.25


def test_a_warmup_leads_into_another_schedule():
    schedule = pl.schedules.warmup(pl.schedules.exponential(0.8, 0.5), steps=2)
    rates = [schedule(float(t)) for t in range(1, 6)]
    assert rates == pytest.approx([0.4, 0.8, 0.8, 0.4, 0.2])


@pytest.mark.parametrize(
    "rate", [0.5, pl.schedules.constant(0.5), lambda t: 0.5], ids=["0.5", "", "f"]
)
def test_a_rate_is_a_number_or_any_function_of_the_step(rate):
    assert rate_at(rate, 3.0) == 0.5
    fit = pl.minimise(lambda w: w**2, 1.0, method=pl.methods.GradientDescent(rate))
    assert fit.x == 0.0


def test_a_schedule_counts_batches():
    seen = []

    def rate(t):
        seen.append(t)
        return 0.1

    x = np.arange(6.0)
    pl.minimise(lambda w, x: np.mean((w - x) ** 2), 0.0, x, batch_size=2, max_iter=2,
                method=pl.methods.GradientDescent(rate))  # fmt: skip
    assert seen == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
