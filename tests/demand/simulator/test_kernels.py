"""Every kernel gives what its formula in numpy gives."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from demand.simulator import World
from demand.simulator.dice import Dice
from demand.simulator.industry import Industry
from demand.simulator.kernels import first_of_each, happens, passed, picks, plain
from demand.simulator.rows import Layout, names, to_table
from demand.simulator.trends import drift

MANY = np.arange(5000)
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def hashed(seed: int, purpose: str, *counters: int) -> float:
    """The draw of one key in whole numbers of any size."""
    most = 2**64

    def mix(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % most
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % most
        return z ^ (z >> 31)

    golden = 0x9E3779B97F4A7C15
    digest = hashlib.blake2b(f"{seed}\x00{purpose}".encode(), digest_size=8).digest()
    state = int.from_bytes(digest, "little")
    for counter in counters:
        state = mix((state + golden) % most ^ (counter * golden % most))
    return ((mix((state + golden) % most) >> 11) + 0.5) * 2.0**-53


@settings(deadline=None)  # the first example may compile
@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_a_uniform_is_the_hash_of_its_key_to_the_last_bit(counters):
    assert Dice(7).uniform("asks", *counters).tolist() == [hashed(7, "asks", *counters)]


def test_counters_broadcast():
    columns = Dice(7).uniform("u", MANY[:4, None], MANY[None, :3])
    assert columns.shape == (4, 3)
    assert columns[2, 1] == hashed(7, "u", 2, 1)
    assert Dice(7).uniform("u", 5, MANY[:2]).tolist() == [hashed(7, "u", 5, 0), hashed(7, "u", 5, 1)]
    assert Dice(7).uniform("u", MANY[:0], 5).shape == (0,)


def test_counters_may_be_views_and_read_only():
    fixed = MANY[:10].copy()
    fixed.flags.writeable = False
    assert (Dice(7).uniform("u", fixed) == Dice(7).uniform("u", MANY[:20:2] // 2)).all()


@pytest.mark.parametrize("rate", [0.0, 0.3, 7.0, 60.0])
def test_poisson_is_the_inverse_of_its_distribution(rate):
    u = Dice(7).uniform("n", MANY)
    rates = np.full(len(MANY), rate)
    expected = np.where(rates > 0, poisson.ppf(u, rates), 0)
    assert (Dice(7).poisson(rates, "n", MANY) == expected).all()


def test_pick_takes_the_first_choice_whose_cumulative_weight_is_beyond_the_draw():
    weights, u = np.random.default_rng(1).random((500, 7)), Dice(7).uniform("p", MANY[:500])
    cumulative = weights.cumsum(axis=1)
    expected = (cumulative <= u[:, None] * cumulative[:, -1:]).sum(axis=1)
    assert (picks(weights, u) == expected).all()


def test_lives_are_counted_as_they_pass():
    ends = np.cumsum(np.random.default_rng(2).random((30, 12)) * 50, axis=1)
    store, day = MANY % 30, MANY % 400
    assert (passed(ends, store, day) == (day[:, None] >= ends[store]).sum(axis=1).clip(max=11)).all()


@pytest.fixture(scope="module")
def cards():
    """After 40 days, with requests behind some."""
    world = World(7, 3000)
    for _ in range(40):
        world.step(world.today)
    return next(each for each in world.industries if each.name == "prepaid_card")


def test_rates_are_the_product_of_what_makes_them(cards):
    p, days = cards.population, np.arange(19765, 19775)
    subjects = np.arange(len(p))
    day, open_day = days[:, None], p["open_day"][subjects]
    due = (p["due_day"][subjects] - day - cards.due_first).clip(0, len(cards.due_table) - 1)
    age = (day - open_day).clip(0, len(cards.age_table) - 1)
    moods = np.stack([cards.mood(d) for d in days])[:, p["store"][subjects]]
    expected = cards.due_table[due] * cards.age_table[age] * moods * (p["base"][subjects] * p["effect"][subjects])
    expected *= drift(days, cards.start)[:, None, None]
    expected[:, :, cards.scenarios.index("refund_slow")] *= day <= p["paid_day"][subjects]
    allowed = (p["quiet_until"][subjects] <= day) & (day <= p["end_day"][subjects]) & (open_day < day)
    assert 0.1 < allowed.mean() < 0.9
    assert (Industry.rates(cards, subjects, days) == expected * allowed[:, :, None]).all()  # before what cards add


def test_the_chance_of_the_first_request_adds_up_over_days(cards):
    live = cards.live(19765)
    rates = cards.rates(live, np.arange(19765, 19765 + cards.horizon_days))
    total = rates.sum(axis=2)
    first = np.exp(total - total.cumsum(axis=0)) * -np.expm1(-total) / np.maximum(total, 1e-300)
    expected = (first[:, :, None] * rates).sum(axis=0)
    assert first_of_each(rates) == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert cards.chances(live, 19765).sum(axis=1) == pytest.approx(-np.expm1(-total.sum(axis=0)), rel=1e-9)


def test_how_many_subjects_are_looked_at_at_once_changes_no_chance(cards, monkeypatch):
    live = cards.live(19765)
    whole = cards.chances(live, 19765)
    monkeypatch.setattr("demand.simulator.industry._SUBJECTS_AT_ONCE", 7)
    assert (cards.chances(live, 19765) == whole).all()


def test_something_happens_where_the_draw_is_below_its_chance():
    rates = np.array([[0.0, 0.0], [0.5, 0.5], [0.5, 0.5]])
    assert happens(rates, np.array([1e-17, 0.63, 0.64])).tolist() == [False, True, False]


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.integers(-1, 10**12), max_size=30))
def test_names_have_six_digits_or_more_and_none_is_null(codes):
    expected = [None if code < 0 else f"booking-{code:06d}" for code in codes]
    assert names("booking", np.array(codes, np.int64)).to_pylist() == expected


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(-(10**12), 10**12)), max_size=30))
def test_a_row_is_named_after_its_owner_and_its_own_number(pairs):
    layout = Layout("contacts", "subject_id", "booking", "c", ())
    rows = np.zeros(len(pairs), layout.dtype)
    if pairs:
        rows["ident"], rows["seq"] = np.array(pairs).T
    expected = [f"booking-{ident:06d}/c{seq}" for ident, seq in pairs]
    assert to_table(layout, rows)["id"].to_pylist() == expected


def test_kernels_take_what_is_plain():
    view = MANY[::3]
    assert plain(view, np.int64).flags.c_contiguous
    assert plain(3, np.int64).shape == (1,)
    assert plain(MANY, np.int64) is MANY
