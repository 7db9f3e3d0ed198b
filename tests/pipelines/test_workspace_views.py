"""The user's own views are Python files with sets at their top level."""

import sys

import pytest

from demand.contract import ConfigError
from pipelines.workspace import open_workspace
from pipelines.workspace.views import load_view
from tests.builders.workspace import bookings, changed, write_workspace

VIEW = """
from features import By, FeatureSet, events

booked = events("bookings")
houses = FeatureSet("houses", By("store")(booked).count("30d"))
guests = FeatureSet("guests", By("user")(booked).count("30d"))
"""


def opened(root, view, features=("views/own.py",)):
    config = changed("industries.hotel.features", list(features))
    write_workspace(root, config, files={"views/own.py": view})
    return open_workspace(root, frames={"hotel": bookings({}, {"guest": "g2"})})


def refused(root, view):
    with pytest.raises(ConfigError) as caught:
        opened(root, view).feature_sets("hotel")
    (problem,) = caught.value.problems
    return problem


def test_every_set_of_a_view_is_found_in_its_order(tmp_path):
    assert [s.name for s in opened(tmp_path, VIEW).feature_sets("hotel")] == ["houses", "guests"]


def test_an_own_view_is_computed_beside_the_shipped_ones(tmp_path):
    ws = opened(tmp_path, VIEW, ("shipped", "views/own.py"))
    names = ws.features("hotel", ws.live("hotel", "2024-01-04")).names
    assert {"store_bookings_30d", "user_bookings_30d", "days_to_due"} <= set(names)


def test_features_come_in_the_order_of_the_file(tmp_path):
    ws = opened(tmp_path, VIEW)
    matrix = ws.features("hotel", ws.live("hotel", "2024-01-04"))
    assert matrix.names == ["store_bookings_30d", "user_bookings_30d"]
    assert matrix.table["store_bookings_30d"].to_pylist() == [2.0, 2.0]


def test_a_set_may_come_along_for_once(tmp_path):
    ws = opened(tmp_path, VIEW, ())
    (houses, _) = load_view(tmp_path, "views/own.py")
    matrix = ws.features("hotel", ws.live("hotel", "2024-01-04"), extra=[houses])
    assert matrix.names == ["store_bookings_30d"]


def test_a_view_that_fails_is_told_with_its_line(tmp_path):
    problem = refused(tmp_path, "import features\n\nx = 1 / 0\n")
    assert problem.where == "views/own.py, line 3"
    assert "division by zero" in problem.found


def test_a_view_that_is_no_python_is_told_with_its_line(tmp_path):
    assert refused(tmp_path, "x = 1\ny = = 2\n").where == "views/own.py, line 2"


def test_a_view_without_a_set_says_what_to_write(tmp_path):
    assert "FeatureSet" in refused(tmp_path, "x = 1\n").remedy


def test_a_view_leaves_nothing_behind(tmp_path):
    opened(tmp_path, VIEW).feature_sets("hotel")
    assert not (tmp_path / "views/__pycache__").exists()
    assert not any("own" in name for name in sys.modules if "view" in name)
