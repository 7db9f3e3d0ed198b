"""How strong the marketplace's interventions have to be for the policy to do what it is known to do.

The simulator has one number for that, `demand.simulator.calibration.SCALE`. Here the number is found at which the
closed loop changes the requests of covered scenarios by the target: by secants, over a few seeds that are not those
that the loop is graded with. What is compared are expected requests (`nights.expected_requests`): their effect
varies from seed to seed a fraction of what that of counted ones does, and has the same mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from demand.simulator import calibration
from experiments.grading.closed_loop import DEFAULT, effect, side
from experiments.grading.nights import START, Setting
from experiments.grading.observed import Predictor, teach

TARGET = -0.129
"""Of the report that started this project: requests in scenarios that are acted on beforehand."""

FIRST_SEED, SEEDS = 1001, 12  # the expected effect of one seed lies within 1.2 points of the mean, mostly
_CLOSE, _MOST_STEPS = 0.001, 8
_LEAST, _MOST = 0.05, 8.0


def calibrate(
    setting: Setting = DEFAULT,
    *,
    seeds: int = SEEDS,
    target: float = TARGET,
    processes: int = 1,
    progress: Callable[[str], None] | None = None,
) -> float:
    """The number to write down as `SCALE`, to three digits.

    Parameters
    ----------
    setting : how large, how long
    seeds : worlds that are lived through at every step, from `FIRST_SEED` on
    processes : at work at the same time, a world each; the number does not depend on it
    """
    say = progress or (lambda line: None)
    predictors = teach(setting.lessons, START, setting.burn_in)
    with ProcessPoolExecutor(processes) as pool:

        def expected(scale: float, acting: bool) -> float:
            worlds = range(FIRST_SEED, FIRST_SEED + seeds)
            running = [pool.submit(_expected, seed, setting, predictors, scale, acting) for seed in worlds]
            return sum(done.result() for done in running)

        alone = expected(calibration.SCALE, False)
        say(f"calibrate: {alone:,.1f} requests expected without the policy")

        def reached(scale: float) -> float:
            gives = effect(expected(scale, True), alone)
            say(f"calibrate: SCALE {scale:.4f} gives {gives:+.2%}")
            return gives

        found = secant(reached, target, start=calibration.SCALE)
    say(f"calibrate: SCALE = {found:.3g} in demand/simulator/calibration.py gives {target:+.1%}")
    return float(f"{found:.3g}")


def _expected(seed: int, setting: Setting, predictors: Mapping[str, Predictor], scale: float, acting: bool) -> float:
    with scaled(scale):
        told: float = side(seed, setting, predictors, acting=acting)[1]["expected"]
    return told


def secant(reached: Callable[[float], float], target: float, *, start: float) -> float:
    """Where a falling function reaches the target, to a tenth of a point; after a few steps the nearest so far."""
    tried = [(start, reached(start))]
    while abs(tried[-1][1] - target) > _CLOSE and len(tried) < _MOST_STEPS:
        scale, here = tried[-1]
        before, there = tried[-2] if len(tried) > 1 else (0.0, 0.0)  # no strength, no effect: near enough to begin
        slope = (here - there) / (scale - before) if scale != before else 0.0
        wanted = scale + (target - here) / slope if slope < 0 else 2 * scale
        following = min(max(wanted, scale / 3, _LEAST), 3 * scale, _MOST)
        if following == scale:
            break
        tried.append((following, reached(following)))
    return min(tried, key=lambda pair: abs(pair[1] - target))[0]


@contextmanager
def scaled(scale: float) -> Iterator[None]:
    """Worlds in this block have interventions of this strength."""
    kept = calibration.SCALE
    calibration.SCALE = scale
    try:
        yield
    finally:
        calibration.SCALE = kept
