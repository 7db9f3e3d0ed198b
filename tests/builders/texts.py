"""Pools of all eight industries, with the scenarios that their texts must tell apart."""

from __future__ import annotations

from functools import cache

import numpy as np

from demand.simulator.texts import EXPECTATIONS, Pool, pool_of

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


@cache
def all_texts(prefix: str) -> tuple[str, ...]:
    """Every text of a pool."""
    own = pool(prefix)
    return tuple(own.take(np.arange(len(own))).to_pylist())


def drawn(prefix: str, language: int, count: int, seed: int = 3) -> tuple[list[str], np.ndarray]:
    """Texts as they are drawn, scenarios and expectations alike often, and their scenarios."""
    own, random = pool(prefix), np.random.default_rng(seed)
    scenario = random.integers(0, len(own.scenarios), count)
    wished = random.integers(0, len(EXPECTATIONS), count)
    numbers = own.index(scenario, wished, np.full(count, language), random.random(count))
    return own.take(numbers).to_pylist(), scenario
