"""Signs tell of the days on which they are written, never of later ones."""

from datetime import date

import numpy as np
import pytest

from demand.simulator import meals, prepaid_card
from demand.simulator.card_rows import CARD_MESSAGES
from demand.simulator.catering import Catering
from demand.simulator.catering_rows import MEAL_MESSAGES
from demand.simulator.clock import day_number, day_of
from demand.simulator.prepaid_card import PrepaidCard
from demand.simulator.signs import minutes_apart, numbered, seen_before
from tests.builders.simulator import START

TURNS = day_number(date(2024, 3, 1))


def questions(kind, module, layout, monkeypatch, later) -> set[tuple[int, int, int, int]]:
    """(order, number, day, outcome) of the questions about orders of two months.

    Parameters
    ----------
    later : what is so of the stores from `TURNS` on while chats are written, by the name of a method
    """
    told, real = {}, module.chat
    industry = kind(7, orders=40_000, users=2000, start=day_number(START))
    places = industry.studios.lives if kind is PrepaidCard else industry.restaurants
    put = industry.outbox.put

    def chat(*args, **kwargs):
        with monkeypatch.context() as patch:
            for name, change in later.items():
                usual = getattr(places, name)
                patch.setattr(places, name, changed(usual, change))
            real(*args, **kwargs)

    def noted(to, keys, **columns):
        rows = put(to, keys, **columns)
        if to is layout:
            told.update({(row["ident"], row["seq"]): (day_of(row["occurred"]), row["kind"]) for row in rows})
        return rows

    monkeypatch.setattr(industry.outbox, "put", noted)
    with monkeypatch.context() as patch:
        patch.setattr(module, "chat", chat)
        for day in range(industry.start, industry.start + 64):
            industry.open(day)
    return {(who, seq, day, told[who, seq + 1][1]) for (who, seq), (day, _) in told.items() if seq % 2 == 0}


def changed(usual, change):
    return lambda store, day: np.where(day >= TURNS, change, usual(store, day))


@pytest.mark.parametrize(
    ("kind", "module", "layout", "later"),
    [
        (PrepaidCard, prepaid_card, CARD_MESSAGES, {"stage": 1.0}),
        (Catering, meals, MEAL_MESSAGES, {"careless": -1.0, "fading": 1.0, "closed": True}),
    ],
)
def test_questions_and_their_answers_know_the_store_only_as_it_is_on_their_day(
    kind, module, layout, later, monkeypatch
):
    """Stores change for the worse in March, of which what is asked before must show nothing."""
    usual = questions(kind, module, layout, monkeypatch, {})
    worse = questions(kind, module, layout, monkeypatch, later)
    early, early_too = ({q for q in some if q[2] < TURNS} for some in (usual, worse))
    assert early == early_too and len(early) > 100
    assert usual - early != worse - early


def test_steps_in_a_hurry_keep_their_order_and_no_clock_sets_their_pace():
    industry = Catering(7, orders=4000, users=1300, start=day_number(START))
    row, number = numbered(np.full(500, 4))
    before = minutes_apart(industry, "search", np.arange(500), row, number, number - 4) / 60_000_000
    assert before.max() < 0 and (np.diff(before.reshape(500, 4), axis=1) > 0).all()
    assert len(np.unique(before.round(3))) > 1500


def test_what_made_people_order_was_seen_minutes_before_and_not_always_as_many():
    industry = Catering(7, orders=4000, users=1300, start=day_number(START))
    minutes = -seen_before(industry, np.arange(2000), np.zeros(2000, np.int64)) / 60_000_000
    assert minutes.min() >= 1 and 5 < np.median(minutes) < 20 and len(np.unique(minutes.round(2))) > 1000
