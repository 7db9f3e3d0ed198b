"""The holdout is a property of the person: the same every night, in every process, at its share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from demand.decisions import held_out, uniform, units


def test_the_draw_is_the_same_in_another_process() -> None:
    code = "from demand.decisions import uniform; print(repr(uniform('salt', 'user:u1')))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert float(other.stdout) == uniform("salt", "user:u1")


def test_the_share_is_met_among_many() -> None:
    held = held_out([f"user:{i}" for i in range(20_000)], share=0.05, salt="s")
    assert 0.045 < held.mean() < 0.055  # 3.2 standard deviations


def test_another_salt_draws_another_holdout_of_its_own() -> None:
    names = [f"user:{i}" for i in range(20_000)]
    both = held_out(names, share=0.2, salt="a") & held_out(names, share=0.2, salt="b")
    assert 0.034 < both.mean() < 0.046


@given(st.text(max_size=8), st.floats(0, 0.5), st.floats(0, 0.49))
def test_a_larger_share_keeps_everybody_who_was_held_out(unit: str, share: float, more: float) -> None:
    before, after = held_out([unit], share=share, salt="s")[0], held_out([unit], share=share + more, salt="s")[0]
    assert after or not before


def test_all_orders_of_a_user_are_on_one_side() -> None:
    assert units(["b1", "b2"], ["u", "u"]) == ["user:u", "user:u"]


def test_an_order_without_user_is_drawn_itself() -> None:
    assert units(["b1", "b2"], [None, "u"]) == ["subject:b1", "user:u"]


def test_orders_are_drawn_themselves_where_the_workspace_says_so() -> None:
    assert units(["b1", "b2"], ["u", "u"], by="subject") == ["subject:b1", "subject:b2"]


def test_a_user_and_an_order_of_the_same_name_are_two_draws() -> None:
    assert uniform("s", units(["x"], [None])[0]) != uniform("s", units(["y"], ["x"])[0])
