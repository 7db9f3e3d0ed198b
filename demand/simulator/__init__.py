"""A marketplace with known truth: eight industries with latent causes behind their requests.

    dice, clock, trends -> geography, places, population -> industry -> hotel, catering, beauty ... -> world
    effects, audience, desk, learning -> actions; logged_policy -> past; satisfaction
    texts, wishes -> contacts; aftermath: refunds, reviews, coupons; marketwide: users, stores, content, weather

`World.step(day, actions)` gives one day of rows of every source, and beside them the truth that only grading may
read. Imports `demand.contract` and `demand.catalog`; nothing in the product but `pipelines.simulate` imports it.
"""

from demand.simulator.logged_policy import policy_named
from demand.simulator.world import GRADED, DayBatch, Size, World, orders_a_year, tables_of, tables_one_by_one, truth_of

__all__ = [
    "GRADED",
    "DayBatch",
    "Size",
    "World",
    "orders_a_year",
    "policy_named",
    "tables_of",
    "tables_one_by_one",
    "truth_of",
]
