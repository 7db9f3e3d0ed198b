"""The scale is found where the effect is the target's, and nothing stays changed."""

import pytest

from demand.simulator import calibration
from experiments.grading.calibrate import TARGET, scaled, secant


def falling(scale):
    return -0.3 * (1 - 2.0**-scale) + 0.01


def test_the_secant_finds_where_the_effect_is_the_target():
    tried = []

    def reached(scale):
        tried.append(scale)
        return falling(scale)

    found = secant(reached, TARGET, start=0.2)
    assert falling(found) == pytest.approx(TARGET, abs=0.001)
    assert found in tried
    assert len(tried) <= 6


def test_out_of_reach_the_nearest_is_told():
    found = secant(lambda scale: max(-0.02 * scale, -0.05), TARGET, start=1.0)
    assert max(-0.02 * found, -0.05) == -0.05


def test_a_scale_holds_inside_its_block_only():
    before = calibration.SCALE
    with pytest.raises(KeyError), scaled(2.5):
        assert calibration.SCALE == 2.5
        raise KeyError
    assert before == calibration.SCALE
