"""What to do about tonight's predictions, and what not: pure functions from scores to a plan.

    live subjects x interventions -> eligible? -> holdout -> allocation under money, capacity, caps -> decisions

Imports `demand.contract` and `demand.catalog`. It reads no clock, file or database: what was decided before comes in
as `History`, what a night may use as `Limits`. `pipelines.decide` feeds it and commits its `Plan`.
"""

from demand.decisions.allocation import Allocation, allocate
from demand.decisions.holdout import held_out, uniform, units
from demand.decisions.identity import decision_ids, idempotency_key
from demand.decisions.limits import History, Holdout, Limits
from demand.decisions.live import Live, live_subjects
from demand.decisions.messages import OrderWords, message
from demand.decisions.offers import Offers, Room
from demand.decisions.plan import FURTHER, LIMITS_TABLE, Plan, make_plan
from demand.decisions.reasons import REASON_CODES

__all__ = [
    "FURTHER",
    "LIMITS_TABLE",
    "REASON_CODES",
    "Allocation",
    "History",
    "Holdout",
    "Limits",
    "Live",
    "Offers",
    "OrderWords",
    "Plan",
    "Room",
    "allocate",
    "decision_ids",
    "held_out",
    "idempotency_key",
    "live_subjects",
    "make_plan",
    "message",
    "uniform",
    "units",
]
