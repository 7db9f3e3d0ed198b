"""Pools of all eight industries, with the scenarios that their texts must tell apart."""

from __future__ import annotations

from functools import cache

import numpy as np

from demand.simulator.texts import EXPECTATIONS, LANGUAGES, VARIANTS, Pool, pack, pool_of

EACH = 48
SCENARIOS = {
    "meal": "queue_too_long reservation_unavailable store_closed out_of_stock voucher_rejected extra_charge "
    "fake_content voucher_expiring duplicate_pay privacy refund_slow other",
    "booking": "no_room cancel_fee room_mismatch late_checkin refund_slow other",
    "trip": "forced_purchase hidden_fee itinerary_change weather_cancel group_not_formed guide_no_show "
    "refund_slow other",
    "treatment": "misleading_claim upsell_on_site allergy_injury booking_refused fake_content refund_slow other",
    "ticket": "ticket_rush_fail show_cancelled refund_fee real_name_mismatch obstructed_view duplicate_pay refund_slow "
    "other",
    "cleaning": "worker_no_show worker_late platform_cancel damage price_add_on refund_slow other",
    "card": "refund_loss merchant_runaway booking_full coach_change refund_slow other",
    "parcel": "not_as_described expired_goods pickup_not_ready wrong_store fake_content refund_slow other",
}


def pool(prefix: str) -> Pool:
    return pool_of(prefix, tuple(SCENARIOS[prefix].split()))


TODAY = 20_058  # a Sunday
ON_THE_DAY = {"day": TODAY, "minute": 700, "number": 4321, "yuan": 357, "due": TODAY, "opened": TODAY - 9}
"""Facts of a contact on the day that the order is about."""


@cache
def all_texts(prefix: str) -> tuple[str, ...]:
    """`EACH` texts of every cell of a pool, one cell after the other, on the day that orders are about."""
    own = pool(prefix)
    numbers = (np.arange(len(own) // VARIANTS)[:, None] * VARIANTS + np.arange(EACH) * 7_919).ravel()
    return tuple(own.take(pack(numbers, **ON_THE_DAY)).to_pylist())


def drawn(prefix: str, language: int, count: int, seed: int = 3) -> tuple[list[str], np.ndarray]:
    """Texts as they are drawn, scenarios and expectations alike often, and their scenarios."""
    own, random = pool(prefix), np.random.default_rng(seed)
    scenario = random.integers(0, len(own.scenarios), count)
    wished = random.integers(0, len(EXPECTATIONS), count)
    numbers = own.index(scenario, wished, np.full(count, language), random.random(count))
    return own.take(pack(numbers, **ON_THE_DAY)).to_pylist(), scenario


def written(prefix: str, scenario: str, count: int = 300, *, wish: str = "explanation", **facts: int) -> list[str]:
    """What customers write to the point about a scenario, in both languages, on an occasion with these facts."""
    own = pool(prefix)
    cell = (own.scenarios.index(scenario) * len(EXPECTATIONS) + EXPECTATIONS.index(wish)) * len(LANGUAGES)
    numbers = (cell + np.arange(count) % 2) * VARIANTS + np.arange(count) * 7_919
    return list(own.take(pack(numbers, **(ON_THE_DAY | facts))).to_pylist())
