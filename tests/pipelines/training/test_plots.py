"""The pictures are drawn whatever the data, and touch no global state."""

import numpy as np
import pandas as pd
import pytest

from pipelines.training.plots import draw_beeswarm, draw_calibration, draw_lift

PNG = b"\x89PNG"


@pytest.mark.parametrize("draw", [draw_calibration, draw_lift])
@pytest.mark.parametrize("outcomes", [[0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]])
def test_a_curve_is_drawn_also_where_everything_is_alike(draw, outcomes, tmp_path):
    draw(np.array(outcomes, dtype=float), np.array([0.1, 0.4, 0.4, 0.0]), title="hotel", path=tmp_path / "a" / "b.png")
    assert (tmp_path / "a" / "b.png").read_bytes().startswith(PNG)


def test_a_beeswarm_takes_categories_missing_values_and_a_model_without_trees(tmp_path):
    x = pd.DataFrame({"price": [1.0, np.nan, 3.0], "channel": pd.array(["web", None, "web"], dtype="str")})
    for points in (np.zeros((3, 2)), np.array([[0.1, -0.2], [0.0, 0.0], [-0.1, 0.3]])):
        draw_beeswarm(points, x, ["price", "channel"], title="hotel", path=tmp_path / "b.png")
        assert (tmp_path / "b.png").read_bytes().startswith(PNG)


def test_no_window_is_opened(tmp_path):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    draw_lift(np.array([0.0, 1.0]), np.array([0.1, 0.2]), title="hotel", path=tmp_path / "lift.png")
    assert plt.get_fignums() == before
