"""What interventions really do in the marketplace, as opposed to what the catalogue assumes.

An intervention that gets through multiplies the rate of a scenario it covers by

    exp(-SCALE x strength x focus[scenario] x (0.4 + 1.2 r) x circumstances)

where r in (0, 1) is the subject's hidden response. `strength` comes from the kind of the intervention, its channel, its
lead time and a deviation of its own, so that some work better than the catalogue says and others worse; the
circumstances can be observed: how much time is left, who the customer is, which language is spoken. A message does harm
to some: it tells them of a problem they had not thought of, or of a right to claim. What is prevented is not always
gone: part of it comes as another scenario, part of it only later.

Everything here is pure; `actions.py` applies it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.catalog import Intervention
from demand.simulator import calibration
from demand.simulator.dice import Dice, Floats

FLOOR = 0.02
"""No intervention leaves less of a rate than this."""

MOST_MOVED = 3.0
"""What moves to another scenario adds at most so many times the rate that is there."""

ONGOING = frozenset(
    {
        "refund_slow",
        "refund_loss",
        "merchant_runaway",
        "booking_full",
        "coach_change",
        "duplicate_pay",
        "privacy",
        "other",
    }
)
"""Scenarios without a moment of their own: for them no action is too late."""

_NEIGHBOURS: Mapping[str, str] = {
    "no_room": "room_mismatch",
    "worker_no_show": "worker_late",
    "platform_cancel": "worker_late",
    "reservation_unavailable": "queue_too_long",
    "store_closed": "refund_slow",
    "out_of_stock": "refund_slow",
    "merchant_runaway": "refund_slow",
    "itinerary_change": "refund_slow",
    "weather_cancel": "refund_slow",
    "group_not_formed": "itinerary_change",
    "guide_no_show": "itinerary_change",
    "forced_purchase": "hidden_fee",
    "misleading_claim": "upsell_on_site",
    "pickup_not_ready": "wrong_store",
    "show_cancelled": "refund_slow",
}


@dataclass(frozen=True)
class TrueEffect:
    """What one intervention does to an ordinary subject that it reaches in time.

    Parameters
    ----------
    strength : what it takes off the log of the rates it covers, at `SCALE` 1 and the mean response
    wakes : share of the subjects, those with the lowest response, whom it tells what they had not thought of
    woken : what the rates of those are multiplied by
    moved : of what it prevents, the share that comes as a neighbouring scenario
    delayed : of what it prevents, the share that only comes later
    delay_days : how much later
    satisfaction : stars it adds to what the customer says of the order
    opt_out : chance that its message makes a rested user take the consent to messages back
    """

    strength: float
    wakes: float = 0.0
    woken: float = 1.3
    moved: float = 0.05
    delayed: float = 0.0
    delay_days: int = 5
    satisfaction: float = 0.0
    opt_out: float = 0.0


_BY_KIND: Mapping[str, TrueEffect] = {
    "reminder": TrueEffect(0.16, wakes=0.10, delayed=0.20, satisfaction=0.02, opt_out=0.004),
    "in_process": TrueEffect(0.55, moved=0.15, delayed=0.05, satisfaction=0.15, opt_out=0.001),
    "expert_group": TrueEffect(0.48, delayed=0.20, delay_days=4, satisfaction=0.30, opt_out=0.001),
    "emergency_group": TrueEffect(0.36, moved=0.10, delayed=0.05, satisfaction=0.25, opt_out=0.001),
    "advance_compensation": TrueEffect(0.80, delayed=0.05, satisfaction=0.35, opt_out=0.001),
    "guarantee": TrueEffect(0.11, wakes=0.12, woken=1.2, moved=0.10, satisfaction=0.08, opt_out=0.003),
}

_BY_CHANNEL: Mapping[str, float] = {"merchant_message": 0.7, "phone": 1.1, "payment": 1.1}
"""Strength relative to that of an app message or a work queue."""

_PARTICULAR: Mapping[str, Mapping[str, Any]] = {
    # a notice that has to be given, good or bad: it tells people what they may claim
    "cleaning_punctuality_promise": {"wakes": 0.45},
    "hotel_first_night_guarantee": {"wakes": 0.40, "woken": 1.25},
    "prepaid_seven_day_note": {"wakes": 0.60, "woken": 1.5},
    "prepaid_purchase_disclosure": {"wakes": 0.35, "woken": 1.2},
    "prepaid_batch_notice": {"wakes": 0.60, "woken": 1.5, "satisfaction": -0.1},
    "travel_rights_card": {"wakes": 0.30, "woken": 1.4},
    # a look at the loss, at the fee, at the last day: some had not thought of it
    "prepaid_refund_preview": {"wakes": 0.25, "woken": 1.5},
    "prepaid_session_disclosure": {"wakes": 0.20, "woken": 1.4},
    "hotel_cancel_rules": {"wakes": 0.18, "woken": 1.4},
    "show_refund_tier_reminder": {"wakes": 0.18, "woken": 1.4},
    "voucher_expiry_reminder": {"wakes": 0.15, "delayed": 0.1},
    "beauty_cooling_notice": {"wakes": 0.25, "woken": 1.4},
    # patience asked for: most of it only comes later
    "refund_progress": {"delayed": 0.60, "delay_days": 4},
    "catering_wait_estimate": {"delayed": 0.45, "delay_days": 1},
    "prepaid_pause_transfer": {"delayed": 0.70, "delay_days": 21},
    "catering_extend_validity": {"delayed": 0.50, "delay_days": 14},
    "show_waitlist": {"delayed": 0.50, "delay_days": 3},
    "travel_change_notice": {"delayed": 0.35, "delay_days": 3},
}

_OWN = Dice(0, "effects.")  # an intervention is the same in every world


@lru_cache(maxsize=512)
def true_effect(intervention: Intervention) -> TrueEffect:
    """What it does, by its kind, channel, lead time and itself; every intervention has an effect, also one's own."""
    usual = _BY_KIND[intervention.kind]
    prepared = 0.85 + 0.15 * min(intervention.lead_time / timedelta(days=1), 2.0)  # what takes longer reaches deeper
    own = 0.7 + 0.6 * float(_OWN.uniform(intervention.id, 0)[0])
    strength = usual.strength * _BY_CHANNEL.get(intervention.channel, 1.0) * prepared * own
    opt_out = usual.opt_out if intervention.is_message else 0.0
    return replace(usual, strength=strength, opt_out=opt_out, **_PARTICULAR.get(intervention.id, {}))


@dataclass(frozen=True)
class Circumstances:
    """Subjects at the moment an action starts, each of shape (subjects,).

    Parameters
    ----------
    response : hidden, in (0, 1)
    propensity : how readily the user complains, on the log scale of rates
    english : 1 where the user writes English
    hours_left : from the start of the action to the moment of the subject's own: the arrival, the visit
    weight : what fatigue leaves of a message's effect, in (0, 1]; 1 where the customer is not written to
    """

    response: Floats
    propensity: Floats
    english: NDArray[np.int64]
    hours_left: Floats
    weight: Floats

    def only(self, which: NDArray[np.int64]) -> Circumstances:
        """Those at these positions."""
        return Circumstances(
            self.response[which],
            self.propensity[which],
            self.english[which],
            self.hours_left[which],
            self.weight[which],
        )


def in_time(intervention: Intervention, hours_left: Floats) -> Floats:
    """What is left of an effect that starts so long before the problem: all of it until the lead time, then little."""
    lead = intervention.lead_time / timedelta(hours=1)
    if not lead:
        return np.where(hours_left >= 0, 1.0, 0.0)
    return np.where(hours_left >= lead, 1.0, 0.2 * (hours_left / lead).clip(0.0, 1.0))


def remembered(intervention: Intervention, hours_left: Floats) -> Floats:
    """A reminder is half forgotten after six weeks; what is put right has more time to be put right."""
    days = (hours_left / 24).clip(0.0)
    if intervention.kind == "reminder":
        return np.asarray(np.exp(-days / 60), np.float64)
    if intervention.kind == "in_process":
        return np.asarray(0.8 + 0.3 * (days / 7).clip(max=1.0), np.float64)
    return np.ones(len(days))


def suited(intervention: Intervention, propensity: Floats, english: NDArray[np.int64]) -> Floats:
    """Who complains readily is not calmed by a message, but by a person, if they share a language."""
    if intervention.kind in ("reminder", "guarantee"):
        return np.asarray(np.exp(-0.5 * propensity), np.float64)
    if intervention.channel == "phone":
        return np.asarray(np.exp(0.3 * propensity) * np.where(english == 1, 0.55, 1.0), np.float64)
    return np.ones(len(propensity))


def woken(intervention: Intervention, seen: Circumstances) -> NDArray[np.bool_]:
    """Whom the message tells what they had not thought of: low response, and rather those who complain readily."""
    share = (true_effect(intervention).wakes * np.exp(0.5 * seen.propensity)).clip(max=0.8)
    return np.asarray(seen.response < share, np.bool_)


def rate_ratios(intervention: Intervention, scenarios: tuple[str, ...], seen: Circumstances) -> Floats:
    """What the rates are multiplied by, of shape (subjects, scenarios); 1 where it does not cover a scenario.

    The scenario an intervention names first is what it is made for; on the others it does two thirds.
    """
    effect, ratios = true_effect(intervention), np.ones((len(seen.response), len(scenarios)))
    person = (0.4 + 1.2 * seen.response) * suited(intervention, seen.propensity, seen.english) * seen.weight
    wakes = woken(intervention, seen)
    timely = in_time(intervention, seen.hours_left) * remembered(intervention, seen.hours_left)
    for column, scenario in enumerate(scenarios):
        if intervention.covers(scenario):
            focus = 1.0 if intervention.scenarios[0] in (scenario, "*") else 2 / 3
            when = 1.0 if scenario in ONGOING else timely
            helped = np.exp(-calibration.SCALE * effect.strength * focus * person * when).clip(min=FLOOR)
            ratios[:, column] = np.where(wakes, 1 + (effect.woken - 1) * seen.weight, helped)
    return ratios


def neighbour(scenario: str, scenarios: tuple[str, ...]) -> int:
    """Where what is prevented may come instead: a column, or -1."""
    for other in (_NEIGHBOURS.get(scenario, "other"), "other"):
        if other in scenarios and other != scenario:
            return scenarios.index(other)
    return -1


def with_moved(intervention: Intervention, scenarios: tuple[str, ...], ratios: Floats, expected: Floats) -> Floats:
    """The ratios with what is prevented coming, in part, as a neighbouring scenario.

    Parameters
    ----------
    ratios : (subjects, scenarios) from `rate_ratios`
    expected : (subjects, scenarios) requests that were to come within the horizon
    """
    share, total = true_effect(intervention).moved, ratios.copy()
    for column, scenario in enumerate(scenarios):
        to = neighbour(scenario, scenarios) if intervention.covers(scenario) else -1
        if to >= 0:
            moved = share * (1 - ratios[:, column]).clip(min=0.0) * expected[:, column]
            there = expected[:, to]
            added = np.divide(moved, there, out=np.zeros_like(moved), where=there > 1e-9)
            total[:, to] *= 1 + added.clip(max=MOST_MOVED)
    return total


def rebound(intervention: Intervention, ratios: Floats) -> Floats:
    """What the lowered rates are multiplied by once the delay is over, for as long as the delay was.

    As much comes then as was put off, `delayed` of what was prevented meanwhile, where the rates are still as high:
    what was put off beyond the moment of an order does not come.
    """
    put_off = true_effect(intervention).delayed * (1 - ratios).clip(min=0.0)
    return np.asarray(1 + put_off / ratios, np.float64)
