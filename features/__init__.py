"""Declarations: what is known about a subject, strictly before the cutoff.

    declare.py -> feature_set.py -> plan.py + resolve.py -> engine/ (or reference.py) -> FeatureMatrix
    sorted_store.py (store_terms.py): the rows of the past, sorted once, for every night

`library/` holds the shipped views, which name roles and never tables; `wording.py` says every feature in both
languages. May import `demand.contract`, `demand.catalog` and `demand.subjects`; `pipelines` imports it.
"""

from features.compute import compute
from features.conditions import at_least, at_most, other_than, over, under
from features.declare import By, calendar, days_between, events, ratio, role, share, since, state, trend
from features.dependencies import columns_read
from features.feature import Feature, Features
from features.feature_set import FeatureSet
from features.library import ViewStatus, library_status, shipped
from features.measures import Role
from features.outcome_rate import outcome_rate
from features.sorted_store import SortedStore, known_between
from features.trace import Made, Trace, trace

__all__ = [
    "By",
    "Feature",
    "FeatureSet",
    "Features",
    "Made",
    "Role",
    "SortedStore",
    "Trace",
    "ViewStatus",
    "at_least",
    "at_most",
    "calendar",
    "columns_read",
    "compute",
    "days_between",
    "events",
    "known_between",
    "library_status",
    "other_than",
    "outcome_rate",
    "over",
    "ratio",
    "role",
    "share",
    "shipped",
    "since",
    "state",
    "trace",
    "trend",
    "under",
]
